// Ctrl-C and SIGTERM: the first asks the program to stop at the next good point, the second removes
// what is half-written and stops it at once.
#pragma once

namespace impasto::app {

// Installs the handlers; call once, from main.
void catchInterrupts();

bool interrupted() noexcept;

}  // namespace impasto::app
