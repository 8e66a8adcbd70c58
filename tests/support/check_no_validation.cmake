# cmake -DPROGRAM=test_fixture -DEMPTY=FOLDER -P check_no_validation.cmake
# Where no validation layer is installed, Vulkan tests fail, unless IMPASTO_ALLOW_NO_VALIDATION=1.
file(MAKE_DIRECTORY ${EMPTY})
function(runWithoutLayers allow result output)
  execute_process(COMMAND ${CMAKE_COMMAND} -E env VK_LAYER_PATH=${EMPTY} IMPASTO_ALLOW_NO_VALIDATION=${allow}
                          ${PROGRAM} --gtest_filter=FixtureTest.FramesInFlightRunWhenTheyAreLetGo
                  RESULT_VARIABLE status OUTPUT_VARIABLE out ERROR_VARIABLE out)
  set(${result} ${status} PARENT_SCOPE)
  set(${output} "${out}" PARENT_SCOPE)
endfunction()

runWithoutLayers(0 status output)
if(output MATCHES "SKIPPED")
  message("SKIPPED: ${output}")
  return()
endif()
if(status EQUAL 0 OR NOT output MATCHES "VK_LAYER_KHRONOS_validation is not installed")
  message(FATAL_ERROR "without the layer, the test did not fail for that reason (status ${status}):\n${output}")
endif()
runWithoutLayers(1 status output)
if(NOT status EQUAL 0)
  message(FATAL_ERROR "with IMPASTO_ALLOW_NO_VALIDATION=1 the test failed:\n${output}")
endif()
