// Videos of a few frames for the tests, made with the libraries that the product uses.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "media/image.h"

namespace impasto::media {

// A frame that is told from its neighbours: flat squares that change with the index; what codecs keep well.
Image makeFrame(uint32_t width, uint32_t height, int index, SampleType type = SampleType::U8);

// Copies the first stream of `video` to `path` and adds half a second of sound: "aac" or "pcm_s16le".
void addSound(const std::string& video, const std::string& path, const char* codec);

// The packets of a file's first stream of sound, and when each is heard.
struct SoundPacket {
  double seconds;
  std::vector<uint8_t> bytes;
  bool operator==(const SoundPacket&) const = default;
};
std::vector<SoundPacket> soundOf(const std::string& path);

// When each frame is shown, seconds, as the container says.
std::vector<double> frameTimesOf(const std::string& path);

// Gives the video stream of `video` a rotation of 90 degrees clockwise, written to `path`.
void turnOnTheSide(const std::string& video, const std::string& path);

}  // namespace impasto::media
