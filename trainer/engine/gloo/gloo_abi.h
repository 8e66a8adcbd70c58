// What libimpasto_gloo, a module, and the trainer agree about: sums over processes by Gloo.
//
// A module of its own, because LibTorch has another version of Gloo in it and exports the same names. It is loaded with
// RTLD_DEEPBIND, so that it and the system's libgloo find each other's names first and LibTorch's never; and nothing but
// this interface passes between the two, no C++ object and no exception.
#pragma once

#include <cstddef>

extern "C" {

// Where processes find each other. Both return 0 when done.
struct ImpastoGlooStore {
  void* user;
  int (*set)(void* user, const char* key, const char* data, size_t size);
  // Waits until the key is set, at most as long as the store does; hands the value to `take` before it returns.
  int (*get)(void* user, const char* key, void (*take)(void* to, const char* data, size_t size), void* to);
};

// Functions of the module. `error` is filled with one line when they fail: null, or not 0, is returned.
// host: an address of this machine that the others reach it by. Returns when all are connected.
using ImpastoGlooConnect = void*(const ImpastoGlooStore* store, int rank, int size, const char* host, int timeout_ms,
                                 char* error, size_t error_size);
// values[i] becomes the sum of all processes' values[i], the same bits everywhere. Fails when a process is gone or does not
// answer within the timeout; nothing but closing is allowed from then on.
using ImpastoGlooSum = int(void* group, float* values, size_t count, char* error, size_t error_size);
using ImpastoGlooClose = void(void* group);

constexpr char kImpastoGlooConnect[] = "impastoGlooConnect", kImpastoGlooSum[] = "impastoGlooSum",
               kImpastoGlooClose[] = "impastoGlooClose", kImpastoGlooFile[] = "libimpasto_gloo.so";

}  // extern "C"
