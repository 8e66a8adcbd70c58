# impasto::vulkan_headers: Vulkan's headers and no more. The library calls Vulkan through its host and links no loader,
# so neither it nor who uses it needs one. Read by Impasto's build and by its installed package; IMPASTO_VULKAN_INCLUDE_DIR
# says where the headers are if they are elsewhere than one would look.
if(NOT TARGET impasto::vulkan_headers)
  # Those that the project has found already, of which there may be several on a machine.
  set(impasto_vulkan_hints)
  if(TARGET Vulkan::Headers)
    get_target_property(impasto_vulkan_hints Vulkan::Headers INTERFACE_INCLUDE_DIRECTORIES)
    string(GENEX_STRIP "${impasto_vulkan_hints}" impasto_vulkan_hints)
  endif()
  find_path(IMPASTO_VULKAN_INCLUDE_DIR vulkan/vulkan_core.h
    HINTS ${impasto_vulkan_hints} ${Vulkan_INCLUDE_DIR} ENV VULKAN_SDK PATH_SUFFIXES include Include)
  mark_as_advanced(IMPASTO_VULKAN_INCLUDE_DIR)
  if(IMPASTO_VULKAN_INCLUDE_DIR)
    file(STRINGS ${IMPASTO_VULKAN_INCLUDE_DIR}/vulkan/vulkan_core.h impasto_vulkan_1_3 REGEX "^#define VK_VERSION_1_3 ")
    if(impasto_vulkan_1_3)
      add_library(impasto::vulkan_headers INTERFACE IMPORTED GLOBAL)
      set_target_properties(impasto::vulkan_headers PROPERTIES
        INTERFACE_INCLUDE_DIRECTORIES ${IMPASTO_VULKAN_INCLUDE_DIR})
    else()
      set(impasto_vulkan_lacking "${IMPASTO_VULKAN_INCLUDE_DIR}: Vulkan's headers are older than 1.3")
    endif()
  else()
    set(impasto_vulkan_lacking
      "no Vulkan headers: install libvulkan-dev or Vulkan-Headers, or set IMPASTO_VULKAN_INCLUDE_DIR")
  endif()
endif()
