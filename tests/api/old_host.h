/* One host, compiled against the headers of earlier versions (v0_1/impasto/impasto.h, ...). */
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

typedef struct OldHostCode {
  /* Each 0 when all went well. The first fills its structs' padding with what an old host may have there. */
  int (*begin)(OldHost* host);
  int (*record)(OldHost* host, VkCommandBuffer command_buffer);
  void (*end)(OldHost* host);
  const char* (*error)(void);
  /* sizeof of the version's structs, in this order: requirements, context info, style info, controls, pass info, frame,
   * execute info, host image. */
  size_t sizes[8];
} OldHostCode;

extern const OldHostCode kHostOf0_1, kHostOf0_2;

#ifdef __cplusplus
}
#endif
