// Ctrl-C and SIGTERM: the first asks the program to stop at the next good point, the second stops it at once.
#pragma once

namespace impasto::app {

// Installs the handlers; call once, from main.
void catchInterrupts();

bool interrupted() noexcept;

// The file that the second signal removes before it ends the process; nullptr: none. The name must stay valid until the
// next call.
void removeOnInterrupt(const char* path) noexcept;

}  // namespace impasto::app
