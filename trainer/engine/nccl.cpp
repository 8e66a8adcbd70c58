#include "engine/nccl.h"

#include <dlfcn.h>

#include "base/error.h"
#include "engine/communicator.h"

namespace impasto::trainer {
namespace {

// Of nccl.h, which only toolkits have; stable since NCCL 2.
constexpr int kSuccess = 0, kFloat32 = 7, kSum = 0;

template <class Function>
void find(void* library, const char* name, Function*& function) {
  function = reinterpret_cast<Function*>(dlsym(library, name));
  if (!function) throw Error(ErrorCode::Unsupported, std::string("several processes on GPUs: NCCL has no ") + name);
}

}  // namespace

struct NcclGroup::Library {
  int (*get_id)(Id* id);
  int (*join)(void** group, int size, Id id, int rank);
  int (*all_reduce)(const void* from, void* to, size_t count, int type, int operation, void* group, void* stream);
  int (*abort)(void* group);
  const char* (*describe)(int result);

  Library() {
    void* library = dlopen("libnccl.so.2", RTLD_NOW | RTLD_LOCAL);
    if (!library) throw Error(ErrorCode::Unsupported, "several processes on GPUs: NCCL (libnccl.so.2) cannot be loaded");
    find(library, "ncclGetUniqueId", get_id);
    find(library, "ncclCommInitRank", join);
    find(library, "ncclAllReduce", all_reduce);
    find(library, "ncclCommAbort", abort);
    find(library, "ncclGetErrorString", describe);
  }
  void check(int result) const {
    if (result != kSuccess) throw ProcessLost(std::string("NCCL: ") + describe(result));
  }
};

NcclGroup::NcclGroup(int rank, int size, const std::function<Id(const Id&)>& share) : library_(std::make_unique<Library>()) {
  Id id{};
  if (rank == 0) library_->check(library_->get_id(&id));
  library_->check(library_->join(&group_, size, share(id), rank));
}

NcclGroup::~NcclGroup() {
  if (group_) library_->abort(group_);  // waits for nobody, so that a lost process holds up no end
}

void NcclGroup::sum(torch::Tensor& tensor) {
  constexpr void* kDefaultStream = nullptr;
  library_->check(library_->all_reduce(tensor.data_ptr(), tensor.data_ptr(), static_cast<size_t>(tensor.numel()), kFloat32,
                                       kSum, group_, kDefaultStream));
}

}  // namespace impasto::trainer
