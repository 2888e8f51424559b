# Benchmark of the crossbar; included by this folder's CMakeLists.txt, which has found the benchmark package.
add_executable(aimc_analog_bench ${CMAKE_CURRENT_LIST_DIR}/analog_bench.cpp)
target_link_libraries(aimc_analog_bench PRIVATE aimc_analog aimc_warnings benchmark::benchmark benchmark::benchmark_main)
