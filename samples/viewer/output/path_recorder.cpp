#include "viewer/output/path_recorder.h"

namespace impasto::app {
namespace {

constexpr double kKeySeconds = 0.1;

}  // namespace

void PathRecorder::begin(float near_plane) {
  path_ = {};
  path_.near_plane = near_plane;
  seconds_ = since_key_ = 0.0;
  recording_ = true;
}

void PathRecorder::add(const render::CameraView& camera, double seconds) {
  if (!recording_) return;
  if (!path_.keys.empty()) {
    seconds_ += seconds;
    since_key_ += seconds;
  }
  last_ = camera;
  if (!path_.keys.empty() && since_key_ < kKeySeconds) return;
  since_key_ = 0.0;
  path_.keys.push_back(render::keyOf(camera, seconds_));
}

render::CameraPath PathRecorder::end() {
  recording_ = false;
  if (since_key_ > 0.0) path_.keys.push_back(render::keyOf(last_, seconds_));
  return std::move(path_);
}

}  // namespace impasto::app
