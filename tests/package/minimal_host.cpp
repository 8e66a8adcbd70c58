// The least that a Vulkan program does to be painted: a device, one image, one painted frame, written as a PPM file.
//   minimal_host STYLE.safetensors OUT.ppm
#include <impasto/impasto.h>
#include <vulkan/vulkan.h>

#include <cstdio>
#include <cstdlib>

constexpr uint32_t kWidth = 128, kHeight = 72;

void check(bool ok, const char* what) {
  if (ok) return;
  std::fprintf(stderr, "%s failed. %s\n", what, impastoGetLastError());
  std::exit(1);
}
#define VK(call) check((call) == VK_SUCCESS, #call)
#define IMPASTO(call) check((call) == IMPASTO_SUCCESS, #call)

VkDeviceMemory allocate(VkPhysicalDevice physical, VkDevice device, VkMemoryRequirements needs, uint32_t flags) {
  VkPhysicalDeviceMemoryProperties memory;
  vkGetPhysicalDeviceMemoryProperties(physical, &memory);
  uint32_t type = 0;
  while (!(needs.memoryTypeBits >> type & 1) || (memory.memoryTypes[type].propertyFlags & flags) != flags) ++type;
  const VkMemoryAllocateInfo info = {VK_STRUCTURE_TYPE_MEMORY_ALLOCATE_INFO, nullptr, needs.size, type};
  VkDeviceMemory result;
  VK(vkAllocateMemory(device, &info, nullptr, &result));
  return result;
}

int main(int argc, char** argv) {
  check(argc == 3, "usage: minimal_host STYLE.safetensors OUT.ppm:");
  VkApplicationInfo application = {VK_STRUCTURE_TYPE_APPLICATION_INFO};
  application.apiVersion = VK_API_VERSION_1_3;
  VkInstanceCreateInfo instance_info = {VK_STRUCTURE_TYPE_INSTANCE_CREATE_INFO};
  instance_info.pApplicationInfo = &application;
  VkInstance instance;
  VK(vkCreateInstance(&instance_info, nullptr, &instance));
  uint32_t one = 1;
  VkPhysicalDevice physical;
  check(vkEnumeratePhysicalDevices(instance, &one, &physical) >= 0 && one == 1, "finding a Vulkan device");

  // 1. What must the device be created with?
  ImpastoRequirements needs = {sizeof needs};
  IMPASTO(impastoQueryRequirements(instance, physical, vkGetInstanceProcAddr, &needs));
  check(needs.vulkan_backend, needs.reason);
  needs.features13.pNext = nullptr;
  needs.features12.pNext = &needs.features13;
  needs.features11.pNext = &needs.features12;
  VkPhysicalDeviceFeatures2 features = {VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_FEATURES_2, &needs.features11,
                                        needs.features};
  const float priority = 1;  // family 0 has graphics and compute on all common devices; an engine looks for it
  VkDeviceQueueCreateInfo queue_info = {VK_STRUCTURE_TYPE_DEVICE_QUEUE_CREATE_INFO, nullptr, 0, 0, 1, &priority};
  VkDeviceCreateInfo device_info = {VK_STRUCTURE_TYPE_DEVICE_CREATE_INFO, &features, 0, 1, &queue_info};
  device_info.enabledExtensionCount = needs.device_extension_count;  // 0 in this version
  device_info.ppEnabledExtensionNames = needs.device_extensions;
  VkDevice device;
  VK(vkCreateDevice(physical, &device_info, nullptr, &device));
  VkQueue queue;
  vkGetDeviceQueue(device, 0, 0, &queue);
  // 2. Once: context, style, pass.
  ImpastoContextInfo context_info = {sizeof context_info, nullptr, instance, physical, device, vkGetInstanceProcAddr};
  context_info.half_precision = needs.half_precision;
  ImpastoContext context;
  IMPASTO(impastoCreateContext(&context_info, &context));
  ImpastoStyle style;
  IMPASTO(impastoCreateStyleFromFile(argv[1], &style));
  ImpastoPassInfo pass_info = {sizeof pass_info, nullptr, context, style, kWidth, kHeight};
  pass_info.input_format = pass_info.output_format = VK_FORMAT_R8G8B8A8_UNORM;
  pass_info.frames_in_flight = 1;
  ImpastoPass pass;
  IMPASTO(impastoCreatePass(&pass_info, &pass));
  // The host's frame: an image that is painted in place, and a buffer to read it back.
  VkImageCreateInfo image_info = {VK_STRUCTURE_TYPE_IMAGE_CREATE_INFO, nullptr, 0, VK_IMAGE_TYPE_2D,
                                  VK_FORMAT_R8G8B8A8_UNORM, {kWidth, kHeight, 1}, 1, 1, VK_SAMPLE_COUNT_1_BIT};
  image_info.usage = needs.input_usage | needs.output_usage | VK_IMAGE_USAGE_TRANSFER_SRC_BIT |
                     VK_IMAGE_USAGE_TRANSFER_DST_BIT;
  VkImage image;
  VK(vkCreateImage(device, &image_info, nullptr, &image));
  VkBufferCreateInfo buffer_info = {VK_STRUCTURE_TYPE_BUFFER_CREATE_INFO, nullptr, 0, kWidth * kHeight * 4,
                                    VK_BUFFER_USAGE_TRANSFER_DST_BIT | VK_BUFFER_USAGE_TRANSFER_SRC_BIT};
  VkBuffer buffer;
  VK(vkCreateBuffer(device, &buffer_info, nullptr, &buffer));
  VkMemoryRequirements image_needs, buffer_needs;
  vkGetImageMemoryRequirements(device, image, &image_needs);
  vkGetBufferMemoryRequirements(device, buffer, &buffer_needs);
  VkDeviceMemory image_memory = allocate(physical, device, image_needs, 0);
  VkDeviceMemory buffer_memory = allocate(physical, device, buffer_needs, VK_MEMORY_PROPERTY_HOST_VISIBLE_BIT |
                                                                              VK_MEMORY_PROPERTY_HOST_COHERENT_BIT);
  VK(vkBindImageMemory(device, image, image_memory, 0));
  VK(vkBindBufferMemory(device, buffer, buffer_memory, 0));
  unsigned char* pixels;
  VK(vkMapMemory(device, buffer_memory, 0, VK_WHOLE_SIZE, 0, reinterpret_cast<void**>(&pixels)));
  for (uint32_t i = 0; i < kWidth * kHeight * 4; ++i) pixels[i] = static_cast<unsigned char>(i / 4 % kWidth * (i % 4));
  VkImageViewCreateInfo view_info = {VK_STRUCTURE_TYPE_IMAGE_VIEW_CREATE_INFO, nullptr, 0, image, VK_IMAGE_VIEW_TYPE_2D,
                                     VK_FORMAT_R8G8B8A8_UNORM, {}, {VK_IMAGE_ASPECT_COLOR_BIT, 0, 1, 0, 1}};
  VkImageView view;
  VK(vkCreateImageView(device, &view_info, nullptr, &view));
  VkCommandPoolCreateInfo pool_info = {VK_STRUCTURE_TYPE_COMMAND_POOL_CREATE_INFO};
  VkCommandPool pool;
  VK(vkCreateCommandPool(device, &pool_info, nullptr, &pool));
  VkCommandBufferAllocateInfo commands_info = {VK_STRUCTURE_TYPE_COMMAND_BUFFER_ALLOCATE_INFO, nullptr, pool,
                                               VK_COMMAND_BUFFER_LEVEL_PRIMARY, 1};
  VkCommandBuffer commands;
  VK(vkAllocateCommandBuffers(device, &commands_info, &commands));
  VkCommandBufferBeginInfo begin = {VK_STRUCTURE_TYPE_COMMAND_BUFFER_BEGIN_INFO};
  VK(vkBeginCommandBuffer(commands, &begin));
  const auto barrier = [&](VkImageLayout from) {  // an engine names its stages; this one waits for everything
    constexpr auto stage = VK_PIPELINE_STAGE_2_ALL_COMMANDS_BIT;
    constexpr auto access = VK_ACCESS_2_MEMORY_READ_BIT | VK_ACCESS_2_MEMORY_WRITE_BIT;
    VkImageMemoryBarrier2 b = {VK_STRUCTURE_TYPE_IMAGE_MEMORY_BARRIER_2, nullptr, stage, access, stage, access, from,
                               VK_IMAGE_LAYOUT_GENERAL, 0, 0, image, view_info.subresourceRange};
    VkDependencyInfo dependency = {VK_STRUCTURE_TYPE_DEPENDENCY_INFO, nullptr, 0, 0, nullptr, 0, nullptr, 1, &b};
    vkCmdPipelineBarrier2(commands, &dependency);
  };
  const VkBufferImageCopy copy = {0, 0, 0, {VK_IMAGE_ASPECT_COLOR_BIT, 0, 0, 1}, {}, {kWidth, kHeight, 1}};
  barrier(VK_IMAGE_LAYOUT_UNDEFINED);
  vkCmdCopyBufferToImage(commands, buffer, image, VK_IMAGE_LAYOUT_GENERAL, 1, &copy);
  barrier(VK_IMAGE_LAYOUT_GENERAL);
  // 3. Every frame.
  ImpastoFrame frame = {sizeof frame};
  frame.color = frame.output = {image, view, VK_IMAGE_LAYOUT_GENERAL};
  ImpastoExecuteInfo execute = {sizeof execute};
  IMPASTO(impastoCmdRecordInputs(pass, commands, &frame));
  IMPASTO(impastoExecute(pass, &execute));
  IMPASTO(impastoCmdRecordOutputs(pass, commands, &frame));

  barrier(VK_IMAGE_LAYOUT_GENERAL);
  vkCmdCopyImageToBuffer(commands, image, VK_IMAGE_LAYOUT_GENERAL, buffer, 1, &copy);
  VK(vkEndCommandBuffer(commands));
  VkSubmitInfo submit = {VK_STRUCTURE_TYPE_SUBMIT_INFO, nullptr, 0, nullptr, nullptr, 1, &commands};
  VK(vkQueueSubmit(queue, 1, &submit, VK_NULL_HANDLE));
  VK(vkDeviceWaitIdle(device));
  std::FILE* file = std::fopen(argv[2], "wb");
  check(file && std::fprintf(file, "P6 %u %u 255\n", kWidth, kHeight) > 0, argv[2]);
  for (uint32_t i = 0; i < kWidth * kHeight; ++i) std::fwrite(pixels + i * 4, 1, 3, file);
  check(std::fclose(file) == 0, argv[2]);
  // 4. At the end, when the GPU is done with the pass's frames; then the host's own objects, and the device last.
  impastoReleasePass(pass);
  impastoReleaseStyle(style);
  impastoReleaseContext(context);
  vkDestroyCommandPool(device, pool, nullptr);
  vkDestroyImageView(device, view, nullptr);
  vkDestroyImage(device, image, nullptr);
  vkDestroyBuffer(device, buffer, nullptr);
  vkFreeMemory(device, image_memory, nullptr);
  vkFreeMemory(device, buffer_memory, nullptr);
  vkDestroyDevice(device, nullptr);
  vkDestroyInstance(instance, nullptr);
}
