#include "viewer/scene/scene_session.h"

#include <algorithm>

#include "common/message.h"
#include "renderer/scene/open_scene.h"
#include "viewer/scene/daylight.h"

namespace impasto::app {
namespace {

std::string nameOr(const std::string& name, const char* kind, size_t index) {
  return oneLine(name.empty() ? std::string(kind) + " " + std::to_string(index + 1) : name);
}

}  // namespace

std::unique_ptr<LoadedScene> loadScene(const std::string& name) {
  auto loaded = std::make_unique<LoadedScene>();
  loaded->name = name;
  loaded->scene = render::openScene(name);
  loaded->bounds = render::worldBounds(loaded->scene, render::poseAt(loaded->scene, 0.0));
  return loaded;
}

SceneSession::SceneSession(const render::Device& device, std::unique_ptr<LoadedScene> loaded, VkExtent2D extent,
                           uint32_t slots)
    : loaded_(std::move(loaded)),
      renderer_(device, loaded_->scene, extent.width, extent.height, slots),
      mask_(device, loaded_->scene.nodes.size()) {
  const render::Bounds& bounds = loaded_->bounds;
  radius_ = bounds.empty() ? 1.0f : std::max(bounds.radius(), 1e-6f);
  rig_.setScene(bounds.empty() ? glm::vec3(0.0f) : bounds.center(), radius_);
  mask_.resize(extent);
  for (const render::SceneCamera& camera : scene().cameras) {
    camera_names_.push_back(nameOr(camera.name, "Camera", camera_names_.size()));
  }
  if (camera_names_.empty()) camera_names_.push_back("Whole scene");
  for (const render::Animation& animation : scene().animations) {
    animation_names_.push_back(nameOr(animation.name, "Animation", animation_names_.size()));
  }
  if (animation_names_.size() > 1) animation_names_.push_back("All of them");
}

void SceneSession::resize(VkExtent2D extent) {
  if (extent.width == renderer_.width() && extent.height == renderer_.height()) return;
  renderer_.resize(extent.width, extent.height);
  mask_.resize(extent);
  has_previous_ = false;
}

int SceneSession::animationOf(const State& state) const {
  const bool all = scene().animations.size() > 1 && state.time.animation == static_cast<int>(scene().animations.size());
  return all ? render::kAllAnimations : state.time.animation;
}

float SceneSession::duration() const {
  float longest = 0.0f;
  for (size_t i = 0; i < scene().animations.size(); ++i) {
    if (animation_ == render::kAllAnimations || animation_ == static_cast<int>(i)) {
      longest = std::max(longest, scene().animations[i].duration);
    }
  }
  return longest;
}

render::CameraView SceneSession::sceneCamera(const State& state) const {
  const float aspect = static_cast<float>(renderer_.width()) / static_cast<float>(renderer_.height());
  return render::sceneCamera(scene(), pose_, aspect, state.camera.index);
}

void SceneSession::update(const State& state, const CameraMotion& motion, double seconds) {
  std::swap(pose_, previous_pose_);
  previous_camera_ = rig_.view();
  const int animation = animationOf(state);
  const bool other_animation = animation != animation_;
  animation_ = animation;
  render::poseAt(scene(), state.time.seconds, animation, pose_);
  const float aspect = static_cast<float>(renderer_.width()) / static_cast<float>(renderer_.height());
  render::CameraView camera;
  if (scene().cameras.empty()) {
    // It does not follow what moves, and looking for it takes a while.
    if (framed_aspect_ != aspect) framed_ = sceneCamera(state);
    framed_aspect_ = aspect;
    camera = framed_;
  } else {
    camera = sceneCamera(state);
  }
  rig_.update(state.camera, motion, camera, seconds);
  cut_ = !has_previous_ || rig_.cut() || other_animation;
  has_previous_ = true;
}

void SceneSession::resetCamera() {
  rig_.setScene(loaded_->bounds.empty() ? glm::vec3(0.0f) : loaded_->bounds.center(), radius_);
}

void SceneSession::setEnvironment(const State::Light& light) {
  render::Environment environment = scene().environment;
  switch (static_cast<LightKind>(light.kind)) {
    case LightKind::Scene:
      if (map_) environment = render::litBy(*map_, environment);
      break;
    case LightKind::Sun:
      environment = withSun(environment, light.sun_azimuth, light.sun_height);
      break;
    case LightKind::Time:
      environment = atHour(environment, light.hour);
      break;
  }
  renderer_.setEnvironment(environment);
  render::Look look;
  look.tonemap = static_cast<render::Tonemap>(light.tonemap);
  look.exposure_stops = light.exposure_stops;
  look.ambient_occlusion = light.ambient_occlusion;
  look.lamp_shadows = light.lamp_shadows;
  look.temporal_smoothing = light.temporal_smoothing;
  renderer_.setLook(look);
}

void SceneSession::setMap(std::unique_ptr<render::EnvironmentMap> map) {
  if (map) {
    renderer_.setEnvironmentMap(*map);
  } else if (map_) {
    renderer_.clearEnvironmentMap();
  }
  map_ = std::move(map);
}

void SceneSession::record(VkCommandBuffer commands, uint32_t slot) {
  std::optional<render::FrameView> previous;
  if (!cut_) previous = render::FrameView{previous_camera_, &previous_pose_};
  renderer_.record(commands, slot, {rig_.view(), &pose_}, previous);
}

std::string SceneSession::objectName(uint32_t id) const {
  if (id == 0 || id > scene().nodes.size()) return "";
  // The name may be on the node above: exporters make one node a material.
  for (int node = static_cast<int>(id) - 1; node != render::kNone; node = scene().nodes[static_cast<size_t>(node)].parent) {
    const render::Node& at = scene().nodes[static_cast<size_t>(node)];
    if (!at.name.empty()) return oneLine(at.name);
    if (at.mesh != render::kNone && !scene().meshes[static_cast<size_t>(at.mesh)].name.empty()) {
      return oneLine(scene().meshes[static_cast<size_t>(at.mesh)].name);
    }
  }
  return "Object " + std::to_string(id);
}

}  // namespace impasto::app
