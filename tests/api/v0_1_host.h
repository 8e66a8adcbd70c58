/* A host that was compiled against the header of version 0.1 (v0_1/impasto/impasto.h). */
#pragma once

#include <stddef.h>
#include <stdint.h>
#include <vulkan/vulkan_core.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct OldHost {
  VkInstance instance;
  VkPhysicalDevice physical_device;
  VkDevice device;
  uint32_t queue_family;
  PFN_vkGetInstanceProcAddr get_instance_proc_addr;
  const void* style;
  size_t style_size;
  uint32_t width, height; /* R8G8B8A8_UNORM, sRGB */
  VkImage color, output;
  VkImageView color_view, output_view;
  void* state; /* of the host */
} OldHost;

/* Each 0 when all went well. The first fills its structs' padding with what an old host may have there. */
int oldHostBegin(OldHost* host);
int oldHostRecord(OldHost* host, VkCommandBuffer command_buffer);
void oldHostEnd(OldHost* host);
const char* oldHostError(void);

/* sizeof of the structs in 0.1, in this order: requirements, context info, style info, controls, pass info, frame, execute
 * info, host image. */
extern const size_t kOldSizes[8];

#ifdef __cplusplus
}
#endif
