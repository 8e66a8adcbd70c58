# CUDA kernels, without CMake's own CUDA language, which would look for a toolkit that a machine need not have.
#
#   impasto_cuda_kernels(NAME SOURCES a.cu b.cu [EXTRA_ARCHITECTURES 90a])
#     Where nvcc is found: NAME, an object library that holds of each source, as bytes, a fatbin with a cubin for each of
#     IMPASTO_CUDA_ARCHITECTURES and the extra ones, and PTX. plugin/src/cuda/kernel_images.h gives them; one such
#     library to a program. What ptxas says of the kernels is in files that the target's property IMPASTO_CUDA_REPORTS
#     lists; tests/cuda/resources.py reads them. Where there is no nvcc there is no such target.
#   impasto_cuda_kernels_on_host(NAME SOURCES a.cu b.cu)
#     NAME, an object library of the same sources as C++, for the shim of the tests (tests/support/cuda_shim).
#
# Includes are tracked by dependency files. One call of nvcc compiles a source for all architectures, one after another;
# ccache keeps the result where it is used.
find_program(IMPASTO_NVCC NAMES nvcc HINTS $ENV{CUDA_PATH}/bin $ENV{CUDA_HOME}/bin PATHS /usr/local/cuda/bin
  DOC "CUDA's compiler; without it there is no CUDA backend")
set(IMPASTO_CUDA_ARCHITECTURES 75 80 86 89 90 100 120 CACHE STRING
  "Compute capabilities to compile cubins for, without dots; those that nvcc does not know are left out")
# PTX is for what comes after the newest of them; it is 8.0's, so that it has asynchronous copies and whole mma.
set(IMPASTO_CUDA_PTX 80 CACHE STRING "Compute capability of the PTX that newer GPUs compile")

# What this nvcc can do, found out once for each: impasto_nvcc_codes (empty: it can't be used), impasto_nvcc_flags.
function(impasto_examine_nvcc)
  if(IMPASTO_NVCC_EXAMINED STREQUAL "${IMPASTO_NVCC} ${CMAKE_CXX_COMPILER}")
    return()
  endif()
  set(codes "")
  set(flags "")
  if(IMPASTO_NVCC)
    file(WRITE ${PROJECT_BINARY_DIR}/CMakeFiles/nvcc_works.cu
      "#include <cstdint>\nextern \"C\" __global__ void works(uint32_t* x) { *x = 1; }\n")
    execute_process(
      COMMAND ${IMPASTO_NVCC} -std=c++17 -ccbin ${CMAKE_CXX_COMPILER} -ptx -o ${PROJECT_BINARY_DIR}/CMakeFiles/nvcc_works.ptx
              ${PROJECT_BINARY_DIR}/CMakeFiles/nvcc_works.cu
      RESULT_VARIABLE failed OUTPUT_VARIABLE output ERROR_VARIABLE output)
    if(failed)
      string(REGEX REPLACE "\n.*" "" output "${output}")
      message(STATUS "CUDA: ${IMPASTO_NVCC} can't be used with this compiler: ${output}")
    else()
      execute_process(COMMAND ${IMPASTO_NVCC} --list-gpu-code OUTPUT_VARIABLE codes)
      string(REGEX MATCHALL "[0-9]+" codes "${codes}")
      execute_process(COMMAND ${IMPASTO_NVCC} --help OUTPUT_VARIABLE help)
      if(help MATCHES "compress-mode")
        set(flags --compress-mode=size)  # a fifth
      endif()
    endif()
  endif()
  set(impasto_nvcc_codes "${codes}" CACHE INTERNAL "")
  set(impasto_nvcc_flags "${flags}" CACHE INTERNAL "")
  set(IMPASTO_NVCC_EXAMINED "${IMPASTO_NVCC} ${CMAKE_CXX_COMPILER}" CACHE INTERNAL "")
endfunction()
impasto_examine_nvcc()
if(impasto_nvcc_codes)
  message(STATUS "CUDA: kernels are compiled by ${IMPASTO_NVCC}")
  get_filename_component(folder ${IMPASTO_NVCC} REALPATH)
  get_filename_component(folder ${folder} DIRECTORY)
  find_path(IMPASTO_CUDA_INCLUDE cuda.h HINTS ${folder}/../include DOC "Folder of cuda.h, the driver's interface")
else()
  message(STATUS "CUDA: off, no nvcc")
endif()

function(impasto_cuda_kernels name)
  cmake_parse_arguments(arg "" "" "SOURCES;EXTRA_ARCHITECTURES" ${ARGN})
  if(NOT impasto_nvcc_codes)
    return()
  endif()
  set(out_dir ${CMAKE_CURRENT_BINARY_DIR}/${name}.dir)
  file(MAKE_DIRECTORY ${out_dir})
  set(codes "")
  foreach(architecture IN LISTS IMPASTO_CUDA_ARCHITECTURES arg_EXTRA_ARCHITECTURES)
    string(REGEX MATCH "[0-9]+" number ${architecture})  # 90a is 90, too
    if(number IN_LIST impasto_nvcc_codes)
      list(APPEND codes -gencode=arch=compute_${architecture},code=sm_${architecture})
    endif()
  endforeach()
  list(APPEND codes -gencode=arch=compute_${IMPASTO_CUDA_PTX},code=compute_${IMPASTO_CUDA_PTX})
  set(fatbins "")
  set(reports "")
  set(table "")
  set(bytes "")
  set(index 0)
  foreach(source IN LISTS arg_SOURCES)
    get_filename_component(source ${source} ABSOLUTE)
    get_filename_component(stem ${source} NAME_WE)
    set(fatbin ${out_dir}/${stem}.fatbin)
    add_custom_command(
      OUTPUT ${fatbin}
      COMMAND ${CMAKE_COMMAND} -DNVCC=${IMPASTO_NVCC} "-DLAUNCHER=${CMAKE_CXX_COMPILER_LAUNCHER}" -DHOST=${CMAKE_CXX_COMPILER} -DSOURCE=${source} -DOUTPUT=${fatbin}
              "-DFLAGS=${impasto_nvcc_flags};${codes}" -DINCLUDE=${PROJECT_SOURCE_DIR}/plugin/src -DREPORT=${out_dir}/${stem}.ptxas
              -P ${PROJECT_SOURCE_DIR}/cmake/CompileCuda.cmake
      DEPENDS ${source} ${PROJECT_SOURCE_DIR}/cmake/CompileCuda.cmake
      DEPFILE ${fatbin}.d
      COMMENT "CUDA ${stem}"
      VERBATIM)
    list(APPEND fatbins ${fatbin})
    list(APPEND reports ${out_dir}/${stem}.ptxas)
    string(APPEND bytes "asm(\".section .rodata\\n.balign 64\\n\"\n"
                        "    \"impasto_fatbin_${index}:\\n.incbin \\\"${fatbin}\\\"\\n\"\n"
                        "    \"impasto_fatbin_${index}_end:\\n.previous\\n\");\n"
                        "extern \"C\" const unsigned char impasto_fatbin_${index}[] __attribute__((visibility(\"hidden\")));\n"
                        "extern \"C\" const unsigned char impasto_fatbin_${index}_end[] __attribute__((visibility(\"hidden\")));\n")
    string(APPEND table "    {\"${stem}\", impasto_fatbin_${index}, "
                        "static_cast<std::size_t>(impasto_fatbin_${index}_end - impasto_fatbin_${index})},\n")
    math(EXPR index "${index} + 1")
  endforeach()
  file(CONFIGURE OUTPUT ${out_dir}/kernel_images.cpp @ONLY CONTENT [[// Written by cmake/Cuda.cmake.
#include "cuda/kernel_images.h"

@bytes@
namespace impasto::cuda {

std::span<const KernelImage> kernelImages() {
  static const KernelImage images[] = {
@table@  };
  return images;
}

}  // namespace impasto::cuda
]])
  add_library(${name} OBJECT ${out_dir}/kernel_images.cpp)
  set_source_files_properties(${out_dir}/kernel_images.cpp PROPERTIES OBJECT_DEPENDS "${fatbins}")
  set_target_properties(${name} PROPERTIES IMPASTO_CUDA_REPORTS "${reports}")
  target_include_directories(${name} PUBLIC ${PROJECT_SOURCE_DIR}/plugin/src)
  impasto_warnings(${name})
endfunction()

function(impasto_cuda_kernels_on_host name)
  cmake_parse_arguments(arg "" "" "SOURCES" ${ARGN})
  add_library(${name} OBJECT ${arg_SOURCES})
  set_source_files_properties(${arg_SOURCES} PROPERTIES LANGUAGE CXX)
  target_link_libraries(${name} PUBLIC impasto_cuda_shim)
  impasto_warnings(${name})
endfunction()
