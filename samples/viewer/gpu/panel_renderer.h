// Draws what Dear ImGui lays out, over the view, onto the canvas that the window shows.
//
// Ours and not the backend that comes with Debian's libimgui: that one (1.86) wants a render pass where everything here
// uses dynamic rendering, has no call for pictures of our own (thumbnails), and makes its vertex buffers while frames
// run.
#pragma once

#include <imgui.h>

#include <array>
#include <vector>

#include "viewer/gpu/frames.h"

namespace impasto::app {

class PanelRenderer {
 public:
  explicit PanelRenderer(const render::Device& device);

  // Uploads the font atlas of the current ImGui context; the GPU must be idle.
  void uploadFonts();

  // A picture for ImGui::Image: in SHADER_READ_ONLY_OPTIMAL whenever it is drawn, alive until it is removed and the GPU
  // has finished with the frames that drew it. nullptr when there are too many.
  ImTextureID addTexture(const render::Image& image);
  void removeTexture(ImTextureID texture, uint64_t last_frame);
  void update(uint64_t finished);  // frames the GPU has finished

  void resize(VkExtent2D extent);  // the GPU must be idle
  void reloadShaders();            // so too

  // Clears the canvas, puts `shown` at `place` (its top left), draws the panels. The canvas is left for kReaders.
  void record(VkCommandBuffer commands, uint32_t slot, const render::Image* shown, VkOffset2D place,
              const ImDrawData* panels);
  const render::Image& canvas() const { return canvas_; }

 private:
  struct Slot {
    render::Buffer vertices, indices;
    VkDescriptorSet set = VK_NULL_HANDLE;
  };
  struct Removed {
    VkDescriptorSet set = VK_NULL_HANDLE;
    uint64_t last_frame = 0;
  };
  void createLayouts();
  void createPipeline();
  void grow(Slot& slot, size_t vertices, size_t indices);
  void drawPanels(VkCommandBuffer commands, uint32_t slot, const ImDrawData& panels);

  const render::Device& device_;
  render::UniqueSampler sampler_;
  render::UniqueSetLayout texture_layout_, vertex_layout_;
  render::UniqueDescriptorPool pool_;
  render::UniquePipelineLayout layout_;
  render::UniquePipeline pipeline_;
  std::array<Slot, kFramesInFlight> slots_;
  std::vector<VkDescriptorSet> free_sets_;
  std::vector<Removed> removed_;
  render::Image font_, canvas_;
  VkDescriptorSet font_set_ = VK_NULL_HANDLE;
};

}  // namespace impasto::app
