// An open scene: its data, its renderer, its cameras and its moment.
#pragma once

#include <future>
#include <memory>
#include <optional>
#include <string>

#include "renderer/scene_renderer.h"
#include "viewer/gpu/object_mask.h"
#include "viewer/model/commands.h"
#include "viewer/scene/camera_rig.h"

namespace impasto::app {

// Read on any thread; throws Error.
struct LoadedScene {
  std::string name;  // as it was asked for
  render::Scene scene;
  render::Bounds bounds;
};
std::unique_ptr<LoadedScene> loadScene(const std::string& name);

class SceneSession {
 public:
  // Uploads; the GPU must be idle, for the one queue is used. Throws Error.
  SceneSession(const render::Device& device, std::unique_ptr<LoadedScene> loaded, VkExtent2D extent, uint32_t slots);

  const std::string& name() const { return loaded_->name; }
  const render::Scene& scene() const { return loaded_->scene; }
  float radius() const { return radius_; }
  render::SceneRenderer& renderer() { return renderer_; }
  const render::SceneRenderer& renderer() const { return renderer_; }
  ObjectMask& mask() { return mask_; }
  CameraRig& rig() { return rig_; }

  void resize(VkExtent2D extent);  // the GPU must be idle

  // Moves to the state's time and camera. Allocates nothing after the first time.
  void update(const State& state, const CameraMotion& motion, double seconds);
  void resetCamera();
  void setEnvironment(const State::Light& light);
  void setMap(std::unique_ptr<render::EnvironmentMap> map);  // nullptr: the sky; the GPU must be idle

  void record(VkCommandBuffer commands, uint32_t slot);
  bool cut() const { return cut_; }  // the frame has nothing to do with the one before
  float duration() const;            // of the animation that plays, seconds; 0: nothing moves by it
  std::string objectName(uint32_t id) const;

  // Lists for choosing, made once.
  const std::vector<std::string>& cameraNames() const { return camera_names_; }
  const std::vector<std::string>& animationNames() const { return animation_names_; }

 private:
  int animationOf(const State& state) const;
  render::CameraView sceneCamera(const State& state) const;

  std::unique_ptr<LoadedScene> loaded_;
  float radius_ = 1.0f;
  render::SceneRenderer renderer_;
  ObjectMask mask_;
  CameraRig rig_;
  std::unique_ptr<render::EnvironmentMap> map_;
  std::vector<std::string> camera_names_, animation_names_;
  render::Pose pose_, previous_pose_;
  render::CameraView previous_camera_, framed_;
  float framed_aspect_ = 0.0f;
  int animation_ = 0;
  bool has_previous_ = false, cut_ = true;
};

}  // namespace impasto::app
