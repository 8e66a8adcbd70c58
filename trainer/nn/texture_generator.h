// Networks that make pictures of noise. Not style generators: no frame goes in, and no plugin runs them.
#pragma once

#include <torch/nn/modules/container/sequential.h>

#include <cstdint>
#include <string>
#include <vector>

#include "nn/torch.h"

namespace impasto::trainer {

struct TextureOptions {
  std::string kind = "dcgan";  // "dcgan", "stylegan2"
  int64_t latent = 64;         // length of a latent vector
  int64_t width = 32;          // channels of the last block; each one before has twice as many, at most 8 times
  int side = 64;               // of the pictures, pixels: 8, 16, 32, ...
};
const std::vector<std::string>& textureGeneratorNames();

// conv(x, weight), weight O x I x 3 x 3, with the kernel of each picture n scaled by styles[n] (N x I) and, if
// `demodulate`, divided so that its outputs keep unit deviation (Karras et al. 2020, eq. 1 and 3). Edges are padded by 0.
torch::Tensor modulatedConv(const torch::Tensor& x, const torch::Tensor& weight, const torch::Tensor& styles,
                            bool demodulate);

//   dcgan      a linear layer to 4 x 4, then transposed convolutions with batch norms (Radford et al. 2016)
//   stylegan2  a mapping network from latent to style, modulated convolutions from a learned constant on, noise after
//              each, colours summed over the scales (Karras et al. 2020). Kernels have unit deviation and are scaled where
//              they are used, so that a learning rate means the same for all (Karras et al. 2018, 4.1), and colours are not
//              squashed: a sum over scales that saturates has no gradient to come back by.
class TextureGeneratorImpl : public torch::nn::Module {
 public:
  // Throws impasto::Error(InvalidArgument) for another kind or a side that is no such power of two. Weights are drawn from
  // LibTorch's generator of random numbers, as is the noise that stylegan2 adds.
  explicit TextureGeneratorImpl(const TextureOptions& options);

  // Latent vectors N x L of unit deviation -> pictures N x 3 x S x S in [0, 1]; those of stylegan2 may lie outside.
  torch::Tensor forward(const torch::Tensor& latents);

  // Coarse shapes of the one, fine ones of the other: blocks below `crossover` (0 to blocks()) follow `coarse`, the rest
  // `fine`. Throws impasto::Error(InvalidArgument) for dcgan, which has no styles.
  torch::Tensor mix(const torch::Tensor& coarse, const torch::Tensor& fine, int64_t crossover);
  int64_t blocks() const { return static_cast<int64_t>(blocks_.size()); }

  const TextureOptions& options() const { return options_; }

 private:
  struct Affine {  // of stylegan2: a linear layer
    torch::Tensor weight, bias;
    double rate;  // at which it learns, as a share of the others'
    torch::Tensor forward(const torch::Tensor& x) const;
  };
  struct Block {  // of stylegan2: a modulated convolution at one scale and what makes colours of it
    Affine style, color_style;
    torch::Tensor weight, bias, noise_strength, color_weight, color_bias;
  };

  Affine affine(const std::string& name, int64_t in, int64_t out, double bias, double rate);
  torch::Tensor paint(const std::vector<torch::Tensor>& style_of_block);

  TextureOptions options_;
  torch::nn::Sequential plain_{nullptr};  // dcgan
  std::vector<Affine> mapping_;
  torch::Tensor constant_;
  std::vector<Block> blocks_;
};
TORCH_MODULE(TextureGenerator);

// `count` pictures, N x 3 x S x S in [0, 1] on the CPU, a function of the weights and the seed; LibTorch's generator of
// random numbers is left as it was. Statistics of norms are used, not measured. No gradients.
torch::Tensor drawTextures(TextureGenerator& generator, int64_t count, uint64_t seed);

// The same for stylegan2 with mixed styles: a table of rows x columns pictures, coarse shapes of the row's noise from
// `crossover` blocks on, fine ones of the column's.
torch::Tensor drawMixedTextures(TextureGenerator& generator, int64_t rows, int64_t columns, int64_t crossover, uint64_t seed);

// A generator and what it was made with, as a file of its own (safetensors). Throw impasto::Error, naming the path.
void writeTextureGenerator(TextureGenerator& generator, const std::string& training, const std::string& path);
TextureGenerator readTextureGenerator(const std::string& path);

}  // namespace impasto::trainer
