# Toolchain: Windows on x86-64 by Debian's and Ubuntu's g++-mingw-w64-x86-64-posix.
#
#   cmake --toolchain cmake/mingw-w64.cmake -DCMAKE_PREFIX_PATH=FOLDER ...
#
# FOLDER holds the headers of Vulkan and nlohmann-json under include/ and the latter's CMake package, for those in
# /usr/include lie among Linux's own. tests/package/windows.cmake makes one from the distribution's packages.
set(CMAKE_SYSTEM_NAME Windows)
set(CMAKE_SYSTEM_PROCESSOR x86_64)
set(CMAKE_C_COMPILER x86_64-w64-mingw32-gcc-posix)
set(CMAKE_CXX_COMPILER x86_64-w64-mingw32-g++-posix)
set(CMAKE_RC_COMPILER x86_64-w64-mingw32-windres)
# Nothing of this machine's but programs.
set(CMAKE_FIND_ROOT_PATH /usr/x86_64-w64-mingw32 ${CMAKE_PREFIX_PATH})
set(CMAKE_FIND_ROOT_PATH_MODE_PROGRAM NEVER)
set(CMAKE_FIND_ROOT_PATH_MODE_LIBRARY ONLY)
set(CMAKE_FIND_ROOT_PATH_MODE_INCLUDE ONLY)
set(CMAKE_FIND_ROOT_PATH_MODE_PACKAGE ONLY)
