#include "pass/frame_checks.h"

#include <string>

#include "base/error.h"

namespace impasto {
namespace {

[[noreturn]] void invalid(const char* name, const char* problem) {
  throw Error(ErrorCode::InvalidArgument, std::string("frame->") + name + problem);
}

bool present(const ImpastoImage& image) noexcept { return image.image != VK_NULL_HANDLE; }

void checkPair(const ImpastoImage& image, const char* name) {
  if (present(image) != (image.view != VK_NULL_HANDLE)) invalid(name, ": give both image and view, or neither");
}

void checkInput(const ImpastoImage& image, const char* name) {
  checkPair(image, name);
  if (present(image) && image.layout != VK_IMAGE_LAYOUT_SHADER_READ_ONLY_OPTIMAL &&
      image.layout != VK_IMAGE_LAYOUT_GENERAL) {
    invalid(name, ".layout: expected SHADER_READ_ONLY_OPTIMAL or GENERAL");
  }
}

}  // namespace

void checkFrameImages(const ImpastoFrame& frame) {
  checkInput(frame.color, "color");
  checkInput(frame.mask, "mask");
  checkInput(frame.depth, "depth");
  checkInput(frame.normals, "normals");
  checkInput(frame.motion, "motion");
  checkPair(frame.output, "output");
  if (!present(frame.color)) invalid("color", " is missing");
  if (!present(frame.output)) invalid("output", " is missing");
  if (frame.output.layout != VK_IMAGE_LAYOUT_GENERAL) invalid("output", ".layout: expected GENERAL");
  for (const ImpastoImage* input : {&frame.color, &frame.mask, &frame.depth, &frame.normals}) {
    if (input->image == frame.output.image && input->layout != VK_IMAGE_LAYOUT_GENERAL) {
      invalid("output", " is an input too: expected layout GENERAL for both");
    }
  }
}

void checkWantedInputs(const ImpastoFrame& frame, bool wants_depth, bool wants_normals) {
  if (wants_depth && !present(frame.depth)) invalid("depth", " is missing, but the style wants it");
  if (wants_normals && !present(frame.normals)) invalid("normals", " is missing, but the style wants them");
}

}  // namespace impasto
