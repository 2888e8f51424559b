# aimc_measure_coverage(targets...): with AIMC_COVERAGE, gcov counts the lines of these that are executed; else nothing.
# Little is optimised then, so that a line stays a line; the rest of the program is built as ever.
function(aimc_measure_coverage)
  if(AIMC_COVERAGE)
    foreach(target IN LISTS ARGN)
      target_compile_options(${target} PRIVATE --coverage -O1 -fno-inline)
      target_link_options(${target} INTERFACE --coverage)
    endforeach()
  endif()
endfunction()
