// Paints the renderer's frames with one or several styles: inside the frame's own command buffer, as a game would; by a
// backend of the pass outside of it, between two command buffers; or with the reference on the processor after it.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "common/block_painter.h"
#include "common/impasto_device.h"
#include "common/picture.h"
#include "renderer/frame_runner.h"
#include "renderer/scene_renderer.h"

namespace impasto::app {

// A style as the command line names it.
struct NamedStyle {
  std::string path, name;  // the name is part of file names, different for each
  UniqueStyle style;
  std::vector<float> vector;  // as ImpastoFrame has it; none for its first painting
};

// Loads the files; `mixes` (style_mix.h) are none, or one for each. Throws Error for a file that cannot be used here, naming
// it, and UsageError for a mix that it has not.
std::vector<NamedStyle> loadStyles(const std::vector<std::string>& paths, const std::vector<std::string>& mixes);

class Stylist {
 public:
  virtual ~Stylist() = default;

  virtual std::string backend() const = 0;  // as --backend names it

  // Records the painting of the frame's targets with every style, or what of it comes before the generator. After a `cut`
  // the frames before are forgotten.
  virtual void record(VkCommandBuffer commands, const render::Targets& targets, const render::CameraView& camera,
                      bool cut) = 0;

  // What is left to do of the frame when the commands have run, while its targets are as they were. Returns how long it
  // took, milliseconds.
  virtual double finish() { return 0.0; }

  // The painted picture of style `index`, after finish(); `plain` is the frame.
  virtual Picture painted(size_t index, const Picture& plain) = 0;
};

// `styles` and `painting` must outlive them. Throw Error: the reference for styles that want more than colour.
std::unique_ptr<Stylist> createPassStylist(const PaintingDevice& painting, const std::vector<NamedStyle>& styles,
                                             const ImpastoControls& controls, uint32_t width, uint32_t height);
std::unique_ptr<Stylist> createReferenceStylist(const std::vector<NamedStyle>& styles, const ImpastoControls& controls,
                                                uint32_t width, uint32_t height);

}  // namespace impasto::app
