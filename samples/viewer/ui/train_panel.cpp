// Learning a painting on frames of the scene in view.
#include "viewer/ui/panels.h"
#include "viewer/ui/theme.h"

namespace impasto::app {
namespace {

void fileLine(PanelContext& context, Command command, const std::string& path, const char* label,
              std::vector<std::string> extensions) {
  Widgets& w = context.widgets;
  if (w.plainButton(label, commandInfo(command).help, w.px(110.0f))) {
    context.dialog.open(label, std::move(extensions), command);
  }
  w.sameLine();
  const char* none = command == Command::TrainPerceptual ? "the trainer's own" : "none chosen";
  const std::string name = path.empty() ? none : path.substr(path.find_last_of('/') + 1);
  ImGui::TextColored(path.empty() ? kFaintColor : ImGui::GetStyleColorVec4(ImGuiCol_Text), "%s", name.c_str());
  if (!path.empty()) w.tooltip(path.c_str());
}

}  // namespace

void trainPanel(PanelContext& context) {
  Widgets& w = context.widgets;
  const Training& training = context.training;
  const TrainingSetup& setup = training.setup();
  w.heading("Learn a painting");
  w.hint("The viewer takes frames of this scene, starts impasto-train on them, and shows the style as it comes.");
  ImGui::BeginDisabled(training.running());
  fileLine(context, Command::TrainPainting, setup.painting, "Painting...", {".png", ".jpg", ".jpeg"});
  w.segments(Command::TrainPreset);
  w.slider(Command::TrainSteps);
  fileLine(context, Command::TrainPerceptual, setup.perceptual, "Network...", {".safetensors"});
  if (!setup.perceptual.empty()) {
    w.sameLine();
    w.button(Command::TrainPerceptual, "Own network");
  }
  ImGui::BeginDisabled(setup.painting.empty());
  w.button(Command::Train, "Start training", {}, -1.0f);
  ImGui::EndDisabled();
  ImGui::EndDisabled();

  if (training.stage() == Training::Stage::Idle) return;
  w.heading("Progress");
  ImGui::ProgressBar(training.progress(), {-1.0f, 0.0f}, training.progressText().c_str());
  ImGui::PushStyleColor(ImGuiCol_Text, training.stage() == Training::Stage::Failed ? kWarningColor
                                                                                 : ImGui::GetStyleColorVec4(ImGuiCol_Text));
  ImGui::PushTextWrapPos(0.0f);
  ImGui::TextUnformatted(training.status().c_str());
  ImGui::PopTextWrapPos();
  ImGui::PopStyleColor();
  if (training.running()) {
    ImGui::BeginDisabled(training.stage() == Training::Stage::Stopping);
    w.button(Command::CancelTraining, "Cancel training", {}, -1.0f);
    ImGui::EndDisabled();
  }
  if (const Thumbnail* sample = training.sample()) {
    const float width = ImGui::GetContentRegionAvail().x;
    ImGui::Image(sample->texture, {width, width / sample->aspect}, {0.0f, 0.0f}, {1.0f, sample->bottom});
    w.tooltip("Frames above, paintings below: pictures that are never trained on");
  }
  w.hint("Files of the training:");
  w.path(training.folder());
}

}  // namespace impasto::app
