#include "viewer/training/training.h"

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <system_error>

#include "common/error.h"
#include "common/message.h"
#include "common/picture_file.h"
#include "renderer/frame_runner.h"
#include "viewer/gpu/access.h"

namespace impasto::app {
namespace {

namespace fs = std::filesystem;

constexpr int kCaptureFrames = 48;
constexpr int kStepsBetweenLooks = 50;  // checkpoints and samples of a preset
constexpr double kLookSeconds = 1.0;
constexpr double kStopSeconds = 30.0;  // for the step at hand and a checkpoint

std::string programOrThrow(const char* name) {
  const fs::path found = findProgram(name);
  if (found.empty()) throw Error(std::string(name) + " is neither beside this program nor in PATH");
  return found.string();
}

// $XDG_CACHE_HOME/impasto/training/NAME, with a number where that is taken.
std::string newFolder(const std::string& painting) {
  const char* cache = std::getenv("XDG_CACHE_HOME");
  const char* home = std::getenv("HOME");
  fs::path base = cache && *cache ? fs::path(cache) : home && *home ? fs::path(home) / ".cache" : fs::temp_directory_path();
  base = base / "impasto" / "training";
  const std::string stem = fs::path(painting).stem().string();
  for (int number = 1;; ++number) {
    const fs::path folder = base / (number == 1 ? stem : stem + "_" + std::to_string(number));
    std::error_code failure;
    if (fs::create_directories(folder, failure)) return folder.string();
    if (failure) throw Error(folder.string() + ": cannot create the folder: " + failure.message());
  }
}

// Of "step 9/24  content 3.8  loss 13.9  0.1 crops/s  4 min 27 s left" the loss and the time that is left, a line each.
std::string shortened(const std::string& line) {
  const size_t loss = line.find("  loss "), last = line.rfind("  ");
  if (loss == std::string::npos) return line;
  const std::string first = line.substr(loss + 2, line.find("  ", loss + 2) - loss - 2);
  return last > loss ? first + "\n" + line.substr(last + 2) : first;
}

render::Image uploadPicture(const render::Device& device, const Picture& picture) {
  render::Image image = render::createImage(device, "sample",
                                            {.format = VK_FORMAT_R8G8B8A8_UNORM,
                                             .width = picture.width,
                                             .height = picture.height,
                                             .usage = VK_IMAGE_USAGE_SAMPLED_BIT | VK_IMAGE_USAGE_TRANSFER_DST_BIT});
  const render::Buffer staging = render::createBuffer(device, "staging", picture.rgba.size(),
                                                      VK_BUFFER_USAGE_TRANSFER_SRC_BIT, render::MemoryKind::Host);
  std::memcpy(staging.mapped, picture.rgba.data(), picture.rgba.size());
  render::runOnce(device, [&](VkCommandBuffer commands) {
    render::recordBarriers(commands, {render::imageBarrier(image, {}, VK_IMAGE_LAYOUT_UNDEFINED, kCopyWrite,
                                                           VK_IMAGE_LAYOUT_TRANSFER_DST_OPTIMAL)});
    VkBufferImageCopy copy{};
    copy.imageSubresource = {VK_IMAGE_ASPECT_COLOR_BIT, 0, 0, 1};
    copy.imageExtent = {image.width, image.height, 1};
    vkCmdCopyBufferToImage(commands, staging.handle.get(), image.handle.get(), VK_IMAGE_LAYOUT_TRANSFER_DST_OPTIMAL, 1,
                           &copy);
    render::recordBarriers(commands, {render::imageBarrier(image, kCopyWrite, VK_IMAGE_LAYOUT_TRANSFER_DST_OPTIMAL,
                                                           kReaders, kReadable)});
  });
  return image;
}

}  // namespace

Training::Training(const render::Device& device, PanelRenderer& panels, Messages& messages)
    : device_(device), panels_(panels), messages_(messages) {}

Training::~Training() = default;

void Training::start(const std::string& scene) {
  if (running()) return;
  if (setup_.painting.empty()) throw Error("train: no painting is chosen");
  const std::string render = programOrThrow("impasto-render");
  programOrThrow("impasto-train");
  folder_ = newFolder(setup_.painting);
  style_ = folder_ + "/preview.safetensors";
  exported_ = {};
  sample_path_.clear();
  progress_ = 0.0f;
  progress_text_.clear();
  stage_ = Stage::Capturing;
  status_ = "taking frames of the scene";
  child_ = std::make_unique<ChildProcess>(std::vector<std::string>{
      render, "--scene", scene, "--camera-path", "tour", "--clip-length", "1", "--frames",
      std::to_string(kCaptureFrames), "--size", "512x288", "--out", folder_ + "/frames"});
}

void Training::startLearning() {
  const std::string every = std::to_string(setup_.steps > 0 ? std::clamp(setup_.steps / 12, 10, 100) : kStepsBetweenLooks);
  stage_ = Stage::Learning;
  status_ = "starting impasto-train";
  std::vector<std::string> arguments = {
      programOrThrow("impasto-train"), "style", "--style-image", setup_.painting, "--content", folder_ + "/frames",
      "--holdout", "4", "--preset", setup_.preset, "--checkpoint", folder_ + "/run.checkpoint.safetensors",
      "--checkpoint-every", every, "--samples", folder_ + "/samples", "--samples-every", every, "--title",
      fs::path(setup_.painting).stem().string(), "--out", folder_ + "/style.safetensors"};
  if (setup_.steps > 0) arguments.insert(arguments.end(), {"--steps", std::to_string(setup_.steps)});
  if (!setup_.perceptual.empty()) arguments.insert(arguments.end(), {"--perceptual", setup_.perceptual});
  child_ = std::make_unique<ChildProcess>(arguments);
}

void Training::fail(const std::string& message) {
  stage_ = Stage::Failed;
  status_ = message;
  child_.reset();
  messages_.post(Level::Failure, "training: " + message);
}

void Training::cancel() {
  if (!running() || stage_ == Stage::Stopping) return;
  child_->interrupt();
  stage_ = Stage::Stopping;
  since_stop_ = 0.0;
  status_ = "stopping after the step at hand";
}

void Training::listen() {
  for (std::string& line : child_->lines()) {
    int step = 0, steps = 0;
    line = oneLine(std::move(line));
    if (std::sscanf(line.c_str(), "step %d/%d", &step, &steps) == 2 && steps > 0) {
      progress_ = static_cast<float>(step) / static_cast<float>(steps);
      progress_text_ = std::to_string(step) + " of " + std::to_string(steps) + " steps";
      if (stage_ == Stage::Learning) status_ = shortened(line);
    }
    last_line_ = std::move(line);
  }
}

void Training::startExport() {
  const std::string checkpoint = folder_ + "/run.checkpoint.safetensors";
  std::error_code failure;
  const auto written = fs::last_write_time(checkpoint, failure);
  if (failure || written == exported_ || export_) return;
  exported_ = written;
  export_ = std::make_unique<ChildProcess>(
      std::vector<std::string>{programOrThrow("impasto-train"), "export", checkpoint, "--out", style_, "--title",
                               fs::path(setup_.painting).stem().string() + " (preview)", "--overwrite"});
}

void Training::updateExport(bool& fresh) {
  if (!export_) return;
  const auto status = export_->status();
  if (!status) return;
  // A checkpoint that is replaced while it is read is looked at again.
  if (*status == 0) {
    fresh = true;
  } else {
    const auto lines = export_->lines();
    messages_.post(Level::Warning, "training: no preview: " + (lines.empty() ? std::string("unknown reason") : lines.back()));
  }
  export_.reset();
}

void Training::showSample(uint64_t submitted) {
  std::string newest;
  std::error_code failure;
  for (auto it = fs::directory_iterator(folder_ + "/samples", failure); !failure && it != fs::directory_iterator();
       it.increment(failure)) {
    const std::string path = it->path().string();
    if (it->path().extension() == ".png" && path > newest) newest = path;
  }
  if (newest.empty() || newest == sample_path_) return;
  sample_path_ = newest;
  try {
    const Picture picture = readPicture(newest);
    panels_.removeTexture(sample_.texture, submitted);
    old_.push_back({std::move(sample_image_), submitted});
    sample_image_ = uploadPicture(device_, picture);
    sample_ = {panels_.addTexture(sample_image_),
               static_cast<float>(picture.width) / static_cast<float>(picture.height), 1.0f};
  } catch (const Error&) {
    sample_path_.clear();  // half written: at the next look
  }
}

void Training::captured(int status) {
  if (status != 0) {
    fail(last_line_.empty() ? "no frames could be taken" : last_line_);
    return;
  }
  try {
    startLearning();
  } catch (const Error& error) {
    fail(error.what());
  }
}

bool Training::ended(int status) {
  if (status != 0) {
    fail(last_line_.empty() ? "impasto-train ended with status " + std::to_string(status) : last_line_);
    return false;
  }
  std::error_code failure;
  fs::copy_file(folder_ + "/style.safetensors", style_ + ".new", fs::copy_options::overwrite_existing, failure);
  if (!failure) fs::rename(style_ + ".new", style_, failure);
  if (failure) {
    fail(style_ + ": " + failure.message());
    return false;
  }
  stage_ = Stage::Done;
  progress_ = 1.0f;
  status_ = "done: " + folder_ + "/style.safetensors";
  messages_.post(Level::Note, "training " + status_);
  child_.reset();
  return true;
}

bool Training::update(double seconds, uint64_t submitted, uint64_t finished) {
  std::erase_if(old_, [&](const Old& old) { return old.last_frame <= finished; });
  bool fresh = false;
  updateExport(fresh);
  if (!running()) return fresh;
  since_look_ += seconds;
  since_stop_ += seconds;
  if (since_look_ < kLookSeconds) return fresh;
  since_look_ = 0.0;
  const auto status = child_->status();
  listen();
  if (stage_ == Stage::Stopping) {
    if (!status && since_stop_ < kStopSeconds) return fresh;
    child_.reset();
    stage_ = Stage::Cancelled;
    status_ = "cancelled";
    return fresh;
  }
  if (stage_ == Stage::Capturing) {
    if (status) captured(*status);
    return fresh;
  }
  showSample(submitted);
  if (!status) {
    startExport();
  } else if (!export_) {  // a preview on its way would be taken for the result
    fresh = ended(*status);
  }
  return fresh;
}

}  // namespace impasto::app
