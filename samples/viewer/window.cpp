#include "window.h"

#define GLFW_INCLUDE_NONE
#include <GLFW/glfw3.h>

#include "common/error.h"
#include "renderer/error.h"

namespace impasto::app {
namespace {

std::string lastError() {
  const char* description = nullptr;
  glfwGetError(&description);
  return description ? description : "unknown reason";
}

}  // namespace

Window::Window(uint32_t width, uint32_t height, const std::string& title) {
  if (!glfwInit()) throw Error("no display to open a window on: " + lastError() + " (impasto-render needs none)");
  if (!glfwVulkanSupported()) {
    const std::string reason = lastError();
    glfwTerminate();
    throw Error("no Vulkan device found that can show a window: " + reason);
  }
  glfwWindowHint(GLFW_CLIENT_API, GLFW_NO_API);
  window_ = glfwCreateWindow(static_cast<int>(width), static_cast<int>(height), title.c_str(), nullptr, nullptr);
  if (!window_) {
    const std::string reason = lastError();
    glfwTerminate();
    throw Error("cannot open a window: " + reason);
  }
  glfwSetWindowUserPointer(window_, this);
  glfwSetKeyCallback(window_, [](GLFWwindow* window, int key, int, int action, int) {
    const auto* self = static_cast<Window*>(glfwGetWindowUserPointer(window));
    if (action != GLFW_RELEASE && self->on_key) self->on_key(key);
  });
}

Window::~Window() {
  glfwDestroyWindow(window_);
  glfwTerminate();
}

std::vector<std::string> Window::instanceExtensions() const {
  uint32_t count = 0;
  const char** names = glfwGetRequiredInstanceExtensions(&count);
  return {names, names + count};
}

VkSurfaceKHR Window::createSurface(VkInstance instance) const {
  VkSurfaceKHR surface = VK_NULL_HANDLE;
  render::check(glfwCreateWindowSurface(instance, window_, nullptr, &surface), "glfwCreateWindowSurface");
  return surface;
}

void Window::poll(double wait_seconds) {
  if (wait_seconds > 0.0) {
    glfwWaitEventsTimeout(wait_seconds);
  } else {
    glfwPollEvents();
  }
}

bool Window::closing() const { return glfwWindowShouldClose(window_); }
void Window::close() { glfwSetWindowShouldClose(window_, GLFW_TRUE); }
void Window::setTitle(const std::string& title) { glfwSetWindowTitle(window_, title.c_str()); }

VkExtent2D Window::framebufferExtent() const {
  int width = 0, height = 0;
  glfwGetFramebufferSize(window_, &width, &height);
  return {static_cast<uint32_t>(width), static_cast<uint32_t>(height)};
}

bool Window::held(int key) const { return glfwGetKey(window_, key) == GLFW_PRESS; }
bool Window::mouseHeld(int button) const { return glfwGetMouseButton(window_, button) == GLFW_PRESS; }

glm::dvec2 Window::mouse() const {
  double x = 0.0, y = 0.0;
  int width = 1, height = 1;
  glfwGetCursorPos(window_, &x, &y);
  glfwGetWindowSize(window_, &width, &height);
  return {x / std::max(width, 1), y / std::max(height, 1)};
}

}  // namespace impasto::app
