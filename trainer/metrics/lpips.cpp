#include "metrics/lpips.h"

#include <filesystem>

#include "base/error.h"
#include "io/weight_file.h"

namespace impasto::trainer {
namespace {

constexpr int kHeads = 7;

constexpr int64_t kHeadChannels[kHeads] = {64, 128, 256, 384, 384, 512, 512};

std::string headName(int i) { return "squeeze.lin" + std::to_string(i) + ".weight"; }

// In the authors' squeeze.pth. Their heads for other networks have the same names and other shapes.
std::string publishedHeadName(int i) { return "lin" + std::to_string(i) + ".model.1.weight"; }

bool isPublishedHeads(const TensorFile& file) {
  for (int i = 0; i < kHeads; ++i) {
    const auto head = file.tensors.find(publishedHeadName(i));
    if (head == file.tensors.end() || head->second.sizes() != at::IntArrayRef({1, kHeadChannels[i], 1, 1})) return false;
  }
  return true;
}

}  // namespace

Lpips::Lpips(const std::string& folder, torch::Device device) {
  namespace fs = std::filesystem;
  std::error_code error;
  for (const fs::directory_entry& entry : fs::directory_iterator(folder, error)) {
    if (entry.path().extension() != ".safetensors" && entry.path().extension() != ".pth") continue;
    TensorFile file = readWeightFile(entry.path().string());
    if (isPublishedHeads(file)) {
      for (int i = 0; i < kHeads; ++i) file.tensors[headName(i)] = file.tensors.at(publishedHeadName(i));
    }
    if (!file.tensors.count("features.3.squeeze.weight") && !file.tensors.count(headName(0))) continue;
    for (const auto& [name, tensor] : file.tensors) tensors_[name] = tensor.to(device, torch::kFloat);
  }
  if (error) throw Error(ErrorCode::Io, folder + ": cannot be read: " + error.message());
  std::vector<std::string> needed = {"features.0.weight", "features.0.bias"};
  for (int i = 0; i < kHeads; ++i) needed.push_back(headName(i));
  for (const int i : {3, 4, 6, 7, 9, 10, 11, 12}) {
    for (const char* part : {".squeeze", ".expand1x1", ".expand3x3"}) {
      needed.push_back("features." + std::to_string(i) + part + ".weight");
      needed.push_back("features." + std::to_string(i) + part + ".bias");
    }
  }
  for (const std::string& name : needed) {
    if (!tensors_.count(name)) {
      throw Error(ErrorCode::InvalidArgument, folder + ": no file with " + name + "; LPIPS wants SqueezeNet 1.1 and heads");
    }
  }
}

torch::Tensor Lpips::conv(const torch::Tensor& x, const std::string& name, int64_t stride, int64_t padding) const {
  return torch::relu(torch::conv2d(x, tensors_.at(name + ".weight"), tensors_.at(name + ".bias"), stride, padding));
}

torch::Tensor Lpips::fire(const torch::Tensor& x, int index) const {
  const std::string name = "features." + std::to_string(index);
  const torch::Tensor squeezed = conv(x, name + ".squeeze", 1, 0);
  return torch::cat({conv(squeezed, name + ".expand1x1", 1, 0), conv(squeezed, name + ".expand3x3", 1, 1)}, 1);
}

std::vector<torch::Tensor> Lpips::features(const torch::Tensor& picture) const {
  // From [0, 1] to what the heads were trained with: [-1, 1], shifted and scaled.
  const auto channel = [&](float r, float g, float b) {
    return torch::tensor({r, g, b}).view({1, 3, 1, 1}).to(picture.device());
  };
  torch::Tensor x = (picture * 2 - 1 - channel(-.030f, -.088f, -.188f)) / channel(.458f, .448f, .450f);
  const auto pool = [](const torch::Tensor& t) { return torch::max_pool2d(t, 3, 2, 0, 1, /*ceil_mode=*/true); };
  std::vector<torch::Tensor> out;
  out.push_back(x = conv(x, "features.0", 2, 0));
  out.push_back(x = fire(fire(pool(x), 3), 4));
  out.push_back(x = fire(fire(pool(x), 6), 7));
  out.push_back(x = fire(pool(x), 9));
  for (const int i : {10, 11, 12}) out.push_back(x = fire(x, i));
  return out;
}

double Lpips::distance(const torch::Tensor& a, const torch::Tensor& b) const {
  torch::NoGradGuard no_grad;
  const std::vector<torch::Tensor> features_a = features(a), features_b = features(b);
  const auto unit = [](const torch::Tensor& t) { return t / (t.square().sum(1, true).sqrt() + 1e-10); };
  double sum = 0;
  for (int i = 0; i < kHeads; ++i) {
    const auto k = static_cast<size_t>(i);
    const torch::Tensor difference = (unit(features_a[k]) - unit(features_b[k])).square();
    sum += torch::conv2d(difference, tensors_.at(headName(i))).mean().item<double>();
  }
  return sum;
}

}  // namespace impasto::trainer
