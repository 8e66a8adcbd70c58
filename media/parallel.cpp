#include "media/parallel.h"

#include <algorithm>
#include <exception>
#include <thread>
#include <vector>

namespace impasto::media {
namespace {

constexpr uint32_t kSmallestBand = 64;  // less is not worth a thread

}  // namespace

void forRowBands(uint32_t rows, const std::function<void(uint32_t, uint32_t)>& work) {
  const uint32_t bands = std::clamp(rows / kSmallestBand, 1u, std::max(1u, std::thread::hardware_concurrency()));
  std::vector<std::exception_ptr> failures(bands);
  const auto run = [&](uint32_t band) {
    try {
      work(static_cast<uint32_t>(uint64_t{rows} * band / bands), static_cast<uint32_t>(uint64_t{rows} * (band + 1) / bands));
    } catch (...) {
      failures[band] = std::current_exception();
    }
  };
  {
    std::vector<std::jthread> threads;
    threads.reserve(bands - 1);
    for (uint32_t band = 1; band < bands; ++band) threads.emplace_back(run, band);
    run(0);
  }
  for (const auto& failure : failures) {
    if (failure) std::rethrow_exception(failure);
  }
}

}  // namespace impasto::media
