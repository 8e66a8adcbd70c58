// What the viewer does when a command asks for more than a number.
#include <algorithm>
#include <cctype>
#include <chrono>
#include <cstdio>

#include "common/error.h"
#include "media/image_file.h"
#include "renderer/environment_map.h"
#include "renderer/scene/open_scene.h"
#include "viewer/app.h"
#include "viewer/scene/daylight.h"

namespace impasto::app {
namespace {

namespace fs = std::filesystem;

std::string loweredExtension(const fs::path& path) {
  std::string extension = path.extension().string();
  for (char& c : extension) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  return extension;
}

bool isOwnScene(const std::string& name) {
  return name == "sample" || (name.find_first_of("./") == std::string::npos &&
                              std::string(render::kSceneNames).find(name) != std::string::npos);
}

std::string absolutePath(const std::string& path) { return fs::absolute(path).lexically_normal().string(); }

// The styles that come with Impasto: beside the program, in the source tree, where they are installed.
std::vector<std::string> ownStyles() {
  std::error_code none;
  const fs::path program = fs::read_symlink("/proc/self/exe", none).parent_path();
  for (const fs::path& folder : {program / "styles", program / "../../styles", program / "../share/impasto/styles", fs::path("styles")}) {
    std::vector<std::string> found;
    for (auto it = fs::directory_iterator(folder, none); !none && it != fs::directory_iterator(); it.increment(none)) {
      if (it->path().extension() == ".safetensors") found.push_back(it->path().string());
    }
    std::sort(found.begin(), found.end());
    if (!found.empty()) return found;
  }
  return {};
}

}  // namespace

void App::openFirst() {
  std::vector<std::string> styles = options_.styles;
  // What was asked for must be there; what is remembered may have gone.
  for (const std::string& path : styles) openStyle(path, false);
  if (styles.empty()) {
    styles = settings_.styles.empty() ? ownStyles() : settings_.styles;
    for (const std::string& path : styles) {
      try {
        library_.add(path);
      } catch (const Error& error) {
        messages_.post(Level::Warning, error.what());
      }
    }
  }
  std::string scene = options_.scene;
  std::error_code none;
  if (scene.empty() && options_.styles.empty() && !settings_.recent_scenes.empty()) {
    const std::string& last = settings_.recent_scenes.front();
    if (isOwnScene(last) || fs::exists(last, none)) scene = last;
  }
  // Read now: a scene that cannot be is the end of the program here, and a message later.
  loading_name_ = scene.empty() ? "harbour" : scene;
  if (!options_.scene.empty() && !isOwnScene(scene) && !fs::exists(scene, none)) {
    render::openScene(scene);  // says what is wrong
  }
  openScene(loading_name_);
}

void App::open(const std::string& name) {
  const std::string extension = loweredExtension(name);
  if (isOwnScene(name) || extension == ".gltf" || extension == ".glb") {
    openScene(name);
  } else if (extension == ".safetensors") {
    openStyle(name, true);
  } else if (extension == ".hdr") {
    apply(model_, request(Command::OpenEnvironment, name));
  } else if (extension == ".png" || extension == ".jpg" || extension == ".jpeg") {
    training_->setup().painting = absolutePath(name);
    apply(model_, setTo(Command::Tab, 4));
    messages_.post(Level::Note, "painting to learn: " + name);
  } else {
    throw Error(name + ": not a scene (.gltf, .glb), a style (.safetensors), an environment (.hdr) or a painting (.png, .jpg)");
  }
}

void App::openScene(const std::string& name) {
  if (loading_scene_.valid()) {
    messages_.post(Level::Warning, "a scene is being read already");
    return;
  }
  loading_name_ = isOwnScene(name) ? name : absolutePath(name);
  loading_scene_ = std::async(std::launch::async, loadScene, loading_name_);
}

void App::openStyle(const std::string& path, bool choose) {
  const size_t index = library_.add(path);
  model_.sizes.styles = static_cast<int>(library_.size());
  if (choose) apply(model_, setTo(Command::Style, static_cast<float>(index)));
  if (!training_ || path != training_->stylePath()) remember(settings_.recent_styles, library_[index].path);
}

void App::takeLoaded() {
  const auto ready = [](const auto& future) {
    return future.valid() && future.wait_for(std::chrono::seconds(0)) == std::future_status::ready;
  };
  if (ready(loading_scene_)) {
    try {
      auto loaded = loading_scene_.get();
      for (const std::string& warning : loaded->scene.warnings) {
        messages_.post(Level::Warning, loaded->name + ": " + warning);
      }
      frames_->waitIdle();
      session_.reset();  // the memory of two scenes may be too much
      const VkExtent2D extent{std::max(picture_.width, 1u), std::max(picture_.height, 1u)};
      session_ = std::make_unique<SceneSession>(*device_.device, std::move(loaded), extent, kFramesInFlight);
      session_->renderer().setStageHook([this](VkCommandBuffer commands, const char* stage) { times_->end(commands, stage); });
      State& state = model_.state;
      state.camera.kind = state.camera.index = state.time.animation = 0;
      state.time.seconds = 0.0f;
      anglesOf(session_->scene().environment.to_sun, state.light.sun_azimuth, state.light.sun_height);
      light_changed_ = true;
      select(0);
      thumbnails_->forget();
      remember(settings_.recent_scenes, session_->name());
    } catch (const std::exception& error) {
      if (!session_ && shown_ == 0 && !options_.scene.empty()) throw;
      messages_.post(Level::Failure, error.what());
      if (!session_) openScene("harbour");
    }
  }
  if (ready(loading_map_)) {
    try {
      auto map = loading_map_.get();
      frames_->waitIdle();
      if (session_) session_->setMap(std::move(map));
      light_changed_ = true;
    } catch (const std::exception& error) {
      messages_.post(Level::Failure, error.what());
    }
  }
}

void App::takeShaders(double seconds) {
  render::Device& device = *device_.device;
  try {
    std::optional<render::Device::ShaderWords> fresh = shaders_.update(seconds);
    if (!fresh) return;
    frames_->waitIdle();
    render::Device::ShaderWords before = device.replaceShaders(std::move(*fresh));
    try {
      reloadShaders();
    } catch (const Error&) {  // they compile, and make no pipeline
      device.replaceShaders(std::move(before));
      reloadShaders();
      throw;
    }
    messages_.post(Level::Note, "shaders reloaded");
  } catch (const std::exception& error) {
    messages_.post(Level::Failure, error.what());
  }
}

void App::reloadShaders() {
  if (session_) {
    session_->renderer().reloadShaders();
    session_->mask().reloadShaders();
  }
  composer_->reloadShaders();
  painting_->reloadShaders();
  thumbnails_->reloadShaders();
  ui_->renderer().reloadShaders();
}

void App::takeRequests() {
  for (size_t i = 0; i < model_.requests.size(); ++i) {  // carrying out may ask for more
    const Action action = model_.requests[i];
    try {
      carryOut(action);
    } catch (const std::exception& error) {
      messages_.post(Level::Failure, error.what());
    }
  }
  model_.requests.clear();
}

void App::select(uint32_t object) {
  selected_ = object;
  if (session_) model_.state.object.strength = session_->mask().strength(object);
}

std::filesystem::path App::freeName(const char* extension) {
  char name[32];
  while (true) {
    std::snprintf(name, sizeof name, "impasto_%04d%s", next_number_++, extension);
    std::error_code none;
    const fs::path path = fs::path(output_folder_) / name;
    if (!fs::exists(path, none)) return path;
  }
}

void App::carryOut(const Action& action) {
  State& state = model_.state;
  const std::string& text = action.text;
  switch (action.command) {
    case Command::Open:
      open(text);
      break;
    case Command::OpenDialog:
      dialog_.open("Open a file", {".gltf", ".glb", ".safetensors", ".hdr", ".png", ".jpg", ".jpeg"}, Command::Open);
      break;
    case Command::RemoveStyle:
      if (library_.size() > 0) library_.remove(static_cast<size_t>(state.paint.style));
      break;
    case Command::Mix: {
      size_t painting = 0;
      float weight = 0.0f;
      if (std::sscanf(text.c_str(), "%zu %f", &painting, &weight) != 2) throw Error("mix: '" + text + "' is not INDEX WEIGHT");
      library_.setWeight(static_cast<size_t>(state.paint.style), painting, weight);
      break;
    }
    case Command::Select: {
      unsigned object = 0;
      if (std::sscanf(text.c_str(), "%u", &object) != 1) throw Error("select: '" + text + "' is not a number");
      select(object);
      break;
    }
    case Command::CleanObject:
      if (selected_ == 0) throw Error("no object is selected: click one first");
      state.object.strength = state.object.strength > 0.0f ? 0.0f : 1.0f;
      break;
    case Command::ClearObjects:
      if (session_) session_->mask().clear();
      select(0);
      break;
    case Command::ResetCamera:
      state.camera.kind = static_cast<int>(CameraKind::Scene);
      if (session_) session_->resetCamera();
      break;
    case Command::Step:
      apply(model_, setTo(Command::Pause, 1.0f));
      apply(model_, nudge(Command::Time, 1.0f));
      break;
    case Command::OpenEnvironment:
      if (loading_map_.valid()) break;
      loading_map_ = std::async(std::launch::async, [text] {
        return std::make_unique<render::EnvironmentMap>(render::loadEnvironmentMap(text));
      });
      apply(model_, setTo(Command::LightChoice, 0.0f));
      break;
    case Command::NoEnvironment:
      frames_->waitIdle();
      if (session_) session_->setMap(nullptr);
      light_changed_ = true;
      break;
    case Command::Screenshot:
    case Command::ScreenshotAll: {
      const fs::path path = text.empty() ? freeName(".png") : fs::path(text);
      if (!media::imageFormatOfName(path)) throw Error(text + ": the name must end in " + media::kImageExtensions);
      shots_.push_back({path, action.command == Command::ScreenshotAll});
      break;
    }
    case Command::OutputFolder:
      output_folder_ = text;
      break;
    case Command::TrainPainting:
      training_->setup().painting = text;
      break;
    case Command::TrainPerceptual:
      training_->setup().perceptual = settings_.perceptual = text;
      break;
    case Command::Train:
      training_->setup().preset = valueText(commandInfo(Command::TrainPreset), state);
      training_->setup().steps = static_cast<int>(state.training.steps);
      training_->start(session_ ? session_->name() : "harbour");
      break;
    case Command::CancelTraining:
      training_->cancel();
      break;
    case Command::ReloadShaders:
      shaders_.request();
      break;
    case Command::Quit:
      // What is open in front first.
      if (ui_->closePopup()) {
        break;
      } else if (dialog_.isOpen()) {
        dialog_.close();
      } else if (state.window.help) {
        state.window.help = false;
      } else if (state.window.keyboard) {
        state.window.keyboard = false;
      } else if (selected_ != 0) {
        select(0);
      } else {
        window_.close();
      }
      break;
    default:
      break;
  }
}

void App::updateRecording() {
  State::Output& output = model_.state.output;
  if (recording_ && writer_.failed()) {
    recording_ = output.recording = false;
    return;
  }
  if (!session_) return;
  const render::Image& shown = output.with_panels ? ui_->renderer().canvas() : composer_->shown();
  if (recording_ && (shown.width != recorded_.width || shown.height != recorded_.height)) {
    messages_.post(Level::Warning, "the window was resized: the recording has ended");
    output.recording = false;
  }
  if (output.recording == recording_) return;
  recording_ = output.recording;
  if (recording_) {
    recorded_ = {shown.width, shown.height};
    const bool video = output.format == static_cast<int>(RecordFormat::Video);
    writer_.beginRecording(freeName(video ? ".mp4" : ""), static_cast<RecordFormat>(output.format), output.frames_per_second);
  } else {
    frames_->waitIdle();
    for (uint32_t slot = 0; slot < kFramesInFlight; ++slot) grabber_->collect(slot);
    writer_.endRecording();
  }
}

void App::updatePath(double seconds) {
  const bool wanted = model_.state.camera.record_path && session_;
  if (wanted && !path_.recording()) path_.begin(session_->rig().view().near_plane);
  if (wanted) path_.add(session_->rig().view(), seconds);
  if (wanted || !path_.recording()) return;
  try {
    const fs::path file = freeName(".path.json");
    render::writeCameraPath(path_.end(), file);
    messages_.post(Level::Note, "wrote " + file.string());
  } catch (const std::exception& error) {
    messages_.post(Level::Failure, error.what());
  }
}

void App::saveSettings() {
  if (options_.settings.empty()) return;
  settings_.styles.clear();
  for (size_t i = 0; i < library_.size(); ++i) settings_.styles.push_back(library_[i].path);
  const VkExtent2D extent = window_.extent();
  if (!fullscreen_ && extent.width >= 160 && extent.height >= 160) {
    settings_.width = extent.width;
    settings_.height = extent.height;
  }
  try {
    writeSettings(options_.settings, model_, settings_);
  } catch (const std::exception& error) {
    messages_.post(Level::Warning, error.what());
  }
}

}  // namespace impasto::app
