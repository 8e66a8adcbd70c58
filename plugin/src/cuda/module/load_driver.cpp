// driver(): from the library that comes with NVIDIA's driver.
#include <optional>

#include "base/dynamic_library.h"
#include "base/error.h"
#include "cuda/module/driver.h"

// The names with the versions that cuda.h gives them: "cuMemAlloc_v2".
#define IMPASTO_SYMBOL_(name) #name
#define IMPASTO_SYMBOL(name) IMPASTO_SYMBOL_(name)

namespace impasto::cuda {
namespace {

std::string versionText(int version) {
  return std::to_string(version / 1000) + '.' + std::to_string(version % 1000 / 10);
}

Driver load() {
  const DynamicLibrary library("libcuda.so.1");
  Driver driver;
  // The version before the rest: an old driver lacks some.
  driver.cuDriverGetVersion = reinterpret_cast<decltype(&::cuDriverGetVersion)>(library.symbol("cuDriverGetVersion"));
  int version = 0;
  if (driver.cuDriverGetVersion == nullptr || driver.cuDriverGetVersion(&version) != CUDA_SUCCESS) {
    throw Error(ErrorCode::Unsupported, "libcuda.so.1 does not say its version");
  }
  if (version < kLeastDriver) {
    throw Error(ErrorCode::Unsupported, "the driver is of CUDA " + versionText(version) + ", at least " +
                                            versionText(kLeastDriver) + " is needed");
  }
#define IMPASTO_LOAD(name)                                                                            \
  driver.name = reinterpret_cast<decltype(&::name)>(library.symbol(IMPASTO_SYMBOL(name)));            \
  if (driver.name == nullptr) throw Error(ErrorCode::Unsupported, "libcuda.so.1 has no " IMPASTO_SYMBOL(name));
  IMPASTO_CUDA_FUNCTIONS(IMPASTO_LOAD)
#undef IMPASTO_LOAD
  IMPASTO_CU(driver, cuInit, 0);
  return driver;
}

}  // namespace

const Driver& driver() {
  static const Driver loaded = load();  // anew after an exception
  return loaded;
}

}  // namespace impasto::cuda
