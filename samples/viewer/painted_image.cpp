#include "painted_image.h"

#include <chrono>

#include "common/error.h"

namespace impasto::app {
namespace {

constexpr render::Access kShaderWrite{VK_PIPELINE_STAGE_2_COMPUTE_SHADER_BIT, VK_ACCESS_2_SHADER_STORAGE_WRITE_BIT};
constexpr render::Access kCopyRead{VK_PIPELINE_STAGE_2_TRANSFER_BIT, VK_ACCESS_2_TRANSFER_READ_BIT};

render::Image createPaintedImage(const render::Device& device, VkExtent2D extent) {
  return render::createImage(device, "painted",
                             {.format = VK_FORMAT_R8G8B8A8_UNORM,
                              .width = extent.width,
                              .height = extent.height,
                              .usage = VK_IMAGE_USAGE_STORAGE_BIT | VK_IMAGE_USAGE_TRANSFER_SRC_BIT});
}

}  // namespace

PaintedImage::PaintedImage(const PaintingDevice& painting, const std::vector<ViewerStyle>& styles, VkExtent2D extent,
                           uint32_t frames_in_flight)
    : painting_(painting),
      styles_(styles),
      context_(createContext(painting)),
      image_(createPaintedImage(*painting.device, extent)) {
  ImpastoPassInfo info{};
  info.size = sizeof info;
  info.context = context_.get();
  info.style = styles.front().style.get();
  info.width = extent.width;
  info.height = extent.height;
  info.input_format = info.output_format = VK_FORMAT_R8G8B8A8_UNORM;
  info.input_encoding = info.output_encoding = IMPASTO_COLOR_ENCODING_SRGB;
  info.frames_in_flight = frames_in_flight;
  ImpastoPass pass = nullptr;
  checkImpasto(impastoCreatePass(&info, &pass), styles.front().name);
  pass_.reset(pass);
}

void PaintedImage::resize(VkExtent2D extent) {
  if (switching_.valid()) switching_.wait();  // a resize must not overlap it
  image_ = createPaintedImage(*painting_.device, extent);
  checkImpasto(impastoPassResize(pass_.get(), extent.width, extent.height), "the painting pass");
}

void PaintedImage::choose(size_t style) {
  if (style < styles_.size()) chosen_ = style;
}

void PaintedImage::update() {
  if (switching_.valid()) {
    if (switching_.wait_for(std::chrono::seconds(0)) != std::future_status::ready) return;
    const std::string failure = switching_.get();
    if (!failure.empty()) throw Error(failure);
  }
  if (chosen_ == current_) return;
  current_ = chosen_;
  switching_ = std::async(std::launch::async, [pass = pass_.get(), &style = styles_[current_]]() -> std::string {
    if (impastoPassSetStyle(pass, style.style.get()) == IMPASTO_SUCCESS) return "";
    return style.name + ": " + impastoGetLastError();
  });
}

void PaintedImage::record(VkCommandBuffer commands, uint32_t slot, const render::Targets& targets,
                          const ImpastoControls& controls) {
  render::recordBarriers(commands, {render::imageBarrier(image_, kCopyRead, VK_IMAGE_LAYOUT_UNDEFINED, kShaderWrite,
                                                         VK_IMAGE_LAYOUT_GENERAL)});
  const auto input = [](const render::Image& image) {
    return ImpastoImage{image.handle.get(), image.view.get(), VK_IMAGE_LAYOUT_SHADER_READ_ONLY_OPTIMAL};
  };
  ImpastoFrame frame{};
  frame.size = sizeof frame;
  frame.frame_index = slot;
  frame.color = input(targets.color);
  frame.depth = input(targets.depth);
  frame.motion = input(targets.motion);
  frame.motion_scale[0] = frame.motion_scale[1] = 1.0f;
  frame.output = {image_.handle.get(), image_.view.get(), VK_IMAGE_LAYOUT_GENERAL};
  frame.controls = &controls;
  checkImpasto(impastoCmdRecordInputs(pass_.get(), commands, &frame), "the painting pass");
  ImpastoExecuteInfo execute{};
  execute.size = sizeof execute;
  execute.frame_index = slot;
  checkImpasto(impastoExecute(pass_.get(), &execute), "the painting pass");
  checkImpasto(impastoCmdRecordOutputs(pass_.get(), commands, &frame), "the painting pass");
  render::recordBarriers(commands, {render::imageBarrier(image_, kShaderWrite, VK_IMAGE_LAYOUT_GENERAL, kCopyRead,
                                                         VK_IMAGE_LAYOUT_TRANSFER_SRC_OPTIMAL)});
}

}  // namespace impasto::app
