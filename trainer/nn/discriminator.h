// Networks that tell real pictures from made ones.
//
// No batch norm anywhere: a score depends on its own picture only, as gradient penalties need it. Not thread-safe.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "engine/state.h"
#include "nn/torch.h"

namespace impasto::trainer {

struct DiscriminatorOptions {
  std::string kind = "patch";  // "dcgan", "patch", "multiscale"
  int64_t channels = 3;        // of the pictures
  int64_t width = 32;          // channels of the first layer; each following one has twice as many, at most 8 times
  int layers = 3;              // of stride 2, each halving the picture
  int side = 64;               // of the smallest pictures, pixels; for "dcgan" of all of them
  bool spectral_norm = false;
  double dropout = 0;          // share of the channels behind each hidden layer that are zeroed while training
};
const std::vector<std::string>& discriminatorNames();

// A 4x4 convolution whose kernel, seen as O x (I k k), is divided by its largest singular value if asked for (Miyato et al.
// 2018). The value is followed by power iteration, one round for each forward pass while training; the vector is a
// buffer, so that checkpoints hold it.
class SpectralConvImpl : public torch::nn::Module {
 public:
  SpectralConvImpl(int64_t in, int64_t out, int64_t kernel, int64_t stride, int64_t padding, bool spectral_norm);
  torch::Tensor forward(const torch::Tensor& x);
  torch::Tensor weight();  // as it is used

 private:
  torch::Tensor kernel_, bias_, left_;
  int64_t stride_, padding_;
  bool spectral_norm_;
};
TORCH_MODULE(SpectralConv);

// One score for each overlapping patch (Isola et al. 2017): pictures N x C x H x W of any size -> N x 1 x h x w. With three
// layers a score sees 70 x 70 pixels.
class PatchDiscriminatorImpl : public torch::nn::Module {
 public:
  explicit PatchDiscriminatorImpl(const DiscriminatorOptions& options);
  torch::Tensor forward(torch::Tensor x);

 private:
  std::vector<SpectralConv> layers_;
  double dropout_;
};
TORCH_MODULE(PatchDiscriminator);

// A discriminator of one of three kinds; scores are N x anything.
//   patch       one PatchDiscriminator
//   multiscale  three of them, on the picture, its half and its quarter (Wang et al. 2018); scores side by side
//   dcgan       strided convolutions down to 4 x 4, then one score for the whole picture (Radford et al. 2016);
//               pictures of `side` pixels, a power of two from 16 on
class DiscriminatorImpl : public torch::nn::Module {
 public:
  // Throws impasto::Error(InvalidArgument) for another kind or a side that does not fit.
  explicit DiscriminatorImpl(const DiscriminatorOptions& options);
  torch::Tensor forward(const torch::Tensor& pictures);

 private:
  DiscriminatorOptions options_;
  std::vector<PatchDiscriminator> scales_;  // patch, multiscale
  std::vector<SpectralConv> layers_;        // dcgan
};
TORCH_MODULE(Discriminator);

// Pictures that a generator has made lately: a discriminator that sees some of them again forgets less (Shrivastava et al.
// 2017). Half of the pictures of a full pool's batch come from the pool, and take its place there.
class ImagePool final : public Stateful {
 public:
  // Random choices are a function of `seed` and of what was drawn before. 0 pictures: no pool.
  ImagePool(int64_t size, uint64_t seed);
  // N x C x H x W -> the same shape, detached.
  torch::Tensor exchange(const torch::Tensor& pictures);
  void save(State& state, const std::string& prefix) const override;
  void load(const State& state, const std::string& prefix) override;

 private:
  int64_t size_;
  uint64_t seed_;
  int64_t drawn_ = 0;
  std::vector<torch::Tensor> pictures_;
};

}  // namespace impasto::trainer
