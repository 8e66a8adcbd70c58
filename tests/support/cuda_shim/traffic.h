// What a kernel's accesses to memory cost on a GPU, as far as addresses tell: counted per place in the code, for a warp
// at a time, from what its 32 threads ask for when each runs through that place for the n-th time between two barriers.
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
#include <tuple>
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
  using Key = std::tuple<std::string, Kind>;  // "conv.cu:120"

  // One thread's part of a request; `width` bytes.
  struct Part {
    uint64_t address;
    uint32_t width;
  };
  void add(Where at, Kind kind, const std::vector<Part>& request);

  const std::map<Key, Site>& sites() const { return sites_; }
  Site total(bool shared) const;  // of all places
  std::string table() const;      // one line for each place

 private:
  std::map<Key, Site> sites_;
};

std::string toString(Traffic::Kind kind);

}  // namespace impasto::cuda::shim
