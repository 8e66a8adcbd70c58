# Installs the build in a prefix of its own and builds the consumer project against it, with a Vulkan loader and without.
# cmake -DBUILD=... -DSOURCE=... -DWORK=... -DWRITE_STYLE=... -DFLAGS=... -DGENERATOR=... -DREADELF=... -DLOADER=...
#       -P installed.cmake
include(${CMAKE_CURRENT_LIST_DIR}/common.cmake)
file(REMOVE_RECURSE ${WORK})
file(MAKE_DIRECTORY ${WORK})
run(${CMAKE_COMMAND} --install ${BUILD} --component impasto --prefix ${WORK}/prefix)

# The soname's number is the version's first (docs/versions.md), and what a program that was linked asks for.
buildConsumer(build)
file(STRINGS ${WORK}/prefix/include/impasto/impasto.h major REGEX "^#define IMPASTO_VERSION_MAJOR ")
string(REGEX MATCH "[0-9]+$" major "${major}")
execute_process(COMMAND ${READELF} -d ${WORK}/build/c_program OUTPUT_VARIABLE dynamic COMMAND_ERROR_IS_FATAL ANY)
if(NOT dynamic MATCHES "NEEDED[^\n]*\\[libimpasto[.]so[.]${major}\\]")
  message(FATAL_ERROR "c_program does not need libimpasto.so.${major}: ${dynamic}")
endif()
run(${WORK}/build/minimal_host ${WORK}/style.safetensors ${WORK}/painted.ppm)
file(SIZE ${WORK}/painted.ppm size)
if(NOT size EQUAL 27662)  # 128 x 72 x 3 and the header
  message(FATAL_ERROR "painted.ppm has ${size} bytes")
endif()

# As on a machine with the headers alone: the loader's folder is not looked into, and CMake's module for it is no help.
cmake_path(GET LOADER PARENT_PATH folder)
file(REAL_PATH ${folder} real_folder)
string(REGEX REPLACE "^/usr" "" other_name ${real_folder})  # of the same folder, where /lib is a link to /usr/lib
file(WRITE ${WORK}/without_loader.cmake "set(CMAKE_IGNORE_PATH ${folder} ${real_folder} ${other_name} CACHE STRING \"\")\n")
buildConsumer(build-without-loader -C ${WORK}/without_loader.cmake -DCONSUMER_HAS_LOADER=OFF
              -DCMAKE_DISABLE_FIND_PACKAGE_Vulkan=ON)
