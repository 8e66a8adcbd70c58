#include "pass/context.h"

#include <cstddef>
#include <cstdio>
#include <exception>
#include <utility>
#include <vector>

#include "base/error.h"
#include "pass/choose_backend.h"
#include "pass/host_enum.h"
#include "pass/pipeline_cache_file.h"

namespace impasto {
namespace {

vulkan::DeviceOptions readOptions(const ImpastoContextInfo& info) {
  vulkan::DeviceOptions options;
  if (info.api_version != 0) {
    options.api_version = info.api_version;
    options.synchronization2 = info.synchronization2 != VK_FALSE;
    options.write_without_format = info.write_without_format != VK_FALSE;
  }
  if (options.api_version < VK_API_VERSION_1_1) {
    throw Error(ErrorCode::InvalidArgument, "info->api_version is below Vulkan 1.1");
  }
  options.half_precision = info.half_precision != VK_FALSE;
  options.cooperative_matrix = options.subgroup_size_control = info.cooperative_matrix != VK_FALSE;
  if (options.cooperative_matrix && options.api_version < VK_API_VERSION_1_3) {
    throw Error(ErrorCode::InvalidArgument, "info->cooperative_matrix with an info->api_version below Vulkan 1.3");
  }
  options.timeline_semaphore = info.timeline_semaphore != VK_FALSE;
  options.external_handles = info.external_handles != VK_FALSE;
  options.debug_utils = info.debug_utils != VK_FALSE;
  options.allocator = info.allocation_callbacks;
  options.pipeline_cache = info.pipeline_cache;
  options.tuning_queue = info.tuning_queue;
  return options;
}

CpuPrecision readPrecision(int32_t precision) {
  switch (precision) {
    case IMPASTO_CPU_PRECISION_AUTO: return CpuPrecision::Auto;
    case IMPASTO_CPU_PRECISION_FLOAT: return CpuPrecision::Float;
    case IMPASTO_CPU_PRECISION_BFLOAT16: return CpuPrecision::Bfloat16;
    default:
      throw Error(ErrorCode::InvalidArgument,
                  "info->cpu_precision is " + std::to_string(precision) + ", no known precision");
  }
}

BackendRequest readBackend(const ImpastoContextInfo& info) {
  if (info.timeline_points != VK_FALSE && info.timeline_semaphore == VK_FALSE) {
    throw Error(ErrorCode::InvalidArgument, "info->timeline_points without info->timeline_semaphore");
  }
  BackendRequest request;
  request.kind = hostEnum(info.backend);
  request.timeline_points = info.timeline_points != VK_FALSE;
  request.answer_limit_ms = info.answer_limit_ms;
  if (info.module_folder != nullptr) request.module_folder = info.module_folder;
  request.cpu = {info.cpu_threads, readPrecision(hostEnum(info.cpu_precision))};
  return request;
}

}  // namespace

Context::Context(const ImpastoContextInfo& info)
    : logger_{info.log, info.log_user_data},
      pipeline_cache_path_(info.pipeline_cache_path ? info.pipeline_cache_path : ""),
      device_(info.get_instance_proc_addr, info.instance, info.physical_device, info.device, info.queue_family_index,
              readOptions(info)),
      timeline_points_(info.timeline_points != VK_FALSE) {
  ChosenBackend chosen = chooseBackend(device_, readBackend(info), logger_);
  backend_ = std::move(chosen.backend);
  backend_kind_ = chosen.kind;
  if (device_.half_precision && !vulkan::offersHalfPrecision(device_.vk, device_.physical_device)) {
    throw Error(ErrorCode::Unsupported, "info->half_precision is set, but the device lacks storageBuffer16BitAccess");
  }
  if (pipeline_cache_path_.empty()) return;
  if (info.pipeline_cache != VK_NULL_HANDLE) {
    throw Error(ErrorCode::InvalidArgument, "info->pipeline_cache and info->pipeline_cache_path: give one of them");
  }
  const PipelineCacheFile file = readPipelineCacheFile(pipeline_cache_path_, device_.properties);
  if (!file.ignored.empty()) {
    logger_.log(IMPASTO_LOG_INFO, ("pipeline cache " + pipeline_cache_path_ + " ignored: " + file.ignored).c_str());
  }
  device_.kernelChoices().load(file.choices);
  VkPipelineCacheCreateInfo create = {VK_STRUCTURE_TYPE_PIPELINE_CACHE_CREATE_INFO};
  create.initialDataSize = file.data.size();
  create.pInitialData = file.data.data();
  VkPipelineCache cache = VK_NULL_HANDLE;
  vulkan::check(device_.vk.CreatePipelineCache(device_.device, &create, device_.allocator(), &cache),
                "vkCreatePipelineCache");
  pipeline_cache_ = vulkan::PipelineCache(device_, cache);
  device_.pipeline_cache = cache;
}

void Context::passCreated() noexcept {
  const std::lock_guard lock(pass_count_mutex_);
  ++pass_count_;
}

void Context::passGone() noexcept {
  {
    const std::lock_guard lock(pass_count_mutex_);
    if (--pass_count_ > 0) return;
  }
  if (!pipeline_cache_) return;
  try {
    savePipelineCache();
  } catch (const std::exception& error) {  // a cache that is not written costs time at the next start, no more
    char message[1024];
    std::snprintf(message, sizeof message, "pipeline cache not saved: %s", error.what());
    logger_.log(IMPASTO_LOG_WARNING, message);
  }
}

void Context::savePipelineCache() {
  const auto& vk = device_.vk;
  std::vector<std::byte> data;
  // Incomplete when other threads have made the cache larger between the two questions.
  VkResult result = VK_INCOMPLETE;
  for (int attempt = 0; result == VK_INCOMPLETE && attempt < 10; ++attempt) {
    size_t size = 0;
    vulkan::check(vk.GetPipelineCacheData(device_.device, pipeline_cache_.get(), &size, nullptr),
                  "vkGetPipelineCacheData");
    data.resize(size);
    result = vk.GetPipelineCacheData(device_.device, pipeline_cache_.get(), &size, data.data());
    data.resize(size);
  }
  vulkan::check(result, "vkGetPipelineCacheData");
  writePipelineCacheFile(pipeline_cache_path_, device_.properties, data, device_.kernelChoices().save());
}

}  // namespace impasto
