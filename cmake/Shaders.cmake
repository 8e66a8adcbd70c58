# impasto_shaders(target NAMESPACE ns SOURCES a.comp b.frag [DEFINES X=1] [SUFFIX name] [VULKAN 1.1])
# Compiles GLSL to SPIR-V for a version of Vulkan (1.3 if not said) at build time into headers that `target` includes as
# "shaders/<file>[.<suffix>].h"; each holds `inline constexpr uint32_t k<File><Suffix>[]` in namespace `ns`. Includes are
# tracked by dependency files.
find_program(IMPASTO_GLSLANG NAMES glslangValidator glslang REQUIRED)

# impasto_shaders(... COMPILER "program;arguments") compiles with another compiler than IMPASTO_GLSLANG.
# IMPASTO_GLSLANG_MATRIX: one that knows GL_KHR_cooperative_matrix, glslang 13 or later. Debian 12's does not; there it is
# the one that scripts/newest-mesa has unpacked, run with the libraries that it was built for. "" where there is none.
function(impasto_find_matrix_compiler out)
  set(newest ${PROJECT_SOURCE_DIR}/deps/newest-mesa/usr)
  set(candidates ${IMPASTO_GLSLANG})
  file(GLOB linker ${newest}/lib/*-linux-gnu/ld-linux-*.so.*)
  if(linker AND EXISTS ${newest}/bin/glslangValidator)
    get_filename_component(libraries ${linker} DIRECTORY)
    list(APPEND candidates "${linker}|--library-path|${libraries}|${newest}/bin/glslangValidator")
  endif()
  set(probe ${CMAKE_CURRENT_BINARY_DIR}/probe_cooperative_matrix.comp)
  file(WRITE ${probe} "#version 460\n#extension GL_KHR_cooperative_matrix : require\nvoid main() {}\n")
  foreach(candidate IN LISTS candidates)
    string(REPLACE "|" ";" command "${candidate}")
    execute_process(COMMAND ${command} --target-env vulkan1.1 -o ${probe}.spv ${probe}
      RESULT_VARIABLE result OUTPUT_QUIET ERROR_QUIET)
    if(result EQUAL 0)
      set(${out} "${command}" PARENT_SCOPE)
      return()
    endif()
  endforeach()
  set(${out} "" PARENT_SCOPE)
endfunction()

function(impasto_shaders target)
  cmake_parse_arguments(arg "" "NAMESPACE;SUFFIX;VULKAN" "SOURCES;DEFINES;COMPILER" ${ARGN})
  if(NOT arg_COMPILER)
    set(arg_COMPILER ${IMPASTO_GLSLANG})
  endif()
  set(out_dir ${CMAKE_CURRENT_BINARY_DIR}/generated/shaders)
  file(MAKE_DIRECTORY ${out_dir})
  if(NOT arg_VULKAN)
    set(arg_VULKAN 1.3)
  endif()
  set(headers "")
  foreach(source IN LISTS arg_SOURCES)
    get_filename_component(source ${source} ABSOLUTE)
    get_filename_component(name ${source} NAME)
    set(symbol ${name})
    if(arg_SUFFIX)
      set(name ${name}.${arg_SUFFIX})
      set(symbol ${symbol}_${arg_SUFFIX})
    endif()
    string(REGEX REPLACE "[._-]" ";" words ${symbol})
    set(symbol k)
    foreach(word IN LISTS words)
      string(SUBSTRING ${word} 0 1 head)
      string(SUBSTRING ${word} 1 -1 tail)
      string(TOUPPER ${head} head)
      string(APPEND symbol ${head}${tail})
    endforeach()
    set(defines ${arg_DEFINES})
    list(TRANSFORM defines PREPEND -D)
    set(header ${out_dir}/${name}.h)
    add_custom_command(
      OUTPUT ${header}
      COMMAND ${CMAKE_COMMAND} "-DGLSLANG=${arg_COMPILER}" -DSOURCE=${source} -DHEADER=${header} -DSYMBOL=${symbol}
              -DNAMESPACE=${arg_NAMESPACE} -DVULKAN=${arg_VULKAN} "-DDEFINES=${defines}"
              -DINCLUDE_DIR=${PROJECT_SOURCE_DIR}/shaders -P ${PROJECT_SOURCE_DIR}/cmake/CompileShader.cmake
      DEPENDS ${source} ${PROJECT_SOURCE_DIR}/cmake/CompileShader.cmake
      DEPFILE ${header}.d
      COMMENT "GLSL ${name}"
      VERBATIM)
    list(APPEND headers ${header})
  endforeach()
  # By a target of their own, for `target` may belong to another folder, where these commands are unknown.
  string(MAKE_C_IDENTIFIER "${target}_${name}" headers_target)
  add_custom_target(${headers_target} DEPENDS ${headers})
  add_dependencies(${target} ${headers_target})
  target_include_directories(${target} PRIVATE ${CMAKE_CURRENT_BINARY_DIR}/generated)
endfunction()
