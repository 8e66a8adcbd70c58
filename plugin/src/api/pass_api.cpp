// Passes of the C ABI.
#include "api/checks.h"
#include "api/guard.h"
#include "api/handles.h"

using namespace impasto;
using namespace impasto::api;

namespace {

Logger loggerOf(ImpastoPass pass) noexcept { return pass ? pass->pass->logger() : Logger{}; }

void checkFrame(VkCommandBuffer command_buffer, const ImpastoFrame* frame) {
  checkNotNull(command_buffer, "command_buffer");
  checkStruct(frame, "frame");
  if (frame->controls) checkStruct(frame->controls, "frame->controls");
}

}  // namespace

ImpastoResult impastoCreatePass(const ImpastoPassInfo* info, ImpastoPass* pass) {
  const bool readable = info && info->size == sizeof *info && info->context;
  return guard(__func__, readable ? info->context->context->logger() : Logger{}, [&] {
    checkNotNull(pass, "pass");
    *pass = nullptr;
    checkStruct(info, "info");
    checkNotNull(info->context, "info->context");
    checkNotNull(info->style, "info->style");
    auto handle = std::make_unique<ImpastoPass_T>();
    handle->pass = std::make_unique<Pass>(info->context->context, info->style->style, *info);
    *pass = handle.release();
  });
}

void impastoRetainPass(ImpastoPass pass) { retain(pass); }
void impastoReleasePass(ImpastoPass pass) { release(pass); }

ImpastoResult impastoPassResize(ImpastoPass pass, uint32_t width, uint32_t height) {
  return guard(__func__, loggerOf(pass), [&] {
    checkNotNull(pass, "pass");
    pass->pass->resize(width, height);
  });
}

ImpastoResult impastoPassSetStyle(ImpastoPass pass, ImpastoStyle style) {
  return guard(__func__, loggerOf(pass), [&] {
    checkNotNull(pass, "pass");
    checkNotNull(style, "style");
    pass->pass->setStyle(style->style);
  });
}

ImpastoResult impastoPassGetMemoryUsage(ImpastoPass pass, uint64_t* bytes) {
  return guard(__func__, loggerOf(pass), [&] {
    checkNotNull(pass, "pass");
    checkNotNull(bytes, "bytes");
    *bytes = pass->pass->memoryUsage();
  });
}

ImpastoResult impastoCmdRecordInputs(ImpastoPass pass, VkCommandBuffer command_buffer, const ImpastoFrame* frame) {
  return guard(__func__, loggerOf(pass), [&] {
    checkNotNull(pass, "pass");
    checkFrame(command_buffer, frame);
    pass->pass->recordInputs(command_buffer, *frame);
  });
}

ImpastoResult impastoExecute(ImpastoPass pass, const ImpastoExecuteInfo* info) {
  return guard(__func__, loggerOf(pass), [&] {
    checkNotNull(pass, "pass");
    checkStruct(info, "info");
    pass->pass->execute(*info);
  });
}

ImpastoResult impastoCmdRecordOutputs(ImpastoPass pass, VkCommandBuffer command_buffer, const ImpastoFrame* frame) {
  return guard(__func__, loggerOf(pass), [&] {
    checkNotNull(pass, "pass");
    checkFrame(command_buffer, frame);
    pass->pass->recordOutputs(command_buffer, *frame);
  });
}
