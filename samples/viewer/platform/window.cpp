#include "viewer/platform/window.h"

#define GLFW_INCLUDE_NONE
#include <GLFW/glfw3.h>

#include <algorithm>

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

Window& Window::of(GLFWwindow* window) { return *static_cast<Window*>(glfwGetWindowUserPointer(window)); }

Window::Window(uint32_t width, uint32_t height, const std::string& title, Input& input) : input_(input) {
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
  using Kind = InputEvent::Kind;
  glfwSetKeyCallback(window_, [](GLFWwindow* window, int key, int, int action, int modifiers) {
    of(window).input_.push({.kind = Kind::Key,
                            .code = key,
                            .down = action != GLFW_RELEASE,
                            .repeated = action == GLFW_REPEAT,
                            .modifiers = modifiers & (GLFW_MOD_SHIFT | GLFW_MOD_CONTROL | GLFW_MOD_ALT)});
  });
  glfwSetCharCallback(window_, [](GLFWwindow* window, unsigned character) {
    of(window).input_.push({.kind = Kind::Text, .code = static_cast<int>(character)});
  });
  glfwSetCursorPosCallback(window_, [](GLFWwindow* window, double x, double y) {
    const glm::vec2 at = of(window).inPixels(x, y);
    of(window).input_.push({.kind = Kind::Move, .x = at.x, .y = at.y});
  });
  glfwSetMouseButtonCallback(window_, [](GLFWwindow* window, int button, int action, int modifiers) {
    of(window).input_.push(
        {.kind = Kind::Button, .code = button, .down = action == GLFW_PRESS, .modifiers = modifiers});
  });
  glfwSetScrollCallback(window_, [](GLFWwindow* window, double, double y) {
    of(window).input_.push({.kind = Kind::Wheel, .y = static_cast<float>(y)});
  });
  glfwSetDropCallback(window_, [](GLFWwindow* window, int count, const char** paths) {
    for (int i = 0; i < count; ++i) of(window).input_.push({.kind = Kind::Drop, .path = paths[i]});
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
  if (glfwGetWindowAttrib(window_, GLFW_ICONIFIED) || !glfwGetWindowAttrib(window_, GLFW_VISIBLE)) return {0, 0};
  int width = 0, height = 0;
  glfwGetFramebufferSize(window_, &width, &height);
  return {static_cast<uint32_t>(width), static_cast<uint32_t>(height)};
}

VkExtent2D Window::extent() const {
  int width = 0, height = 0;
  glfwGetWindowSize(window_, &width, &height);
  return {static_cast<uint32_t>(width), static_cast<uint32_t>(height)};
}

float Window::contentScale() const {
  float x = 1.0f, y = 1.0f;
  glfwGetWindowContentScale(window_, &x, &y);
  return std::max(x, 0.5f);
}

glm::vec2 Window::inPixels(double x, double y) const {
  int width = 1, height = 1, pixel_width = 1, pixel_height = 1;
  glfwGetWindowSize(window_, &width, &height);
  glfwGetFramebufferSize(window_, &pixel_width, &pixel_height);
  return {static_cast<float>(x * pixel_width / std::max(width, 1)),
          static_cast<float>(y * pixel_height / std::max(height, 1))};
}

void Window::resize(uint32_t width, uint32_t height) {
  glfwSetWindowSize(window_, static_cast<int>(width), static_cast<int>(height));
}

void Window::setFullscreen(bool fullscreen) {
  if (fullscreen == fullscreen_) return;
  GLFWmonitor* monitor = glfwGetPrimaryMonitor();
  const GLFWvidmode* mode = monitor ? glfwGetVideoMode(monitor) : nullptr;
  if (fullscreen && !mode) throw Error("no screen to fill: " + lastError());
  fullscreen_ = fullscreen;
  if (fullscreen) {
    glfwGetWindowPos(window_, &windowed_[0], &windowed_[1]);
    glfwGetWindowSize(window_, &windowed_[2], &windowed_[3]);
    glfwSetWindowMonitor(window_, monitor, 0, 0, mode->width, mode->height, mode->refreshRate);
  } else {
    glfwSetWindowMonitor(window_, nullptr, windowed_[0], windowed_[1], windowed_[2], windowed_[3], GLFW_DONT_CARE);
  }
}

void Window::minimise() {
  glfwIconifyWindow(window_);
  glfwWaitEventsTimeout(0.05);
  if (!glfwGetWindowAttrib(window_, GLFW_ICONIFIED)) glfwHideWindow(window_);
}

void Window::restore() {
  glfwRestoreWindow(window_);
  glfwShowWindow(window_);
}

void Window::setClipboard(const char* text) { glfwSetClipboardString(window_, text); }

const char* Window::clipboard() const {
  const char* text = glfwGetClipboardString(window_);
  return text ? text : "";
}

}  // namespace impasto::app
