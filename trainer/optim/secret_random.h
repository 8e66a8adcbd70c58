// Random numbers that nobody can work out afterwards: ChaCha20 (RFC 8439) under a key that the operating system makes anew
// for each object. The key is never written, so that a run that uses them cannot be repeated, nor its noise taken off again.
// Not thread-safe.
#pragma once

#include <array>
#include <cstdint>

#include "nn/torch.h"

namespace impasto::trainer {

class SecretRandom {
 public:
  using Key = std::array<uint32_t, 8>;

  // Throws impasto::Error(Internal) if the system gives no key.
  SecretRandom();
  explicit SecretRandom(const Key& key) : key_(key) {}

  uint64_t bits();
  double uniform();  // in [0, 1), a multiple of 2^-53
  // Independent normal numbers of deviation 1, drawn in double precision (Box and Muller 1958), float32 on the CPU.
  torch::Tensor normal(torch::IntArrayRef shape);

  // 64 bytes of the stream, as little-endian words (RFC 8439, section 2.3).
  static std::array<uint32_t, 16> block(const Key& key, uint32_t counter, const std::array<uint32_t, 3>& nonce);

 private:
  Key key_;
  uint64_t blocks_ = 0;  // made so far
  std::array<uint32_t, 16> ready_{};
  size_t used_ = 16;  // words of `ready_`
};

}  // namespace impasto::trainer
