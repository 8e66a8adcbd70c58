// A window, its keys and its mouse. Main thread only.
#pragma once

#include <vulkan/vulkan.h>

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "renderer/maths.h"

struct GLFWwindow;

namespace impasto::app {

class Window {
 public:
  // Throws Error, also when there is no display.
  Window(uint32_t width, uint32_t height, const std::string& title);
  ~Window();
  Window(const Window&) = delete;
  Window& operator=(const Window&) = delete;

  std::vector<std::string> instanceExtensions() const;
  VkSurfaceKHR createSurface(VkInstance instance) const;

  // Takes in what happened since the last call; `wait_seconds` > 0 waits for something to happen, as long as that.
  void poll(double wait_seconds = 0.0);
  bool closing() const;
  void close();
  void setTitle(const std::string& title);

  VkExtent2D framebufferExtent() const;  // 0x0 while minimised
  bool held(int key) const;              // GLFW_KEY_*
  bool mouseHeld(int button) const;      // GLFW_MOUSE_BUTTON_*
  glm::dvec2 mouse() const;              // 0 to 1 over the window

  std::function<void(int)> on_key;  // pressed or repeated

 private:
  GLFWwindow* window_ = nullptr;
};

}  // namespace impasto::app
