# The register map, once: YAML beside each model -> C++ tables, the firmware's C header and docs/registers.md.
set(AIMC_GENERATED_DIR ${CMAKE_BINARY_DIR}/generated)
find_program(AIMC_PYTHON NAMES python3 PATHS /usr/bin NO_DEFAULT_PATH REQUIRED
             DOC "Python 3 with the distribution's yaml and jinja2 modules")
set(AIMC_REGISTER_YAML
  ${CMAKE_SOURCE_DIR}/models/tile/tile.regs.yaml
  ${CMAKE_SOURCE_DIR}/models/peripherals/system_control.regs.yaml
  ${CMAKE_SOURCE_DIR}/models/peripherals/dma.regs.yaml)
set(AIMC_MEMORY_MAP ${CMAKE_SOURCE_DIR}/platform/soc/memory_map.yaml)
set(AIMC_REGISTER_TEMPLATES
  ${CMAKE_SOURCE_DIR}/scripts/templates/registers.h.j2
  ${CMAKE_SOURCE_DIR}/scripts/templates/aimc_regs.h.j2
  ${CMAKE_SOURCE_DIR}/scripts/templates/registers.md.j2)
set(AIMC_REGISTER_HEADER ${AIMC_GENERATED_DIR}/aimc/registers.h)
set(AIMC_FIRMWARE_REGISTER_HEADER ${AIMC_GENERATED_DIR}/firmware/aimc_regs.h)
add_custom_command(
  OUTPUT ${AIMC_REGISTER_HEADER} ${AIMC_FIRMWARE_REGISTER_HEADER} ${AIMC_GENERATED_DIR}/docs/registers.md
  COMMAND ${AIMC_PYTHON} ${CMAKE_SOURCE_DIR}/scripts/gen_registers.py --map ${AIMC_MEMORY_MAP}
          --cpp ${AIMC_REGISTER_HEADER} --c ${AIMC_FIRMWARE_REGISTER_HEADER}
          --docs ${AIMC_GENERATED_DIR}/docs/registers.md ${AIMC_REGISTER_YAML}
  DEPENDS ${CMAKE_SOURCE_DIR}/scripts/gen_registers.py ${AIMC_REGISTER_YAML} ${AIMC_MEMORY_MAP} ${AIMC_REGISTER_TEMPLATES}
  COMMENT "Generating register tables" VERBATIM)
add_custom_target(aimc_registers_gen DEPENDS ${AIMC_REGISTER_HEADER} ${AIMC_FIRMWARE_REGISTER_HEADER})
add_library(aimc_registers INTERFACE)
add_dependencies(aimc_registers aimc_registers_gen)
