// Passes of the C ABI.
#include "api/checks.h"
#include "api/guard.h"
#include "api/handles.h"

using namespace impasto;
using namespace impasto::api;

namespace {

Logger loggerOf(ImpastoPass pass) noexcept { return pass ? pass->pass->logger() : Logger{}; }

// A frame and its controls as this version has them.
struct ReadFrame {
  ReadFrame(VkCommandBuffer command_buffer, const ImpastoFrame* host) {
    checkNotNull(command_buffer, "command_buffer");
    frame = readStruct(host, "frame");
    if (!frame.controls) return;
    controls = readStruct(frame.controls, "frame->controls");
    frame.controls = &controls;
  }
  ReadFrame(const ReadFrame&) = delete;

  ImpastoFrame frame;
  ImpastoControls controls;
};

bool isReadable(const ImpastoPassInfo* info) noexcept {
  return info && info->size >= kFirstSize<ImpastoPassInfo> && info->size <= kLargestSize && info->context;
}

ImpastoPassInfo readPassInfo(const ImpastoPassInfo* info) {
  const ImpastoPassInfo read = readStruct(info, "info");
  checkNotNull(read.context, "info->context");
  checkNotNull(read.style, "info->style");
  return read;
}

}  // namespace

ImpastoResult impastoCreatePass(const ImpastoPassInfo* info, ImpastoPass* pass) {
  return guard(__func__, isReadable(info) ? info->context->context->logger() : Logger{}, [&] {
    checkNotNull(pass, "pass");
    *pass = nullptr;
    const ImpastoPassInfo read = readPassInfo(info);
    auto handle = std::make_unique<ImpastoPass_T>();
    handle->pass = std::make_unique<Pass>(read.context->context, read.style->style, read);
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

ImpastoResult impastoQueryMemory(const ImpastoPassInfo* info, ImpastoMemory* memory) {
  return guard(__func__, isReadable(info) ? info->context->context->logger() : Logger{}, [&] {
    ImpastoMemory filled = readStruct(memory, "memory");
    const ImpastoPassInfo read = readPassInfo(info);
    const MemoryUse use = Pass::predictMemory(*read.context->context, *read.style->style, read);
    filled.pass_bytes = use.own;
    filled.scratch_bytes = use.scratch;
    writeStruct(filled, memory);
  });
}

ImpastoResult impastoPassGetTimings(ImpastoPass pass, ImpastoTimings* timings) {
  return guard(__func__, loggerOf(pass), [&] {
    checkNotNull(pass, "pass");
    ImpastoTimings filled = readStruct(timings, "timings");
    pass->pass->getTimings(filled);
    writeStruct(filled, timings);
  });
}

ImpastoResult impastoPassGetOpTiming(ImpastoPass pass, uint32_t index, ImpastoOpTiming* timing) {
  return guard(__func__, loggerOf(pass), [&] {
    checkNotNull(pass, "pass");
    ImpastoOpTiming filled = readStruct(timing, "timing");
    pass->pass->getOpTiming(index, filled);
    writeStruct(filled, timing);
  });
}

ImpastoResult impastoCmdRecordInputs(ImpastoPass pass, VkCommandBuffer command_buffer, const ImpastoFrame* frame) {
  return guard(__func__, loggerOf(pass), [&] {
    checkNotNull(pass, "pass");
    const ReadFrame read(command_buffer, frame);
    pass->pass->recordInputs(command_buffer, read.frame);
  });
}

ImpastoResult impastoExecute(ImpastoPass pass, const ImpastoExecuteInfo* info) {
  return guard(__func__, loggerOf(pass), [&] {
    checkNotNull(pass, "pass");
    pass->pass->execute(readStruct(info, "info"));
  });
}

ImpastoResult impastoCmdRecordOutputs(ImpastoPass pass, VkCommandBuffer command_buffer, const ImpastoFrame* frame) {
  return guard(__func__, loggerOf(pass), [&] {
    checkNotNull(pass, "pass");
    const ReadFrame read(command_buffer, frame);
    pass->pass->recordOutputs(command_buffer, read.frame);
  });
}
