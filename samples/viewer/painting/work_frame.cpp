#include "viewer/painting/work_frame.h"

#include "shaders/work.frag.h"
#include "viewer/gpu/access.h"

namespace impasto::app {
namespace {

constexpr VkFormat kColor = VK_FORMAT_R8G8B8A8_UNORM, kDepth = VK_FORMAT_R32_SFLOAT,
                   kNormal = VK_FORMAT_R16G16B16A16_SFLOAT, kMotion = VK_FORMAT_R32G32_SFLOAT;

struct WorkPush {
  float source[2], extent[2];  // pixels
};

render::Image createPicture(const render::Device& device, const char* name, VkFormat format, VkExtent2D extent) {
  return render::createImage(device, name,
                             {.format = format,
                              .width = extent.width,
                              .height = extent.height,
                              .usage = VK_IMAGE_USAGE_COLOR_ATTACHMENT_BIT | VK_IMAGE_USAGE_SAMPLED_BIT});
}

}  // namespace

WorkFrame::WorkFrame(const render::Device& device, VkExtent2D extent)
    : pass_(device, {.name = "work frame",
                     .fragment = {"viewer/work.frag", kWorkFrag},
                     .targets = {kColor, kDepth, kNormal, kMotion},
                     .textures = 4,
                     .push_bytes = sizeof(WorkPush)}),
      color_(createPicture(device, "work colour", kColor, extent)),
      depth_(createPicture(device, "work depth", kDepth, extent)),
      normal_(createPicture(device, "work normals", kNormal, extent)),
      motion_(createPicture(device, "work motion", kMotion, extent)) {}

void WorkFrame::record(VkCommandBuffer commands, uint32_t slot, const render::Targets& targets, VkExtent2D extent) {
  pass_.setTexture(slot, 0, targets.color, true);
  pass_.setTexture(slot, 1, targets.depth, false);
  pass_.setTexture(slot, 2, targets.normal, false);
  pass_.setTexture(slot, 3, targets.motion, false);
  const WorkPush push{{static_cast<float>(targets.color.width), static_cast<float>(targets.color.height)},
                      {static_cast<float>(extent.width), static_cast<float>(extent.height)}};
  pass_.record(commands, slot, {&color_, &depth_, &normal_, &motion_}, extent, &push);
}

}  // namespace impasto::app
