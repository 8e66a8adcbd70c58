#include "viewer/gpu/object_mask.h"

#include <algorithm>
#include <cstring>

#include "shaders/mask.frag.h"
#include "viewer/gpu/access.h"

namespace impasto::app {

ObjectMask::ObjectMask(const render::Device& device, size_t objects)
    : device_(device),
      strengths_(objects + 1, 1.0f),
      pass_(device, {.name = "object mask",
                     .fragment = {"viewer/mask.frag", kMaskFrag},
                     .targets = {VK_FORMAT_R8_UNORM},
                     .textures = 1,
                     .storage_buffer = true}) {
  for (render::Buffer& buffer : buffers_) {
    buffer = render::createBuffer(device, "object strengths", strengths_.size() * sizeof(float),
                                  VK_BUFFER_USAGE_STORAGE_BUFFER_BIT, render::MemoryKind::Host);
  }
}

void ObjectMask::setStrength(uint32_t id, float strength) {
  if (id < strengths_.size()) strengths_[id] = std::clamp(strength, 0.0f, 1.0f);
}

void ObjectMask::clear() { std::fill(strengths_.begin(), strengths_.end(), 1.0f); }

bool ObjectMask::needed() const {
  return std::any_of(strengths_.begin(), strengths_.end(), [](float strength) { return strength < 1.0f; });
}

void ObjectMask::resize(VkExtent2D extent) {
  extent_ = extent;
  mask_ = {};
}

const render::Image* ObjectMask::record(VkCommandBuffer commands, uint32_t slot, const render::Image& object) {
  if (!needed()) return nullptr;
  if (mask_.width == 0) {
    mask_ = render::createImage(device_, "object mask",
                                {.format = VK_FORMAT_R8_UNORM,
                                 .width = extent_.width,
                                 .height = extent_.height,
                                 .usage = VK_IMAGE_USAGE_COLOR_ATTACHMENT_BIT | VK_IMAGE_USAGE_SAMPLED_BIT});
  }
  std::memcpy(buffers_[slot].mapped, strengths_.data(), strengths_.size() * sizeof(float));
  pass_.setTexture(slot, 0, object, false);
  pass_.setBuffer(slot, buffers_[slot]);
  pass_.record(commands, slot, {&mask_}, extent_, nullptr);
  return &mask_;
}

}  // namespace impasto::app
