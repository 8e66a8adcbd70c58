# Installs the build in a prefix of its own, builds the consumer project against it, and runs its programs.
# cmake -DBUILD=... -DSOURCE=... -DWORK=... -DWRITE_STYLE=... -DFLAGS=... -DGENERATOR=... -P run.cmake
file(REMOVE_RECURSE ${WORK})
file(MAKE_DIRECTORY ${WORK})
macro(run)
  execute_process(COMMAND ${ARGN} COMMAND_ERROR_IS_FATAL ANY COMMAND_ECHO STDOUT)
endmacro()

set(prefix ${WORK}/prefix)
run(${CMAKE_COMMAND} --install ${BUILD} --component impasto --prefix ${prefix})
run(${CMAKE_COMMAND} -G ${GENERATOR} -S ${SOURCE}/consumer -B ${WORK}/build -DCMAKE_PREFIX_PATH=${prefix}
    -DCMAKE_BUILD_TYPE=Release -DCMAKE_C_FLAGS=${FLAGS} -DCMAKE_CXX_FLAGS=${FLAGS})
run(${CMAKE_COMMAND} --build ${WORK}/build)
set(style ${WORK}/style.safetensors)
run(${WRITE_STYLE} ${style})
run(${WORK}/build/c_program ${style})
run(${WORK}/build/cpp_program ${style})
run(${WORK}/build/minimal_host ${style} ${WORK}/painted.ppm)
file(SIZE ${WORK}/painted.ppm size)
if(NOT size EQUAL 27662)  # 128 x 72 x 3 and the header
  message(FATAL_ERROR "painted.ppm has ${size} bytes")
endif()
