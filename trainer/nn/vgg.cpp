#include "nn/vgg.h"

#include "base/error.h"
#include "io/weight_file.h"

namespace impasto::trainer {
namespace {

constexpr int kMaxIndex = 64;  // VGG19's last convolution is features.34

}  // namespace

Vgg::Vgg(const std::string& path) : Vgg(path, readWeightFile(path)) {}

Vgg::Vgg(const std::string& path, const TensorFile& file) : path_(path) {
  const auto bad = [&](const std::string& what) {
    throw Error(ErrorCode::InvalidArgument, path + ": not a VGG with torchvision's names: " + what);
  };
  int previous = -1, block = 1, in_block = 0;
  int64_t channels = 3;
  for (int index = 0; index < kMaxIndex; ++index) {
    const std::string stem = "features." + std::to_string(index);
    const auto weight = file.tensors.find(stem + ".weight");
    if (weight == file.tensors.end()) continue;
    const auto bias = file.tensors.find(stem + ".bias");
    if (bias == file.tensors.end()) bad(stem + ".bias is missing");
    const int gap = previous < 0 ? index + 2 : index - previous;
    if (gap != 2 && gap != 3) bad("there is no convolution between features." + std::to_string(previous) + " and " + stem);
    const torch::Tensor& w = weight->second;
    if (w.dim() != 4 || w.size(1) != channels || w.size(2) != 3 || w.size(3) != 3 || w.size(0) == 0 ||
        bias->second.dim() != 1 || bias->second.size(0) != w.size(0)) {
      bad(stem + " is not a 3x3 convolution of " + std::to_string(channels) + " channels");
    }
    if (!torch::isfinite(w).all().item<bool>() || !torch::isfinite(bias->second).all().item<bool>()) {
      bad(stem + " holds a value that is not finite");
    }
    const bool pool = previous >= 0 && gap == 3;
    if (pool) ++block, in_block = 0;
    ++in_block;
    layers_.push_back({"relu" + std::to_string(block) + "_" + std::to_string(in_block), pool,
                       w.to(torch::kFloat), bias->second.to(torch::kFloat), {}, {}, {}});
    channels = w.size(0);
    previous = index;
  }
  if (layers_.empty()) bad("it has no features.0.weight");
  to(torch::kCPU, torch::kFloat);
}

void Vgg::to(torch::Device device, torch::ScalarType compute) {
  for (Layer& layer : layers_) {
    layer.run_weight = layer.weight.to(device, compute).contiguous(torch::MemoryFormat::ChannelsLast);
    layer.run_bias = layer.bias.to(device, compute);
    layer.winograd.reset();
    const bool wide = WinogradConv::supports(layer.weight.size(0)) && WinogradConv::supports(layer.weight.size(1));
    if (device.is_cpu() && compute == torch::kFloat && wide) layer.winograd.emplace(layer.weight, layer.bias);
  }
  input_.to(device);
}

bool Vgg::has(const std::string& name) const {
  for (const Layer& layer : layers_) {
    if (layer.name == name) return true;
  }
  return false;
}

std::map<std::string, torch::Tensor> Vgg::features(const torch::Tensor& pictures,
                                                   const std::set<std::string>& layers) const {
  std::map<std::string, torch::Tensor> result;
  torch::Tensor x = input_(pictures)
                        .to(layers_[0].run_weight.scalar_type())
                        .contiguous(torch::MemoryFormat::ChannelsLast);
  for (const Layer& layer : layers_) {
    if (result.size() == layers.size()) break;
    if (layer.pool_before) x = torch::max_pool2d(x, 2);
    x = layer.winograd ? layer.winograd->convRelu(x) : torch::conv2d(x, layer.run_weight, layer.run_bias, 1, 1).relu_();
    if (layers.count(layer.name)) result[layer.name] = x;
  }
  for (const std::string& name : layers) {
    if (!result.count(name)) throw Error(ErrorCode::InvalidArgument, path_ + ": has no layer " + name);
  }
  return result;
}

}  // namespace impasto::trainer
