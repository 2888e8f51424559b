# One interface target with the warnings every first-party C++ target is built with.
add_library(aimc_warnings INTERFACE)
if(NOT AIMC_FUZZ)  # that is clang, whose warnings are other ones
  target_compile_options(aimc_warnings INTERFACE
    $<$<COMPILE_LANGUAGE:CXX>:-Wall -Wextra -Wpedantic -Wshadow -Wconversion -Werror>)
endif()
if(AIMC_SANITIZE)
  add_compile_options(-fsanitize=address,undefined -fno-sanitize-recover=all -fno-omit-frame-pointer)
  add_link_options(-fsanitize=address,undefined)
endif()
if(AIMC_FUZZ)
  add_compile_options(-fsanitize=fuzzer-no-link)
endif()
