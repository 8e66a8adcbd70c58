// What video is made of, for those that read, write and join it.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>

namespace impasto::media {

struct Rational {
  int num = 0, den = 1;
  double value() const { return den ? static_cast<double>(num) / den : 0.0; }
};

// Numbers of ITU-T H.273; 2 is "not specified".
struct ColorTags {
  int primaries = 1, transfer = 1, matrix = 1;  // BT.709
};

enum class VideoCodec {
  H264,   // 8 bits, 4:2:0; plays everywhere
  ProRes  // 10 bits, 4:2:2 (HQ), or 4:4:4 with alpha; for editing
};

// By the name's extension, any case: .mp4, .m4v, .mov, .mkv.
bool isWritableVideoName(const std::filesystem::path& path);
inline constexpr const char* kVideoExtensions = ".mp4, .m4v, .mov or .mkv";

// Names that are read as videos where a folder is listed or a kind is to be told: the above, .webm, .avi, .mpg, .mpeg,
// .m2ts, .ts, .wmv, .flv, .ogv, .3gp, .mts, .mxf, .gif.
bool isVideoName(const std::filesystem::path& path);

}  // namespace impasto::media
