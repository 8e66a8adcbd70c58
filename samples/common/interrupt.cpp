#include "common/interrupt.h"

#include <csignal>
#include <unistd.h>

#include <atomic>

#include "common/error.h"
#include "media/file.h"

namespace impasto::app {
namespace {

// What a signal handler can reach has to be global.
std::atomic<bool> interrupt_seen = false;

void onSignal(int) {
  if (!interrupt_seen.exchange(true)) return;
  media::removeTemporaryFiles();
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

}  // namespace impasto::app
