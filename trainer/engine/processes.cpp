#include "engine/processes.h"

#include <arpa/inet.h>
#include <c10/core/impl/VirtualGuardImpl.h>
#include <c10/util/Logging.h>
#include <dlfcn.h>
#include <netdb.h>
#include <sys/socket.h>
#include <torch/cuda.h>
#include <torch/utils.h>
#include <unistd.h>

#include <algorithm>
#include <charconv>
#include <chrono>
#include <cstdlib>
#include <cstring>
#include <thread>
#include <torch/csrc/distributed/c10d/TCPStore.hpp>

#include "base/error.h"
#include "engine/gloo/gloo_abi.h"
#include "engine/nccl.h"

namespace impasto::trainer {
namespace {

constexpr int kMostProcesses = 4096;

std::string variable(const char* name) {
  const char* value = std::getenv(name);
  return value ? value : "";
}

int whole(const char* name, const std::string& text, int low, int high) {
  int value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size() || value < low || value > high) {
    const std::string found = text.empty() ? "is missing" : "is " + text;
    throw Error(ErrorCode::InvalidArgument, std::string("the environment's ") + name + " " + found + ": expected " +
                                                std::to_string(low) + " to " + std::to_string(high));
  }
  return value;
}

// The address by which this machine is on the way to `host`.
std::string ownAddress(const std::string& host, uint16_t port) {
  const std::string unreachable = "MASTER_ADDR " + host + ": no such machine";
  addrinfo wanted{};
  wanted.ai_socktype = SOCK_DGRAM;  // connecting sends nothing
  addrinfo* found = nullptr;
  if (getaddrinfo(host.c_str(), std::to_string(port).c_str(), &wanted, &found) != 0) throw Error(ErrorCode::InvalidArgument, unreachable);
  std::string address;
  for (const addrinfo* a = found; a && address.empty(); a = a->ai_next) {
    const int socket_handle = socket(a->ai_family, SOCK_DGRAM, 0);
    sockaddr_storage own{};
    socklen_t size = sizeof(own);
    char text[NI_MAXHOST];
    if (socket_handle >= 0 && connect(socket_handle, a->ai_addr, a->ai_addrlen) == 0 &&
        getsockname(socket_handle, reinterpret_cast<sockaddr*>(&own), &size) == 0 &&
        getnameinfo(reinterpret_cast<sockaddr*>(&own), size, text, sizeof(text), nullptr, 0, NI_NUMERICHOST) == 0) {
      address = text;
    }
    if (socket_handle >= 0) close(socket_handle);
  }
  freeaddrinfo(found);
  if (address.empty()) throw Error(ErrorCode::InvalidArgument, unreachable);
  return address;
}

// LibTorch's store, at MASTER_ADDR and MASTER_PORT. torchrun may run its server itself, and starts runs anew in one store.
class Store {
 public:
  Store(const ProcessPlace& place, int timeout_seconds)
      : prefix_("impasto/" + variable("TORCHELASTIC_RESTART_COUNT") + "/") {
    c10d::TCPStoreOptions options;
    options.port = place.port;
    options.isServer = place.rank == 0 && variable("TORCHELASTIC_USE_AGENT_STORE") != "True";
    options.numWorkers = static_cast<size_t>(place.size);
    options.waitWorkers = false;
    options.timeout = std::chrono::seconds(timeout_seconds);
    constexpr int kFatalOnly = 3;  // what goes wrong is said in one line of ours, not with a stack trace for each attempt
    if (variable("TORCH_CPP_LOG_LEVEL").empty()) FLAGS_caffe2_log_level = kFatalOnly;
    store_ = std::make_unique<c10d::TCPStore>(place.host, options);
  }
  void set(const std::string& key, const char* data, size_t size) { store_->set(prefix_ + key, {data, data + size}); }
  std::vector<uint8_t> get(const std::string& key) { return store_->get(prefix_ + key); }

 private:
  std::string prefix_;
  std::unique_ptr<c10d::TCPStore> store_;
};

int setInStore(void* user, const char* key, const char* data, size_t size) noexcept {
  try {
    static_cast<Store*>(user)->set(key, data, size);
    return 0;
  } catch (...) {
    return 1;
  }
}

int getFromStore(void* user, const char* key, void (*take)(void*, const char*, size_t), void* to) noexcept {
  try {
    const std::vector<uint8_t> value = static_cast<Store*>(user)->get(key);
    take(to, reinterpret_cast<const char*>(value.data()), value.size());
    return 0;
  } catch (...) {
    return 1;
  }
}

class GlooModule {
 public:
  GlooModule() {
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
    throw Error(ErrorCode::Unsupported, "several processes: not in a build with sanitizers, which keep modules from having names of their own");
#else
    void* module = dlopen(kImpastoGlooFile, RTLD_NOW | RTLD_LOCAL | RTLD_DEEPBIND);
    if (!module) {
      const char* reason = dlerror();
      throw Error(ErrorCode::Unsupported, std::string("several processes: ") + (reason ? reason : kImpastoGlooFile) +
                                              " (impasto-train was built without Gloo, Debian's libgloo-dev, or is not installed whole)");
    }
    connect = reinterpret_cast<ImpastoGlooConnect*>(dlsym(module, kImpastoGlooConnect));
    sum = reinterpret_cast<ImpastoGlooSum*>(dlsym(module, kImpastoGlooSum));
    close = reinterpret_cast<ImpastoGlooClose*>(dlsym(module, kImpastoGlooClose));
    if (!connect || !sum || !close) throw Error(ErrorCode::Unsupported, std::string("several processes: ") + kImpastoGlooFile + " is of another version");
#endif
  }
  ImpastoGlooConnect* connect = nullptr;
  ImpastoGlooSum* sum = nullptr;
  ImpastoGlooClose* close = nullptr;
};

class Processes final : public Communicator {
 public:
  Processes(const ProcessPlace& place, torch::Device device, int timeout_seconds) try
      : rank_(place.rank), size_(place.size), store_(place, timeout_seconds) {
    const ImpastoGlooStore callbacks{&store_, setInStore, getFromStore};
    const std::string own = ownAddress(place.host, place.port);
    group_ = gloo_.connect(&callbacks, rank_, size_, own.c_str(), timeout_seconds * 1000, error_, sizeof(error_));
    if (!group_) throw ProcessLost("the " + std::to_string(size_) + " processes did not find each other: " + error_);
    if (device.is_cuda()) {
      nccl_ = std::make_unique<NcclGroup>(rank_, size_, [this](const NcclGroup::Id& id) {
        if (rank_ == 0) store_.set("nccl", id.data(), id.size());
        const std::vector<uint8_t> told = store_.get("nccl");
        NcclGroup::Id result{};
        std::copy_n(told.begin(), std::min(told.size(), result.size()), result.begin());
        return result;
      });
    }
  } catch (const c10::Error& error) {
    throw ProcessLost("process " + std::to_string(place.rank) + " of " + std::to_string(place.size) + ": no store at " + place.host + ":" +
                      std::to_string(place.port) + " within " + std::to_string(timeout_seconds) + " s");
  }

  ~Processes() override {
    if (group_) gloo_.close(group_);
  }

  int rank() const override { return rank_; }
  int size() const override { return size_; }

  torch::Tensor sum(const torch::Tensor& tensor) override {
    torch::Tensor result = tensor.detach().to(torch::kFloat).clone(torch::MemoryFormat::Contiguous);
    if (result.is_cuda()) {
      nccl_->sum(result);
    } else {
      sum(result.data_ptr<float>(), static_cast<size_t>(result.numel()));
    }
    return result;
  }

  // Always between processors: it also finds lost processes while GPUs wait for one another.
  bool any(bool value) override {
    float count = value ? 1 : 0;
    sum(&count, 1);
    return count > 0;
  }

 private:
  void sum(float* values, size_t count) {
    if (gloo_.sum(group_, values, count, error_, sizeof(error_)) != 0) {
      throw ProcessLost("another of the " + std::to_string(size_) + " processes is gone or does not answer (Gloo: " + error_ + ")");
    }
  }

  const int rank_, size_;
  char error_[256] = "";
  GlooModule gloo_;
  Store store_;
  void* group_ = nullptr;
  std::unique_ptr<NcclGroup> nccl_;  // between GPUs
};

}  // namespace

std::optional<ProcessPlace> processPlace() {
  if (variable("WORLD_SIZE").empty()) return {};
  ProcessPlace place;
  place.size = whole("WORLD_SIZE", variable("WORLD_SIZE"), 1, kMostProcesses);
  if (place.size == 1) return {};
  place.rank = whole("RANK", variable("RANK"), 0, place.size - 1);
  const auto orElse = [](const std::string& text, int value) { return text.empty() ? std::to_string(value) : text; };
  place.local_size = whole("LOCAL_WORLD_SIZE", orElse(variable("LOCAL_WORLD_SIZE"), place.size), 1, place.size);
  place.local_rank = whole("LOCAL_RANK", orElse(variable("LOCAL_RANK"), place.rank), 0, place.local_size - 1);
  place.host = variable("MASTER_ADDR");
  if (place.host.empty()) throw Error(ErrorCode::InvalidArgument, "the environment's MASTER_ADDR is missing: expected the machine of rank 0");
  place.port = static_cast<uint16_t>(whole("MASTER_PORT", variable("MASTER_PORT"), 1, 65535));
  return place;
}

std::unique_ptr<Communicator> joinProcesses(Runtime& runtime, int threads, int timeout_seconds) {
  const std::optional<ProcessPlace> place = processPlace();
  if (!place) return std::make_unique<SingleProcess>();
  if (runtime.device.is_cuda()) {
    if (place->local_rank >= static_cast<int>(torch::cuda::device_count())) {
      throw Error(ErrorCode::InvalidArgument, "the environment's LOCAL_RANK is " + std::to_string(place->local_rank) + ": this machine has " +
                                                  std::to_string(torch::cuda::device_count()) + " GPUs");
    }
    runtime.device = torch::Device(torch::kCUDA, static_cast<c10::DeviceIndex>(place->local_rank));
    c10::impl::VirtualGuardImpl(torch::kCUDA).setDevice(runtime.device);
  } else if (threads == 0) {
    torch::set_num_threads(std::max(1, static_cast<int>(std::thread::hardware_concurrency()) / place->local_size));
  }
  auto communicator = std::make_unique<Processes>(*place, runtime.device, timeout_seconds);
  runtime.process = place->rank;
  runtime.processes = place->size;
  runtime.together = communicator.get();
  return communicator;
}

}  // namespace impasto::trainer
