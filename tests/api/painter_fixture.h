// A Painter without the C ABI around it, on a device whose limits and features a test may choose; and what it should
// paint, by the reference.
#pragma once

#include <memory>
#include <optional>
#include <vector>

#include "api/pass_fixture.h"
#include "base/error.h"
#include "pass/painter.h"
#include "pass/reproject_reference.h"
#include "vulkan/backend.h"

namespace impasto::test {

struct PainterOptions {
  bool half = true;  // where the device can
  bool write_without_format = true;
  uint32_t max_storage_buffer_range = 0;  // 0: the device's
};

class PainterRunner {
 public:
  PainterRunner(const TestDevice& device, const Style& style, const PainterRequest& request,
                const PainterOptions& options = {});

  // Records, submits and waits for one frame, checked like a host's.
  void paint(const ImpastoFrame& frame, StageTimer* timer = nullptr);
  // As a host does that gives the frame up: `submit` runs what was recorded.
  void begin(const ImpastoFrame& frame, bool submit);

  Painter& painter() { return *painter_; }
  const vulkan::VulkanDevice& device() const { return *device_; }
  const vulkan::VulkanBackend& backend() const { return *backend_; }

 private:
  FrameSettings read(const ImpastoFrame& frame) const;

  const TestDevice& test_device_;
  PainterRequest request_;
  std::unique_ptr<vulkan::VulkanDevice> device_;
  std::unique_ptr<vulkan::VulkanBackend> backend_;
  std::unique_ptr<PassPipelines> pipelines_;
  std::unique_ptr<Painter> painter_;
};

// One layer's images of a frame, as a shader reads them.
struct LayerInputs {
  Pixels color, mask, depth, normals, motion;  // empty: absent
};

// What a pass should paint of one layer, frame after frame, in plain C++.
class PassReference {
 public:
  PassReference(Style style, const ::impasto::PassSettings& settings) : style_(std::move(style)), settings_(settings) {}

  // `frame` for this layer's images, which have the frame's extent. Returns the output, alpha included.
  Pixels paint(const FrameSettings& frame, const LayerInputs& inputs, uint32_t layer = 0);

  // Of the frame painted last.
  const Tensor& history() const { return history_input_; }

 private:
  Style style_;
  ::impasto::PassSettings settings_;
  HistoryState history_{2};
  Tensor painted_;
  PlainFrame plain_;
  Tensor history_input_;
};

}  // namespace impasto::test
