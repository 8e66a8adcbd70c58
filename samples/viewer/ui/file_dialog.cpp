#include "viewer/ui/file_dialog.h"

#include <algorithm>
#include <cctype>
#include <cstdlib>

#include "viewer/ui/theme.h"

namespace impasto::app {
namespace {

namespace fs = std::filesystem;

std::string loweredExtension(const fs::path& path) {
  std::string extension = path.extension().string();
  for (char& c : extension) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  return extension;
}

}  // namespace

void FileDialog::open(std::string title, std::vector<std::string> extensions, Command command) {
  extensions_ = std::move(extensions);
  start(std::move(title), command, false);
}

void FileDialog::openFolder(std::string title, Command command) {
  extensions_.clear();
  start(std::move(title), command, true);
}

void FileDialog::start(std::string title, Command command, bool folders) {
  title_ = std::move(title);
  command_ = command;
  folders_ = folders;
  open_ = appearing_ = true;
  std::error_code none;
  go(folder_.empty() ? fs::current_path(none) : folder_);
}

void FileDialog::go(const fs::path& folder) {
  std::vector<Entry> entries;
  std::error_code failure;
  for (auto it = fs::directory_iterator(folder, failure); !failure && it != fs::directory_iterator(); it.increment(failure)) {
    std::error_code none;
    const bool is_folder = it->is_directory(none);
    const std::string name = it->path().filename().string();
    if (name.starts_with(".")) continue;
    const bool fits = extensions_.empty() || std::find(extensions_.begin(), extensions_.end(),
                                                       loweredExtension(it->path())) != extensions_.end();
    if (is_folder || (fits && !folders_)) entries.push_back({name, is_folder});
  }
  failure_ = failure ? folder.string() + ": " + failure.message() : "";
  if (failure) return;
  std::sort(entries.begin(), entries.end(), [](const Entry& a, const Entry& b) {
    return a.folder != b.folder ? a.folder : a.name < b.name;
  });
  entries_ = std::move(entries);
  folder_ = folder;
}

void FileDialog::choose(Widgets& widgets, const fs::path& path) {
  open_ = false;
  apply(widgets.model(), request(command_, path.string()));
}

void FileDialog::draw(Widgets& w) {
  if (!open_) return;
  const ImVec2 screen = ImGui::GetIO().DisplaySize;
  ImGui::SetNextWindowPos({screen.x * 0.5f, screen.y * 0.5f}, ImGuiCond_Always, {0.5f, 0.5f});
  ImGui::SetNextWindowSize({std::min(w.px(560.0f), screen.x * 0.96f), std::min(w.px(460.0f), screen.y * 0.92f)});
  if (appearing_) ImGui::SetNextWindowFocus();
  appearing_ = false;
  bool stays = true;
  fs::path next, chosen;
  if (ImGui::Begin((title_ + "###files").c_str(), &stays,
                   ImGuiWindowFlags_NoResize | ImGuiWindowFlags_NoCollapse | ImGuiWindowFlags_NoMove)) {
    if (w.plainButton("Up", "The folder above")) next = folder_.parent_path();
    w.sameLine();
    const char* home = std::getenv("HOME");
    if (home && w.plainButton("Home", "Your own folder")) next = home;
    w.sameLine();
    ImGui::AlignTextToFramePadding();
    ImGui::TextColored(kFaintColor, "%s", folder_.string().c_str());
    if (!failure_.empty()) ImGui::TextColored(kWarningColor, "%s", failure_.c_str());
    ImGui::BeginChild("entries", {0.0f, -ImGui::GetFrameHeightWithSpacing() - w.px(4.0f)});
    for (const Entry& entry : entries_) {
      const std::string label = entry.folder ? entry.name + "/" : entry.name;
      if (ImGui::Selectable(label.c_str())) (entry.folder ? next : chosen) = folder_ / entry.name;
      w.remember(label.c_str(), true);
    }
    if (entries_.empty()) w.hint("Nothing of the kind here.");
    ImGui::EndChild();
    if (folders_ && w.plainButton("Take this folder", "What is shown above")) chosen = folder_;
    if (folders_) w.sameLine();
    if (w.plainButton("Close", nullptr)) stays = false;
  }
  ImGui::End();
  if (!stays) open_ = false;
  if (!next.empty()) go(next);
  if (!chosen.empty()) choose(w, chosen);
}

}  // namespace impasto::app
