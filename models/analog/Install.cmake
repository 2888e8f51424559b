# The analog models as a library of its own: cmake --install BUILD --component aimc_analog --prefix DIR, then
# find_package(aimc_analog) and the target aimc::aimc_analog (see example/). Headers keep their names below include/aimc.
include(GNUInstallDirs)
include(CMakePackageConfigHelpers)
set(package_dir ${CMAKE_INSTALL_LIBDIR}/cmake/aimc_analog)
target_include_directories(aimc_core INTERFACE $<INSTALL_INTERFACE:${CMAKE_INSTALL_INCLUDEDIR}/aimc>)
install(TARGETS aimc_core aimc_analog EXPORT aimc_analog_targets
        ARCHIVE DESTINATION ${CMAKE_INSTALL_LIBDIR} COMPONENT aimc_analog)
foreach(model core analog)
  install(DIRECTORY ${PROJECT_SOURCE_DIR}/models/${model}/ DESTINATION ${CMAKE_INSTALL_INCLUDEDIR}/aimc/models/${model}
          COMPONENT aimc_analog FILES_MATCHING PATTERN "*.h" PATTERN example EXCLUDE)
endforeach()
install(EXPORT aimc_analog_targets NAMESPACE aimc:: DESTINATION ${package_dir} COMPONENT aimc_analog)
file(WRITE ${CMAKE_CURRENT_BINARY_DIR}/aimc_analog-config.cmake
  "include(CMakeFindDependencyMacro)\nfind_dependency(Threads)\n"
  "include(\${CMAKE_CURRENT_LIST_DIR}/aimc_analog_targets.cmake)\n")
write_basic_package_version_file(${CMAKE_CURRENT_BINARY_DIR}/aimc_analog-config-version.cmake
                                 VERSION ${PROJECT_VERSION} COMPATIBILITY SameMinorVersion)
install(FILES ${CMAKE_CURRENT_BINARY_DIR}/aimc_analog-config.cmake
              ${CMAKE_CURRENT_BINARY_DIR}/aimc_analog-config-version.cmake
        DESTINATION ${package_dir} COMPONENT aimc_analog)
