// A context on the tests' device, styles as handles, frames, and one way to paint a picture with them.
#pragma once

#include <memory>
#include <string>

#include "api/test_image.h"
#include "impasto/impasto.h"
#include "support/random_style.h"
#include "support/vulkan_fixture.h"

namespace impasto::test {

// Handles that release themselves.
struct ReleaseHandle {
  void operator()(ImpastoContext handle) const { impastoReleaseContext(handle); }
  void operator()(ImpastoStyle handle) const { impastoReleaseStyle(handle); }
  void operator()(ImpastoPass handle) const { impastoReleasePass(handle); }
};
using ContextPtr = std::unique_ptr<ImpastoContext_T, ReleaseHandle>;
using StylePtr = std::unique_ptr<ImpastoStyle_T, ReleaseHandle>;
using PassPtr = std::unique_ptr<ImpastoPass_T, ReleaseHandle>;

// One 1x1 convolution of the colour, painted = 1 - colour; with others' inputs added where asked.
Style makeNegativeStyle();
Style makeGrayStyle();     // painted = 1/2
Style makeDepthStyle();    // painted red = colour red / 2 + depth / 2
Style makeNormalsStyle();  // painted = normals / 2 + 1/2
Style makeHistoryStyle();  // painted = 0.1 * (sum of colour and history)
Style makeTintStyle();     // painted = colour / 2 + style vector, by default kFirstTint
Style makeBlendStyle();    // new paint blended with the history; more in pass_fixture.cpp
inline constexpr float kFirstTint[] = {0.25f, 0.0f, 0.125f};

StylePtr toHandle(const Style& style);

template <class Struct>
Struct sized() {
  Struct object{};
  object.size = sizeof object;
  return object;
}

// Did the frame come out as one of these two paint it?
bool isNegative(const Pixels& source, const Pixels& painted);
bool isGray(const Pixels& source, const Pixels& painted);

ImpastoImage toFrameImage(const TestImage& image);

struct PassSettings {
  uint32_t width = 16, height = 8;
  VkFormat input_format = VK_FORMAT_R8G8B8A8_UNORM;
  ImpastoColorEncoding input_encoding = IMPASTO_COLOR_ENCODING_SRGB;
  VkFormat output_format = VK_FORMAT_R8G8B8A8_UNORM;
  ImpastoColorEncoding output_encoding = IMPASTO_COLOR_ENCODING_SRGB;
  uint32_t frames_in_flight = 2;
};

class PassTest : public VulkanTest {
 protected:
  ImpastoContextInfo contextInfo() const;
  ContextPtr makeContext() const { return makeContext(contextInfo()); }
  static ContextPtr makeContext(const ImpastoContextInfo& info);
  static ImpastoPassInfo passInfo(ImpastoContext context, ImpastoStyle style, const PassSettings& settings = {});
  static PassPtr makePass(ImpastoContext context, ImpastoStyle style, const PassSettings& settings = {});

  // Records, submits and waits for one frame; every call must succeed.
  static void paintFrame(ImpastoPass pass, const ImpastoFrame& frame);
  static void recordFrame(ImpastoPass pass, VkCommandBuffer command_buffer, const ImpastoFrame& frame);
};

// A pass's two images and its frame.
struct FrameImages {
  FrameImages(const TestDevice& device, const PassSettings& settings, const Pixels& color);
  ImpastoFrame frame(uint32_t frame_index = 0) const;
  TestImage color, output;
};

}  // namespace impasto::test
