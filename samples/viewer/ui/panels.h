// The panels of the viewer. Each is a function that reads what there is and answers with commands (widgets.h): none
// keeps anything of its own.
#pragma once

#include <string>
#include <vector>

#include "viewer/model/messages.h"
#include "viewer/model/settings.h"
#include "viewer/painting/painting.h"
#include "viewer/painting/style_library.h"
#include "viewer/painting/thumbnails.h"
#include "viewer/scene/scene_session.h"
#include "viewer/training/training.h"
#include "viewer/ui/file_dialog.h"
#include "viewer/ui/performance.h"
#include "viewer/ui/widgets.h"

namespace impasto::app {

// What panels show. References are to what the application owns.
struct PanelContext {
  Widgets& widgets;
  const StyleLibrary& library;
  const Thumbnails& thumbnails;
  const Painting& painting;
  SceneSession* session = nullptr;  // none while the first scene is read
  const Settings& settings;
  Messages& messages;
  const Performance& performance;
  const Training& training;
  FileDialog& dialog;
  uint32_t selected = 0;            // object
  const std::string& output_folder;
  const std::string& device_name;
  bool loading = false;             // a scene is being read
  bool reloads_shaders = false;     // when asked to
};

void paintPanel(PanelContext& context);
void viewPanel(PanelContext& context);
void scenePanel(PanelContext& context);
void outputPanel(PanelContext& context);
void trainPanel(PanelContext& context);
void windowPanel(PanelContext& context);

void bottomBar(PanelContext& context);          // time line and status
void performanceWindow(PanelContext& context);  // graph, stages, memory
void helpWindow(PanelContext& context);         // keys
void messagesOverlay(PanelContext& context, ImVec2 corner);  // its top right corner

}  // namespace impasto::app
