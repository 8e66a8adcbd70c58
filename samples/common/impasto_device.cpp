#include "common/impasto_device.h"

#include <algorithm>

#include "common/error.h"
#include "common/message.h"

namespace impasto::app {
namespace {

void onLog(ImpastoLogLevel level, const char* message, void*) {
  if (level == IMPASTO_LOG_WARNING) complain("impasto", message);  // errors come back as results, and are reported then
}

}  // namespace

void checkImpasto(ImpastoResult result, const std::string& what) {
  if (result == IMPASTO_SUCCESS) return;
  const std::string message = impastoGetLastError();
  throw Error(what + ": " + (message.empty() ? impastoResultString(result) : message));
}

UniqueStyle loadStyle(const std::string& path) {
  ImpastoStyle style = nullptr;
  const ImpastoResult result = impastoCreateStyleFromFile(path.c_str(), &style);
  if (result != IMPASTO_SUCCESS) {
    const std::string message = impastoGetLastError();  // "<call>: <path>: <what is wrong>"
    throw Error("--style " + message.substr(message.find(": ") + 2));
  }
  return UniqueStyle(style);
}

PaintingDevice createPaintingDevice(render::DeviceOptions options, const PaintingNeeds& painting_needs) {
  PaintingDevice painting;
  painting.needs = painting_needs;
  options.needs = [&](VkInstance instance, VkPhysicalDevice physical_device) {
    ImpastoRequirements requirements{};
    requirements.size = sizeof requirements;
    requirements.backend = painting_needs.backend;
    requirements.timeline_points = painting_needs.timeline_points;
    checkImpasto(impastoQueryRequirements(instance, physical_device, vkGetInstanceProcAddr, &requirements),
                 "the device's requirements");
    if (!requirements.supported) throw Error(std::string("this device cannot paint: ") + requirements.reason);
    painting.half_precision = requirements.half_precision;
    render::DeviceNeeds needs;
    needs.extensions.assign(requirements.device_extensions,
                            requirements.device_extensions + requirements.device_extension_count);
    painting.shares_semaphores =
        std::find(needs.extensions.begin(), needs.extensions.end(), VK_KHR_EXTERNAL_SEMAPHORE_FD_EXTENSION_NAME) !=
        needs.extensions.end();
    needs.features = requirements.features;
    needs.features11 = requirements.features11;
    needs.features12 = requirements.features12;
    needs.features13 = requirements.features13;
    painting.cooperative_matrix = requirements.cooperative_matrix;
    if (painting.cooperative_matrix) {
      needs.extensions.emplace_back(requirements.cooperative_matrix_extension);
      needs.more_features = requirements.cooperative_matrix_features;
    }
    return needs;
  };
  painting.device = std::make_unique<render::Device>(options);
  return painting;
}

render::UniqueSemaphore createTimeline(const PaintingDevice& painting) {
  VkSemaphoreTypeCreateInfo type{VK_STRUCTURE_TYPE_SEMAPHORE_TYPE_CREATE_INFO};
  type.semaphoreType = VK_SEMAPHORE_TYPE_TIMELINE;
  VkExportSemaphoreCreateInfo exported{VK_STRUCTURE_TYPE_EXPORT_SEMAPHORE_CREATE_INFO};
  exported.handleTypes = VK_EXTERNAL_SEMAPHORE_HANDLE_TYPE_OPAQUE_FD_BIT;
  if (painting.shares_semaphores) type.pNext = &exported;
  const VkSemaphoreCreateInfo info{VK_STRUCTURE_TYPE_SEMAPHORE_CREATE_INFO, &type, 0};
  VkSemaphore semaphore = VK_NULL_HANDLE;
  render::check(vkCreateSemaphore(painting.device->handle(), &info, nullptr, &semaphore), "vkCreateSemaphore");
  return {painting.device->handle(), semaphore};
}

UniqueContext createContext(const PaintingDevice& painting) {
  ImpastoContextInfo info{};
  info.size = sizeof info;
  info.instance = painting.device->instance();
  info.physical_device = painting.device->physicalDevice();
  info.device = painting.device->handle();
  info.get_instance_proc_addr = vkGetInstanceProcAddr;
  info.queue_family_index = painting.device->queueFamily();
  info.half_precision = painting.half_precision;
  info.cooperative_matrix = painting.cooperative_matrix;
  info.backend = painting.needs.backend;
  info.timeline_points = painting.needs.timeline_points;
  info.timeline_semaphore = VK_TRUE;  // render::Device enables it always
  info.external_handles = painting.shares_semaphores;
  info.log = onLog;
  ImpastoContext context = nullptr;
  checkImpasto(impastoCreateContext(&info, &context), "the painting context");
  return UniqueContext(context);
}

}  // namespace impasto::app
