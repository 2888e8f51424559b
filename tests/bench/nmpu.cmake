# Columns per second of the three NMPU backends.
find_package(benchmark REQUIRED)
add_executable(aimc_nmpu_bench ${CMAKE_CURRENT_LIST_DIR}/nmpu_bench.cpp)
target_link_libraries(aimc_nmpu_bench PRIVATE aimc_warnings aimc_nmpu benchmark::benchmark benchmark::benchmark_main)
