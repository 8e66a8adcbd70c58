#include "common/scene_pass.h"

#include <cstring>

namespace impasto::app {

SceneImages sceneImages(const render::Targets& targets) {
  return {&targets.color, &targets.depth, &targets.normal, &targets.motion};
}

ImpastoPassInfo scenePassInfo(ImpastoContext context, ImpastoStyle style, uint32_t width, uint32_t height,
                              uint32_t frames_in_flight) {
  ImpastoPassInfo info{};
  info.size = sizeof info;
  info.context = context;
  info.style = style;
  info.width = width;
  info.height = height;
  info.input_format = info.output_format = VK_FORMAT_R8G8B8A8_UNORM;
  info.input_encoding = info.output_encoding = IMPASTO_COLOR_ENCODING_SRGB;
  info.frames_in_flight = frames_in_flight;
  info.depth_encoding = IMPASTO_DEPTH_ENCODING_LINEAR;
  info.normal_encoding = IMPASTO_NORMAL_ENCODING_SIGNED;
  info.normal_space = IMPASTO_NORMAL_SPACE_WORLD;
  return info;
}

ImpastoFrame sceneFrame(const SceneImages& images, const render::CameraView& camera, const render::Image& output,
                        uint32_t slot) {
  const auto input = [](const render::Image* image) {
    return ImpastoImage{image->handle.get(), image->view.get(), VK_IMAGE_LAYOUT_SHADER_READ_ONLY_OPTIMAL};
  };
  ImpastoFrame frame{};
  frame.size = sizeof frame;
  frame.frame_index = slot;
  frame.color = input(images.color);
  frame.depth = input(images.depth);
  frame.normals = input(images.normal);
  frame.motion = input(images.motion);
  frame.motion_scale[0] = frame.motion_scale[1] = 1.0f;
  frame.output = {output.handle.get(), output.view.get(), VK_IMAGE_LAYOUT_GENERAL};
  const float aspect = static_cast<float>(images.color->width) / static_cast<float>(images.color->height);
  const glm::mat4 projection = camera.projection(aspect);
  std::memcpy(frame.view, &camera.view, sizeof frame.view);
  std::memcpy(frame.projection, &projection, sizeof frame.projection);
  return frame;
}

void recordPainting(ImpastoPass pass, VkCommandBuffer commands, const ImpastoFrame& frame) {
  ImpastoExecuteInfo execute{};
  execute.size = sizeof execute;
  execute.frame_index = frame.frame_index;
  // The name is made a string only for an error: the frame path allocates nothing.
  ImpastoResult result = impastoCmdRecordInputs(pass, commands, &frame);
  if (result == IMPASTO_SUCCESS) result = impastoExecute(pass, &execute);
  if (result == IMPASTO_SUCCESS) result = impastoCmdRecordOutputs(pass, commands, &frame);
  if (result != IMPASTO_SUCCESS) checkImpasto(result, "the painting pass");
}

}  // namespace impasto::app
