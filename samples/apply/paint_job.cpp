#include "paint_job.h"

#include <system_error>
#include <utility>

#include "common/error.h"
#include "media/image_file.h"
#include "media/resize.h"
#include "stopwatch.h"

namespace impasto::app {

void createFolders(const std::filesystem::path& folder) {
  if (folder.empty()) return;
  std::error_code error;
  std::filesystem::create_directories(folder, error);
  if (error) throw Error(folder.string() + ": cannot create the folder: " + error.message());
}

void paintImage(const ApplyOptions& options, media::Image& image, Painter& painter, JobReport& report,
                const std::function<void(double)>& on_share) {
  if (options.size) {
    const media::Extent extent = media::fitExtent(image.width, image.height, options.size);
    image = media::resizeImage(image, extent.width, extent.height);
  }
  const Stopwatch stopwatch(report.paint_seconds);
  painter.paint(image, on_share);
}

JobReport paintJob(const ApplyOptions& options, const Job& job, Painter& painter, const OnShare& on_share) {
  if (job.kind != JobKind::Picture) return paintVideoJob(options, job, painter, on_share);
  JobReport report;
  media::Image image;
  {
    const Stopwatch stopwatch(report.read_seconds);
    image = media::readImage(job.in, report.notes);
  }
  try {
    paintImage(options, image, painter, report, [&](double share) { on_share(share, ""); });
  } catch (const Error& failure) {
    throw Error(job.in.string() + ": " + failure.what());
  }
  report.width = image.width;
  report.height = image.height;
  createFolders(job.out.parent_path());
  {
    const Stopwatch stopwatch(report.write_seconds);
    media::writeImage(std::move(image), job.out, {.quality = options.quality}, report.notes);
  }
  return report;
}

}  // namespace impasto::app
