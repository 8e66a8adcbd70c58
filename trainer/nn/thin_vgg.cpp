#include "nn/thin_vgg.h"

#include <cmath>

#include "base/error.h"

namespace impasto::trainer {
namespace {

const std::string kFormat = "impasto-perceptual", kVersion = "1";
constexpr int kMaxBlocks = 5, kMaxInBlock = 4;
constexpr int64_t kMaxChannels = 1024;

std::string layerName(int block, int in_block) { return "relu" + std::to_string(block) + "_" + std::to_string(in_block); }

// Mean of f f^T over texels: C x C float64.
torch::Tensor secondMoments(const torch::Tensor& features) {
  const torch::Tensor rows = features.permute({1, 0, 2, 3}).reshape({features.size(1), -1}).to(torch::kDouble);
  return torch::mm(rows, rows.t()) / static_cast<double>(rows.size(1));
}

}  // namespace

ThinVgg::ThinVgg(const Vgg& vgg, const std::string& deepest, const Rank& rank, const std::vector<torch::Tensor>& batches) {
  if (!vgg.has(deepest)) throw Error(ErrorCode::InvalidArgument, vgg.path() + ": has no layer " + deepest);
  torch::NoGradGuard no_grad;
  std::vector<const Vgg::Layer*> layers;
  std::set<std::string> names;
  for (const Vgg::Layer& layer : vgg.layers()) {
    layers.push_back(&layer);
    names.insert(layer.name);
    if (layer.name == deepest) break;
  }
  std::vector<torch::Tensor> moments(layers.size());  // of what the next layer reads
  std::vector<double> squares(layers.size());         // mean of the features' squares
  for (const torch::Tensor& batch : batches) {
    const std::map<std::string, torch::Tensor> features = vgg.features(batch, names);
    for (size_t i = 0; i < layers.size(); ++i) {
      torch::Tensor f = features.at(layers[i]->name).to(torch::kFloat);
      squares[i] += f.square().mean().item<double>() / static_cast<double>(batches.size());
      if (i + 1 == layers.size()) continue;
      if (layers[i + 1]->pool_before) f = torch::max_pool2d(f, 2);
      moments[i] = moments[i].defined() ? moments[i] + secondMoments(f) : secondMoments(f);
    }
  }
  double before = 1;  // scale of what the layer reads
  for (size_t i = 0; i < layers.size(); ++i) {
    const double scale = std::sqrt(squares[i]);
    Layer layer{layers[i]->name, layers[i]->pool_before, {}, layers[i]->weight.cpu() * (before / scale),
                layers[i]->bias.cpu() / scale, torch::full({1}, scale)};
    if (i > 0) {
      const int64_t channels = layer.weight.size(1), left = std::min(channels, rank(layers[i - 1]->name, channels));
      const torch::Tensor vectors = std::get<1>(torch::linalg_eigh(moments[i - 1].cpu()));  // rising eigenvalues
      const torch::Tensor components = vectors.narrow(1, channels - left, left).to(torch::kFloat);  // C x R
      layer.project = components.t().contiguous().view({left, channels, 1, 1});
      layer.weight = torch::einsum("ocyx,cr->oryx", {layer.weight, components}).contiguous();
    }
    add(std::move(layer));
    before = scale;
  }
}

void ThinVgg::add(Layer layer) {
  if (layer.project.defined()) layer.project = weights_.register_parameter(layer.name + "/project", layer.project);
  layer.weight = weights_.register_parameter(layer.name + "/weight", layer.weight);
  layer.bias = weights_.register_parameter(layer.name + "/bias", layer.bias);
  layer.scale = weights_.register_buffer(layer.name + "/scale", layer.scale);
  layers_.push_back(std::move(layer));
}

bool ThinVgg::isIn(const TensorFile& file) {
  const auto format = file.metadata.find("format");
  return format != file.metadata.end() && format->second == kFormat;
}

ThinVgg::ThinVgg(const std::string& path, TensorFile& file) : path_(path) {
  const auto bad = [&](const std::string& what) {
    throw Error(ErrorCode::InvalidArgument, path + ": not a usable perceptual network: " + what);
  };
  const std::string version = file.metadata.count("version") ? file.metadata["version"] : "none";
  if (version != kVersion) bad("its version is " + version + ", not " + kVersion);
  size_t taken = 0;
  const auto take = [&](const std::string& name, at::IntArrayRef shape) {  // -1: 1 to kMaxChannels
    const auto found = file.tensors.find(name);
    if (found == file.tensors.end()) bad(name + " is missing");
    const torch::Tensor& tensor = found->second;
    bool fits = tensor.is_floating_point() && tensor.dim() == static_cast<int64_t>(shape.size());
    for (int64_t i = 0; fits && i < tensor.dim(); ++i) {
      const size_t k = static_cast<size_t>(i);
      fits = shape[k] < 0 ? tensor.size(i) >= 1 && tensor.size(i) <= kMaxChannels : tensor.size(i) == shape[k];
    }
    if (!fits) bad(name + " has a shape or a type that does not fit");
    const torch::Tensor values = tensor.to(torch::kFloat);
    if (!torch::isfinite(values).all().item<bool>()) bad(name + " holds a value that is not finite");
    ++taken;
    return values;
  };
  int64_t channels = 3;
  for (int block = 1; block <= kMaxBlocks; ++block) {
    for (int in_block = 1; in_block <= kMaxInBlock; ++in_block) {
      const std::string name = layerName(block, in_block);
      if (!file.tensors.count(name + ".weight")) continue;
      if (layers_.empty() && name != layerName(1, 1)) bad("it begins with " + name + ", not relu1_1");
      Layer layer{name, in_block == 1 && block > 1, {}, {}, {}, {}};
      if (!layers_.empty()) {
        layer.project = take(name + ".project", {-1, channels, 1, 1});
        channels = layer.project.size(0);
      }
      layer.weight = take(name + ".weight", {-1, channels, 3, 3});
      channels = layer.weight.size(0);
      layer.bias = take(name + ".bias", {channels});
      layer.scale = take(name + ".scale", {1});
      if (!(layer.scale.item<float>() > 0)) bad(name + ".scale is not positive");
      add(std::move(layer));
    }
  }
  if (layers_.empty()) bad("it has no layers");
  if (taken != file.tensors.size()) bad("it holds tensors that belong to no layer");
  for (torch::Tensor& parameter : weights_.parameters()) parameter.set_requires_grad(false);
}

TensorFile ThinVgg::toFile() const {
  TensorFile file;
  file.metadata = {{"format", kFormat}, {"version", kVersion}};
  const auto put = [&](const std::string& name, const torch::Tensor& tensor, torch::ScalarType type) {
    file.tensors[name] = tensor.detach().to(torch::kCPU, type).contiguous();
  };
  for (const Layer& layer : layers_) {
    if (layer.project.defined()) put(layer.name + ".project", layer.project, torch::kHalf);
    put(layer.name + ".weight", layer.weight, torch::kHalf);
    put(layer.name + ".bias", layer.bias, torch::kFloat);
    put(layer.name + ".scale", layer.scale, torch::kFloat);
  }
  return file;
}

void ThinVgg::to(torch::Device device, torch::ScalarType compute) {
  weights_.to(device);  // parameters and buffers keep their identity
  input_.to(device);
  compute_ = compute;
}

bool ThinVgg::has(const std::string& name) const {
  for (const Layer& layer : layers_) {
    if (layer.name == name) return true;
  }
  return false;
}

std::map<std::string, torch::Tensor> ThinVgg::features(const torch::Tensor& pictures,
                                                       const std::set<std::string>& layers) const {
  std::map<std::string, torch::Tensor> result;
  torch::Tensor x = input_(pictures).to(compute_).contiguous(torch::MemoryFormat::ChannelsLast);
  for (const Layer& layer : layers_) {
    if (result.size() == layers.size()) break;
    if (layer.pool_before) x = torch::max_pool2d(x, 2);
    if (layer.project.defined()) x = torch::conv2d(x, layer.project.to(compute_));
    x = torch::conv2d(x, layer.weight.to(compute_), layer.bias.to(compute_), 1, 1).relu_();
    if (layers.count(layer.name)) result[layer.name] = x * layer.scale.to(compute_);
  }
  for (const std::string& name : layers) {
    if (!result.count(name)) throw Error(ErrorCode::InvalidArgument, path_ + ": has no layer " + name);
  }
  return result;
}

double ThinVgg::multiplyAddsPerPixel() const {
  double sum = 0, texels = 1;  // a pixel
  for (const Layer& layer : layers_) {
    if (layer.pool_before) texels /= 4;
    const auto count = [](const torch::Tensor& t) { return t.defined() ? static_cast<double>(t.numel()) : 0.0; };
    sum += texels * (count(layer.project) + count(layer.weight));
  }
  return sum;
}

}  // namespace impasto::trainer
