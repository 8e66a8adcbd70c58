// Where the camera went, as a file for impasto-render --camera-path.
#pragma once

#include "renderer/camera_path.h"

namespace impasto::app {

class PathRecorder {
 public:
  bool recording() const { return recording_; }
  void begin(float near_plane);
  // Ten keys a second: between them the path is a smooth curve.
  void add(const render::CameraView& camera, double seconds);
  render::CameraPath end();  // with one key at least if anything was added

 private:
  render::CameraPath path_;
  render::CameraView last_;
  double seconds_ = 0.0, since_key_ = 0.0;
  bool recording_ = false;
};

}  // namespace impasto::app
