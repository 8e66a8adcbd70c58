// Learning a painting on frames of the scene in view.
#include <cfloat>

#include "viewer/ui/panels.h"
#include "viewer/ui/theme.h"

namespace impasto::app {
namespace {

void fileLine(PanelContext& context, Command command, const std::string& path, const char* label,
              std::vector<std::string> extensions) {
  Widgets& w = context.widgets;
  if (w.plainButton(label, commandInfo(command).help, w.px(150.0f))) {
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
  fileLine(context, Command::TrainPerceptual, setup.perceptual, "Perceptual network...", {".safetensors"});
  float steps = static_cast<float>(setup.steps);
  ImGui::AlignTextToFramePadding();
  ImGui::TextUnformatted("Steps");
  ImGui::SameLine(w.px(122.0f));
  ImGui::SetNextItemWidth(-FLT_MIN);
  if (ImGui::SliderFloat("##steps", &steps, 50.0f, 4000.0f, "%.0f", ImGuiSliderFlags_Logarithmic)) {
    apply(w.model(), request(Command::TrainSteps, std::to_string(static_cast<int>(steps))));
  }
  w.remember("Training steps");
  w.tooltip("Some hundred show where it goes, 2000 are a whole training");
  ImGui::BeginDisabled(setup.painting.empty());
  w.button(Command::Train, "Start training", {}, -1.0f);
  ImGui::EndDisabled();
  ImGui::EndDisabled();

  if (training.stage() == Training::Stage::Idle) return;
  w.heading("Progress");
  ImGui::ProgressBar(training.progress(), {-1.0f, 0.0f});
  ImGui::PushTextWrapPos(0.0f);
  ImGui::TextUnformatted(training.status().c_str());
  ImGui::PopTextWrapPos();
  if (const Thumbnail* sample = training.sample()) {
    const float width = ImGui::GetContentRegionAvail().x;
    ImGui::Image(sample->texture, {width, width / sample->aspect}, {0.0f, 0.0f}, {1.0f, sample->bottom});
    w.tooltip("Frames above, paintings below: pictures that are never trained on");
  }
  if (training.running()) {
    w.button(Command::CancelTraining, "Cancel training", {}, -1.0f);
  } else {
    w.hint("Files of the training:");
    w.hint(training.folder().c_str());
  }
}

}  // namespace impasto::app
