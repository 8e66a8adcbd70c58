// A pass that paints one picture over and over, as a host would record it, and tells what each frame took. A frame is timed
// from before the first input barrier to after the last output barrier. One thread.
#pragma once

#include <impasto/impasto.h>

#include <string>
#include <vector>

#include "bench_options.h"
#include "common/impasto_device.h"
#include "renderer/resources.h"

namespace impasto::app {

struct FrameTime {           // milliseconds
  double gpu = 0;            // by the device's timestamps
  double host = 0;           // from submitting it until the host knows that it is done
  double record = 0;         // that the host spends on recording it
};

struct OpTime {
  std::string name;
  double multiply_adds = 0, bytes = 0;  // of one frame
  double milliseconds = 0;
};

// Of a context, for all its timed passes, one after another: backends know semaphores by their handles.
struct FrameTimelines {
  explicit FrameTimelines(const PaintingDevice& painting);

  render::UniqueSemaphore inputs_done, painted, done;  // signalled by: the queue, Impasto, the queue
  uint64_t value = 0;                                  // of all three, once the last frame is done
};

class TimedPass {
 public:
  enum class Detail { Stages, Ops };  // ops: what the generator's launches take, which then do not overlap

  // The device, the context, which has timeline points, and its timelines outlive it. Throws Error.
  TimedPass(const PaintingDevice& painting, ImpastoContext context, FrameTimelines& timelines, ImpastoStyle style,
            const Resolution& resolution, Detail detail);
  ~TimedPass();
  TimedPass(const TimedPass&) = delete;
  TimedPass& operator=(const TimedPass&) = delete;

  // Paints one frame and waits for it.
  FrameTime run();

  // Of the frame before the one that was run last; false where there was none.
  bool stages(ImpastoTimings& timings) const;
  // Likewise; empty where the backend does not say.
  std::vector<OpTime> ops() const;

  bool generatorInCommandBuffer() const { return in_command_buffer_; }
  uint64_t memoryBytes() const;

 private:
  void fillColor();
  void recordBegin(VkCommandBuffer commands);
  void recordEnd(VkCommandBuffer commands);
  void submit(VkCommandBuffer commands, VkSemaphore wait, VkSemaphore signal);
  double recordFrame();
  double gpuMilliseconds() const;

  const PaintingDevice& painting_;
  bool in_command_buffer_ = true;  // the generator is
  FrameTimelines& timelines_;
  UniquePass pass_;
  render::Image color_, output_;
  render::UniqueCommandPool pool_;
  VkCommandBuffer commands_[2] = {};  // inputs, outputs; in one where the generator is in the command buffer
  render::UniqueQueryPool queries_;
};

}  // namespace impasto::app
