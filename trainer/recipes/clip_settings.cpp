#include "recipes/clip_settings.h"

namespace impasto::trainer {

void declare(Fields& fields, ClipSettings& s) {
  fields.group("Clips");
  fields.add("clip-share", s.share, "Share of the batches that are clips, once norms are frozen; needs --history")
      .range(0, 1);
  fields.add("captured", s.captured,
             "Folder that impasto-render --capture wrote, with --clip-length; may be given several times")
      .path();
  fields.add("clip-frames", s.frames, "Frames of the longest clips").range(2, 64);
  fields.add("temporal-weight", s.temporal_weight, "Higher: paint stays on things from frame to frame").atLeast(0);
  fields.add("long-temporal-weight", s.long_temporal_weight, "Higher: it stays over eight frames").atLeast(0);
  fields.add("contrast-weight", s.contrast_weight, "Higher: paint with history stays as sharp as paint without").atLeast(0);
}

}  // namespace impasto::trainer
