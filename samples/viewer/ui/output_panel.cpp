// Screenshots, recordings, camera paths.
#include "viewer/ui/panels.h"
#include "viewer/ui/theme.h"

namespace impasto::app {

void outputPanel(PanelContext& context) {
  Widgets& w = context.widgets;
  w.heading("Folder");
  w.path(context.output_folder);
  if (w.plainButton("Choose folder...", commandInfo(Command::OutputFolder).help)) {
    context.dialog.openFolder("Where pictures and recordings go", Command::OutputFolder);
  }
  w.heading("Pictures");
  w.button(Command::Screenshot, nullptr, {}, w.half());
  w.sameLine();
  w.button(Command::ScreenshotAll, nullptr, {}, w.half());
  w.checkbox(Command::WithPanels);
  w.heading("Recording");
  w.segments(Command::RecordFormatChoice);
  w.slider(Command::RecordRate);
  const bool recording = w.state().output.recording;
  if (recording) pushChosen();
  w.button(Command::Record, recording ? "Stop recording" : "Start recording", {}, -1.0f);
  if (recording) popChosen();
  w.hint("Every frame is recorded, however long it takes: the scene's time follows the recording.");
  w.heading("Camera path");
  w.checkbox(Command::RecordPath);
  w.hint("Fly or orbit meanwhile; impasto-render --camera-path FILE follows it.");
}

}  // namespace impasto::app
