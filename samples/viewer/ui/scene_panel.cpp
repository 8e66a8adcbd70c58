// The scene: opening one, its cameras, its animations, its light.
#include <filesystem>

#include "viewer/ui/panels.h"
#include "viewer/ui/theme.h"

namespace impasto::app {
namespace {

constexpr const char* kOwnScenes[] = {"harbour", "carousel", "atelier", "garden"};

void opening(PanelContext& context) {
  Widgets& w = context.widgets;
  w.heading("Scene");
  if (context.session) {
    const std::string& name = context.session->name();
    ImGui::TextUnformatted(std::filesystem::path(name).filename().string().c_str());
    w.tooltip(name.c_str());
  }
  if (context.loading) {
    w.sameLine();
    ImGui::TextColored(kAccentColor, "reading...");
  }
  for (size_t i = 0; i < std::size(kOwnScenes); ++i) {
    if (i % 2 == 1) w.sameLine();
    if (w.plainButton(kOwnScenes[i], "A scene that comes with Impasto", w.half())) {
      apply(w.model(), request(Command::Open, kOwnScenes[i]));
    }
  }
  if (w.plainButton("Open scene...", "A glTF 2.0 file (.gltf, .glb); dropping one on the window does it too", w.half())) {
    context.dialog.open("Open a scene", {".gltf", ".glb"}, Command::Open);
  }
  w.sameLine();
  ImGui::BeginDisabled(context.settings.recent_scenes.empty());
  if (w.plainButton("Recent scenes...", "Scenes that were open before", w.half())) ImGui::OpenPopup("recent scenes");
  ImGui::EndDisabled();
  if (ImGui::BeginPopup("recent scenes")) {
    for (const std::string& path : context.settings.recent_scenes) {
      if (ImGui::Selectable(path.c_str())) apply(w.model(), request(Command::Open, path));
      w.remember(path.c_str(), true);
    }
    ImGui::EndPopup();
  }
}

void camera(PanelContext& context) {
  Widgets& w = context.widgets;
  w.heading("Camera");
  w.segments(Command::CameraChoice);
  w.sameLine();
  w.button(Command::ResetCamera);
  switch (static_cast<CameraKind>(w.state().camera.kind)) {
    case CameraKind::Scene:
      w.list(Command::CameraIndex, context.session->cameraNames());
      break;
    case CameraKind::Orbit:
      w.hint("Drag turns, the wheel nears, the middle button moves.");
      break;
    case CameraKind::Fly:
      w.slider(Command::FlySpeed);
      w.hint("W A S D Q E fly, drag looks, Shift is faster.");
      break;
  }
}

void light(PanelContext& context) {
  Widgets& w = context.widgets;
  w.heading("Light");
  w.segments(Command::LightChoice);
  const auto kind = static_cast<LightKind>(w.state().light.kind);
  if (kind == LightKind::Sun) {
    w.slider(Command::SunAzimuth);
    w.slider(Command::SunHeight);
  }
  if (kind == LightKind::Time) w.slider(Command::Hour);
  w.slider(Command::Exposure);
  w.combo(Command::TonemapChoice);
  w.checkbox(Command::AmbientOcclusion);
  w.checkbox(Command::LampShadows);
  w.checkbox(Command::TemporalSmoothing);
  if (w.plainButton("Environment map...", "Lights the scene with a Radiance .hdr picture", w.half())) {
    context.dialog.open("Open an environment map", {".hdr"}, Command::OpenEnvironment);
  }
  w.sameLine();
  w.button(Command::NoEnvironment, nullptr, {}, w.half());
}

}  // namespace

void scenePanel(PanelContext& context) {
  Widgets& w = context.widgets;
  opening(context);
  if (!context.session) return;
  camera(context);
  w.heading("Time");
  w.list(Command::Animation, context.session->animationNames());
  w.slider(Command::TimeSpeed);
  light(context);
}

}  // namespace impasto::app
