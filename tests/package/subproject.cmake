# Impasto inside another project, as an archive; then the archive installed and found as a package.
# cmake -DIMPASTO_SOURCE=... -DSOURCE=... -DWORK=... -DWRITE_STYLE=... -DFLAGS=... -DGENERATOR=... -DREADELF=...
#       -DLAUNCHER=... -P subproject.cmake
include(${CMAKE_CURRENT_LIST_DIR}/common.cmake)
file(REMOVE_RECURSE ${WORK}/prefix)
run(${CMAKE_COMMAND} -G ${GENERATOR} -S ${SOURCE}/parent -B ${WORK}/parent --fresh -DIMPASTO_SOURCE=${IMPASTO_SOURCE}
    -DIMPASTO_INSTALL=ON -DCMAKE_BUILD_TYPE=Release
    -DCMAKE_C_FLAGS=${FLAGS} -DCMAKE_CXX_FLAGS=${FLAGS})
run(${CMAKE_COMMAND} --build ${WORK}/parent -j 2)
run(${WRITE_STYLE} ${WORK}/style.safetensors)
run(${WORK}/parent/program ${WORK}/style.safetensors)

run(${CMAKE_COMMAND} --install ${WORK}/parent --component impasto --prefix ${WORK}/prefix)
file(GLOB_RECURSE libraries ${WORK}/prefix/*.a ${WORK}/prefix/*.so*)
list(LENGTH libraries count)
if(NOT count EQUAL 1 OR NOT libraries MATCHES "/libimpasto[.]a$")
  message(FATAL_ERROR "not one archive: ${libraries}")
endif()
buildConsumer(consumer)
expectNotNeeded(${WORK}/consumer/c_program "impasto")
