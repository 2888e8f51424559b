# Bare programs for QEMU's virt machine and for the platform: what host_vs_qemu compares the two with.
find_program(AIMC_RISCV_GCC riscv64-unknown-elf-gcc)
if(AIMC_RISCV_GCC)
  set(_host ${CMAKE_CURRENT_LIST_DIR}/host)
  set(_elves)
  # aimc_host_bench(NAME SOURCE ISA ABI)
  function(aimc_host_bench name source isa abi)
    set(elf ${CMAKE_BINARY_DIR}/bench/${name}.elf)
    add_custom_command(
      OUTPUT ${elf}
      COMMAND ${CMAKE_COMMAND} -E make_directory ${CMAKE_BINARY_DIR}/bench
      COMMAND ${AIMC_RISCV_GCC} -march=${isa} -mabi=${abi} -mcmodel=medany -std=gnu11 -O2 -ffreestanding -nostdlib
              -fno-tree-loop-distribute-patterns -Wall -Wextra -Werror -T${_host}/link.ld ${_host}/start.S ${_host}/main.c
              ${_host}/${source}.c -lgcc -o ${elf}
      DEPENDS ${_host}/start.S ${_host}/link.ld ${_host}/bench.h ${_host}/main.c ${_host}/${source}.c VERBATIM)
    set(_elves ${_elves} ${elf} PARENT_SCOPE)
  endfunction()
  foreach(_name integer mix copy float poll access write storm)
    aimc_host_bench(${_name} ${_name} rv32imac ilp32)
  endforeach()
  aimc_host_bench(float_f float rv32imafc ilp32f)
  add_custom_target(aimc_host_bench ALL DEPENDS ${_elves})
endif()
