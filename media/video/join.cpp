#include "media/video/join.h"

#include <algorithm>
#include <utility>

#include "media/file.h"
#include "media/video/libav.h"

namespace impasto::media {
namespace {

bool isSound(const AVStream* stream) { return stream->codecpar->codec_type == AVMEDIA_TYPE_AUDIO; }

bool canHold(const AVOutputFormat* format, const AVStream* stream) {
  return avformat_query_codec(format, stream->codecpar->codec_id, FF_COMPLIANCE_NORMAL) == 1;
}

[[noreturn]] void refuseSound(const std::filesystem::path& path, const AVStream* stream) {
  throw Error(path.string() + ": cannot hold sound of the kind " + avcodec_get_name(stream->codecpar->codec_id) +
              ": take a name in .mkv or .mov, or leave it out");
}

void copyStream(AVStream* to, const AVStream* from, const std::string& name) {
  av::check(avcodec_parameters_copy(to->codecpar, from->codecpar), name);
  to->codecpar->codec_tag = 0;  // the other container's
  to->time_base = from->time_base;
  to->disposition = from->disposition;
  av_dict_copy(&to->metadata, from->metadata, 0);
}

// The packets of some streams of a file, one after the other.
class PacketSource {
 public:
  PacketSource(av::Input input, std::vector<std::pair<int, AVStream*>> streams)
      : input_(std::move(input)), streams_(std::move(streams)), packet_(av::makePacket()) {}

  // The next packet of one of the streams; nothing at the end.
  AVPacket* peek() {
    while (!full_ && !ended_) {
      if (av_read_frame(input_.get(), packet_.get()) < 0) {
        ended_ = true;
      } else if (target()) {
        full_ = true;
      } else {
        av_packet_unref(packet_.get());
      }
    }
    return full_ ? packet_.get() : nullptr;
  }
  // Where the packet goes to, and the time base it comes with.
  AVStream* target() const {
    for (const auto& [index, stream] : streams_) {
      if (index == packet_->stream_index) return stream;
    }
    return nullptr;
  }
  AVRational timeBase() const { return input_->streams[packet_->stream_index]->time_base; }
  void taken() { full_ = false; }

 private:
  av::Input input_;
  std::vector<std::pair<int, AVStream*>> streams_;
  av::Packet packet_;
  bool full_ = false, ended_ = false;
};

class Joiner {
 public:
  Joiner(const VideoParts& parts, const std::filesystem::path& path)
      : parts_(parts), path_(path), name_(path.string()), temporary_(path), output_(av::openOutput(temporary_.string(), path)) {}

  void run(const std::optional<std::filesystem::path>& source, std::vector<std::string>& notes) {
    addVideo();
    std::optional<PacketSource> others;
    if (source) others.emplace(addOthers(*source, notes));
    AVDictionary* options = nullptr;
    av_dict_set(&options, "movflags", "+faststart", 0);
    const int code = avformat_write_header(output_.get(), &options);
    av_dict_free(&options);
    av::check(code, name_ + ": cannot write");

    size_t frame = 0;
    for (const auto& part : parts_.files) {
      PacketSource video(av::openInput(part), {{0, video_}});
      while (AVPacket* packet = video.peek()) {
        if (frame == parts_.times.size()) throw Error(part.string() + ": holds more frames than were painted");
        stamp(packet, frame);
        if (others) writeOthersBefore(*others, parts_.times[frame]);
        ++frame;
        write(packet, av::toAv(parts_.time_base), video_);
        video.taken();
      }
    }
    if (frame != parts_.times.size()) throw Error(parts_.files.back().string() + ": holds fewer frames than were painted");
    while (others && others->peek()) writeOther(*others);
    av::check(av_write_trailer(output_.get()), name_ + ": cannot write");
    av::check(avio_closep(&output_->pb), name_ + ": cannot write");
    temporary_.renameTo(path_);
  }

 private:
  AVStream* newStream() {
    AVStream* stream = avformat_new_stream(output_.get(), nullptr);
    if (!stream) throw std::bad_alloc();
    return stream;
  }

  void addVideo() {
    if (parts_.files.empty()) throw Error(name_ + ": there are no frames");
    const av::Input first = av::openInput(parts_.files.front());
    video_ = newStream();
    copyStream(video_, first->streams[0], name_);
    video_->time_base = av::toAv(parts_.time_base);
    video_->avg_frame_rate = av::toAv(parts_.frame_rate);
    video_->sample_aspect_ratio = first->streams[0]->codecpar->sample_aspect_ratio;
    av_dict_free(&video_->metadata);
  }

  PacketSource addOthers(const std::filesystem::path& source, std::vector<std::string>& notes) {
    av::Input input = av::openInput(source);
    av_dict_copy(&output_->metadata, input->metadata, 0);
    for (const char* of_the_other_file : {"major_brand", "minor_version", "compatible_brands", "encoder"}) {
      av_dict_set(&output_->metadata, of_the_other_file, nullptr, 0);
    }
    std::vector<std::pair<int, AVStream*>> streams;
    for (unsigned i = 0; i < input->nb_streams; ++i) {
      AVStream* stream = input->streams[i];
      stream->discard = AVDISCARD_ALL;
      const AVMediaType type = stream->codecpar->codec_type;
      if (type != AVMEDIA_TYPE_AUDIO && type != AVMEDIA_TYPE_SUBTITLE) continue;
      if (!canHold(output_->oformat, stream)) {
        if (isSound(stream)) refuseSound(path_, stream);
        notes.push_back("subtitles of the kind " + std::string(avcodec_get_name(stream->codecpar->codec_id)) + " are left out");
        continue;
      }
      stream->discard = AVDISCARD_DEFAULT;
      AVStream* to = newStream();
      copyStream(to, stream, name_);
      streams.emplace_back(static_cast<int>(i), to);
    }
    return PacketSource(std::move(input), std::move(streams));
  }

  void stamp(AVPacket* packet, size_t frame) const {
    const auto& times = parts_.times;
    packet->pts = packet->dts = times[frame];
    const int64_t usual = std::max<int64_t>(1, av_rescale_q(1, {parts_.frame_rate.den, parts_.frame_rate.num}, av::toAv(parts_.time_base)));
    packet->duration = frame + 1 < times.size() ? times[frame + 1] - times[frame] : usual;
  }

  void writeOthersBefore(PacketSource& others, int64_t time) {
    while (AVPacket* packet = others.peek()) {
      const int64_t at = packet->dts != AV_NOPTS_VALUE ? packet->dts : packet->pts;
      if (at != AV_NOPTS_VALUE && av_compare_ts(at, others.timeBase(), time, av::toAv(parts_.time_base)) > 0) return;
      writeOther(others);
    }
  }

  void writeOther(PacketSource& others) {
    write(others.peek(), others.timeBase(), others.target());
    others.taken();
  }

  void write(AVPacket* packet, AVRational time_base, const AVStream* stream) {
    av_packet_rescale_ts(packet, time_base, stream->time_base);
    packet->stream_index = stream->index;
    packet->pos = -1;
    av::check(av_interleaved_write_frame(output_.get(), packet), name_ + ": cannot write");
  }

  const VideoParts& parts_;
  std::filesystem::path path_;
  std::string name_;
  TemporaryName temporary_;
  av::Output output_;  // closed before the temporary file is removed
  AVStream* video_ = nullptr;
};

}  // namespace

void joinVideo(const VideoParts& parts, const std::optional<std::filesystem::path>& source,
               const std::filesystem::path& path, std::vector<std::string>& notes) {
  Joiner(parts, path).run(source, notes);
}

void checkSound(const std::filesystem::path& source, const std::filesystem::path& path) {
  const av::Input input = av::openInput(source);
  const AVOutputFormat* format = av::outputFormat(path);
  for (unsigned i = 0; i < input->nb_streams; ++i) {
    if (isSound(input->streams[i]) && !canHold(format, input->streams[i])) refuseSound(path, input->streams[i]);
  }
}

}  // namespace impasto::media
