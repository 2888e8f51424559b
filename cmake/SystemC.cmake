# SystemC through pkg-config, as target aimc_systemc, after checking that it links with our C++ standard.
find_package(PkgConfig REQUIRED)
pkg_check_modules(SYSTEMC REQUIRED IMPORTED_TARGET systemc)

include(CheckCXXSourceCompiles)
set(CMAKE_REQUIRED_FLAGS "-std=c++${CMAKE_CXX_STANDARD}")
set(CMAKE_REQUIRED_LIBRARIES PkgConfig::SYSTEMC)
string(MAKE_C_IDENTIFIER "AIMC_SYSTEMC_LINKS_CXX${CMAKE_CXX_STANDARD}" _aimc_links)
check_cxx_source_compiles("#include <systemc>\nint sc_main(int, char**) { sc_core::sc_start(); return 0; }" ${_aimc_links})
unset(CMAKE_REQUIRED_FLAGS)
unset(CMAKE_REQUIRED_LIBRARIES)
if(NOT ${_aimc_links})
  message(FATAL_ERROR
    "SystemC ${SYSTEMC_VERSION} does not link with C++${CMAKE_CXX_STANDARD}. The SystemC library carries the C++ standard "
    "it was built with in its symbols and refuses any other; Debian 12's libsystemc-dev was built as C++17. "
    "Configure with -DCMAKE_CXX_STANDARD=17, or install a SystemC that was built as C++${CMAKE_CXX_STANDARD}.")
endif()

add_library(aimc_systemc INTERFACE)
target_link_libraries(aimc_systemc INTERFACE PkgConfig::SYSTEMC)
