#include "backend/reference_executor.h"

#include <exception>

#include "backend/frame_tensors.h"

namespace impasto {
namespace {

class ReferenceExecutor final : public HostExecutor {
 public:
  explicit ReferenceExecutor(const Style& style) : style_(style) {}

  bool run(const HostFrame& frame) noexcept override {
    try {
      paintByReference(style_, frame.inputs, frame.output, frame.width, frame.height, frame.memory);
      return true;
    } catch (const std::exception&) {  // out of memory
      return false;
    }
  }

 private:
  const Style style_;
};

}  // namespace

std::unique_ptr<HostExecutor> makeReferenceExecutor(const Style& style, const HostExecutorRequest&) {
  return std::make_unique<ReferenceExecutor>(style);
}

}  // namespace impasto
