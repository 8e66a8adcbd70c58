# One shader to one header; run with -P by impasto_shaders().
set(flags "")
foreach(define IN LISTS DEFINES)
  list(APPEND flags ${define})
endforeach()
set(target --target-env vulkan${VULKAN})
if(VULKAN STREQUAL "1.3")
  # 1.6 would have the workgroup's size as an operand, for which hosts would have to enable maintenance4.
  list(APPEND target --target-env spirv1.5)
endif()
execute_process(
  COMMAND ${GLSLANG} ${target} -I${INCLUDE_DIR} ${flags} --depfile ${HEADER}.d.tmp -o ${HEADER}.spv ${SOURCE}
  RESULT_VARIABLE result OUTPUT_VARIABLE output ERROR_VARIABLE output)
if(NOT result EQUAL 0)
  message(FATAL_ERROR "${output}")
endif()
# The dependency file names the .spv; the build graph knows the header.
file(READ ${HEADER}.d.tmp deps)
string(REPLACE "${HEADER}.spv" "${HEADER}" deps "${deps}")
file(WRITE ${HEADER}.d "${deps}")
file(READ ${HEADER}.spv hex HEX)
string(REGEX REPLACE "(..)(..)(..)(..)" "0x\\4\\3\\2\\1," words "${hex}")
string(REGEX REPLACE "(0x[0-9a-f]+,0x[0-9a-f]+,0x[0-9a-f]+,0x[0-9a-f]+,0x[0-9a-f]+,0x[0-9a-f]+,0x[0-9a-f]+,0x[0-9a-f]+,)" "\\1\n" words "${words}")
file(WRITE ${HEADER} "#pragma once\n#include <cstdint>\nnamespace ${NAMESPACE} {\ninline constexpr uint32_t ${SYMBOL}[] = {\n${words}\n};\n}\n")
file(REMOVE ${HEADER}.spv ${HEADER}.d.tmp)
