# IMPASTO_SANITIZE: sanitizers for all our code, as -fsanitize= takes them ("address,undefined", "thread").
set(IMPASTO_SANITIZE "" CACHE STRING "Sanitizers, as -fsanitize= takes them")
if(IMPASTO_SANITIZE)
  add_compile_options(-fsanitize=${IMPASTO_SANITIZE} -fno-sanitize-recover=all -fno-omit-frame-pointer)
  add_link_options(-fsanitize=${IMPASTO_SANITIZE})
endif()
