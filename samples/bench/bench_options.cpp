#include "bench_options.h"

#include <charconv>
#include <map>
#include <string_view>

#include "common/command_line.h"
#include "common/error.h"
#include "common/execution.h"

namespace impasto::app {
namespace {

constexpr uint32_t kMaxSide = 16384;

const std::map<std::string_view, Resolution> kNamed = {
    {"360p", {640, 360}}, {"720p", {1280, 720}}, {"1080p", {1920, 1080}}, {"1440p", {2560, 1440}}, {"4k", {3840, 2160}}};

bool parseSide(std::string_view text, uint32_t& side) {
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), side);
  return error == std::errc() && end == text.data() + text.size() && side >= 1 && side <= kMaxSide;
}

Resolution parseResolution(std::string_view text) {
  if (const auto named = kNamed.find(text); named != kNamed.end()) return named->second;
  const size_t x = text.find('x');
  Resolution resolution;
  if (x == std::string_view::npos || !parseSide(text.substr(0, x), resolution.width) ||
      !parseSide(text.substr(x + 1), resolution.height)) {
    throw UsageError("--resolutions " + std::string(text) +
                     ": expected WxH, each side 1 to 16384, or 360p, 720p, 1080p, 1440p, 4k; several with commas");
  }
  return resolution;
}

}  // namespace

void addOptions(CLI::App& parser, BenchOptions& options, BenchArguments& arguments) {
  parser.add_option("--style", options.style, "Style file (.safetensors); without one, a generator of --size")
      ->type_name("FILE");
  parser.add_option("--size", options.size, "Of the generator, with made-up weights, which cost what others do")
      ->check(CLI::IsMember(std::vector<std::string>{"small", "medium", "large"}))
      ->capture_default_str();
  parser.add_option("--backend", arguments.backend, kBackendHelp)
      ->check(CLI::IsMember(backendNames()))
      ->capture_default_str();
  parser.add_option("--device", options.device, "Part of the name of the Vulkan device")->type_name("NAME");
  parser
      .add_option("--resolutions", arguments.resolutions,
                  "With commas, as WxH or 360p, 720p, 1080p, 1440p, 4k; default: 720p to 4k, on a processor 360p")
      ->type_name("WxH,...");
  parser.add_option("--warmup", options.warm_up, "Frames before those that count; default: 200, on a processor 2")
      ->check(CLI::Range(0u, 1000000u));
  parser.add_option("--frames", options.frames, "Frames that count; default: 1000, on a processor 10")
      ->check(CLI::Range(1u, 1000000u));
  parser.add_flag("!--no-ops", options.ops, "Leave out the times of single ops");
  parser.add_flag("--compare", options.compare,
                  "Beside it the same generator in LibTorch and, on a processor, in ONNX Runtime");
  parser.add_option("--predict", options.predict,
                    "Measure nothing: what the generator would cost on a device class ('list' names them, 'all' is all)")
      ->type_name("DEVICE");
  parser.add_option("--budget", options.budget, "With --predict: which sizes and resolutions fit in so many milliseconds")
      ->check(numberFrom(0.001, 100000))
      ->type_name("MS");
  parser.add_flag("--cost-page", options.cost_page, "Print the page docs/cost.md");
  parser.add_flag("--json", options.json, "Print what was measured as JSON");
  parser.add_flag("--validation", options.validation, "With the Vulkan validation layers; what they say fails");
}

void finishOptions(const BenchArguments& arguments, BenchOptions& options) {
  options.backend = backendNames().at(arguments.backend);
  std::string_view rest = arguments.resolutions;
  while (!rest.empty()) {
    const size_t comma = rest.find(',');
    options.resolutions.push_back(parseResolution(rest.substr(0, comma)));
    rest = comma == std::string_view::npos ? "" : rest.substr(comma + 1);
    if (comma != std::string_view::npos && rest.empty()) throw UsageError("--resolutions ends with a comma");
  }
  if (options.budget && options.predict.empty()) throw UsageError("--budget goes with --predict");
  if (!options.predict.empty() && options.compare) throw UsageError("--compare measures, --predict does not: give one");
}

std::string toString(const Resolution& resolution) {
  return std::to_string(resolution.width) + "x" + std::to_string(resolution.height);
}

}  // namespace impasto::app
