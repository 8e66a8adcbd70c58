// One frame of a scene: shadow maps, geometry into a 4x multisampled G-buffer, sky, what is blended, ambient occlusion,
// and the resolve that tonemaps; with temporal smoothing also a G-buffer of its own, at the pixels' middles, and what
// gathers colour over frames. Everything goes into the caller's command buffer; the targets stay until resize().
//
// Who owns a pixel of the G-buffer: the nearest surface that covers it, where blended surfaces count if their alpha is
// one half or more there. Depth, normal, motion, base colour and object are all the owner's.
//
// Owned by a program beside its Device, used by one thread. `slot` counts frames in flight: the GPU must have finished
// the slot's previous frame before it is recorded again.
#pragma once

#include <array>
#include <functional>
#include <memory>
#include <optional>
#include <vector>

#include "renderer/camera.h"
#include "renderer/environment_map.h"
#include "renderer/gpu_scene.h"
#include "renderer/gpu_types.h"
#include "renderer/look.h"
#include "renderer/pipelines.h"
#include "renderer/resources.h"
#include "renderer/scene/pose.h"
#include "renderer/shadow_fit.h"
#include "renderer/temporal_smoothing.h"

namespace impasto::render {

// Linear depth of the sky, metres: what is infinitely far must be a number that half floats hold too.
inline constexpr float kSkyDepth = 65000.0f;
inline constexpr uint32_t kMaxExtent = 16384;
inline constexpr uint32_t kShadowResolution = 2048;  // of each cascade

// What a frame shows, and what the one before it showed: motion vectors are the difference.
struct FrameView {
  CameraView camera;
  const Pose* pose = nullptr;
};

// The resolved pictures, one sample a pixel, all in SHADER_READ_ONLY_OPTIMAL after a frame.
struct Targets {
  Image color;       // R8G8B8A8_UNORM, sRGB-encoded, alpha 1; smoothed over frames where the Look says so, as hdr is
  Image depth;       // R32_SFLOAT, linear view depth in metres, kSkyDepth where nothing is
  Image normal;      // R16G16B16A16_SFLOAT, world space, the sky's point at the camera; alpha: linear depth of the same
                     // point of the surface in the previous frame (from its camera)
  Image motion;      // R32G32_SFLOAT, pixel position in the previous frame minus position in this one
  Image base_color;  // R8G8B8A8_UNORM, sRGB-encoded, without light; black in the sky
  Image object;      // R32_UINT, 1 + index of the node that is seen, 0 in the sky
  Image hdr;         // R16G16B16A16_SFLOAT, linear light before exposure and tonemap, alpha 1
};

class SceneRenderer {
 public:
  // Throws Error for an extent outside 1 to kMaxExtent, or when GPU memory runs out.
  SceneRenderer(const Device& device, const Scene& scene, uint32_t width, uint32_t height, uint32_t slots = 1);

  void resize(uint32_t width, uint32_t height);  // the GPU must be idle

  // From the next frame on.
  void setLook(const Look& look) noexcept { look_ = look; }
  void setEnvironment(const Environment& environment) noexcept {
    environment_ = environment;
  }  // instead of the scene's

  // Lights the scene with a map and shows it as the sky; see litBy() for its sun. The GPU must be idle.
  void setEnvironmentMap(const EnvironmentMap& map);
  void clearEnvironmentMap();  // the sky again; the GPU must be idle

  // All pipelines anew, by what Device::replaceShaders() says; the GPU must be idle. Throws Error when one cannot be made:
  // then some are new and some old.
  void reloadShaders();

  // Called while a frame is recorded, after each stage with its name (which lives as long as the program): for timestamps.
  void setStageHook(std::function<void(VkCommandBuffer, const char*)> hook) { stage_hook_ = std::move(hook); }

  // Records the frame, allocating nothing after the first, and the first with temporal smoothing. Without `previous` (the first frame, a camera cut) nothing has moved.
  void record(VkCommandBuffer commands, uint32_t slot, const FrameView& now, const std::optional<FrameView>& previous);

  const Look& look() const noexcept { return look_; }
  const Environment& environment() const noexcept { return environment_; }
  const Targets& targets() const noexcept { return targets_; }
  uint32_t width() const noexcept { return width_; }
  uint32_t height() const noexcept { return height_; }

 private:
  struct Slot {
    Buffer frame, objects, pose, lights;
    VkDescriptorSet set = VK_NULL_HANDLE;
    std::vector<bool> mirrored;     // by object: its model matrix turns faces inside out
    std::vector<glm::vec4> places;  // by object: a ball in the world that holds it, radius infinite where nobody knows
  };

  void createLayouts();
  void createSlots(uint32_t count);
  void createPipelines();
  void createTargets();
  void fitShadowMap(const FrameView& now);
  GpuFrame frameConstants(const FrameView& now, const FrameView& previous) const;
  void writePoses(Slot& slot, const FrameView& now, const FrameView& previous) const;
  uint32_t writeLights(Slot& slot, const FrameView& now);  // how many
  void writeLampViews(GpuFrame& frame, const FrameView& now) const;
  void writeObjects(Slot& slot, const FrameView& now, const FrameView& previous) const;
  void recordShadows(VkCommandBuffer commands, const Slot& slot);
  void recordLampShadows(VkCommandBuffer commands, const Slot& slot);
  void drawCasters(VkCommandBuffer commands, const Slot& slot, const ShadowFit* sun);
  void recordGeometry(VkCommandBuffer commands, const Slot& slot, const FrameView& now);
  void recordOcclusion(VkCommandBuffer commands, const Slot& slot);
  void recordResolve(VkCommandBuffer commands);
  void recordGBuffer(VkCommandBuffer commands, const Slot& slot);
  void bindDraws(VkCommandBuffer commands, const Slot& slot);
  // Pipelines that differ in what they draw; those of shapes that the scene does not have are not made.
  using ByShape = std::array<UniquePipeline, kShapes>;
  struct Bound {
    int material = kNone, shape = kNone;
  };
  ByShape createByShape(PipelineInfo info) const;
  // Without pipelines, by the one that is bound.
  void draw(VkCommandBuffer commands, const Slot& slot, const Draw& what, uint32_t object, const ByShape* pipelines,
            Bound& bound);

  const Device& device_;
  const Scene& scene_;
  GpuScene gpu_scene_;
  Bounds bounds_;  // of the rest pose
  Look look_;
  Environment environment_;
  std::array<glm::vec4, 9> irradiance_{};
  bool has_map_ = false;
  uint32_t width_, height_;

  UniqueSampler shadow_sampler_, point_sampler_, map_sampler_;
  UniqueSetLayout frame_layout_, resolve_layout_, blur_layout_;
  UniqueDescriptorPool pool_;
  UniquePipelineLayout scene_pipeline_layout_, resolve_pipeline_layout_, occlusion_pipeline_layout_,
      blur_pipeline_layout_;
  ByShape opaque_, blended_, blended_owners_, g_buffer_;
  UniquePipeline sky_, g_buffer_sky_, shadow_, lamp_shadow_, occlusion_, blur_, resolve_;
  VkDescriptorSet resolve_set_ = VK_NULL_HANDLE, blur_set_ = VK_NULL_HANDLE;

  std::array<ShadowFit, kShadowCascades> shadows_;  // of the frame that is being recorded
  std::array<int, kShadowLamps> shadow_lamps_;      // of the scene's lights
  Image shadow_map_, lamp_shadow_map_, environment_map_;
  std::array<Image, 6> samples_;  // 4 a pixel: HDR colour, depth, normal, motion, base colour, object
  Image depth_buffer_, noisy_openness_, openness_;
  Targets targets_;
  std::unique_ptr<TemporalSmoothing> smoothing_;  // once it has been wanted
  bool smoothed_before_ = false;                  // the frame before
  std::vector<Slot> slots_;
  std::function<void(VkCommandBuffer, const char*)> stage_hook_;
  std::vector<std::pair<float, uint32_t>> order_;  // of lights, of what is blended: kept for its memory
};

}  // namespace impasto::render
