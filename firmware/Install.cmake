# What `cmake --install` brings for firmware projects outside this tree: headers, archives, linker script, a script that
# prints flags and a CMake package. Everything finds its files relative to itself, so the directory can be moved.
include(GNUInstallDirs)
include(CMakePackageConfigHelpers)
set(AIMC_FIRMWARE_INSTALL_LIB lib/aimc-firmware)
set(AIMC_FIRMWARE_INSTALL_INCLUDE include/aimc-firmware)
set(AIMC_FIRMWARE_INSTALL_CMAKE lib/cmake/aimc-firmware)
list(JOIN AIMC_FIRMWARE_ARCH_FLAGS " " AIMC_FIRMWARE_ARCH_TEXT)
list(JOIN AIMC_FIRMWARE_SECTION_FLAGS " " AIMC_FIRMWARE_SECTION_TEXT)
list(JOIN AIMC_FIRMWARE_LINK_FLAGS " " AIMC_FIRMWARE_LINK_TEXT)

set(staged ${CMAKE_CURRENT_BINARY_DIR}/install)
configure_file(${CMAKE_CURRENT_LIST_DIR}/install/aimc-firmware-config.in ${staged}/aimc-firmware-config @ONLY)
configure_file(${CMAKE_CURRENT_LIST_DIR}/install/package.cmake.in ${staged}/aimc-firmware-config.cmake @ONLY)
configure_file(${CMAKE_CURRENT_LIST_DIR}/install/toolchain.cmake.in ${staged}/toolchain.cmake @ONLY)
write_basic_package_version_file(${staged}/aimc-firmware-config-version.cmake COMPATIBILITY SameMinorVersion
                                 ARCH_INDEPENDENT)

install(PROGRAMS ${staged}/aimc-firmware-config DESTINATION ${CMAKE_INSTALL_BINDIR})
install(FILES ${staged}/aimc-firmware-config.cmake ${staged}/aimc-firmware-config-version.cmake ${staged}/toolchain.cmake
        DESTINATION ${AIMC_FIRMWARE_INSTALL_CMAKE})
install(FILES ${AIMC_FIRMWARE_LINKER_SCRIPT} ${AIMC_FIRMWARE_HAL} DESTINATION ${AIMC_FIRMWARE_INSTALL_LIB})
install(FILES ${AIMC_FIRMWARE_BOOT} DESTINATION ${AIMC_FIRMWARE_INSTALL_LIB} RENAME libaimc-boot.a)
install(FILES ${AIMC_FIRMWARE_REGISTER_HEADER} DESTINATION ${AIMC_FIRMWARE_INSTALL_INCLUDE})
install(DIRECTORY ${CMAKE_CURRENT_LIST_DIR}/hal/ ${CMAKE_CURRENT_LIST_DIR}/runtime/
        DESTINATION ${AIMC_FIRMWARE_INSTALL_INCLUDE}
        FILES_MATCHING PATTERN "*.h" PATTERN "*_internal.h" EXCLUDE)
