#include "optim/secret_random.h"

#include <unistd.h>

#include <bit>
#include <cmath>
#include <numbers>

#include "base/error.h"

namespace impasto::trainer {
namespace {

constexpr int kDoubleRounds = 10;

void quarterRound(uint32_t& a, uint32_t& b, uint32_t& c, uint32_t& d) {
  a += b, d = std::rotl(d ^ a, 16);
  c += d, b = std::rotl(b ^ c, 12);
  a += b, d = std::rotl(d ^ a, 8);
  c += d, b = std::rotl(b ^ c, 7);
}

}  // namespace

std::array<uint32_t, 16> SecretRandom::block(const Key& key, uint32_t counter, const std::array<uint32_t, 3>& nonce) {
  const std::array<uint32_t, 16> start = {0x61707865, 0x3320646e, 0x79622d32, 0x6b206574, key[0],   key[1],
                                          key[2],     key[3],     key[4],     key[5],     key[6],   key[7],
                                          counter,    nonce[0],   nonce[1],   nonce[2]};
  std::array<uint32_t, 16> x = start;
  for (int i = 0; i < kDoubleRounds; ++i) {
    for (size_t c = 0; c < 4; ++c) quarterRound(x[c], x[4 + c], x[8 + c], x[12 + c]);
    for (size_t c = 0; c < 4; ++c) quarterRound(x[c], x[4 + (c + 1) % 4], x[8 + (c + 2) % 4], x[12 + (c + 3) % 4]);
  }
  for (size_t i = 0; i < x.size(); ++i) x[i] += start[i];
  return x;
}

SecretRandom::SecretRandom() {
  if (getentropy(key_.data(), sizeof(key_)) != 0) {
    throw Error(ErrorCode::Internal, "the operating system gives no random key");
  }
}

uint64_t SecretRandom::bits() {
  if (used_ == ready_.size()) {
    ready_ = block(key_, static_cast<uint32_t>(blocks_), {static_cast<uint32_t>(blocks_ >> 32), 0, 0});
    ++blocks_;
    used_ = 0;
  }
  const uint64_t low = ready_[used_], high = ready_[used_ + 1];
  used_ += 2;
  return low | high << 32;
}

double SecretRandom::uniform() { return static_cast<double>(bits() >> 11) * 0x1p-53; }

torch::Tensor SecretRandom::normal(torch::IntArrayRef shape) {
  const torch::Tensor numbers = torch::empty(shape, torch::TensorOptions().dtype(torch::kFloat));
  auto* values = numbers.data_ptr<float>();
  for (int64_t i = 0; i < numbers.numel(); i += 2) {
    const double length = std::sqrt(-2 * std::log(1 - uniform())), angle = 2 * std::numbers::pi * uniform();
    values[i] = static_cast<float>(length * std::cos(angle));
    if (i + 1 < numbers.numel()) values[i + 1] = static_cast<float>(length * std::sin(angle));
  }
  return numbers;
}

}  // namespace impasto::trainer
