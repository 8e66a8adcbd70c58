#include "viewer/gpu/view_composer.h"

#include <algorithm>
#include <cmath>

#include "shaders/view.frag.h"
#include "viewer/gpu/access.h"

namespace impasto::app {
namespace {

struct ViewPush {
  int32_t extent[2];
  uint32_t layout_kind, shown, selected, has_previous;
  float split, fade, gain, depth_unit, line_width;
};

render::Image createPicture(const render::Device& device, const char* name, VkFormat format, VkExtent2D extent,
                            VkImageUsageFlags usage) {
  return render::createImage(device, name,
                             {.format = format,
                              .width = extent.width,
                              .height = extent.height,
                              .usage = usage | VK_IMAGE_USAGE_SAMPLED_BIT});
}

void copyPicture(VkCommandBuffer commands, const render::Image& from, const render::Image& to) {
  render::recordBarriers(
      commands, {render::imageBarrier(from, kReaders, kReadable, kCopyRead, VK_IMAGE_LAYOUT_TRANSFER_SRC_OPTIMAL),
                 render::imageBarrier(to, kReaders, VK_IMAGE_LAYOUT_UNDEFINED, kCopyWrite,
                                      VK_IMAGE_LAYOUT_TRANSFER_DST_OPTIMAL)});
  VkImageCopy copy{};
  copy.srcSubresource = copy.dstSubresource = {VK_IMAGE_ASPECT_COLOR_BIT, 0, 0, 1};
  copy.extent = {to.width, to.height, 1};
  vkCmdCopyImage(commands, from.handle.get(), VK_IMAGE_LAYOUT_TRANSFER_SRC_OPTIMAL, to.handle.get(),
                 VK_IMAGE_LAYOUT_TRANSFER_DST_OPTIMAL, 1, &copy);
  render::recordBarriers(
      commands, {render::imageBarrier(from, kCopyRead, VK_IMAGE_LAYOUT_TRANSFER_SRC_OPTIMAL, kReaders, kReadable),
                 render::imageBarrier(to, kCopyWrite, VK_IMAGE_LAYOUT_TRANSFER_DST_OPTIMAL, kReaders, kReadable)});
}

bool looksBack(const State::View& view) {
  return view.shown == static_cast<int>(Shown::History) || view.shown == static_cast<int>(Shown::Validity);
}

}  // namespace

ViewComposer::ViewComposer(const render::Device& device)
    : device_(device),
      pass_(device, {.name = "view",
                     .fragment = {"viewer/view.frag", kViewFrag},
                     .targets = {VK_FORMAT_R8G8B8A8_UNORM},
                     .textures = 11,
                     .push_bytes = sizeof(ViewPush)}) {}

void ViewComposer::resize(VkExtent2D picture, bool two) {
  const VkExtent2D shown{two ? picture.width * 2 : picture.width, picture.height};
  if (shown_.width == shown.width && shown_.height == shown.height) return;
  shown_ = createPicture(device_, "shown", VK_FORMAT_R8G8B8A8_UNORM, shown,
                         VK_IMAGE_USAGE_COLOR_ATTACHMENT_BIT | VK_IMAGE_USAGE_TRANSFER_SRC_BIT);
  previous_painted_ = {};
  previous_plain_ = {};
  previous_depth_ = {};
  has_previous_ = false;
}

void ViewComposer::keep(VkCommandBuffer commands, const ViewInputs& inputs) {
  const render::Targets& targets = *inputs.targets;
  copyPicture(commands, inputs.painted ? *inputs.painted : targets.color, previous_painted_);
  copyPicture(commands, targets.color, previous_plain_);
  copyPicture(commands, targets.depth, previous_depth_);
  has_previous_ = true;
}

void ViewComposer::record(VkCommandBuffer commands, uint32_t slot, const State::View& view, const ViewInputs& inputs) {
  const render::Targets& targets = *inputs.targets;
  const render::Image& painted = inputs.painted ? *inputs.painted : targets.color;
  const bool back = looksBack(view);
  if (back && previous_plain_.width == 0) {
    const VkExtent2D extent{targets.color.width, targets.color.height};
    previous_painted_ = createPicture(device_, "painted before", VK_FORMAT_R8G8B8A8_UNORM, extent,
                                      VK_IMAGE_USAGE_TRANSFER_DST_BIT);
    previous_plain_ =
        createPicture(device_, "plain before", VK_FORMAT_R8G8B8A8_UNORM, extent, VK_IMAGE_USAGE_TRANSFER_DST_BIT);
    previous_depth_ =
        createPicture(device_, "depth before", VK_FORMAT_R32_SFLOAT, extent, VK_IMAGE_USAGE_TRANSFER_DST_BIT);
  }
  if (!back || inputs.cut) has_previous_ = false;
  const bool look = back && has_previous_;
  pass_.setTexture(slot, 0, targets.color, true);
  pass_.setTexture(slot, 1, painted, true);
  pass_.setTexture(slot, 2, inputs.incoming ? *inputs.incoming : painted, true);
  pass_.setTexture(slot, 3, targets.depth, false);
  pass_.setTexture(slot, 4, targets.normal, false);
  pass_.setTexture(slot, 5, targets.base_color, false);
  pass_.setTexture(slot, 6, targets.object, false);
  pass_.setTexture(slot, 7, targets.motion, false);
  pass_.setTexture(slot, 8, look ? previous_painted_ : painted, true);
  pass_.setTexture(slot, 9, look ? previous_plain_ : targets.color, true);
  pass_.setTexture(slot, 10, look ? previous_depth_ : targets.depth, false);

  ViewPush push{};
  push.extent[0] = static_cast<int32_t>(targets.color.width);
  push.extent[1] = static_cast<int32_t>(targets.color.height);
  push.layout_kind = static_cast<uint32_t>(view.layout);
  push.shown = static_cast<uint32_t>(view.shown);
  push.selected = inputs.selected;
  push.has_previous = look ? 1 : 0;
  push.split = std::round(view.split * static_cast<float>(targets.color.width));
  push.fade = inputs.incoming ? inputs.fade : 0.0f;
  push.gain = view.difference_gain;
  push.depth_unit = std::max(inputs.scene_radius * 0.5f, 1e-4f);
  push.line_width = inputs.line_width;
  pass_.record(commands, slot, {&shown_}, {shown_.width, shown_.height}, &push);
  if (back) keep(commands, inputs);
}

}  // namespace impasto::app
