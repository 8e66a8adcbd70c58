// Sums over the GPUs of several processes by NCCL, which is opened at run time as LibTorch's CUDA library is.
#pragma once

#include <array>
#include <functional>
#include <memory>

#include "nn/torch.h"

namespace impasto::trainer {

class NcclGroup {
 public:
  using Id = std::array<char, 128>;

  // `share` gives all processes what rank 0 hands it. On the current device. Throws impasto::Error(Unsupported) where NCCL
  // cannot be loaded, ProcessLost if it fails.
  NcclGroup(int rank, int size, const std::function<Id(const Id& of_rank_0)>& share);
  ~NcclGroup();
  NcclGroup(const NcclGroup&) = delete;
  NcclGroup& operator=(const NcclGroup&) = delete;

  // In place, contiguous float32 on the device, in the order of LibTorch's default stream: returns before it is done.
  void sum(torch::Tensor& tensor);

 private:
  struct Library;
  std::unique_ptr<Library> library_;
  void* group_ = nullptr;
};

}  // namespace impasto::trainer
