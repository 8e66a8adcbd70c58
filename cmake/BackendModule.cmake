# Backend modules: libraries that libimpasto loads while the program runs (plugin/src/backend/module_abi.h).

# Where they are installed: beside the shared library, where it looks for them.
if(WIN32)
  set(impasto_module_destination ${CMAKE_INSTALL_BINDIR})
  set(impasto_module_folder ${CMAKE_INSTALL_FULL_BINDIR})
else()
  set(impasto_module_destination ${CMAKE_INSTALL_LIBDIR})
  set(impasto_module_folder ${CMAKE_INSTALL_FULL_LIBDIR})
endif()

# impasto_module(NAME source...): the target impasto_NAME, a module that exports impastoGetModule and nothing else. It lies
# beside libimpasto in the build, and is for the caller to link and to install (to ${impasto_module_destination}).
function(impasto_module name)
  set(target impasto_${name})
  add_library(${target} MODULE ${ARGN})
  set_target_properties(${target} PROPERTIES PREFIX lib CXX_VISIBILITY_PRESET hidden VISIBILITY_INLINES_HIDDEN ON
    LIBRARY_OUTPUT_DIRECTORY $<TARGET_FILE_DIR:impasto>)
  impasto_warnings(${target})
  if(WIN32)
    if(MINGW)
      target_link_options(${target} PRIVATE -static)
    endif()
  else()
    set(exports ${PROJECT_SOURCE_DIR}/plugin/src/backend/module_exports.map)
    target_link_options(${target} PRIVATE -Wl,--version-script=${exports} -Wl,-z,defs)
    set_target_properties(${target} PROPERTIES LINK_DEPENDS ${exports})
  endif()
endfunction()
