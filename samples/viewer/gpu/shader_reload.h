// Shaders compiled while the viewer runs, for those who write them: the renderer's and the viewer's. Those of the pass are
// the library's, which compiles nothing.
//
// A folder of sources is looked at once a second; when a file in it changes, or when it is asked for, all shaders are
// compiled on a thread of its own. Main thread only otherwise.
#pragma once

#include <filesystem>
#include <future>
#include <optional>
#include <string>

#include "renderer/device.h"

namespace impasto::app {

class ShaderReload {
 public:
  // `folder` holds renderer/ and viewer/; empty: nothing is ever compiled.
  explicit ShaderReload(std::filesystem::path folder);
  ~ShaderReload();

  void request();  // throws Error: without a folder
  // Once a frame. Shaders that all compiled since the last call; throws Error, one line, if one did not.
  std::optional<render::Device::ShaderWords> update(double seconds);
  bool working() const { return compiling_.valid(); }
  bool watching() const { return !folder_.empty(); }

  // The sources of this build where it is a debug build; empty otherwise.
  static std::filesystem::path ownSources();

 private:
  std::filesystem::file_time_type newest() const;
  void begin();

  std::filesystem::path folder_;
  std::filesystem::file_time_type compiled_{};  // the newest file when it was compiled
  double since_look_ = 0.0;
  std::future<render::Device::ShaderWords> compiling_;
};

}  // namespace impasto::app
