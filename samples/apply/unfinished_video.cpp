#include "unfinished_video.h"

#include <chrono>
#include <cstdio>
#include <span>
#include <system_error>

#include "common/error.h"
#include "media/file.h"
#include "paint_job.h"

namespace impasto::app {
namespace {

namespace fs = std::filesystem;

constexpr const char* kState = "state.json";

double now() { return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count(); }

}  // namespace

UnfinishedVideo::UnfinishedVideo(const fs::path& out, const nlohmann::json& job, bool restart)
    : folder_(out.string() + ".parts"), job_(job) {
  std::error_code error;
  if (restart) fs::remove_all(folder_, error);
  const fs::path state = folder_ / kState;
  if (!fs::exists(state, error)) {
    createFolders(folder_);
    return;
  }
  const std::vector<uint8_t> bytes = media::readFile(state);
  const nlohmann::json saved = nlohmann::json::parse(bytes, nullptr, false);
  const auto broken = [&] { return Error(state.string() + ": damaged; --restart begins anew"); };
  if (saved.is_discarded() || !saved.is_object()) throw broken();
  if (saved.value("job", nlohmann::json()) != job_) {
    throw Error(folder_.string() + ": holds unfinished work with other settings or of another input; --restart throws it away");
  }
  try {
    part_count_ = saved.at("parts").get<size_t>();
    times_ = saved.at("times").get<std::vector<int64_t>>();
  } catch (const nlohmann::json::exception&) {
    throw broken();
  }
}

fs::path UnfinishedVideo::partPath(size_t index) const {
  char name[32];
  std::snprintf(name, sizeof name, "%05zu.mov", index);
  return folder_ / name;
}

std::vector<fs::path> UnfinishedVideo::parts() const {
  std::vector<fs::path> paths;
  for (size_t i = 0; i < part_count_; ++i) paths.push_back(partPath(i));
  return paths;
}

void UnfinishedVideo::write(const media::Image& frame, int64_t time, const media::VideoSettings& settings) {
  if (!part_) {
    part_ = std::make_unique<media::VideoWriter>(partPath(part_count_), settings);
    part_began_ = now();
  }
  part_->write(frame);
  part_times_.push_back(time);
}

void UnfinishedVideo::endPart() {
  if (!part_) return;
  part_->finish();
  part_.reset();
  ++part_count_;
  times_.insert(times_.end(), part_times_.begin(), part_times_.end());
  part_times_.clear();
  save();
}

void UnfinishedVideo::save() const {
  const std::string text = nlohmann::json{{"job", job_}, {"parts", part_count_}, {"times", times_}}.dump();
  media::writeFileWhole(folder_ / kState, std::as_bytes(std::span(text)));
}

double UnfinishedVideo::secondsAtRisk() const { return part_ ? now() - part_began_ : 0; }

void UnfinishedVideo::remove() {
  std::error_code ignored;
  fs::remove_all(folder_, ignored);
}

}  // namespace impasto::app
