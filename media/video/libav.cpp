#include "media/video/libav.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <new>
#include <string_view>

namespace impasto::media {
namespace {

std::string extensionOf(const std::filesystem::path& path) {
  std::string extension = path.extension().string();
  std::transform(extension.begin(), extension.end(), extension.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return extension;
}

template <size_t N>
bool isOneOf(const std::string& text, const std::array<std::string_view, N>& all) {
  return std::find(all.begin(), all.end(), text) != all.end();
}

}  // namespace

bool isWritableVideoName(const std::filesystem::path& path) {
  return isOneOf(extensionOf(path), std::array<std::string_view, 4>{".mp4", ".m4v", ".mov", ".mkv"});
}

bool isVideoName(const std::filesystem::path& path) {
  return isWritableVideoName(path) ||
         isOneOf(extensionOf(path),
                 std::array<std::string_view, 14>{".webm", ".avi", ".mpg", ".mpeg", ".m2ts", ".ts", ".wmv", ".flv", ".ogv",
                                                  ".3gp", ".mts", ".mxf", ".gif", ".nut"});
}

namespace av {
namespace {

// libav writes to stderr by itself otherwise; what matters comes back as error codes.
void beQuiet() {
  static const bool done = [] {
    av_log_set_level(AV_LOG_QUIET);
    return true;
  }();
  static_cast<void>(done);
}

}  // namespace

Frame makeFrame() {
  Frame frame(av_frame_alloc());
  if (!frame) throw std::bad_alloc();
  return frame;
}

Packet makePacket() {
  Packet packet(av_packet_alloc());
  if (!packet) throw std::bad_alloc();
  return packet;
}

int check(int code, const std::string& what) {
  if (code >= 0) return code;
  if (code == AVERROR(ENOMEM)) throw std::bad_alloc();
  char text[AV_ERROR_MAX_STRING_SIZE] = {};
  av_strerror(code, text, sizeof text);
  throw Error(what + ": " + text);
}

Input openInput(const std::filesystem::path& path) {
  beQuiet();
  std::error_code error;
  const auto status = std::filesystem::status(path, error);
  if (!std::filesystem::exists(status)) throw Error(path.string() + ": no such file");
  if (!std::filesystem::is_regular_file(status)) throw Error(path.string() + ": not a regular file");
  AVFormatContext* context = nullptr;
  // "file:" keeps names with colons from being taken for protocols.
  const int code = avformat_open_input(&context, ("file:" + path.string()).c_str(), nullptr, nullptr);
  if (code == AVERROR_INVALIDDATA || code == AVERROR_EOF) throw Error(path.string() + ": not a video that FFmpeg reads, or a damaged one");
  check(code, path.string() + ": cannot read");
  Input input(context);
  check(avformat_find_stream_info(input.get(), nullptr), path.string() + ": cannot read");
  return input;
}

const AVOutputFormat* outputFormat(const std::filesystem::path& path) {
  std::string name = "video";
  name += extensionOf(path);
  const AVOutputFormat* format = av_guess_format(nullptr, name.c_str(), nullptr);
  if (!format) throw Error(path.string() + ": FFmpeg's libraries here write no such file");
  return format;
}

Output openOutput(const std::string& path, const std::filesystem::path& named) {
  beQuiet();
  AVFormatContext* context = nullptr;
  const std::string url = "file:" + path;
  avformat_alloc_output_context2(&context, outputFormat(named), nullptr, url.c_str());
  if (!context) throw std::bad_alloc();
  Output output(context);
  output->flags |= AVFMT_FLAG_BITEXACT;  // no versions and times: the same frames give the same bytes
  check(avio_open(&output->pb, url.c_str(), AVIO_FLAG_WRITE), named.string() + ": cannot write");
  return output;
}

int guessMatrix(int matrix, int height) {
  if (matrix != AVCOL_SPC_UNSPECIFIED && matrix != AVCOL_SPC_RGB) return matrix;
  return height <= 576 ? AVCOL_SPC_SMPTE170M : AVCOL_SPC_BT709;
}

Scaler makeScaler(int width, int height, AVPixelFormat from, AVPixelFormat to, int matrix, bool full_range_yuv) {
  constexpr int kFlags = SWS_BICUBIC | SWS_ACCURATE_RND | SWS_FULL_CHR_H_INT | SWS_FULL_CHR_H_INP | SWS_BITEXACT;
  Scaler scaler(sws_getContext(width, height, from, width, height, to, kFlags, nullptr, nullptr, nullptr));
  if (!scaler) throw Error(std::string("pixels of the kind ") + av_get_pix_fmt_name(from) + " cannot be converted");
  // SWS_CS_* are numbered as H.273 numbers matrices.
  const int* coefficients = sws_getCoefficients(matrix);
  const auto isRgb = [](AVPixelFormat format) { return (av_pix_fmt_desc_get(format)->flags & AV_PIX_FMT_FLAG_RGB) != 0; };
  sws_setColorspaceDetails(scaler.get(), coefficients, isRgb(from) || full_range_yuv, coefficients,
                           isRgb(to) || full_range_yuv, 0, 1 << 16, 1 << 16);
  return scaler;
}

}  // namespace av
}  // namespace impasto::media
