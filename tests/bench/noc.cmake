# Speed of the network-on-chip: the engine alone, and through TLM sockets.
find_package(benchmark REQUIRED)
add_executable(aimc_noc_bench ${CMAKE_CURRENT_LIST_DIR}/noc_bench.cpp)
target_link_libraries(aimc_noc_bench PRIVATE aimc_warnings aimc_noc benchmark::benchmark)
