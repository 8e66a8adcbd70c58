// impasto-bench-libtorch: a style's generator in LibTorch, for impasto-bench --compare. Prints what samples/bench/compare.h
// says.
#include <c10/util/Exception.h>
#include <torch/version.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <cstdio>
#include <nlohmann/json.hpp>

#include "base/error.h"
#include "bench/inference.h"
#include "bench/timing.h"
#include "engine/runtime.h"
#include "nn/generator.h"
#include "nn/torch.h"

namespace impasto::trainer {
namespace {

constexpr const char* kProgram = "impasto-bench-libtorch";
constexpr int kInterrupted = 130;
// fp16 and bf16 hold 11 and 8 bits; a few percent are what some 20 layers of rounding make of an 8-bit picture's step.
constexpr double kLargestDifference = 0.1, kLargestDifferenceFp32 = 1e-3;

struct Options {
  std::string style, resolution, device = "auto";
  int threads = 0;
  TimingRequest timing{10, 50};
};

struct Variant {
  const char* name;
  torch::ScalarType type;
  bool graph;
};

std::pair<int64_t, int64_t> parseResolution(const std::string& text) {
  int width = 0, height = 0;
  char rest = 0;
  if (std::sscanf(text.c_str(), "%dx%d%c", &width, &height, &rest) != 2 || width < 1 || height < 1 || width > 16384 ||
      height > 16384) {
    throw Error(ErrorCode::InvalidArgument, "--resolution " + text + ": expected WxH, each side 1 to 16384");
  }
  return {width, height};
}

std::vector<double> timeOn(const Runtime& runtime, const TimingRequest& request, bool graph,
                           const std::function<void()>& work) {
  return runtime.device.is_cuda() ? timeOnGpu(request, graph, work) : timeOnCpu(request, work);
}

// The library's best at what convolutions and copies are made of.
nlohmann::json measurePeak(const Runtime& runtime) {
  const bool gpu = runtime.device.is_cuda();
  const int64_t side = gpu ? 8192 : 1536;
  const auto options = torch::TensorOptions(runtime.device).dtype(gpu ? torch::kHalf : torch::kFloat);
  const torch::Tensor a = torch::randn({side, side}, options), b = torch::randn({side, side}, options);
  torch::Tensor c = torch::empty({side, side}, options);
  const int64_t elements = gpu ? int64_t{1} << 30 : int64_t{1} << 28;  // bytes
  const torch::Tensor from = torch::ones({elements}, options.dtype(torch::kByte));
  torch::Tensor to = torch::empty_like(from);
  const TimingRequest request{3, 10};
  const auto quickest = [&](const std::function<void()>& work) {
    const std::vector<double> times = timeOn(runtime, request, false, work);
    return times.empty() ? 1e9 : *std::min_element(times.begin(), times.end()) * 1e-3;
  };
  const double multiply = quickest([&] { torch::mm_out(c, a, b); });
  const double copy = quickest([&] { to.copy_(from); });
  return {{"multiply_adds_per_second", static_cast<double>(side) * side * side / multiply},
          {"bytes_per_second", 2.0 * static_cast<double>(elements) / copy},
          {"how", std::string("LibTorch, ") + (gpu ? "fp16" : "fp32") + " matrix multiplication and copy"}};
}

int run(const Options& options) {
  const auto [width, height] = parseResolution(options.resolution);
  const Style style = readStyleFile(options.style);
  Runtime runtime = openRuntime(builtForGpu() || options.device != "auto" ? options.device : "cpu", "float32", options.threads);
  if (runtime.device.is_cuda() && !builtForGpu()) {
    throw Error(ErrorCode::Unsupported, "--device cuda: this program was built without CUDA's headers");
  }
  const torch::InferenceMode inference_mode;
  at::globalContext().setBenchmarkCuDNN(true);
  const std::vector<Variant> variants =
      runtime.device.is_cuda()
          ? std::vector<Variant>{{"fp16, channels last", torch::kHalf, false},
                                 {"fp16, channels last, CUDA graph", torch::kHalf, true}}
          : std::vector<Variant>{{"fp32, channels last", torch::kFloat, false},
                                 {"bf16, channels last", torch::kBFloat16, false}};
  torch::manual_seed(1);
  const torch::Tensor color = torch::rand({1, 3, height, width});
  Generator reference(style);
  reference->eval();
  reference->freezeNorms(true);
  const torch::Tensor expected = reference->forward(color);

  nlohmann::json json = {{"name", "LibTorch " TORCH_VERSION}, {"peak", measurePeak(runtime)}, {"runs", nlohmann::json::array()}};
  for (const Variant& variant : variants) {
    const Inference generator(style, runtime.device, variant.type, height, width);
    const torch::Tensor input = color.to(runtime.device, variant.type).contiguous(torch::MemoryFormat::ChannelsLast);
    torch::Tensor painted = generator.run(input);
    const double difference = (painted.to(torch::kCPU, torch::kFloat) - expected).abs().max().item<double>();
    const double most = variant.type == torch::kFloat ? kLargestDifferenceFp32 : kLargestDifference;
    if (!(difference <= most)) {
      throw Error(ErrorCode::Internal, std::string(variant.name) + " paints something else: a difference of " +
                                           std::to_string(difference));
    }
    const std::vector<double> times = timeOn(runtime, options.timing, variant.graph, [&] { painted = generator.run(input); });
    if (stopRequested()) return kInterrupted;
    json["runs"].push_back({{"name", variant.name}, {"ms", times}, {"largest_difference", difference}});
  }
  std::printf("%s\n", json.dump().c_str());
  return 0;
}

int fail(const std::string& message, int status) {
  std::fprintf(stderr, "%s: %s\n", kProgram, message.substr(0, message.find('\n')).c_str());
  return status;
}

int main(int argc, char** argv) {
  Options options;
  CLI::App app("A style's generator in LibTorch, timed: for impasto-bench --compare. Prints JSON.", kProgram);
  app.add_option("--style", options.style, "Style file (.safetensors)")->required()->type_name("FILE");
  app.add_option("--resolution", options.resolution, "Of the frames")->required()->type_name("WxH");
  app.add_option("--warmup", options.timing.warm_up, "Frames before those that count")
      ->check(CLI::Range(0, 1000000))
      ->capture_default_str();
  app.add_option("--frames", options.timing.frames, "Frames that count")->check(CLI::Range(1, 1000000))->capture_default_str();
  app.add_option("--device", options.device, "auto, cpu or cuda")
      ->check(CLI::IsMember(std::vector<std::string>{"auto", "cpu", "cuda"}))
      ->capture_default_str();
  app.add_option("--threads", options.threads, "0: all cores")->check(CLI::Range(0, 1024))->capture_default_str();
  app.footer("Example:\n  impasto-bench-libtorch --style styles/udnie.safetensors --resolution 640x360\n\n"
             "Exit status: 0 measured, 1 failed, 2 misused, 130 interrupted.");
  try {
    app.parse(argc, argv);
    installStopHandler();
    return run(options);
  } catch (const CLI::Success& success) {
    return app.exit(success);
  } catch (const CLI::ParseError& error) {
    return fail(std::string(error.what()) + " (see --help)", 2);
  } catch (const Error& error) {
    return fail(error.what(), error.code() == ErrorCode::InvalidArgument ? 2 : 1);
  } catch (const c10::Error& error) {
    return fail(std::string("LibTorch: ") + error.what_without_backtrace(), 1);
  } catch (const std::exception& error) {
    return fail(error.what(), 1);
  }
}

}  // namespace
}  // namespace impasto::trainer

int main(int argc, char** argv) { return impasto::trainer::main(argc, argv); }
