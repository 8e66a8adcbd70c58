# cmake -DMODULE=libimpasto_cuda.so -DNM=nm -DREADELF=readelf -P check_module.cmake
# A backend module exports one function, and needs neither CUDA's libraries nor Impasto's nor a Vulkan loader when it is
# loaded.
execute_process(COMMAND ${NM} -D --defined-only --format=posix ${MODULE} OUTPUT_VARIABLE symbols
                COMMAND_ERROR_IS_FATAL ANY)
if(NOT symbols MATCHES "^impastoGetModule T [^\n]*\n?$")
  message(FATAL_ERROR "exported: ${symbols}")
endif()
execute_process(COMMAND ${READELF} -d ${MODULE} OUTPUT_VARIABLE dynamic COMMAND_ERROR_IS_FATAL ANY)
string(REGEX MATCHALL "NEEDED[^\n]*" needed "${dynamic}")
if(needed MATCHES "cuda|cudart|nvrtc|impasto|vulkan")
  message(FATAL_ERROR "linked: ${needed}")
endif()
