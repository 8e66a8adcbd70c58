// How strongly each object is painted, as the picture that the pass takes as its mask.
#pragma once

#include <array>
#include <optional>
#include <vector>

#include "viewer/gpu/fullscreen_pass.h"

namespace impasto::app {

class ObjectMask {
 public:
  ObjectMask(const render::Device& device, size_t objects);

  // [0, 1], of object `id` (1 + index of its node).
  float strength(uint32_t id) const { return id < strengths_.size() ? strengths_[id] : 1.0f; }
  void setStrength(uint32_t id, float strength);
  void clear();
  bool needed() const;  // is any object not painted fully?

  void resize(VkExtent2D extent);  // the GPU must be idle
  // The mask, for kReaders; nullptr if none is needed.
  const render::Image* record(VkCommandBuffer commands, uint32_t slot, const render::Image& object);

  void reloadShaders() { pass_.reloadShaders(); }

 private:
  const render::Device& device_;
  std::vector<float> strengths_;
  std::array<render::Buffer, kFramesInFlight> buffers_;
  FullscreenPass pass_;
  VkExtent2D extent_{};
  render::Image mask_;  // made when it is needed first
};

}  // namespace impasto::app
