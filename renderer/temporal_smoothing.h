// Temporal smoothing (TAA): edges and glints finer than four samples a pixel can hold, gathered over frames. Frames are
// drawn a little beside the pixels' middles, each elsewhere; what they gather is moved along the motion vectors.
//
// The renderer owns one while it is wanted. Everything goes into the caller's command buffer; nothing is allocated after
// the constructor.
#pragma once

#include <array>

#include "renderer/maths.h"
#include "renderer/resources.h"

namespace impasto::render {

struct Targets;

class TemporalSmoothing {
 public:
  // For frames of the targets' extent. Throws Error when GPU memory runs out.
  TemporalSmoothing(const Device& device, const Targets& targets);

  // The next frame; after a cut nothing is known of the one before.
  void begin(bool cut);
  // Where this frame is drawn beside the pixels' middles, in clip space.
  glm::vec2 jitter() const;

  // The frame at hand as it is drawn: what the resolve writes instead of the targets' colour and HDR colour.
  const Image& color() const noexcept { return color_; }
  const Image& hdr() const noexcept { return hdr_; }
  const Image& depthBuffer() const noexcept { return depth_buffer_; }  // of a G-buffer of one sample a pixel

  // Writes the targets' colour and HDR colour; both, and what is read, end and begin in SHADER_READ_ONLY_OPTIMAL.
  void record(VkCommandBuffer commands, const Targets& targets);

  void reloadShaders();  // as SceneRenderer's

 private:
  void createPipeline();

  const Device& device_;
  Image color_, hdr_, depth_buffer_;
  std::array<Image, 2> kept_color_, kept_hdr_;  // written by one frame, read by the next
  UniqueSampler nearest_, linear_;
  UniqueSetLayout set_layout_;
  UniqueDescriptorPool pool_;
  UniquePipelineLayout layout_;
  UniquePipeline pipeline_;
  std::array<VkDescriptorSet, 2> sets_{};  // by the one that is written
  uint32_t frame_ = 0;
  bool cut_ = true;
};

}  // namespace impasto::render
