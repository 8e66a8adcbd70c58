// What the opaque handles of the C ABI are: a reference count around an object of the core. The core's objects keep
// each other alive by themselves (a pass shares its context and its style), so a handle holds nothing but its object.
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>

#include "impasto/impasto.h"
#include "pass/context.h"
#include "pass/pass.h"
#include "style/style.h"

struct ImpastoContext_T {
  std::atomic<uint32_t> references{1};
  std::shared_ptr<impasto::Context> context;
};

struct ImpastoStyle_T {
  std::atomic<uint32_t> references{1};
  std::shared_ptr<const impasto::Style> style;
};

struct ImpastoPass_T {
  std::atomic<uint32_t> references{1};
  std::unique_ptr<impasto::Pass> pass;
};

namespace impasto::api {

template <class Handle>
void retain(Handle* handle) noexcept {
  if (handle) handle->references.fetch_add(1, std::memory_order_relaxed);
}

template <class Handle>
void release(Handle* handle) noexcept {
  if (handle && handle->references.fetch_sub(1, std::memory_order_acq_rel) == 1) std::unique_ptr<Handle>{handle};
}

}  // namespace impasto::api
