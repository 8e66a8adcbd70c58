// Which key does what: the table behind the keyboard, the help page and `key` in scripts.
#pragma once

#include <optional>
#include <span>
#include <string>

#include "viewer/model/commands.h"

namespace impasto::app {

// A key with what is held down with it. Numbers are GLFW's.
struct KeyStroke {
  int key = 0, modifiers = 0;
  bool operator==(const KeyStroke&) const = default;
};

struct KeyBinding {
  KeyStroke stroke;
  const char* shown;  // "Shift+Tab"
  Action action;
  const char* group;
  const char* help;  // nullptr: told with the binding before it
};

std::span<const KeyBinding> keyBindings();

// Nothing for a key that has no meaning. Keys that repeat while they are held do so for numbers alone.
const Action* actionOf(const KeyStroke& stroke, bool repeated);

// "F1", "Shift+Tab", "a", "comma". Nothing for what is not a key.
std::optional<KeyStroke> keyNamed(const std::string& name);

}  // namespace impasto::app
