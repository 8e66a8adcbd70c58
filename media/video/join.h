// Makes a whole video of parts, with the sound and what else another video has.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "media/video/video.h"

namespace impasto::media {

struct VideoParts {
  std::vector<std::filesystem::path> files;  // written by VideoWriter with the same settings, in order
  std::vector<int64_t> times;                // when each frame of them all is shown, in ticks of the time base
  Rational time_base, frame_rate;
};

// Copies the parts' frames, and the sound, subtitles and descriptions of `source`, without encoding anything anew, to
// `path`; its times and those of `source` are of the same clock. The file has its name only once it is whole. Streams
// that the format cannot hold are left out, and said in `notes`, but for sound: see checkSound(). Throws Error.
void joinVideo(const VideoParts& parts, const std::optional<std::filesystem::path>& source,
               const std::filesystem::path& path, std::vector<std::string>& notes);

// Throws Error, naming `path`, if its format cannot hold the sound of `source` as it is.
void checkSound(const std::filesystem::path& source, const std::filesystem::path& path);

}  // namespace impasto::media
