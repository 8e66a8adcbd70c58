#include "media/video/video_reader.h"

extern "C" {
#include <libavutil/display.h>
}

#include <algorithm>
#include <cmath>
#include <optional>

#include "media/video/libav.h"

namespace impasto::media {
namespace {

// As EXIF numbers it: 1 upright, 6 and 8 lie on the side, 3 upside down.
int orientationOf(const AVStream* stream) {
  const uint8_t* matrix = nullptr;
#if LIBAVFORMAT_VERSION_INT >= AV_VERSION_INT(60, 15, 100)
  const AVPacketSideData* data = av_packet_side_data_get(stream->codecpar->coded_side_data, stream->codecpar->nb_coded_side_data,
                                                         AV_PKT_DATA_DISPLAYMATRIX);
  if (data && data->size >= 9 * sizeof(int32_t)) matrix = data->data;
#else
  size_t size = 0;
  matrix = av_stream_get_side_data(stream, AV_PKT_DATA_DISPLAYMATRIX, &size);
  if (size < 9 * sizeof(int32_t)) matrix = nullptr;
#endif
  if (!matrix) return 1;
  const double degrees = av_display_rotation_get(reinterpret_cast<const int32_t*>(matrix));  // counter-clockwise
  if (std::isnan(degrees)) return 1;
  switch (((static_cast<int>(std::lround(degrees / 90)) % 4) + 4) % 4) {
    case 1: return 8;
    case 2: return 3;
    case 3: return 6;
    default: return 1;
  }
}

}  // namespace

struct VideoReader::Impl {
  explicit Impl(const std::filesystem::path& path) : name(path.string()), input(av::openInput(path)) {
    const AVCodec* codec = nullptr;
    const int index = av_find_best_stream(input.get(), AVMEDIA_TYPE_VIDEO, -1, -1, &codec, 0);
    if (index == AVERROR_DECODER_NOT_FOUND) throw Error(name + ": FFmpeg's libraries here have no decoder for this video");
    if (index < 0) throw Error(name + ": holds no video");
    stream = input->streams[index];
    if (stream->disposition & AV_DISPOSITION_ATTACHED_PIC) throw Error(name + ": holds no video, only a cover picture");
    for (unsigned i = 0; i < input->nb_streams; ++i) {
      if (input->streams[i] != stream) input->streams[i]->discard = AVDISCARD_ALL;
    }
    decoder.reset(avcodec_alloc_context3(codec));
    if (!decoder) throw std::bad_alloc();
    av::check(avcodec_parameters_to_context(decoder.get(), stream->codecpar), name);
    decoder->pkt_timebase = stream->time_base;
    decoder->thread_count = 0;
    // FFmpeg invents a whole video of what is left of a damaged one; we would rather know.
    decoder->err_recognition = AV_EF_EXPLODE | AV_EF_CRCCHECK;
    av::check(avcodec_open2(decoder.get(), codec, nullptr), name + ": cannot decode");
    packet = av::makePacket();
    frame = av::makeFrame();
    describe();
  }

  void describe() {
    const auto width = static_cast<int64_t>(decoder->width), height = static_cast<int64_t>(decoder->height);
    if (width < 1 || height < 1 || width > kMaxPictureSide || height > kMaxPictureSide) {
      throw Error(name + ": frames of " + std::to_string(width) + "x" + std::to_string(height) + " pixels; 1 to " +
                  std::to_string(kMaxPictureSide) + " a side are possible");
    }
    promised = avformat_index_get_entries_count(stream);
    orientation = orientationOf(stream);
    const bool swaps = orientation >= 5;
    info.width = static_cast<uint32_t>(swaps ? height : width);
    info.height = static_cast<uint32_t>(swaps ? width : height);
    const AVRational rate = av_guess_frame_rate(input.get(), stream, nullptr);
    info.frame_rate = rate.num > 0 && rate.den > 0 ? Rational{rate.num, rate.den} : Rational{25, 1};
    info.time_base = {stream->time_base.num, stream->time_base.den};
    const AVRational aspect = av_guess_sample_aspect_ratio(input.get(), stream, nullptr);
    if (aspect.num > 0 && aspect.den > 0) info.pixel_aspect = swaps ? Rational{aspect.den, aspect.num} : Rational{aspect.num, aspect.den};
    if (stream->duration > 0) info.seconds = static_cast<double>(stream->duration) * av_q2d(stream->time_base);
    else if (input->duration > 0) info.seconds = static_cast<double>(input->duration) / AV_TIME_BASE;
    info.frame_count = stream->nb_frames > 0 ? stream->nb_frames
                       : std::llround(info.seconds * info.frame_rate.value());
    const AVPixFmtDescriptor* format = av_pix_fmt_desc_get(decoder->pix_fmt);
    if (!format) throw Error(name + ": damaged: what its pixels are is not said");
    info.has_alpha = (format->flags & AV_PIX_FMT_FLAG_ALPHA) != 0;
    info.type = format->comp[0].depth > 8 ? SampleType::U16 : SampleType::U8;
    info.color = {decoder->color_primaries, decoder->color_trc, av::guessMatrix(decoder->colorspace, decoder->height)};
    if (decoder->color_trc == AVCOL_TRC_SMPTE2084 || decoder->color_trc == AVCOL_TRC_ARIB_STD_B67) {
      info.notes.push_back("is HDR (" + std::string(av_color_transfer_name(decoder->color_trc)) +
                           "): its codes are painted as if they were of SDR, and keep their meaning");
    }
    if (decoder->field_order > AV_FIELD_PROGRESSIVE) info.notes.push_back("is interlaced: painted in whole frames");
  }

  // The next frame as it is decoded, in `frame`.
  bool decode() {
    for (;;) {
      const int code = avcodec_receive_frame(decoder.get(), frame.get());
      if (code == 0) {
        if (frame->decode_error_flags || (frame->flags & AV_FRAME_FLAG_CORRUPT)) throw Error(name + ": damaged: " + place());
        ++frames;
        return true;
      }
      if (code == AVERROR_EOF) return finishReading();
      if (code != AVERROR(EAGAIN)) av::check(code, name + ": damaged: " + place());
      sendPacket();
    }
  }

  void sendPacket() {
    for (;;) {
      const int code = av_read_frame(input.get(), packet.get());
      if (code == AVERROR_EOF) {
        if (input->pb && input->pb->error < 0) av::check(input->pb->error, name + ": cannot read");
        av::check(avcodec_send_packet(decoder.get(), nullptr), name + ": cannot decode");
        return;
      }
      av::check(code, name + ": damaged: " + place());
      const bool ours = packet->stream_index == stream->index;
      const bool corrupt = (packet->flags & AV_PKT_FLAG_CORRUPT) != 0;
      packets += ours;
      const int sent = ours && !corrupt ? avcodec_send_packet(decoder.get(), packet.get()) : 0;
      av_packet_unref(packet.get());
      if (corrupt) throw Error(name + ": damaged: " + place());
      av::check(sent, name + ": damaged: " + place());
      if (ours) return;
    }
  }

  bool finishReading() const {
    if (packets < promised) {
      throw Error(name + ": damaged: the data end after " + std::to_string(packets) + " of " + std::to_string(promised) + " frames");
    }
    if (frames == 0) throw Error(name + ": damaged: no frame can be read");
    return false;
  }

  std::string place() const { return "after " + std::to_string(frames) + " frames"; }

  int64_t takeTime() {
    const Rational rate = info.frame_rate;
    int64_t time = frame->best_effort_timestamp;
    if (time == AV_NOPTS_VALUE) {
      time = last_time ? *last_time + std::max<int64_t>(1, av_rescale_q(1, {rate.den, rate.num}, stream->time_base)) : 0;
    }
    if (last_time && time <= *last_time) time = *last_time + 1;
    last_time = time;
    return time;
  }

  void convert(Image& image) {
    const auto format = static_cast<AVPixelFormat>(frame->format);
    if (frame->width != decoder->width || frame->height != decoder->height ||
        frame->width != static_cast<int>(orientation >= 5 ? info.height : info.width)) {
      throw Error(name + ": changes its extent " + place() + ", which is not possible here");
    }
    if (!scaler || format != scaler_format) {
      const AVPixelFormat to = info.type == SampleType::U16 ? AV_PIX_FMT_RGBA64 : AV_PIX_FMT_RGBA;
      // The "J" formats are of full range by their name.
      const bool full = frame->color_range == AVCOL_RANGE_JPEG || format == AV_PIX_FMT_YUVJ420P ||
                        format == AV_PIX_FMT_YUVJ422P || format == AV_PIX_FMT_YUVJ444P;
      scaler = av::makeScaler(frame->width, frame->height, format, to, info.color.matrix, full);
      scaler_format = format;
    }
    Image stored(static_cast<uint32_t>(frame->width), static_cast<uint32_t>(frame->height), info.type);
    stored.has_alpha = info.has_alpha;
    uint8_t* const rows[4] = {reinterpret_cast<uint8_t*>(stored.samples.data()), nullptr, nullptr, nullptr};
    const int strides[4] = {static_cast<int>(stored.width * stored.pixelBytes()), 0, 0, 0};
    sws_scale(scaler.get(), frame->data, frame->linesize, 0, frame->height, rows, strides);
    image = upright(std::move(stored), orientation);
  }

  std::string name;
  av::Input input;
  AVStream* stream = nullptr;
  av::CodecContext decoder;
  av::Packet packet;
  av::Frame frame;
  av::Scaler scaler;
  AVPixelFormat scaler_format = AV_PIX_FMT_NONE;
  VideoInfo info;
  int orientation = 1;
  int64_t packets = 0, frames = 0;
  int64_t promised = 0;  // packets that the file's index lists; not all formats have one, nor a whole one
  std::optional<int64_t> last_time;
};

VideoReader::VideoReader(const std::filesystem::path& path) : impl_(std::make_unique<Impl>(path)) {}
VideoReader::~VideoReader() = default;

const VideoInfo& VideoReader::info() const { return impl_->info; }

bool VideoReader::read(Image& frame, int64_t& time) {
  if (!impl_->decode()) return false;
  time = impl_->takeTime();
  impl_->convert(frame);
  return true;
}

bool VideoReader::skip() {
  if (!impl_->decode()) return false;
  impl_->takeTime();
  return true;
}

}  // namespace impasto::media
