// What kernels' accesses to memory cost on a GPU, as far as addresses tell: counted for a warp at a time, per kernel
// and place in the code, from what the warp's 32 threads ask for when each is at that place for the n-th time between
// two barriers. And how often they multiply.
//   - Shared memory has 32 banks of 4 bytes. A request is served in wavefronts, each of which takes one word from a
//     bank; 8-byte accesses take at least two, 16-byte accesses four, ldmatrix one for each matrix. `wavefronts` over
//     `least_wavefronts` is 1 where there is no conflict.
//   - Global memory is moved in sectors of 32 bytes. `sectors` over `least_sectors`, what the bytes asked for would
//     fill, is 1 where accesses are coalesced.
// Sources: NVIDIA, CUDA C++ Programming Guide, "Shared memory" and "Global memory"; Nsight Compute, "Memory tables".
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "cuda_shim/where.h"

namespace impasto::cuda::shim {

class Traffic {
 public:
  enum class Kind : uint8_t { SharedLoad, SharedStore, Matrices, GlobalLoad, GlobalStore, Copy, CopyIntoShared };

  struct Site {
    uint64_t requests = 0;
    uint64_t bytes = 0;
    uint64_t units = 0;        // wavefronts or sectors
    uint64_t least_units = 0;  // at best
    uint64_t most_units = 0;   // of one request

    double ratio() const {
      return least_units == 0 ? 1.0 : static_cast<double>(units) / static_cast<double>(least_units);
    }
  };
  using Place = std::pair<std::string, Kind>;  // "conv.cu:120"

  struct Kernel {
    uint64_t launches = 0;
    uint64_t mma = 0;  // by a warp: 2048 multiply-adds each
    std::map<Place, Site> places;

    Site shared() const;  // of all places
    Site global() const;
  };

  // One thread's part of a request; `width` bytes.
  struct Part {
    uint64_t address;
    uint32_t width;
  };
  void add(const std::string& kernel, Where at, Kind kind, const std::vector<Part>& request);
  void addLaunch(const std::string& kernel) { ++kernels_[kernel].launches; }
  void addMma(const std::string& kernel) { ++kernels_[kernel].mma; }

  const std::map<std::string, Kernel>& kernels() const { return kernels_; }
  std::string table() const;  // one line for each place

 private:
  std::map<std::string, Kernel> kernels_;
};

std::string toString(Traffic::Kind kind);

}  // namespace impasto::cuda::shim
