#include <gloo/allreduce.h>
#include <gloo/math.h>
#include <gloo/rendezvous/context.h>
#include <gloo/rendezvous/store.h>
#include <gloo/transport/tcp/device.h>

#include <chrono>
#include <cstdio>
#include <exception>
#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

#include "engine/gloo/gloo_abi.h"

#define IMPASTO_MODULE_EXPORT extern "C" __attribute__((visibility("default")))

namespace {

class Store final : public gloo::rendezvous::Store {
 public:
  explicit Store(const ImpastoGlooStore& callbacks) : callbacks_(callbacks) {}
  void set(const std::string& key, const std::vector<char>& data) override {
    if (callbacks_.set(callbacks_.user, key.c_str(), data.data(), data.size()) != 0) fail();
  }
  std::vector<char> get(const std::string& key) override {
    std::vector<char> value;
    const auto take = [](void* to, const char* data, size_t size) { static_cast<std::vector<char>*>(to)->assign(data, data + size); };
    if (callbacks_.get(callbacks_.user, key.c_str(), take, &value) != 0) fail();
    return value;
  }
  void wait(const std::vector<std::string>& keys) override {
    for (const std::string& key : keys) get(key);
  }
  void wait(const std::vector<std::string>& keys, const std::chrono::milliseconds&) override { wait(keys); }

 private:
  [[noreturn]] static void fail() { throw std::runtime_error("not all processes came"); }
  ImpastoGlooStore callbacks_;
};

struct Group {
  std::shared_ptr<gloo::rendezvous::Context> context;
  std::chrono::milliseconds timeout;
};

void say(const std::exception& error, char* to, size_t size) {
  std::string text = error.what();
  std::snprintf(to, size, "%s", text.substr(0, text.find('\n')).c_str());
}

}  // namespace

IMPASTO_MODULE_EXPORT void* impastoGlooConnect(const ImpastoGlooStore* callbacks, int rank, int size, const char* host,
                                               int timeout_ms, char* error, size_t error_size) {
  try {
    auto group = std::make_unique<Group>();
    group->timeout = std::chrono::milliseconds(timeout_ms);
    gloo::transport::tcp::attr attributes;
    attributes.hostname = host;
    std::shared_ptr<gloo::transport::Device> device = gloo::transport::tcp::CreateDevice(attributes);
    group->context = std::make_shared<gloo::rendezvous::Context>(rank, size);
    group->context->setTimeout(group->timeout);
    Store store(*callbacks);
    group->context->connectFullMesh(store, device);
    return group.release();
  } catch (const std::exception& caught) {
    say(caught, error, error_size);
    return nullptr;
  }
}

IMPASTO_MODULE_EXPORT int impastoGlooSum(void* group, float* values, size_t count, char* error, size_t error_size) {
  try {
    const Group& all = *static_cast<Group*>(group);
    gloo::AllreduceOptions options(all.context);
    options.setOutput(values, count);
    options.setReduceFunction(static_cast<void (*)(void*, const void*, const void*, size_t)>(&gloo::sum<float>));
    options.setTimeout(all.timeout);
    gloo::allreduce(options);
    return 0;
  } catch (const std::exception& caught) {
    say(caught, error, error_size);
    return 1;
  }
}

IMPASTO_MODULE_EXPORT void impastoGlooClose(void* group) { delete static_cast<Group*>(group); }
