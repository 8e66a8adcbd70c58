#include "data/captured_clips.h"

#include <algorithm>
#include <cstdio>
#include <fstream>
#include <nlohmann/json.hpp>
#include <random>

#include "base/error.h"
#include "data/image.h"
#include "io/npy.h"

namespace impasto::trainer {
namespace {

constexpr uint32_t kNoiseRange = 4096;  // as the crop loader's

nlohmann::json readJson(const std::string& path) {
  std::ifstream file(path);
  if (!file) throw Error(ErrorCode::Io, path + ": cannot be read");
  nlohmann::json json = nlohmann::json::parse(file, nullptr, /*allow_exceptions=*/false);
  if (!json.is_object()) throw Error(ErrorCode::Io, path + ": is no JSON object");
  return json;
}

// Throws if the member is missing or of another type.
template <class T>
T member(const nlohmann::json& json, const char* name, const std::string& path) {
  try {
    return json.at(name).get<T>();
  } catch (const nlohmann::json::exception&) {
    throw Error(ErrorCode::Io, path + ": '" + name + "' is missing or no such value");
  }
}

std::string stem(const CapturedClip& clip, int frame) {
  char number[32];
  std::snprintf(number, sizeof number, "frame_%04d", frame);
  return clip.folder + "/" + number;
}

// Two 4 x 4 matrices: world to view, and view to clip.
struct View {
  torch::Tensor view, projection;
};

View readView(const std::string& path) {
  const nlohmann::json json = readJson(path);
  const auto matrix = [&](const char* name) {
    const auto values = member<std::vector<float>>(json, name, path);
    if (values.size() != 16) throw Error(ErrorCode::Io, path + ": '" + name + "' has not 16 numbers");
    return torch::tensor(values).to(torch::kDouble).view({4, 4}).t();  // column by column
  };
  return {matrix("view"), matrix("projection")};
}

// Depth along the view direction, H x W, of the same points in the frame before, if only the camera moved. The projection
// divides by depth (its last row is 0, 0, -1, 0), as docs/capture.md says.
torch::Tensor depthBefore(const torch::Tensor& depth, const View& now, const View& before) {
  const int64_t height = depth.size(0), width = depth.size(1);
  const auto p = [&](int64_t row, int64_t column) { return now.projection[row][column].item<double>(); };
  const torch::Tensor x = (torch::arange(width, torch::kDouble) + 0.5) * (2.0 / static_cast<double>(width)) - 1;
  const torch::Tensor y = (torch::arange(height, torch::kDouble) + 0.5) * (2.0 / static_cast<double>(height)) - 1;
  const torch::Tensor z = depth.to(torch::kDouble);
  const torch::Tensor point_x = z * ((x + p(0, 2)) / p(0, 0)).view({1, width});
  const torch::Tensor point_y = z * ((y + p(1, 2)) / p(1, 1)).view({height, 1});
  const torch::Tensor row = torch::matmul(before.view, torch::linalg_inv(now.view))[2];
  const auto r = [&](int64_t i) { return row[i].item<double>(); };
  return -(r(0) * point_x + r(1) * point_y - r(2) * z + r(3)).to(torch::kFloat);
}

torch::Tensor packed(const torch::Tensor& depth) { return 1 / (1 + depth.clamp_min(0)); }

// The part of a frame at (x, y), mirrored if so wished.
ClipFrame partOf(const ClipFrame& frame, int x, int y, int side, bool mirrored) {
  ClipFrame part = frame;
  for (torch::Tensor* t : {&part.color, &part.motion, &part.visible, &part.depth, &part.expected_depth, &part.normals}) {
    *t = t->narrow(2, y, side).narrow(3, x, side);
    *t = mirrored ? t->flip(3) : t->contiguous();
  }
  if (!mirrored) return part;
  part.motion.select(1, 0).neg_();
  part.normals.select(1, 0).neg_();
  return part;
}

}  // namespace

std::vector<CapturedClip> readCapture(const std::string& folder) {
  const std::string path = folder + "/capture.json";
  const nlohmann::json index = readJson(path);
  if (member<std::string>(index, "format", path) != "impasto-capture" || member<int>(index, "version", path) != 1) {
    throw Error(ErrorCode::Io, path + ": is no capture of version 1");
  }
  const int frames = member<int>(index, "frames", path);
  const int width = member<int>(index, "width", path), height = member<int>(index, "height", path);
  if (width < 1 || height < 1) throw Error(ErrorCode::Io, path + ": frames have no size");
  std::vector<CapturedClip> clips;
  for (const nlohmann::json& entry : member<std::vector<nlohmann::json>>(index, "clips", path)) {
    const CapturedClip clip{folder, width, height, member<int>(entry, "first", path), member<int>(entry, "count", path)};
    if (clip.first < 0 || clip.count < 1 || clip.count > frames - clip.first) {
      throw Error(ErrorCode::Io, path + ": a clip reaches beyond the frames");
    }
    if (clip.count >= 2) clips.push_back(clip);
  }
  if (clips.empty()) throw Error(ErrorCode::Io, path + ": holds no clip of two frames or more (--clip-length)");
  return clips;
}

ClipFrame CapturedClip::frame(int index) const {
  const std::string path = stem(*this, first + index);
  const int64_t h = height, w = width;
  const Image color = readImage(path + "_color.png");
  if (color.width != width || color.height != height) {
    throw Error(ErrorCode::Io, path + "_color.png: is " + std::to_string(color.width) + "x" + std::to_string(color.height) +
                                   ", expected " + std::to_string(width) + "x" + std::to_string(height));
  }
  ClipFrame frame;
  frame.has_geometry = true;
  frame.color = toTensor(color).unsqueeze(0);
  const torch::Tensor depth = readNpy(path + "_depth.npy", torch::kFloat, {h, w});
  frame.depth = packed(depth).view({1, 1, h, w});
  const View camera = readView(path + "_camera.json");
  const torch::Tensor turn = camera.view.narrow(0, 0, 3).narrow(1, 0, 3).to(torch::kFloat);
  const torch::Tensor normals = readNpy(path + "_normal.npy", torch::kHalf, {h, w, 3}).to(torch::kFloat);
  frame.normals = torch::matmul(normals, turn.t()).permute({2, 0, 1}).unsqueeze(0).contiguous();
  if (index == 0) {
    frame.motion = torch::zeros({1, 2, h, w});
    frame.visible = torch::zeros({1, 1, h, w});
    frame.expected_depth = frame.depth;
    return frame;
  }
  const torch::Tensor motion = readNpy(path + "_motion.npy", torch::kFloat, {h, w, 2});
  frame.motion = motion.permute({2, 0, 1}).unsqueeze(0).contiguous();
  const torch::Tensor visible = readNpy(path + "_visible.npy", torch::kByte, {h, w});
  frame.visible = (visible > 127).to(torch::kFloat).view({1, 1, h, w});
  const View before = readView(stem(*this, first + index - 1) + "_camera.json");
  frame.expected_depth = packed(depthBefore(depth, camera, before)).view({1, 1, h, w});
  return frame;
}

CapturedClips::CapturedClips(std::vector<CapturedClip> clips, const ClipOptions& options)
    : clips_(std::move(clips)), options_(options) {
  if (clips_.empty()) throw Error(ErrorCode::InvalidArgument, "there are no captured clips");
  for (const CapturedClip& clip : clips_) {
    if (std::min(clip.width, clip.height) >= options.side) continue;
    throw Error(ErrorCode::InvalidArgument, clip.folder + ": frames are " + std::to_string(clip.width) + "x" +
                                                std::to_string(clip.height) + ", crops with what is around them need " +
                                                std::to_string(options.side) + " pixels");
  }
}

Clip CapturedClips::make(uint64_t index) const {
  // All clips of a batch have as many frames as the shortest of those that are drawn.
  std::vector<std::mt19937_64> random;
  std::vector<const CapturedClip*> drawn;
  int length = clipLength(options_, index);
  for (int i = 0; i < options_.batch; ++i) {
    const uint64_t number = index * static_cast<uint64_t>(options_.batch) + static_cast<uint64_t>(i);
    std::seed_seq seed{static_cast<uint32_t>(options_.seed), static_cast<uint32_t>(options_.seed >> 32),
                       static_cast<uint32_t>(number), static_cast<uint32_t>(number >> 32), 0x63617074u};
    random.emplace_back(seed);
    drawn.push_back(&clips_[random.back()() % clips_.size()]);
    length = std::min(length, drawn.back()->count);
  }
  Clip clip;
  std::vector<std::vector<ClipFrame>> parts;
  for (size_t i = 0; i < drawn.size(); ++i) {
    const CapturedClip& from = *drawn[i];
    const auto below = [&](int bound) { return static_cast<int>(random[i]() % static_cast<uint64_t>(bound)); };
    const int first = below(from.count - length + 1);
    const int x = below(from.width - options_.side + 1), y = below(from.height - options_.side + 1);
    const bool mirrored = below(2) == 1;
    const auto noise_x = static_cast<uint32_t>(below(kNoiseRange)), noise_y = static_cast<uint32_t>(below(kNoiseRange));
    clip.noise_offsets.emplace_back(noise_x, noise_y);
    std::vector<ClipFrame>& frames = parts.emplace_back();
    for (int t = 0; t < length; ++t) frames.push_back(partOf(from.frame(first + t), x, y, options_.side, mirrored));
    frames[0].motion.zero_();
    frames[0].visible.zero_();
  }
  for (size_t t = 0; t < static_cast<size_t>(length); ++t) {
    const auto stacked = [&](torch::Tensor ClipFrame::*part) {
      std::vector<torch::Tensor> all;
      for (const std::vector<ClipFrame>& frames : parts) all.push_back(frames[t].*part);
      return torch::cat(all);
    };
    clip.frames.push_back({stacked(&ClipFrame::color), stacked(&ClipFrame::motion), stacked(&ClipFrame::visible),
                           stacked(&ClipFrame::depth), stacked(&ClipFrame::expected_depth), stacked(&ClipFrame::normals), true});
  }
  return clip;
}

CaptureSplit splitCaptures(const std::vector<std::string>& folders, int holdout) {
  std::vector<CapturedClip> all;
  for (const std::string& folder : folders) {
    for (CapturedClip& clip : readCapture(folder)) all.push_back(std::move(clip));
  }
  CaptureSplit split;
  const size_t count = std::min(static_cast<size_t>(holdout), all.size() / 4);
  const size_t stride = count == 0 ? all.size() + 1 : all.size() / count;
  for (size_t k = 0; k < all.size(); ++k) {
    const bool held = count > 0 && k % stride == stride / 2 && split.held_out.size() < count;
    (held ? split.held_out : split.training).push_back(std::move(all[k]));
  }
  return split;
}

}  // namespace impasto::trainer
