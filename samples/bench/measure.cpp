#include "measure.h"

#include <algorithm>
#include <optional>

#include "bench_style.h"
#include "common/error.h"
#include "common/execution.h"
#include "common/interrupt.h"
#include "common/progress.h"
#include "compare.h"
#include "timed_pass.h"

namespace impasto::app {
namespace {

constexpr uint32_t kOpFrameShare = 5;  // ops are timed in a fifth as many frames

bool runsOnProcessor(const PaintingDevice& painting, ImpastoBackend backend) {
  return painting.device->properties().deviceType == VK_PHYSICAL_DEVICE_TYPE_CPU || backend == IMPASTO_BACKEND_CPU ||
         backend == IMPASTO_BACKEND_REFERENCE;
}

class Measurement {
 public:
  Measurement(const BenchOptions& options, const Style& style)
      : options_(options), style_(style), handle_(toHandle(style)) {
    render::DeviceOptions device_options;
    device_options.application_name = "impasto-bench";
    device_options.device_name = options.device;
    device_options.validation = options.validation;
    painting_ = createPaintingDevice(device_options, {.backend = options.backend, .timeline_points = true});
    if (!painting_.device->keepsTime()) {
      throw Error(std::string(painting_.device->properties().deviceName) + " has no timestamps to measure with");
    }
    timelines_.emplace(painting_);
    context_ = createContext(painting_);
    ImpastoBackend backend = IMPASTO_BACKEND_AUTO;
    checkImpasto(impastoContextGetBackend(context_.get(), &backend), "the backend");
    on_processor_ = runsOnProcessor(painting_, backend);
    result_.backend = nameOf(backend);
    describe();
  }

  BenchResult run() {
    result_.warm_up = options_.warm_up.value_or(on_processor_ ? 2 : 200);
    result_.frames = options_.frames.value_or(on_processor_ ? 10 : 1000);
    std::vector<Resolution> resolutions = options_.resolutions;
    if (resolutions.empty() && on_processor_) resolutions = {{640, 360}};
    if (resolutions.empty()) resolutions = {{1280, 720}, {1920, 1080}, {2560, 1440}, {3840, 2160}};
    result_.peak = on_processor_ ? measureHostPeak() : measureDevicePeak(*painting_.device);
    const double per_resolution = result_.warm_up + result_.frames + (options_.ops ? opFrames() : 0);
    Progress progress(per_resolution * static_cast<double>(resolutions.size()), "frames");
    progress_ = &progress;
    try {
      for (const Resolution& resolution : resolutions) measureAt(resolution);
    } catch (const Interrupted&) {
      result_.interrupted = true;
    }
    progress.clear();
    const auto& messages = painting_.device->validationMessages();
    if (!messages.empty()) throw Error("Vulkan validation: " + messages.front());
    if (options_.compare && !result_.interrupted) {
      compareWithOthers(style_, on_processor_, result_);
    }
    return std::move(result_);
  }

 private:
  void describe() {
    result_.device = painting_.device->properties().deviceName;
    result_.half_precision = painting_.half_precision;
    ImpastoStyleInfo info{};
    info.size = sizeof info;
    checkImpasto(impastoStyleGetInfo(handle_.get(), &info), "the style");
    result_.style = info.title;
    result_.parameters = static_cast<double>(info.parameter_count);
    result_.multiply_adds_per_pixel = info.multiply_adds_per_pixel;
    const uint32_t version = impastoGetVersion();
    result_.version = std::to_string(VK_API_VERSION_MAJOR(version)) + "." +
                      std::to_string(VK_API_VERSION_MINOR(version)) + "." +
                      std::to_string(VK_API_VERSION_PATCH(version));
  }

  uint32_t opFrames() const { return std::max(1u, result_.frames / kOpFrameShare); }

  void step(const std::string& what) {
    progress_->update(++steps_done_, what);
    if (interrupted()) throw Interrupted();
  }

  void measureAt(const Resolution& resolution) {
    const std::string what = toString(resolution);
    ResolutionResult& at = result_.resolutions.emplace_back();
    at.resolution = resolution;
    try {
      measurePass(at, what);
      if (options_.ops) measureOps(at, what);
    } catch (const Interrupted&) {
      if (at.gpu.count == 0) result_.resolutions.pop_back();
      throw;
    }
  }

  void measurePass(ResolutionResult& at, const std::string& what) {
    TimedPass pass(painting_, context_.get(), *timelines_, handle_.get(), at.resolution,
                   TimedPass::Detail::Stages);
    at.memory_bytes = static_cast<double>(pass.memoryBytes());
    for (uint32_t i = 0; i < result_.warm_up; ++i) {
      pass.run();
      step(what + ", warming up");
    }
    std::vector<double> gpu, host, record, inputs, generator, outputs;
    const auto finish = [&] {
      at.gpu = spreadOf(gpu);
      at.host = spreadOf(host);
      at.record = spreadOf(record);
      at.stages = {{"inputs", spreadOf(inputs)}, {"generator", spreadOf(generator)}, {"outputs", spreadOf(outputs)}};
      for (const OpTime& op : pass.ops()) {
        at.multiply_adds += op.multiply_adds;
        at.bytes += op.bytes;
      }
    };
    try {
      for (uint32_t i = 0; i < result_.frames; ++i) {
        const FrameTime time = pass.run();
        ImpastoTimings stages{};
        // Stages are those of the frame before.
        if (i > 0 && pass.stages(stages)) {
          inputs.push_back(stages.inputs);
          outputs.push_back(stages.outputs);
          // A backend outside the command buffer: all that is neither, the ways there and back included.
          generator.push_back(pass.generatorInCommandBuffer() ? stages.generator
                                                              : gpu.back() - stages.inputs - stages.outputs);
        }
        gpu.push_back(time.gpu);
        host.push_back(time.host);
        record.push_back(time.record);
        step(what);
      }
    } catch (const Interrupted&) {
      finish();
      throw;
    }
    finish();
  }

  void measureOps(ResolutionResult& at, const std::string& what) {
    TimedPass pass(painting_, context_.get(), *timelines_, handle_.get(), at.resolution,
                   TimedPass::Detail::Ops);
    std::vector<std::vector<double>> times;
    std::vector<OpTime> ops;
    pass.run();
    for (uint32_t i = 0; i < opFrames(); ++i) {
      pass.run();
      ops = pass.ops();
      times.resize(ops.size());
      for (size_t k = 0; k < ops.size(); ++k) {
        if (ops[k].milliseconds > 0) times[k].push_back(ops[k].milliseconds);
      }
      step(what + ", op by op");
    }
    for (size_t k = 0; k < ops.size(); ++k) {
      if (!times[k].empty()) at.ops.push_back({ops[k].name, ops[k].multiply_adds, ops[k].bytes, spreadOf(times[k])});
    }
  }

  const BenchOptions& options_;
  const Style& style_;
  UniqueStyle handle_;
  PaintingDevice painting_;
  std::optional<FrameTimelines> timelines_;
  UniqueContext context_;
  bool on_processor_ = false;
  Progress* progress_ = nullptr;
  double steps_done_ = 0;
  BenchResult result_;
};

}  // namespace

BenchResult measure(const BenchOptions& options) {
  const Style style = readBenchStyle(options);
  return Measurement(options, style).run();
}

}  // namespace impasto::app
