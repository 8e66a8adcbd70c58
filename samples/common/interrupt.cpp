#include "common/interrupt.h"

#include <csignal>
#include <unistd.h>

#include <atomic>

#include "common/error.h"

namespace impasto::app {
namespace {

// What a signal handler can reach has to be global.
std::atomic<bool> interrupt_seen = false;
std::atomic<const char*> file_to_remove = nullptr;
static_assert(std::atomic<const char*>::is_always_lock_free);

void onSignal(int) {
  if (!interrupt_seen.exchange(true)) return;
  if (const char* path = file_to_remove.load()) unlink(path);
  _exit(kExitInterrupted);
}

}  // namespace

void catchInterrupts() {
  struct sigaction action {};
  action.sa_handler = onSignal;
  sigemptyset(&action.sa_mask);
  sigaction(SIGINT, &action, nullptr);
  sigaction(SIGTERM, &action, nullptr);
}

bool interrupted() noexcept { return interrupt_seen.load(); }

void removeOnInterrupt(const char* path) noexcept { file_to_remove.store(path); }

}  // namespace impasto::app
