#include "pass/pass_settings.h"

#include <string>

#include "base/error.h"
#include "pass/host_enum.h"
#include "pass/image_formats.h"
#include "pass/limits.h"

namespace impasto {
namespace {

[[noreturn]] void invalid(const std::string& message) { throw Error(ErrorCode::InvalidArgument, message); }

// `last`: of the enum's values, which count from 0.
template <class Ours, class Hosts>
Ours readEnum(const Hosts& value, Ours last, const char* name) {
  const int32_t number = hostEnum(value);
  if (number < 0 || number > static_cast<int32_t>(last)) {
    invalid(std::string("info->") + name + " is " + std::to_string(number) + ", expected 0 to " +
            std::to_string(static_cast<int32_t>(last)));
  }
  return static_cast<Ours>(number);
}

void checkCount(uint32_t value, uint32_t least, uint32_t most, const char* name) {
  if (value >= least && value <= most) return;
  invalid(std::string("info->") + name + " is " + std::to_string(value) + ", expected " + std::to_string(least) +
          " to " + std::to_string(most));
}

}  // namespace

PassSettings readPassInfo(const vulkan::VulkanDevice& device, const ImpastoPassInfo& info) {
  PassSettings settings;
  checkCount(info.frames_in_flight, 1, kMaxFramesInFlight, "frames_in_flight");
  checkCount(info.layers, 0, kMaxLayers, "layers");
  settings.frames_in_flight = info.frames_in_flight;
  settings.layers = info.layers == 0 ? 1 : info.layers;
  settings.input_encoding = readEnum(info.input_encoding, ColorEncoding::Hdr10, "input_encoding");
  settings.output_encoding = readEnum(info.output_encoding, ColorEncoding::Hdr10, "output_encoding");
  settings.depth_encoding = readEnum(info.depth_encoding, DepthEncoding::Orthographic, "depth_encoding");
  settings.normal_encoding = readEnum(info.normal_encoding, NormalEncoding::OctahedralUnorm, "normal_encoding");
  settings.normal_space = readEnum(info.normal_space, NormalSpace::World, "normal_space");
  settings.motion_jittered = info.motion_jittered != VK_FALSE;
  settings.op_timings = info.op_timings != VK_FALSE;
  settings.timings = info.timings != VK_FALSE || settings.op_timings;
  if (info.paper_white != 0.0f) settings.paper_white = info.paper_white;
  if (!(settings.paper_white >= 1.0f && settings.paper_white <= 10000.0f)) {
    invalid("info->paper_white is " + std::to_string(info.paper_white) + ", expected 1 to 10000 cd/m2, or 0");
  }
  settings.input_format = info.input_format;
  settings.output_format = info.output_format;
  checkInputFormat(device, settings.input_format, settings.input_encoding);
  checkOutputFormat(device, settings.output_format);
  return settings;
}

}  // namespace impasto
