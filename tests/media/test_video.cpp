#include "media/test_video.h"

extern "C" {
#include <libavutil/display.h>
}

#include <cmath>
#include <cstring>
#include <functional>

#include "media/video/libav.h"

namespace impasto::media {
namespace {

constexpr int kSampleRate = 44100;

// Copies the first stream packet by packet; `setUp` may change the new stream or add others before the header.
av::Output copyVideo(const std::string& from, const std::string& to, const std::function<void(AVFormatContext*)>& set_up) {
  const av::Input input = av::openInput(from);
  av::Output output = av::openOutput(to, to);
  AVStream* stream = avformat_new_stream(output.get(), nullptr);
  avcodec_parameters_copy(stream->codecpar, input->streams[0]->codecpar);
  stream->codecpar->codec_tag = 0;
  stream->time_base = input->streams[0]->time_base;
  stream->avg_frame_rate = input->streams[0]->avg_frame_rate;
  set_up(output.get());
  av::check(avformat_write_header(output.get(), nullptr), to);
  const av::Packet packet = av::makePacket();
  while (av_read_frame(input.get(), packet.get()) >= 0) {
    av_packet_rescale_ts(packet.get(), input->streams[packet->stream_index]->time_base, stream->time_base);
    av::check(av_interleaved_write_frame(output.get(), packet.get()), to);
  }
  return output;
}

av::CodecContext openSoundEncoder(const char* codec_name) {
  const AVCodec* codec = avcodec_find_encoder_by_name(codec_name);
  av::CodecContext encoder(avcodec_alloc_context3(codec));
  encoder->sample_rate = kSampleRate;
  encoder->sample_fmt = std::strcmp(codec_name, "aac") == 0 ? AV_SAMPLE_FMT_FLTP : AV_SAMPLE_FMT_S16;
  av_channel_layout_default(&encoder->ch_layout, 1);
  encoder->time_base = {1, kSampleRate};
  encoder->flags |= AV_CODEC_FLAG_GLOBAL_HEADER | AV_CODEC_FLAG_BITEXACT;
  av::check(avcodec_open2(encoder.get(), codec, nullptr), codec_name);
  return encoder;
}

}  // namespace

Image makeFrame(uint32_t width, uint32_t height, int index, SampleType type) {
  Image image(width, height, type);
  std::vector<float> row(size_t{width} * 4);
  for (uint32_t y = 0; y < height; ++y) {
    for (uint32_t x = 0; x < width; ++x) {
      const bool left = x < width / 2, top = y < height / 2;
      float* p = row.data() + size_t{x} * 4;
      p[0] = left ? 0.2f + 0.05f * static_cast<float>(index) : 0.7f;
      p[1] = top ? 0.6f : 0.3f;
      p[2] = left == top ? 0.8f : 0.25f;
      p[3] = 1;
    }
    storePixels(image, 0, y, width, row.data());
  }
  return image;
}

void addSound(const std::string& video, const std::string& path, const char* codec_name) {
  const av::CodecContext encoder = openSoundEncoder(codec_name);
  const av::Output output = copyVideo(video, path, [&](AVFormatContext* context) {
    AVStream* stream = avformat_new_stream(context, nullptr);
    avcodec_parameters_from_context(stream->codecpar, encoder.get());
    stream->time_base = encoder->time_base;
  });
  const AVStream* stream = output->streams[1];
  const av::Packet packet = av::makePacket();
  const auto drain = [&] {
    while (avcodec_receive_packet(encoder.get(), packet.get()) >= 0) {
      av_packet_rescale_ts(packet.get(), encoder->time_base, stream->time_base);
      packet->stream_index = 1;
      av::check(av_interleaved_write_frame(output.get(), packet.get()), path);
    }
  };
  const int size = encoder->frame_size > 0 ? encoder->frame_size : 1024;
  for (int at = 0; at < kSampleRate / 2; at += size) {
    const av::Frame frame = av::makeFrame();
    frame->nb_samples = size;
    frame->format = encoder->sample_fmt;
    frame->sample_rate = kSampleRate;
    av_channel_layout_copy(&frame->ch_layout, &encoder->ch_layout);
    av::check(av_frame_get_buffer(frame.get(), 0), path);
    for (int i = 0; i < size; ++i) {
      const float v = 0.5f * std::sin(static_cast<float>(at + i) * 0.06f);
      if (encoder->sample_fmt == AV_SAMPLE_FMT_FLTP) reinterpret_cast<float*>(frame->data[0])[i] = v;
      else reinterpret_cast<int16_t*>(frame->data[0])[i] = static_cast<int16_t>(v * 32767);
    }
    frame->pts = at;
    av::check(avcodec_send_frame(encoder.get(), frame.get()), path);
    drain();
  }
  avcodec_send_frame(encoder.get(), nullptr);
  drain();
  av::check(av_write_trailer(output.get()), path);
}

std::vector<SoundPacket> soundOf(const std::string& path) {
  const av::Input input = av::openInput(path);
  const av::Packet packet = av::makePacket();
  std::vector<SoundPacket> packets;
  while (av_read_frame(input.get(), packet.get()) >= 0) {
    const AVStream* stream = input->streams[packet->stream_index];
    if (stream->codecpar->codec_type == AVMEDIA_TYPE_AUDIO) {
      packets.push_back({static_cast<double>(packet->pts) * av_q2d(stream->time_base), {packet->data, packet->data + packet->size}});
    }
    av_packet_unref(packet.get());
  }
  return packets;
}

std::vector<double> frameTimesOf(const std::string& path) {
  const av::Input input = av::openInput(path);
  const av::Packet packet = av::makePacket();
  std::vector<double> times;
  while (av_read_frame(input.get(), packet.get()) >= 0) {
    const AVStream* stream = input->streams[packet->stream_index];
    if (stream->codecpar->codec_type == AVMEDIA_TYPE_VIDEO) times.push_back(static_cast<double>(packet->pts) * av_q2d(stream->time_base));
    av_packet_unref(packet.get());
  }
  return times;
}

void turnOnTheSide(const std::string& video, const std::string& path) {
  const av::Output output = copyVideo(video, path, [&](AVFormatContext* context) {
    AVStream* stream = context->streams[0];
    constexpr size_t kSize = 9 * sizeof(int32_t);
#if LIBAVFORMAT_VERSION_INT >= AV_VERSION_INT(60, 15, 100)
    AVPacketSideData* data = av_packet_side_data_new(&stream->codecpar->coded_side_data, &stream->codecpar->nb_coded_side_data,
                                                     AV_PKT_DATA_DISPLAYMATRIX, kSize, 0);
    av_display_rotation_set(reinterpret_cast<int32_t*>(data->data), 90);
#else
    av_display_rotation_set(reinterpret_cast<int32_t*>(av_stream_new_side_data(stream, AV_PKT_DATA_DISPLAYMATRIX, kSize)), 90);
#endif
  });
  av::check(av_write_trailer(output.get()), path);
}

}  // namespace impasto::media
