# Firmware is built by a RISC-V cross compiler inside the host build: one custom command an object, with dependency
# files, so that an edited header rebuilds what includes it and nothing else.
find_program(AIMC_RISCV_GCC riscv64-unknown-elf-gcc DOC "RISC-V bare-metal C compiler")
find_program(AIMC_RISCV_AR riscv64-unknown-elf-gcc-ar DOC "RISC-V archiver")
if(NOT AIMC_RISCV_GCC OR NOT AIMC_RISCV_AR)
  message(FATAL_ERROR "riscv64-unknown-elf-gcc was not found: install the packages gcc-riscv64-unknown-elf and "
                      "picolibc-riscv64-unknown-elf, or set AIMC_RISCV_GCC to the compiler")
endif()
execute_process(COMMAND ${AIMC_RISCV_GCC} --specs=picolibc.specs -E -x c /dev/null -o /dev/null
                RESULT_VARIABLE AIMC_PICOLIBC_MISSING OUTPUT_QUIET ERROR_QUIET)
if(AIMC_PICOLIBC_MISSING)
  message(FATAL_ERROR "${AIMC_RISCV_GCC} does not find picolibc: install the package picolibc-riscv64-unknown-elf")
endif()

set(AIMC_FIRMWARE_DIR ${CMAKE_BINARY_DIR}/firmware CACHE INTERNAL "Where ELF files go")
set(AIMC_FIRMWARE_SOURCE_DIR ${CMAKE_CURRENT_LIST_DIR} CACHE INTERNAL "")
set(AIMC_FIRMWARE_LINKER_SCRIPT ${AIMC_GENERATED_DIR}/firmware/aimc.ld CACHE INTERNAL "")
set(AIMC_FIRMWARE_HAL ${AIMC_FIRMWARE_DIR}/lib/libaimc.a CACHE INTERNAL "")
set(AIMC_FIRMWARE_BOOT ${AIMC_FIRMWARE_DIR}/lib/libboot.a CACHE INTERNAL "")
# The same for firmware that uses the F extension; the two calling conventions do not link with each other.
set(AIMC_FIRMWARE_HAL_FLOAT ${AIMC_FIRMWARE_DIR}/lib/libaimc_float.a CACHE INTERNAL "")
set(AIMC_FIRMWARE_BOOT_FLOAT ${AIMC_FIRMWARE_DIR}/lib/libboot_float.a CACHE INTERNAL "")
set(AIMC_FIRMWARE_FLOAT_FLAGS -march=rv32imafc -mabi=ilp32f CACHE INTERNAL "")
# -march without _zicsr on purpose: the suffix selects the 64-bit multilib. -ffile-prefix-map: the same ELF whatever
# the directory it is built in. The first three are also what projects outside this tree get.
set(AIMC_FIRMWARE_ARCH_FLAGS -march=rv32imac -mabi=ilp32 -mcmodel=medany --specs=picolibc.specs CACHE INTERNAL "")
set(AIMC_FIRMWARE_SECTION_FLAGS -ffunction-sections -fdata-sections CACHE INTERNAL "")
set(AIMC_FIRMWARE_LINK_FLAGS -nostartfiles -Wl,--gc-sections CACHE INTERNAL "")
set(AIMC_FIRMWARE_FLAGS
  ${AIMC_FIRMWARE_ARCH_FLAGS} -std=gnu11 -O2 -g
  ${AIMC_FIRMWARE_SECTION_FLAGS} -fno-common -ffile-prefix-map=${CMAKE_SOURCE_DIR}=.
  -Wall -Wextra -Werror -Wshadow -Wconversion -Wstrict-prototypes -Wmissing-prototypes
  -I${AIMC_FIRMWARE_SOURCE_DIR}/hal -I${AIMC_FIRMWARE_SOURCE_DIR}/runtime -I${AIMC_GENERATED_DIR}/firmware
  CACHE INTERNAL "")

# Compiles sources of the current directory; the paths of the objects come back in `result`.
function(_aimc_firmware_objects result name)
  set(objects)
  foreach(source IN LISTS ARGN)
    get_filename_component(path ${source} ABSOLUTE)
    file(RELATIVE_PATH relative ${CMAKE_CURRENT_SOURCE_DIR} ${path})
    string(REPLACE "../" "up/" relative ${relative})
    get_filename_component(source_directory ${path} DIRECTORY)
    set(object ${AIMC_FIRMWARE_DIR}/obj/${name}/${relative}.o)
    get_filename_component(directory ${object} DIRECTORY)
    file(MAKE_DIRECTORY ${directory})
    get_source_file_property(extra ${path} OBJECT_DEPENDS)
    get_source_file_property(options ${path} COMPILE_OPTIONS)
    foreach(property extra options)
      if(NOT ${property})
        set(${property})
      endif()
    endforeach()
    add_custom_command(
      OUTPUT ${object}
      COMMAND ${AIMC_RISCV_GCC} ${AIMC_FIRMWARE_FLAGS} ${options} -Wa,-I${source_directory}
              -MD -MF ${object}.d -MT ${object} -c ${path} -o ${object}
      DEPENDS ${path} ${extra} ${AIMC_FIRMWARE_REGISTER_HEADER} aimc_registers_gen
      DEPFILE ${object}.d
      COMMENT "Compiling firmware ${name}: ${relative}" VERBATIM)
    list(APPEND objects ${object})
  endforeach()
  set(${result} ${objects} PARENT_SCOPE)
endfunction()

# aimc_add_firmware(NAME [NO_BOOT] sources...): target firmware_NAME, file ${CMAKE_BINARY_DIR}/firmware/NAME.elf.
# NO_BOOT: the sources bring their own reset entry, trap entry and start; the HAL is there all the same.
function(aimc_add_firmware name)
  cmake_parse_arguments(ARG "NO_BOOT" "" "" ${ARGN})
  _aimc_firmware_objects(objects ${name} ${ARG_UNPARSED_ARGUMENTS})
  set(boot -Wl,--whole-archive ${AIMC_FIRMWARE_BOOT} -Wl,--no-whole-archive)
  if(ARG_NO_BOOT)
    set(boot)
  endif()
  set(elf ${AIMC_FIRMWARE_DIR}/${name}.elf)
  add_custom_command(
    OUTPUT ${elf}
    COMMAND ${AIMC_RISCV_GCC} ${AIMC_FIRMWARE_FLAGS} ${AIMC_FIRMWARE_LINK_FLAGS} -T${AIMC_FIRMWARE_LINKER_SCRIPT}
            -Wl,--fatal-warnings ${objects}
            ${boot} ${AIMC_FIRMWARE_HAL} -o ${elf}
    DEPENDS ${objects} ${AIMC_FIRMWARE_BOOT} ${AIMC_FIRMWARE_HAL} ${AIMC_FIRMWARE_LINKER_SCRIPT} aimc_firmware_hal
    COMMENT "Linking firmware ${name}.elf" VERBATIM)
  add_custom_target(firmware_${name} ALL DEPENDS ${elf})
  add_dependencies(firmware_${name} aimc_firmware_hal)
  add_dependencies(aimc_firmware firmware_${name})
endfunction()

# As aimc_add_firmware, for the F extension with arguments in f registers. Further flags replace earlier ones.
function(aimc_add_float_firmware name)
  set(AIMC_FIRMWARE_FLAGS ${AIMC_FIRMWARE_FLAGS} ${AIMC_FIRMWARE_FLOAT_FLAGS})
  set(AIMC_FIRMWARE_BOOT ${AIMC_FIRMWARE_BOOT_FLOAT})
  set(AIMC_FIRMWARE_HAL ${AIMC_FIRMWARE_HAL_FLOAT})
  aimc_add_firmware(${name} ${ARGN})
endfunction()

# All of it, for whoever builds only parts of the project.
add_custom_target(aimc_firmware)
