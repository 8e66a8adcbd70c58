# FindLibTorch: LibTorch in ${IMPASTO_LIBTORCH_DIR} (CMake or environment variable; default deps/libtorch, which
# scripts/setup fills): a folder with include/ and lib/, such as an unpacked torch wheel.
#
# Defines the target LibTorch::LibTorch. PyTorch's own package config is not used: with a CUDA build of LibTorch it
# insists on a CUDA toolkit of the same version. Programs are linked to the CPU library only; they load
# libtorch_cuda.so at run time where it is there and a GPU is wanted. Also sets LibTorch_RPATH, where they find both.
if(DEFINED ENV{IMPASTO_LIBTORCH_DIR})
  set(IMPASTO_LIBTORCH_DIR $ENV{IMPASTO_LIBTORCH_DIR} CACHE PATH "LibTorch: a folder with include/ and lib/" FORCE)
elseif(NOT IMPASTO_LIBTORCH_DIR)
  set(IMPASTO_LIBTORCH_DIR ${PROJECT_SOURCE_DIR}/deps/libtorch)
endif()
set(LibTorch_RPATH ${IMPASTO_LIBTORCH_DIR}/lib)

# Not cached, so that LibTorch may come or move after the first configuration.
foreach(library torch_cpu c10)
  unset(LibTorch_${library})
  if(EXISTS ${IMPASTO_LIBTORCH_DIR}/lib/lib${library}.so)
    set(LibTorch_${library} ${IMPASTO_LIBTORCH_DIR}/lib/lib${library}.so)
  endif()
endforeach()
unset(LibTorch_INCLUDE_DIR)
if(EXISTS ${IMPASTO_LIBTORCH_DIR}/include/torch/csrc/api/include/torch/torch.h)
  set(LibTorch_INCLUDE_DIR ${IMPASTO_LIBTORCH_DIR}/include)
endif()

include(FindPackageHandleStandardArgs)
find_package_handle_standard_args(LibTorch
  REQUIRED_VARS LibTorch_torch_cpu LibTorch_c10 LibTorch_INCLUDE_DIR
  REASON_FAILURE_MESSAGE "not in ${IMPASTO_LIBTORCH_DIR}: run scripts/setup, or set IMPASTO_LIBTORCH_DIR")

if(LibTorch_FOUND AND NOT TARGET LibTorch::LibTorch)
  add_library(LibTorch::c10 SHARED IMPORTED)
  set_target_properties(LibTorch::c10 PROPERTIES IMPORTED_LOCATION ${LibTorch_c10})
  add_library(LibTorch::LibTorch SHARED IMPORTED)
  set_target_properties(LibTorch::LibTorch PROPERTIES
    IMPORTED_LOCATION ${LibTorch_torch_cpu}
    INTERFACE_INCLUDE_DIRECTORIES "${LibTorch_INCLUDE_DIR};${LibTorch_INCLUDE_DIR}/torch/csrc/api/include"
    INTERFACE_LINK_LIBRARIES LibTorch::c10
    # The CUDA runtime that libtorch_cpu.so asks for lies beside it or in a toolkit's folder: found when it is run.
    INTERFACE_LINK_OPTIONS "-Wl,--allow-shlib-undefined;-Wl,-rpath-link,${IMPASTO_LIBTORCH_DIR}/lib")
endif()
