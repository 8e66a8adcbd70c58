// libav* as C++ objects; only for the files of this folder.
#pragma once

extern "C" {
#include <libavcodec/avcodec.h>
#include <libavformat/avformat.h>
#include <libavutil/imgutils.h>
#include <libavutil/opt.h>
#include <libavutil/pixdesc.h>
#include <libswscale/swscale.h>
}

#include <filesystem>
#include <memory>
#include <string>

#include "media/error.h"
#include "media/image.h"
#include "media/video/video.h"

namespace impasto::media::av {

struct Delete {
  void operator()(AVCodecContext* p) const noexcept { avcodec_free_context(&p); }
  void operator()(AVFrame* p) const noexcept { av_frame_free(&p); }
  void operator()(AVPacket* p) const noexcept { av_packet_free(&p); }
  void operator()(SwsContext* p) const noexcept { sws_freeContext(p); }
};
using CodecContext = std::unique_ptr<AVCodecContext, Delete>;
using Frame = std::unique_ptr<AVFrame, Delete>;
using Packet = std::unique_ptr<AVPacket, Delete>;
using Scaler = std::unique_ptr<SwsContext, Delete>;

struct CloseInput {
  void operator()(AVFormatContext* p) const noexcept { avformat_close_input(&p); }
};
using Input = std::unique_ptr<AVFormatContext, CloseInput>;

// The file is closed, not removed.
struct CloseOutput {
  void operator()(AVFormatContext* p) const noexcept {
    avio_closep(&p->pb);
    avformat_free_context(p);
  }
};
using Output = std::unique_ptr<AVFormatContext, CloseOutput>;

Frame makeFrame();
Packet makePacket();

// Throws Error("<what>: <libav's message>") if `code` is negative; std::bad_alloc where memory was short.
int check(int code, const std::string& what);

// Opens and finds the streams. Throws Error, naming the path.
Input openInput(const std::filesystem::path& path);
// By the name's extension, any case. Throws Error, naming the path.
const AVOutputFormat* outputFormat(const std::filesystem::path& path);
// A file being written, of the format that `named` has. Errors name `named`.
Output openOutput(const std::string& path, const std::filesystem::path& named);

// A scaler that changes pixel formats only, between RGB and YUV of a matrix as H.273 numbers it.
Scaler makeScaler(int width, int height, AVPixelFormat from, AVPixelFormat to, int matrix, bool full_range_yuv);

// The matrix that players take where a video does not say: BT.601 up to 576 lines, else BT.709.
int guessMatrix(int matrix, int height);

inline AVRational toAv(Rational r) { return {r.num, r.den}; }

}  // namespace impasto::media::av
