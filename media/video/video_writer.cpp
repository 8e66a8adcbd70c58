#include "media/video/video_writer.h"

#include <cstring>
#include <optional>

#include "media/file.h"
#include "media/video/libav.h"

namespace impasto::media {
namespace {

constexpr int kKeyFrameInterval = 48;

const AVCodec* findEncoder(VideoCodec codec) {
  if (codec == VideoCodec::ProRes) return avcodec_find_encoder_by_name("prores_ks");
  const AVCodec* x264 = avcodec_find_encoder_by_name("libx264");
  return x264 ? x264 : avcodec_find_encoder(AV_CODEC_ID_H264);
}

AVPixelFormat pixelFormat(const VideoSettings& settings) {
  if (settings.codec == VideoCodec::H264) return AV_PIX_FMT_YUV420P;
  return settings.has_alpha ? AV_PIX_FMT_YUVA444P10LE : AV_PIX_FMT_YUV422P10LE;
}

Rational timeBase(const VideoSettings& settings) {
  if (settings.time_base.num > 0) return settings.time_base;
  return {settings.frame_rate.den, settings.frame_rate.num};
}

}  // namespace

CodedExtent codedExtent(VideoCodec codec, uint32_t width, uint32_t height) {
  if (codec == VideoCodec::ProRes) return {width, height};
  return {width & ~1u, height & ~1u};
}

struct VideoWriter::Impl {
  Impl(const std::filesystem::path& target, const VideoSettings& wanted)
      : path(target), name(target.string()), settings(wanted), temporary(target) {
    const AVCodec* codec = findEncoder(settings.codec);
    if (!codec) throw Error(name + ": FFmpeg's libraries here have no encoder for " + codecName());
    const auto [width, height] = codedExtent(settings.codec, settings.width, settings.height);
    if (width == 0 || height == 0) throw Error(name + ": frames of " + extentText() + " pixels are too small for " + codecName());
    if (settings.frame_rate.num <= 0 || settings.frame_rate.den <= 0) throw Error(name + ": the frame rate must be above 0");
    if (avformat_query_codec(av::outputFormat(path), codec->id, FF_COMPLIANCE_NORMAL) != 1) {
      throw Error(name + ": cannot hold " + codecName() + ": take a name that ends in .mov or .mkv");
    }
    output = av::openOutput(temporary.string(), path);
    openEncoder(codec, static_cast<int>(width), static_cast<int>(height));

    stream = avformat_new_stream(output.get(), nullptr);
    if (!stream) throw std::bad_alloc();
    av::check(avcodec_parameters_from_context(stream->codecpar, encoder.get()), name);
    stream->time_base = encoder->time_base;
    stream->avg_frame_rate = encoder->framerate;
    stream->sample_aspect_ratio = encoder->sample_aspect_ratio;
    AVDictionary* options = nullptr;
    av_dict_set(&options, "movflags", "+faststart", 0);  // plays while it is still being loaded
    const int code = avformat_write_header(output.get(), &options);
    av_dict_free(&options);
    av::check(code, name + ": cannot write");

    frame = av::makeFrame();
    frame->format = encoder->pix_fmt;
    frame->width = encoder->width;
    frame->height = encoder->height;
    frame->color_range = encoder->color_range;  // ProRes says it in every frame
    frame->color_primaries = encoder->color_primaries;
    frame->color_trc = encoder->color_trc;
    frame->colorspace = encoder->colorspace;
    av::check(av_frame_get_buffer(frame.get(), 0), name);
    packet = av::makePacket();
  }

  void openEncoder(const AVCodec* codec, int width, int height) {
    encoder.reset(avcodec_alloc_context3(codec));
    if (!encoder) throw std::bad_alloc();
    encoder->width = width;
    encoder->height = height;
    encoder->time_base = av::toAv(timeBase(settings));
    encoder->framerate = av::toAv(settings.frame_rate);
    encoder->sample_aspect_ratio = av::toAv(settings.pixel_aspect);
    encoder->pix_fmt = pixelFormat(settings);
    encoder->color_range = AVCOL_RANGE_MPEG;
    encoder->color_primaries = static_cast<AVColorPrimaries>(settings.color.primaries);
    encoder->color_trc = static_cast<AVColorTransferCharacteristic>(settings.color.transfer);
    matrix = av::guessMatrix(settings.color.matrix, height);
    encoder->colorspace = static_cast<AVColorSpace>(matrix);
    encoder->gop_size = kKeyFrameInterval;
    encoder->max_b_frames = 0;  // parts of a video can be joined: every packet is shown as it comes
    encoder->flags |= AV_CODEC_FLAG_BITEXACT;
    if (output->oformat->flags & AVFMT_GLOBALHEADER) encoder->flags |= AV_CODEC_FLAG_GLOBAL_HEADER;
    AVDictionary* options = nullptr;
    if (settings.codec == VideoCodec::H264) {
      av_dict_set(&options, "crf", std::to_string(settings.crf).c_str(), 0);
    } else {
      av_dict_set(&options, "profile", settings.has_alpha ? "4444" : "hq", 0);
    }
    const int code = avcodec_open2(encoder.get(), codec, &options);
    av_dict_free(&options);
    av::check(code, name + ": " + codecName() + " of " + extentText() + " pixels cannot be encoded");
  }

  const char* codecName() const { return settings.codec == VideoCodec::H264 ? "H.264" : "ProRes"; }
  std::string extentText() const { return std::to_string(settings.width) + "x" + std::to_string(settings.height); }

  void write(const Image& image, int64_t time) {
    if (image.width != settings.width || image.height != settings.height) {
      throw Error(name + ": a frame of " + std::to_string(image.width) + "x" + std::to_string(image.height) +
                  " pixels in a video of " + extentText());
    }
    if (last_time && time <= *last_time) throw Error(name + ": a frame that is not later than the one before it");
    const bool deep = image.type != SampleType::U8;
    if (isFloat(image.type)) return write(withSampleType(image, SampleType::U16), time);
    if (!scaler || deep != scales_deep) {
      scaler = av::makeScaler(encoder->width, encoder->height, deep ? AV_PIX_FMT_RGBA64 : AV_PIX_FMT_RGBA, encoder->pix_fmt,
                              matrix, false);
      scales_deep = deep;
    }
    av::check(av_frame_make_writable(frame.get()), name);
    const uint8_t* const rows[4] = {reinterpret_cast<const uint8_t*>(image.samples.data()), nullptr, nullptr, nullptr};
    const int strides[4] = {static_cast<int>(image.width * image.pixelBytes()), 0, 0, 0};
    sws_scale(scaler.get(), rows, strides, 0, encoder->height, frame->data, frame->linesize);
    frame->pts = time;
    last_time = time;
    av::check(avcodec_send_frame(encoder.get(), frame.get()), name + ": cannot encode");
    writePackets();
  }

  void writePackets() {
    for (;;) {
      const int code = avcodec_receive_packet(encoder.get(), packet.get());
      if (code == AVERROR(EAGAIN) || code == AVERROR_EOF) return;
      av::check(code, name + ": cannot encode");
      if (packet->duration == 0) {  // some players drop a last frame that lasts no time
        const AVRational frame_time = {settings.frame_rate.den, settings.frame_rate.num};
        packet->duration = std::max<int64_t>(1, av_rescale_q(1, frame_time, encoder->time_base));
      }
      av_packet_rescale_ts(packet.get(), encoder->time_base, stream->time_base);
      packet->stream_index = stream->index;
      av::check(av_interleaved_write_frame(output.get(), packet.get()), name + ": cannot write");
    }
  }

  void finish() {
    av::check(avcodec_send_frame(encoder.get(), nullptr), name + ": cannot encode");
    writePackets();
    av::check(av_write_trailer(output.get()), name + ": cannot write");
    av::check(avio_closep(&output->pb), name + ": cannot write");
    temporary.renameTo(path);
  }

  std::filesystem::path path;
  std::string name;
  VideoSettings settings;
  TemporaryName temporary;
  av::Output output;  // closed before the temporary file is removed
  av::CodecContext encoder;
  av::Scaler scaler;
  av::Frame frame;
  av::Packet packet;
  AVStream* stream = nullptr;
  std::optional<int64_t> last_time;
  int matrix = 1;
  bool scales_deep = false;
};

VideoWriter::VideoWriter(const std::filesystem::path& path, const VideoSettings& settings)
    : impl_(std::make_unique<Impl>(path, settings)) {}
VideoWriter::~VideoWriter() = default;

void VideoWriter::write(const Image& frame, int64_t time) { impl_->write(frame, time); }

void VideoWriter::write(const Image& frame) {
  const AVRational frame_time = {impl_->settings.frame_rate.den, impl_->settings.frame_rate.num};
  const int64_t step = std::max<int64_t>(1, av_rescale_q(1, frame_time, impl_->encoder->time_base));
  impl_->write(frame, impl_->last_time ? *impl_->last_time + step : 0);
}

void VideoWriter::write(const Picture& frame) { write(fromPicture(frame)); }

void VideoWriter::finish() { impl_->finish(); }

}  // namespace impasto::media
