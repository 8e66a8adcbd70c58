#include "viewer/painting/thumbnails.h"

#include <algorithm>
#include <chrono>

#include "viewer/gpu/access.h"

namespace impasto::app {

Thumbnails::Thumbnails(const PaintingDevice& device, ImpastoContext context, PanelRenderer& panels)
    : device_(device), context_(context), panels_(panels) {}

Thumbnails::~Thumbnails() {
  if (job_ && job_->making.valid()) impastoReleasePass(job_->making.get());
}

const Thumbnail* Thumbnails::of(uint64_t key) const {
  const auto found = done_.find(key);
  return found == done_.end() ? nullptr : &found->second.thumbnail;
}

bool Thumbnails::complete(const StyleLibrary& library) const {
  for (size_t i = 0; i < library.size(); ++i) {
    if (!done_.contains(library[i].key)) return false;
  }
  return true;
}

void Thumbnails::drop(Done& done) {
  panels_.removeTexture(done.thumbnail.texture, submitted_);
  old_.push_back({std::move(done.image), submitted_});
}

void Thumbnails::forget() {
  for (auto& [key, done] : done_) drop(done);
  done_.clear();
}

void Thumbnails::update(const StyleLibrary& library, uint64_t submitted, uint64_t finished) {
  submitted_ = submitted;
  std::erase_if(old_, [&](const Old& old) { return old.last_frame <= finished; });
  for (auto it = done_.begin(); it != done_.end();) {
    bool wanted = false;
    for (size_t i = 0; i < library.size(); ++i) wanted = wanted || library[i].key == it->first;
    if (!wanted) drop(it->second);
    it = wanted ? std::next(it) : done_.erase(it);
  }
  if (job_) {
    if (job_->making.valid() && job_->making.wait_for(std::chrono::seconds(0)) == std::future_status::ready) {
      job_->pass.reset(job_->making.get());
    }
    if (job_->recorded > 0 && job_->recorded <= finished) {
      Done done;
      done.thumbnail = {panels_.addTexture(job_->image), job_->aspect, job_->bottom};
      done.image = std::move(job_->image);
      done_[job_->key] = std::move(done);
      job_.reset();
    } else if (!job_->making.valid() && !job_->pass) {
      // Such a style cannot be painted here: it says so when it is chosen. An empty picture ends the trying.
      done_[job_->key] = {};
      job_.reset();
    }
    return;
  }
  for (size_t i = 0; i < library.size(); ++i) {
    if (done_.contains(library[i].key)) continue;
    job_ = std::make_unique<Job>();
    job_->key = library[i].key;
    impastoRetainStyle(library[i].loaded.style.get());
    job_->style.reset(library[i].loaded.style.get());
    job_->image = render::createImage(*device_.device, "thumbnail",
                                      {.format = VK_FORMAT_R8G8B8A8_UNORM,
                                       .width = kThumbnailWidth,
                                       .height = kThumbnailMostHeight,
                                       .usage = VK_IMAGE_USAGE_STORAGE_BIT | VK_IMAGE_USAGE_SAMPLED_BIT});
    job_->making = std::async(std::launch::async, [context = context_, style = job_->style.get()] {
      ImpastoPass pass = nullptr;
      const ImpastoPassInfo info = scenePassInfo(context, style, kThumbnailWidth, kThumbnailMostHeight, kFramesInFlight);
      return impastoCreatePass(&info, &pass) == IMPASTO_SUCCESS ? pass : nullptr;
    });
    return;
  }
}

void Thumbnails::record(VkCommandBuffer commands, uint32_t slot, const render::Targets& targets,
                        const render::CameraView& camera) {
  if (!job_ || !job_->pass || job_->recorded > 0) return;
  if (!frame_) frame_.emplace(*device_.device, VkExtent2D{kThumbnailWidth, kThumbnailMostHeight});
  const float aspect = static_cast<float>(targets.color.width) / static_cast<float>(targets.color.height);
  const uint32_t height =
      std::clamp(static_cast<uint32_t>(static_cast<float>(kThumbnailWidth) / aspect), 16u, kThumbnailMostHeight);
  frame_->record(commands, slot, targets, {kThumbnailWidth, height});
  render::recordBarriers(commands, {render::imageBarrier(job_->image, kReaders, VK_IMAGE_LAYOUT_UNDEFINED, kShaderWrite,
                                                         VK_IMAGE_LAYOUT_GENERAL)});
  ImpastoFrame frame = sceneFrame(frame_->images(), camera, job_->image, slot);
  frame.width = kThumbnailWidth;
  frame.height = height;
  frame.reset = VK_TRUE;
  recordPainting(job_->pass.get(), commands, frame);
  render::recordBarriers(
      commands, {render::imageBarrier(job_->image, kShaderWrite, VK_IMAGE_LAYOUT_GENERAL, kReaders, kReadable)});
  job_->recorded = submitted_ + 1;
  job_->aspect = static_cast<float>(kThumbnailWidth) / static_cast<float>(height);
  job_->bottom = static_cast<float>(height) / static_cast<float>(kThumbnailMostHeight);
}

}  // namespace impasto::app
