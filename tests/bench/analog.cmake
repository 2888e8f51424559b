# Benchmark of the crossbar; included by this folder's CMakeLists.txt, which has found the benchmark package.
add_executable(aimc_analog_bench ${CMAKE_CURRENT_LIST_DIR}/analog_bench.cpp ${CMAKE_CURRENT_LIST_DIR}/mvm_vs_sgemv.cpp)
target_link_libraries(aimc_analog_bench PRIVATE aimc_analog aimc_warnings benchmark::benchmark)
# For comparison: a matrix-vector product of OpenBLAS, where it is installed.
find_path(AIMC_CBLAS_INCLUDE cblas.h PATH_SUFFIXES openblas ${CMAKE_LIBRARY_ARCHITECTURE}
          PATHS /usr/include/${CMAKE_LIBRARY_ARCHITECTURE}/openblas-pthread)
find_library(AIMC_OPENBLAS openblas PATH_SUFFIXES openblas-pthread)
mark_as_advanced(AIMC_CBLAS_INCLUDE AIMC_OPENBLAS)
if(AIMC_CBLAS_INCLUDE AND AIMC_OPENBLAS)
  target_include_directories(aimc_analog_bench SYSTEM PRIVATE ${AIMC_CBLAS_INCLUDE})
  target_link_libraries(aimc_analog_bench PRIVATE ${AIMC_OPENBLAS})
  target_compile_definitions(aimc_analog_bench PRIVATE AIMC_HAS_OPENBLAS)
endif()
