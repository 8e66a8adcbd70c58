// A frame as a host has it that is made for backends outside the command buffer: inputs and outputs are two submissions,
// with timeline points between.
#pragma once

#include <gtest/gtest.h>

#include <cstdint>
#include <memory>

#include "api/pass_fixture.h"

namespace impasto::test {

class SplitFrame {
 public:
  // `gate`: held back until it reaches `value`.
  SplitFrame(const TestDevice& device, ImpastoPass pass, const ImpastoFrame& frame, const Timeline& packed,
             const Timeline& painted, uint64_t value, const Timeline* gate = nullptr)
      : device_(device), pass_(pass), frame_(frame), packed_(packed), painted_(painted), value_(value) {
    begin(gate);
    execute();
    finish();
  }

  // By the semaphore first: the validation layer loses its way when a fence is waited for whose submission waits for a
  // point that the host has not signalled yet.
  void wait() {
    EXPECT_TRUE(painted_.wait(value_));
    inputs_->wait();
    if (outputs_) outputs_->wait();
  }
  bool done() const { return outputs_->done(); }

 protected:
  SplitFrame(const TestDevice& device, ImpastoPass pass, const ImpastoFrame& frame, const Timeline& packed,
             const Timeline& painted, uint64_t value, std::nullptr_t)
      : device_(device), pass_(pass), frame_(frame), packed_(packed), painted_(painted), value_(value) {}

  void begin(const Timeline* gate = nullptr) {
    inputs_ = device_.submitAsync(
        [&](VkCommandBuffer cmd) {
          EXPECT_EQ(impastoCmdRecordInputs(pass_, cmd, &frame_), IMPASTO_SUCCESS) << impastoGetLastError();
        },
        {gate, gate ? value_ : 0, &packed_, value_});
  }
  void execute() {
    auto info = sized<ImpastoExecuteInfo>();
    info.frame_index = frame_.frame_index;
    info.wait_semaphore = packed_.get();
    info.wait_value = value_;
    info.signal_semaphore = painted_.get();
    info.signal_value = value_;
    EXPECT_EQ(impastoExecute(pass_, &info), IMPASTO_SUCCESS) << impastoGetLastError();
  }
  void finish() {
    outputs_ = device_.submitAsync(
        [&](VkCommandBuffer cmd) {
          EXPECT_EQ(impastoCmdRecordOutputs(pass_, cmd, &frame_), IMPASTO_SUCCESS) << impastoGetLastError();
        },
        {&painted_, value_});
  }

 private:
  const TestDevice& device_;
  ImpastoPass pass_;
  ImpastoFrame frame_;
  const Timeline& packed_;
  const Timeline& painted_;
  uint64_t value_;
  std::unique_ptr<Submission> inputs_, outputs_;
};

// One that is given up after impastoExecute: its outputs are never recorded.
class UnfinishedFrame : public SplitFrame {
 public:
  UnfinishedFrame(const TestDevice& device, ImpastoPass pass, const ImpastoFrame& frame, const Timeline& packed,
                  const Timeline& painted, uint64_t value)
      : SplitFrame(device, pass, frame, packed, painted, value, nullptr) {
    begin();
    execute();
  }
};

}  // namespace impasto::test
