// A window; what happens in it goes into an Input. Main thread only.
#pragma once

#include <vulkan/vulkan.h>

#include <string>
#include <vector>

#include "viewer/platform/input.h"

struct GLFWwindow;

namespace impasto::app {

class Window {
 public:
  // `input` must outlive it. Throws Error, also when there is no display.
  Window(uint32_t width, uint32_t height, const std::string& title, Input& input);
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

  // 0x0 while nothing of it can be seen: minimised or hidden.
  VkExtent2D framebufferExtent() const;
  VkExtent2D extent() const;    // in the screen's units, which are larger than pixels on some
  float contentScale() const;   // how large text should be, 1 on a screen of 96 dots an inch

  void resize(uint32_t width, uint32_t height);
  void setFullscreen(bool fullscreen);
  void minimise();  // hides it where there is no window manager to do so
  void restore();
  void setClipboard(const char* text);
  const char* clipboard() const;

 private:
  static Window& of(GLFWwindow* window);
  glm::vec2 inPixels(double x, double y) const;

  GLFWwindow* window_ = nullptr;
  Input& input_;
  bool fullscreen_ = false;
  int windowed_[4] = {};  // place and extent before it filled the screen
};

}  // namespace impasto::app
