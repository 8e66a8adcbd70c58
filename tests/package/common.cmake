# For the scripts beside it, each of which works in a folder of its own, ${WORK}.
set(ENV{CMAKE_CXX_COMPILER_LAUNCHER} "${LAUNCHER}")  # a list: as an argument it would fall apart
macro(run)
  execute_process(COMMAND ${ARGN} COMMAND_ERROR_IS_FATAL ANY COMMAND_ECHO STDOUT)
endmacro()

# `program` may not need a library whose name matches `pattern` when it starts.
function(expectNotNeeded program pattern)
  execute_process(COMMAND ${READELF} -d ${program} OUTPUT_VARIABLE dynamic COMMAND_ERROR_IS_FATAL ANY)
  string(REGEX MATCHALL "NEEDED[^\n]*" needed "${dynamic}")
  if(needed MATCHES "${pattern}")
    message(FATAL_ERROR "${program} needs ${needed}")
  endif()
endfunction()

# buildConsumer(folder CMAKE-ARGUMENT...): the consumer project against the package in ${WORK}/prefix; runs its programs.
function(buildConsumer folder)
  run(${CMAKE_COMMAND} -G ${GENERATOR} -S ${SOURCE}/consumer -B ${WORK}/${folder} -DCMAKE_PREFIX_PATH=${WORK}/prefix
      -DCMAKE_BUILD_TYPE=Release -DCMAKE_C_FLAGS=${FLAGS} -DCMAKE_CXX_FLAGS=${FLAGS} ${ARGN})
  run(${CMAKE_COMMAND} --build ${WORK}/${folder})
  set(style ${WORK}/style.safetensors)
  run(${WRITE_STYLE} ${style})
  run(${WORK}/${folder}/c_program ${style})
  run(${WORK}/${folder}/cpp_program ${style})
  expectNotNeeded(${WORK}/${folder}/cpp_program "vulkan")
endfunction()
