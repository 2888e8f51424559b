# Guest instructions a second of the hart, on a kernel compiled for it.
find_program(AIMC_RISCV_GCC riscv64-unknown-elf-gcc)
find_program(AIMC_RISCV_OBJCOPY riscv64-unknown-elf-objcopy)
if(AIMC_RISCV_GCC AND AIMC_RISCV_OBJCOPY)
  set(_kernel ${CMAKE_CURRENT_BINARY_DIR}/hart_kernel)
  add_custom_command(
    OUTPUT ${_kernel}.bin
    COMMAND ${AIMC_RISCV_GCC} -march=rv32imac -mabi=ilp32 -O2 -ffreestanding -nostdlib
            -fno-tree-loop-distribute-patterns -Wl,-Ttext=0x80000000 -Wl,-Tdata=0x80001000
            ${CMAKE_CURRENT_LIST_DIR}/kernel/start.S ${CMAKE_CURRENT_LIST_DIR}/kernel/kernel.c -o ${_kernel}.elf
    COMMAND ${AIMC_RISCV_OBJCOPY} -O binary ${_kernel}.elf ${_kernel}.bin
    DEPENDS ${CMAKE_CURRENT_LIST_DIR}/kernel/start.S ${CMAKE_CURRENT_LIST_DIR}/kernel/kernel.c VERBATIM)
  add_custom_target(aimc_hart_kernel DEPENDS ${_kernel}.bin)
  add_executable(aimc_hart_bench ${CMAKE_CURRENT_LIST_DIR}/hart_bench.cpp)
  add_dependencies(aimc_hart_bench aimc_hart_kernel)
  target_compile_definitions(aimc_hart_bench PRIVATE AIMC_HART_KERNEL="${_kernel}.bin")
  target_link_libraries(aimc_hart_bench PRIVATE aimc_warnings aimc_riscv benchmark::benchmark)
endif()
