#include "stylist.h"

#include <algorithm>
#include <chrono>
#include <cstring>
#include <filesystem>

#include "common/error.h"
#include "common/execution.h"
#include "common/scene_pass.h"
#include "common/style_mix.h"

namespace impasto::app {
namespace {

constexpr render::Access kShaderWrite{VK_PIPELINE_STAGE_2_COMPUTE_SHADER_BIT, VK_ACCESS_2_SHADER_STORAGE_WRITE_BIT};
constexpr render::Access kCopyRead{VK_PIPELINE_STAGE_2_TRANSFER_BIT, VK_ACCESS_2_TRANSFER_READ_BIT};

class PassStylist final : public Stylist {
 public:
  PassStylist(const PaintingDevice& painting, const std::vector<NamedStyle>& styles, const ImpastoControls& controls,
                uint32_t width, uint32_t height)
      : controls_(controls),
        context_(createContext(painting)),
        execution_(painting, context_.get()),
        runner_(*painting.device) {
    for (const NamedStyle& style : styles) {
      Painted& painted = painted_.emplace_back();
      painted.style_vector = &style.vector;
      const ImpastoPassInfo info = scenePassInfo(context_.get(), style.style.get(), width, height, 1);
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

  std::string backend() const override { return nameOf(execution_.backend()); }

  void record(VkCommandBuffer commands, const render::Targets& targets, const render::CameraView& camera,
              bool cut) override {
    for (Painted& painted : painted_) {
      render::recordBarriers(commands, {render::imageBarrier(painted.image, kCopyRead, VK_IMAGE_LAYOUT_UNDEFINED,
                                                             kShaderWrite, VK_IMAGE_LAYOUT_GENERAL)});
      painted.frame = sceneFrame(sceneImages(targets), camera, painted.image, 0);
      painted.frame.reset = cut ? VK_TRUE : VK_FALSE;
      painted.frame.controls = &controls_;
      painted.frame.style_vector_length = static_cast<uint32_t>(painted.style_vector->size());
      painted.frame.style_vector = painted.style_vector->empty() ? nullptr : painted.style_vector->data();
      if (execution_.inCommandBuffer()) {
        recordPainting(painted.pass.get(), commands, painted.frame);
        painted.readback->record(commands, painted.image, VK_IMAGE_LAYOUT_GENERAL);
      } else {
        checkImpasto(impastoCmdRecordInputs(painted.pass.get(), commands, &painted.frame), "the painting pass");
      }
    }
  }

  double finish() override {
    if (execution_.inCommandBuffer()) return 0.0;
    using Clock = std::chrono::steady_clock;
    const auto start = Clock::now();
    for (Painted& painted : painted_) execution_.run(painted.pass.get(), 0);
    runner_.run([&](VkCommandBuffer commands) {
      for (Painted& painted : painted_) {
        checkImpasto(impastoCmdRecordOutputs(painted.pass.get(), commands, &painted.frame), "the painting pass");
        painted.readback->record(commands, painted.image, VK_IMAGE_LAYOUT_GENERAL);
      }
    });
    return std::chrono::duration<double, std::milli>(Clock::now() - start).count();
  }

  Picture painted(size_t index, const Picture& plain) override {
    Picture picture(plain.width, plain.height);
    std::memcpy(picture.rgba.data(), painted_[index].readback->data(), picture.rgba.size());
    return picture;
  }

 private:
  struct Painted {
    const std::vector<float>* style_vector = nullptr;
    UniquePass pass;
    render::Image image;
    std::unique_ptr<render::Readback> readback;
    ImpastoFrame frame{};  // that is being painted
  };
  ImpastoControls controls_;
  UniqueContext context_;
  Execution execution_;
  render::FrameRunner runner_;  // of the outputs, where they are apart from the inputs
  std::vector<Painted> painted_;
};

class ReferenceStylist final : public Stylist {
 public:
  ReferenceStylist(const std::vector<NamedStyle>& styles, const ImpastoControls& controls, uint32_t width,
                   uint32_t height)
      : controls_(controls) {
    for (const NamedStyle& style : styles) {
      ImpastoStyleInfo info{};
      info.size = sizeof info;
      checkImpasto(impastoStyleGetInfo(style.style.get(), &info), style.path);
      if (info.wants_depth || info.wants_normals || info.wants_history) {
        throw Error(style.path + ": the style wants depth, normals or history, which the reference backend is not given");
      }
      std::string why;
      if (!painters_.emplace_back(createHostPainter(style.style.get(), style.vector, IMPASTO_BACKEND_REFERENCE))
               ->prepare(width, height, why)) {
        throw Error("--size " + std::to_string(width) + "x" + std::to_string(height) +
                    ": too large for the reference backend: " + why);
      }
    }
  }

  std::string backend() const override { return nameOf(IMPASTO_BACKEND_REFERENCE); }
  void record(VkCommandBuffer, const render::Targets&, const render::CameraView&, bool) override {}

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

std::vector<NamedStyle> loadStyles(const std::vector<std::string>& paths, const std::vector<std::string>& mixes) {
  std::vector<NamedStyle> styles;
  for (const std::string& path : paths) {
    NamedStyle style{path, std::filesystem::path(path).stem().string(), loadStyle(path), {}};
    if (!mixes.empty()) style.vector = parseMix(style.style.get(), path, mixes[styles.size()]);
    const auto taken = [&](const std::string& name) {
      return std::any_of(styles.begin(), styles.end(), [&](const NamedStyle& other) { return other.name == name; });
    };
    const std::string stem = style.name;
    for (int count = 2; taken(style.name); ++count) style.name = stem + "_" + std::to_string(count);
    styles.push_back(std::move(style));
  }
  return styles;
}

std::unique_ptr<Stylist> createPassStylist(const PaintingDevice& painting, const std::vector<NamedStyle>& styles,
                                             const ImpastoControls& controls, uint32_t width, uint32_t height) {
  return std::make_unique<PassStylist>(painting, styles, controls, width, height);
}

std::unique_ptr<Stylist> createReferenceStylist(const std::vector<NamedStyle>& styles, const ImpastoControls& controls,
                                                uint32_t width, uint32_t height) {
  return std::make_unique<ReferenceStylist>(styles, controls, width, height);
}

}  // namespace impasto::app
