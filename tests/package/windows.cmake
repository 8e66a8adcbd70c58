# Cross-compiles the library for Windows as a DLL, with the programs of tests/windows, and looks at what it exports.
# With -DRUN=wine: runs those programs there instead.
# cmake -DIMPASTO_SOURCE=... -DWORK=... -DGENERATOR=... -DLAUNCHER=... -DVULKAN=FOLDER -DJSON=FOLDER -DOBJDUMP=...
#       [-DRUN=...] -P windows.cmake
include(${CMAKE_CURRENT_LIST_DIR}/common.cmake)
set(build ${WORK}/build)
if(RUN)
  set(ENV{WINEPREFIX} ${WORK}/wine)
  set(ENV{WINEDEBUG} -all)
  set(ENV{DISPLAY} "")
  execute_process(COMMAND ${RUN} ${build}/bin/test_api_c.exe WORKING_DIRECTORY ${build}/bin TIMEOUT 200
                  RESULT_VARIABLE c_program)
  execute_process(COMMAND ${RUN} ${build}/bin/test_dll.exe libimpasto.dll WORKING_DIRECTORY ${build}/bin TIMEOUT 200
                  RESULT_VARIABLE dll_program)
  cmake_path(REPLACE_FILENAME RUN wineserver)
  execute_process(COMMAND ${RUN} -k)
  if(NOT c_program EQUAL 0 OR NOT dll_program EQUAL 0)
    message(FATAL_ERROR "test_api_c.exe: ${c_program}, test_dll.exe: ${dll_program}")
  endif()
  return()
endif()

# The headers by themselves: beside them in /usr/include are Linux's.
set(headers ${WORK}/headers)
file(REMOVE_RECURSE ${headers})
file(MAKE_DIRECTORY ${headers}/include ${headers}/share/cmake)
foreach(folder vulkan vk_video)
  file(CREATE_LINK ${VULKAN}/${folder} ${headers}/include/${folder} SYMBOLIC)
endforeach()
cmake_path(APPEND JSON ../../.. OUTPUT_VARIABLE prefix)
file(CREATE_LINK ${prefix}/include/nlohmann ${headers}/include/nlohmann SYMBOLIC)
file(COPY ${JSON}/ DESTINATION ${headers}/share/cmake/nlohmann_json)

run(${CMAKE_COMMAND} -G ${GENERATOR} -S ${IMPASTO_SOURCE} -B ${build} --toolchain ${IMPASTO_SOURCE}/cmake/mingw-w64.cmake
    -DCMAKE_PREFIX_PATH=${headers} -DCMAKE_BUILD_TYPE=Release -DIMPASTO_WERROR=ON -DIMPASTO_BUILD_SAMPLES=OFF
    -DIMPASTO_BUILD_TRAINER=OFF)
run(${CMAKE_COMMAND} --build ${build} -j 2 --target impasto test_api_c test_dll)

execute_process(COMMAND ${OBJDUMP} -p ${build}/bin/libimpasto.dll OUTPUT_VARIABLE dump COMMAND_ERROR_IS_FATAL ANY)
string(REGEX REPLACE ".*\\[Ordinal/Name Pointer\\] Table" "" table "${dump}")
string(REGEX MATCHALL "\n[ \t]*\\[ *[0-9]+\\] [^\n ]+" exports "${table}")
list(LENGTH exports count)
if(count LESS 20)
  message(FATAL_ERROR "only ${count} functions exported:\n${dump}")
endif()
foreach(export IN LISTS exports)
  if(NOT export MATCHES "\\] impasto[A-Z][A-Za-z]+$")
    message(SEND_ERROR "exported: ${export}")
  endif()
endforeach()
string(REGEX MATCHALL "DLL Name: [^\n]+" needed "${dump}")
foreach(library IN LISTS needed)
  if(NOT library MATCHES "KERNEL32.dll|msvcrt.dll|ucrtbase.dll|api-ms-win-crt")
    message(SEND_ERROR "needed: ${library}")
  endif()
endforeach()
