#include "nn/on_device.h"

namespace impasto::trainer {

torch::Tensor onDevice(const torch::Tensor& host, torch::Device device) {
  if (!device.is_cuda()) return host.to(device);
  return (host.is_pinned() ? host : host.pin_memory()).to(device, /*non_blocking=*/true);
}

}  // namespace impasto::trainer
