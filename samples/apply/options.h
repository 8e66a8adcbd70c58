// What impasto-apply is asked to do.
#pragma once

#include <string>

#include "common/painter.h"
#include "jobs.h"
#include "media/video/video.h"

namespace impasto::app {

struct ApplyOptions {
  PainterOptions painter;
  JobOptions jobs;
  uint32_t size = 0;  // longer side of the result, pixels; 0: the input's
  int quality = 95;   // of JPEG and WebP
  media::VideoCodec codec = media::VideoCodec::H264;
  int crf = 16;
  double fps = 24;      // of videos that are made of pictures
  bool sound = true;    // is the sound of videos kept?
  bool restart = false; // is unfinished work of videos thrown away?
  bool json = false;
};

}  // namespace impasto::app
