#include "cuda_shim/traffic.h"

#include <algorithm>
#include <cstdio>
#include <set>

namespace impasto::cuda::shim {
namespace {

constexpr uint32_t kBanks = 32, kWordBytes = 4, kSectorBytes = 32;

bool isShared(Traffic::Kind kind) {
  return kind != Traffic::Kind::GlobalLoad && kind != Traffic::Kind::GlobalStore && kind != Traffic::Kind::Copy;
}

// Of threads that are served together.
uint64_t wavefronts(const Traffic::Part* begin, const Traffic::Part* end) {
  std::set<uint64_t> words[kBanks];
  for (const Traffic::Part* part = begin; part != end; ++part) {
    for (uint64_t word = part->address / kWordBytes; word <= (part->address + part->width - 1) / kWordBytes; ++word) {
      words[word % kBanks].insert(word);
    }
  }
  uint64_t most = 0;
  for (const std::set<uint64_t>& bank : words) most = std::max<uint64_t>(most, bank.size());
  return most;
}

Traffic::Site sumOf(const std::map<Traffic::Place, Traffic::Site>& places, bool shared) {
  Traffic::Site sum;
  for (const auto& [place, site] : places) {
    if (isShared(place.second) != shared) continue;
    sum.requests += site.requests;
    sum.bytes += site.bytes;
    sum.units += site.units;
    sum.least_units += site.least_units;
    sum.most_units = std::max(sum.most_units, site.most_units);
  }
  return sum;
}

}  // namespace

void Traffic::add(const std::string& kernel, Where at, Kind kind, const std::vector<Part>& request) {
  uint64_t bytes = 0, units = 0, least = 0;
  for (const Part& part : request) bytes += part.width;
  if (isShared(kind)) {
    // As many threads at a time as could fill all banks: eight of 16 bytes, sixteen of 8.
    const size_t together = kBanks * kWordBytes / std::max(kWordBytes, request.front().width);
    for (size_t i = 0; i < request.size(); i += together) {
      units += wavefronts(request.data() + i, request.data() + std::min(request.size(), i + together));
      ++least;
    }
  } else {
    std::set<uint64_t> sectors, touched;
    for (const Part& part : request) {
      for (uint64_t sector = part.address / kSectorBytes; sector <= (part.address + part.width - 1) / kSectorBytes;
           ++sector) {
        sectors.insert(sector);
      }
      for (uint64_t byte = part.address; byte < part.address + part.width; byte += 2) touched.insert(byte);
    }
    units = sectors.size();
    least = (touched.size() * 2 + kSectorBytes - 1) / kSectorBytes;
  }
  Site& site = kernels_[kernel].places[{toString(at), kind}];
  ++site.requests;
  site.bytes += bytes;
  site.units += units;
  site.least_units += least;
  site.most_units = std::max(site.most_units, units);
}

Traffic::Site Traffic::Kernel::shared() const { return sumOf(places, true); }
Traffic::Site Traffic::Kernel::global() const { return sumOf(places, false); }

std::string Traffic::table() const {
  std::string text;
  for (const auto& [name, kernel] : kernels_) {
    text += name + ": " + std::to_string(kernel.launches) + " launches, " + std::to_string(kernel.mma) + " mma\n";
    for (const auto& [place, site] : kernel.places) {
      char line[160];
      std::snprintf(line, sizeof(line), "  %-26s %-16s %8llu requests %10llu %s, %.2f of the least, %llu at most\n",
                    place.first.c_str(), toString(place.second).c_str(), static_cast<unsigned long long>(site.requests),
                    static_cast<unsigned long long>(site.units), isShared(place.second) ? "wavefronts" : "sectors",
                    site.ratio(), static_cast<unsigned long long>(site.most_units));
      text += line;
    }
  }
  return text;
}

std::string toString(Traffic::Kind kind) {
  switch (kind) {
    case Traffic::Kind::SharedLoad:
      return "shared load";
    case Traffic::Kind::SharedStore:
      return "shared store";
    case Traffic::Kind::Matrices:
      return "ldmatrix";
    case Traffic::Kind::GlobalLoad:
      return "global load";
    case Traffic::Kind::GlobalStore:
      return "global store";
    case Traffic::Kind::Copy:
      return "cp.async from";
    case Traffic::Kind::CopyIntoShared:
      return "cp.async to";
  }
  return "";
}

}  // namespace impasto::cuda::shim
