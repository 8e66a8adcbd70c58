# The guide holds the minimal host program word for word, and the program is as short as the guide says.
# cmake -DGUIDE=docs/integration.md -DPROGRAM=minimal_host.cpp -P check_guide.cmake
file(READ ${GUIDE} guide)
file(READ ${PROGRAM} program)
string(FIND "${guide}" "```cpp\n${program}```\n" position)
if(position EQUAL -1)
  message(FATAL_ERROR "${GUIDE} does not hold ${PROGRAM} as it is: copy it into the last code block")
endif()
string(REGEX MATCHALL "\n" lines "${program}")
list(LENGTH lines count)
if(NOT count LESS 150)
  message(FATAL_ERROR "${PROGRAM} has ${count} lines, expected less than 150")
endif()
