#include "recipes/clip_settings.h"

#include "base/error.h"

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

void checkClips(const ClipSettings& settings, bool history) {
  if (settings.share > 0 && !history) {
    throw Error(ErrorCode::InvalidArgument, "--clip-share: only a generator with --history learns from clips");
  }
  if (!settings.captured.empty() && settings.share == 0) {
    throw Error(ErrorCode::InvalidArgument, "--captured: is not looked at without --clip-share");
  }
}

}  // namespace impasto::trainer
