#include "stylist.h"

#include <algorithm>
#include <cstring>
#include <filesystem>

#include "common/error.h"

namespace impasto::app {
namespace {

constexpr render::Access kShaderWrite{VK_PIPELINE_STAGE_2_COMPUTE_SHADER_BIT, VK_ACCESS_2_SHADER_STORAGE_WRITE_BIT};
constexpr render::Access kCopyRead{VK_PIPELINE_STAGE_2_TRANSFER_BIT, VK_ACCESS_2_TRANSFER_READ_BIT};

class VulkanStylist final : public Stylist {
 public:
  VulkanStylist(const PaintingDevice& painting, const std::vector<NamedStyle>& styles, const ImpastoControls& controls,
                uint32_t width, uint32_t height)
      : controls_(controls), context_(createContext(painting)) {
    for (const NamedStyle& style : styles) {
      Painted& painted = painted_.emplace_back();
      ImpastoPassInfo info{};
      info.size = sizeof info;
      info.context = context_.get();
      info.style = style.style.get();
      info.width = width;
      info.height = height;
      info.input_format = info.output_format = VK_FORMAT_R8G8B8A8_UNORM;
      info.input_encoding = info.output_encoding = IMPASTO_COLOR_ENCODING_SRGB;
      info.frames_in_flight = 1;
      ImpastoPass pass = nullptr;
      checkImpasto(impastoCreatePass(&info, &pass), style.path);
      painted.pass.reset(pass);
      painted.image = render::createImage(
          *painting.device, "painted " + style.name,
          {.format = VK_FORMAT_R8G8B8A8_UNORM,
           .width = width,
           .height = height,
           .usage = VK_IMAGE_USAGE_STORAGE_BIT | VK_IMAGE_USAGE_SAMPLED_BIT | VK_IMAGE_USAGE_TRANSFER_SRC_BIT});
      painted.readback = std::make_unique<render::Readback>(*painting.device, painted.image, 4);
    }
  }

  void record(VkCommandBuffer commands, const render::Targets& targets) override {
    for (Painted& painted : painted_) {
      render::recordBarriers(commands, {render::imageBarrier(painted.image, kCopyRead, VK_IMAGE_LAYOUT_UNDEFINED,
                                                             kShaderWrite, VK_IMAGE_LAYOUT_GENERAL)});
      const auto input = [](const render::Image& image) {
        return ImpastoImage{image.handle.get(), image.view.get(), VK_IMAGE_LAYOUT_SHADER_READ_ONLY_OPTIMAL};
      };
      ImpastoFrame frame{};
      frame.size = sizeof frame;
      frame.color = input(targets.color);
      frame.depth = input(targets.depth);
      frame.motion = input(targets.motion);
      frame.motion_scale[0] = frame.motion_scale[1] = 1.0f;
      frame.output = {painted.image.handle.get(), painted.image.view.get(), VK_IMAGE_LAYOUT_GENERAL};
      frame.controls = &controls_;
      checkImpasto(impastoCmdRecordInputs(painted.pass.get(), commands, &frame), "the painting pass");
      ImpastoExecuteInfo execute{};
      execute.size = sizeof execute;
      checkImpasto(impastoExecute(painted.pass.get(), &execute), "the painting pass");
      checkImpasto(impastoCmdRecordOutputs(painted.pass.get(), commands, &frame), "the painting pass");
      painted.readback->record(commands, painted.image, VK_IMAGE_LAYOUT_GENERAL);
    }
  }

  Picture painted(size_t index, const Picture& plain) override {
    Picture picture(plain.width, plain.height);
    std::memcpy(picture.rgba.data(), painted_[index].readback->data(), picture.rgba.size());
    return picture;
  }

 private:
  struct Painted {
    UniquePass pass;
    render::Image image;
    std::unique_ptr<render::Readback> readback;
  };
  ImpastoControls controls_;
  UniqueContext context_;
  std::vector<Painted> painted_;
};

class ReferenceStylist final : public Stylist {
 public:
  ReferenceStylist(const std::vector<NamedStyle>& styles, const ImpastoControls& controls, uint32_t width,
                   uint32_t height)
      : controls_(controls) {
    for (const NamedStyle& style : styles) {
      std::string why;
      if (!painters_.emplace_back(createReferencePainter(style.style.get()))->prepare(width, height, why)) {
        throw Error("--size " + std::to_string(width) + "x" + std::to_string(height) +
                    ": too large for the reference backend: " + why);
      }
    }
  }

  void record(VkCommandBuffer, const render::Targets&) override {}

  Picture painted(size_t index, const Picture& plain) override {
    Picture picture = plain;
    painters_[index]->paint(picture.rgba.data(), controls_);
    return picture;
  }

 private:
  ImpastoControls controls_;
  std::vector<std::unique_ptr<BlockPainter>> painters_;
};

}  // namespace

std::vector<NamedStyle> loadStyles(const std::vector<std::string>& paths) {
  std::vector<NamedStyle> styles;
  for (const std::string& path : paths) {
    NamedStyle style{path, std::filesystem::path(path).stem().string(), loadStyle(path)};
    ImpastoStyleInfo info{};
    info.size = sizeof info;
    checkImpasto(impastoStyleGetInfo(style.style.get(), &info), path);
    if (info.wants_normals || info.wants_history) {
      throw Error(path + ": the style wants view-space normals or history, which impasto-render does not give");
    }
    const auto taken = [&](const std::string& name) {
      return std::any_of(styles.begin(), styles.end(), [&](const NamedStyle& other) { return other.name == name; });
    };
    const std::string stem = style.name;
    for (int count = 2; taken(style.name); ++count) style.name = stem + "_" + std::to_string(count);
    styles.push_back(std::move(style));
  }
  return styles;
}

std::unique_ptr<Stylist> createVulkanStylist(const PaintingDevice& painting, const std::vector<NamedStyle>& styles,
                                             const ImpastoControls& controls, uint32_t width, uint32_t height) {
  return std::make_unique<VulkanStylist>(painting, styles, controls, width, height);
}

std::unique_ptr<Stylist> createReferenceStylist(const std::vector<NamedStyle>& styles, const ImpastoControls& controls,
                                                uint32_t width, uint32_t height) {
  return std::make_unique<ReferenceStylist>(styles, controls, width, height);
}

}  // namespace impasto::app
