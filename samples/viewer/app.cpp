#include "viewer/app.h"

#include <algorithm>
#include <cmath>
#include <thread>

#include "common/error.h"
#include "common/interrupt.h"

namespace impasto::app {
namespace {

constexpr double kLongestStep = 0.25;  // seconds of the scene's time for one frame: a hitch is no leap

Settings settingsOf(const AppOptions& options, Model& model, Messages& messages) {
  Settings settings;
  std::vector<std::string> warnings;
  readSettings(options.settings, model, settings, warnings);
  for (const std::string& warning : warnings) messages.post(Level::Warning, warning);
  return settings;
}

}  // namespace

App::App(const AppOptions& options, FrameHooks hooks)
    : options_(options),
      hooks_(std::move(hooks)),
      settings_(settingsOf(options, model_, messages_)),
      window_(options.width.value_or(settings_.width), options.height.value_or(settings_.height), "Impasto", input_),
      shaders_(options.shaders) {
  for (const Action& action : options.actions) apply(model_, action);
  if (!options.script.empty()) script_.emplace(options.script);
  render::DeviceOptions device;
  device.application_name = "impasto-viewer";
  device.validation = options.validation;
  device.instance_extensions = window_.instanceExtensions();
  device.create_surface = [&](VkInstance instance) { return window_.createSurface(instance); };
  device_ = createPaintingDevice(device);
  const render::Device& made = *device_.device;
  device_name_ = made.properties().deviceName;
  output_folder_ = options.output.string();
  frames_ = std::make_unique<Frames>(made, window_.framebufferExtent());
  ui_ = std::make_unique<Ui>(made, window_, options.plain_font);
  times_ = std::make_unique<StageTimes>(made);
  composer_ = std::make_unique<ViewComposer>(made);
  painting_ = std::make_unique<Painting>(device_, messages_);
  thumbnails_ = std::make_unique<Thumbnails>(device_, painting_->context(), ui_->renderer());
  grabber_ = std::make_unique<FrameGrabber>(made);
  performance_ = std::make_unique<Performance>(made);
  training_ = std::make_unique<Training>(made, ui_->renderer(), messages_);
  training_->setup().perceptual = settings_.perceptual;
  openFirst();
}

App::~App() {
  if (loading_scene_.valid()) loading_scene_.wait();
  if (loading_map_.valid()) loading_map_.wait();
  frames_->waitIdle();
}

void App::run() {
  while (!window_.closing() && !interrupted() && (options_.frames == 0 || shown_ < options_.frames)) {
    window_.poll();
    if (script_) runScript();
    const double seconds = frameSeconds();
    takeLoaded();
    takeShaders(script_ ? 1.0 : seconds);
    if (model_.state.window.fullscreen != fullscreen_) {
      fullscreen_ = model_.state.window.fullscreen;
      window_.setFullscreen(fullscreen_);
    }
    // Nothing is drawn, painted or asked of the GPU while nothing can be seen.
    if (!frames_->prepare(window_.framebufferExtent(), model_.state.window.vsync)) {
      messages_.update(seconds);
      takeRequests();
      window_.poll(script_ ? 0.001 : 0.1);
      continue;
    }
    const float asked = model_.state.window.scale;
    const float scale = asked > 0.0f ? std::max(asked, 0.5f) : window_.contentScale();
    if (ui_->needsScale(scale)) {
      frames_->waitIdle();
      ui_->setScale(scale);
    }
    const Arrangement arrangement = arrange(frames_->extent(), scale, model_.state.window.panels);
    resizeAll(arrangement);
    input_.next();
    messages_.update(seconds);
    buildUi(arrangement, seconds);
    if (hooks_.begin) hooks_.begin();
    takeKeys();
    control_.update(model_, input_, arrangement.view, scale, !ui_->wantsMouse(), !ui_->wantsKeyboard());
    takeRequests();
    updateStyles(seconds);
    updateScene(seconds);
    updateRecording();
    updatePath(seconds);
    const bool shown = showFrame(arrangement);
    if (hooks_.end) hooks_.end();
    if (!shown) continue;
    if (session_) ++shown_;
    const auto& validation = device_.device->validationMessages();
    if (!validation.empty()) throw Error("Vulkan validation: " + validation.front());
    setTitle();
    limitRate();
  }
  if (recording_) writer_.endRecording();
  if (interrupted() && script_) throw Interrupted();
  // What is on its way to a file arrives there.
  frames_->waitIdle();
  for (uint32_t slot = 0; slot < kFramesInFlight; ++slot) grabber_->collect(slot);
  saveSettings();
}

void App::runScript() {
  const ScriptHost host{
      .model = model_,
      .input = input_,
      .widgets = ui_->widgets(),
      .extent = frames_->extent(),
      .settled = [this] { return settled(); },
      .screenshot = [this](const std::string& file) { apply(model_, request(Command::Screenshot, file)); },
      .resize = [this](uint32_t width, uint32_t height) { window_.resize(width, height); },
      .minimise = [this] { window_.minimise(); },
      .restore = [this] { window_.restore(); },
      .quit = [this] { window_.close(); },
      .mark =
          [this](const std::string& name) {
            if (hooks_.mark) hooks_.mark(name);
          },
  };
  script_->advance(host);
  if (script_->done() && !input_.waiting()) window_.close();
}

double App::frameSeconds() {
  const Clock::time_point now = Clock::now();
  const double elapsed = std::chrono::duration<double>(now - last_frame_).count();
  last_frame_ = now;
  elapsed_ = elapsed;
  return script_ ? kScriptFrameSeconds : elapsed;
}

bool App::settled() const {
  return session_ && !loading_scene_.valid() && !loading_map_.valid() && painting_->settled() && thumbnails_->complete(library_) &&
         !training_->running() && !shaders_.working() && shots_in_flight_ == 0 && shots_.empty() && !writer_.busy() && model_.requests.empty();
}

void App::resizeAll(const Arrangement& arrangement) {
  const VkExtent2D view = arrangement.view.extent;
  const bool two = model_.state.view.layout == static_cast<int>(Layout::SideBySide);
  const VkExtent2D picture{std::max(two ? view.width / 2 : view.width, 1u), std::max(view.height, 1u)};
  shown_view_ = model_.state.view;
  const VkExtent2D window = frames_->extent();
  const render::Image& canvas = ui_->renderer().canvas();
  const render::Image& shown = composer_->shown();
  const bool same = picture.width == picture_.width && picture.height == picture_.height &&
                    canvas.width == window.width && canvas.height == window.height &&
                    shown.width == (two ? picture.width * 2 : picture.width);
  if (same) return;
  frames_->waitIdle();
  for (uint32_t slot = 0; slot < kFramesInFlight; ++slot) grabber_->collect(slot);
  picture_ = picture;
  ui_->renderer().resize(window);
  composer_->resize(picture, two);
  painting_->resize(picture);
  if (session_) session_->resize(picture);
}

void App::buildUi(const Arrangement& arrangement, double seconds) {
  Widgets widgets(model_, ui_->widgets());
  PanelContext context{.widgets = widgets,
                       .library = library_,
                       .thumbnails = *thumbnails_,
                       .painting = *painting_,
                       .session = session_.get(),
                       .settings = settings_,
                       .messages = messages_,
                       .performance = *performance_,
                       .training = *training_,
                       .dialog = dialog_,
                       .selected = selected_,
                       .output_folder = output_folder_,
                       .device_name = device_name_,
                       .loading = loading_scene_.valid(),
                       .reloads_shaders = shaders_.watching()};
  ui_->build(context, arrangement, input_.now(), frames_->extent(), seconds, model_.state.window.keyboard, recording_);
}

void App::takeKeys() {
  for (const std::string& path : input_.now().dropped) apply(model_, request(Command::Open, path));
  for (const InputEvent& event : input_.now().keys) {
    if (!event.down) continue;
    const Action* action = actionOf({event.code, event.modifiers}, event.repeated);
    if (!action) continue;
    // Panels that are worked by keys leave the viewer those that no panel knows.
    const bool viewers = action->command == Command::Quit || action->command == Command::Keyboard ||
                         action->command == Command::Help || action->command == Command::Tab;
    if (ui_->wantsKeyboard() && !viewers) continue;
    const bool same_camera = action->command == Command::CameraChoice && action->number == 0.0f &&
                             model_.state.camera.kind == static_cast<int>(CameraKind::Scene);
    apply(model_, same_camera ? nudge(Command::CameraIndex, 1) : *action);
  }
}

bool App::paints() const {
  const State& state = model_.state;
  const auto layout = static_cast<Layout>(shown_view_.layout);
  const auto shown = static_cast<Shown>(shown_view_.shown);
  const bool both = layout == Layout::Split || layout == Layout::SideBySide;
  const bool seen = both || (shown == Shown::Picture ? layout != Layout::Plain
                                                     : shown == Shown::History);
  return state.paint.on && seen && painting_->ready();
}

void App::updateStyles(double seconds) {
  State::Paint& paint = model_.state.paint;
  library_.poll(script_ ? 1.0 : seconds);
  const uint64_t submitted = frames_->submitted(), finished = frames_->finished();
  if (training_->update(seconds, submitted, finished)) openStyle(training_->stylePath(), true);
  model_.sizes.styles = static_cast<int>(library_.size());
  if (library_.size() > 0) {
    paint.style = std::clamp(paint.style, 0, model_.sizes.styles - 1);
    const StyleEntry& chosen = library_[static_cast<size_t>(paint.style)];
    if (paint.on) painting_->choose(chosen.key, chosen.loaded.style.get(), chosen.title());
  }
  painting_->update(seconds, paint.cross_fade_seconds, submitted, finished);
  if (library_.size() > 0) {
    const StyleEntry& chosen = library_[static_cast<size_t>(paint.style)];
    if (chosen.loaded.paintings.size() > 1) painting_->setVector(chosen.key, library_.mixture(static_cast<size_t>(paint.style)));
  }
  thumbnails_->update(library_, submitted, finished);
  ui_->renderer().update(finished);
}

void App::updateScene(double seconds) {
  if (!session_) return;
  State& state = model_.state;
  model_.sizes.cameras = static_cast<int>(session_->cameraNames().size());
  model_.sizes.animations = static_cast<int>(session_->animationNames().size());
  // A recording's frames are evenly spaced in the scene's time, however long they take.
  const double step = recording_ ? 1.0 / static_cast<double>(state.output.frames_per_second) : std::min(seconds, kLongestStep);
  if (!state.time.paused) {
    const auto range = commandInfo(Command::Time).high;
    state.time.seconds = std::fmod(state.time.seconds + static_cast<float>(step) * state.time.speed, range);
  }
  session_->update(state, control_.motion(), step);
  const State::Light& light = state.light;
  const bool same = !light_changed_ && light.kind == set_light_.kind && light.sun_azimuth == set_light_.sun_azimuth &&
                    light.sun_height == set_light_.sun_height && light.hour == set_light_.hour &&
                    light.exposure_stops == set_light_.exposure_stops && light.tonemap == set_light_.tonemap &&
                    light.ambient_occlusion == set_light_.ambient_occlusion &&
                    light.lamp_shadows == set_light_.lamp_shadows &&
                    light.temporal_smoothing == set_light_.temporal_smoothing;
  if (!same) session_->setEnvironment(light);
  light_changed_ = false;
  set_light_ = light;
  if (selected_ != 0) session_->mask().setStrength(selected_, state.object.strength);
  if (const auto click = control_.takeClick()) pick_ = click;
}

bool App::showFrame(const Arrangement& arrangement) {
  const auto frame = frames_->begin();
  if (!frame) return false;
  grabber_->collect(frame->slot);
  if (const auto picked = grabber_->takePicked()) select(*picked == selected_ ? 0 : *picked);
  record(*frame, arrangement);
  frames_->end(*frame, ui_->renderer().canvas());
  performance_->add(elapsed_, *times_, painting_->timings(), painting_->memoryBytes());
  return true;
}

void App::record(const Frames::Frame& frame, const Arrangement& arrangement) {
  const VkCommandBuffer commands = frame.commands;
  const render::Device& device = *device_.device;
  times_->begin(commands, frame.slot);
  const render::Image* shown = nullptr;
  if (session_) {
    session_->record(commands, frame.slot);
    const render::Targets& targets = session_->renderer().targets();
    const render::CameraView& camera = session_->rig().view();
    const State::Paint& paint = model_.state.paint;
    const bool painting = paints();
    const bool began = painting && !painted_before_;
    painted_before_ = painting;
    if (painting) {
      device.beginLabel(commands, "painting");
      PaintInputs inputs;
      inputs.targets = &targets;
      inputs.camera = &camera;
      inputs.mask = session_->mask().record(commands, frame.slot, targets.object);
      inputs.controls.size = sizeof inputs.controls;
      impastoDefaultControls(&inputs.controls);
      inputs.controls.strength = paint.strength;
      inputs.controls.color_preservation = paint.color_preservation;
      inputs.controls.detail = paint.detail;
      inputs.controls.temporal_weight = paint.temporal_weight;
      inputs.stroke_size = paint.stroke_size;
      inputs.cut = session_->cut() || began;
      painting_->record(commands, frame.slot, inputs);
      device.endLabel(commands);
    } else {
      painting_->skip();
    }
    thumbnails_->record(commands, frame.slot, targets, camera);
    times_->end(commands, "painting");
    if (pick_) {
      VkOffset2D at = *pick_;
      if (at.x >= static_cast<int32_t>(picture_.width)) at.x -= static_cast<int32_t>(picture_.width);  // the right one
      grabber_->pick(commands, frame.slot, targets.object, at);
      pick_.reset();
    }
    ViewInputs inputs;
    inputs.targets = &targets;
    inputs.painted = painting ? painting_->image() : nullptr;
    inputs.incoming = painting ? painting_->incoming() : nullptr;
    inputs.fade = painting_->fade();
    inputs.selected = recording_ || !shots_.empty() ? 0 : selected_;
    inputs.scene_radius = session_->radius();
    inputs.line_width = std::max(1.0f, std::round(window_.contentScale()));
    inputs.cut = session_->cut();
    composer_->record(commands, frame.slot, shown_view_, inputs);
    shown = &composer_->shown();
    times_->end(commands, "view");
  }
  ui_->renderer().record(commands, frame.slot, shown, arrangement.view.offset, ui_->drawData());
  times_->end(commands, "panels");
  if (session_) recordOutputs(frame, arrangement);
}

void App::recordOutputs(const Frames::Frame& frame, const Arrangement&) {
  const bool panels = model_.state.output.with_panels;
  const render::Image& shown = panels ? ui_->renderer().canvas() : composer_->shown();
  if (options_.frames > 0 && shown_ + 1 == options_.frames && !options_.screenshot.empty()) {
    shots_.push_back({options_.screenshot, false});
  }
  const auto grab = [&](const render::Image& image, std::filesystem::path path) {
    ++shots_in_flight_;
    grabber_->grab(frame.commands, frame.slot, image, [this, path = std::move(path)](Picture picture) {
      --shots_in_flight_;
      writer_.writePicture(std::move(picture), path);
    });
  };
  for (const Shot& shot : shots_) {
    grab(shown, shot.path);
    if (!shot.all) continue;
    const auto beside = [&](const char* suffix) {
      return shot.path.parent_path() / (shot.path.stem().string() + suffix + shot.path.extension().string());
    };
    grab(session_->renderer().targets().color, beside("_plain"));
    if (paints() && painting_->image()) grab(*painting_->image(), beside("_painted"));
  }
  shots_.clear();
  if (recording_) {
    grabber_->grab(frame.commands, frame.slot, shown, [this](Picture picture) { writer_.addFrame(std::move(picture)); });
  }
}

void App::limitRate() {
  const float limit = model_.state.window.frame_limit;
  if (limit < 1.0f || script_) return;
  const auto due = last_frame_ + std::chrono::duration<double>(1.0 / static_cast<double>(limit));
  std::this_thread::sleep_until(due);
}

void App::setTitle() {
  const std::string& style = painting_->name();
  const bool same = session_ && titled_.size() == session_->name().size() + style.size() + 1 &&
                    titled_.starts_with(session_->name()) && titled_.ends_with(style);
  if (same || !session_) return;
  titled_ = session_->name() + "\n" + style;
  window_.setTitle((style.empty() ? "" : style + " - ") +
                   std::filesystem::path(session_->name()).filename().string() + " - Impasto");
}

}  // namespace impasto::app
