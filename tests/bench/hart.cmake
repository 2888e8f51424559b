# Guest instructions a second of the hart, on kernels compiled for it.
find_program(AIMC_RISCV_GCC riscv64-unknown-elf-gcc)
find_program(AIMC_RISCV_OBJCOPY riscv64-unknown-elf-objcopy)
if(AIMC_RISCV_GCC AND AIMC_RISCV_OBJCOPY)
  # _aimc_bench_kernel(NAME SOURCE flags...): NAME.elf and NAME.bin beside the benchmarks.
  function(_aimc_bench_kernel name source)
    set(kernel ${CMAKE_CURRENT_BINARY_DIR}/${name})
    add_custom_command(
      OUTPUT ${kernel}.bin
      COMMAND ${AIMC_RISCV_GCC} ${ARGN} -O2 -ffreestanding -nostdlib
              -fno-tree-loop-distribute-patterns -Wl,-Ttext=0x80000000 -Wl,-Tdata=0x80001000
              ${CMAKE_CURRENT_LIST_DIR}/kernel/start.S ${CMAKE_CURRENT_LIST_DIR}/kernel/${source} -o ${kernel}.elf
      COMMAND ${AIMC_RISCV_OBJCOPY} -O binary ${kernel}.elf ${kernel}.bin
      DEPENDS ${CMAKE_CURRENT_LIST_DIR}/kernel/start.S ${CMAKE_CURRENT_LIST_DIR}/kernel/${source}
              ${CMAKE_CURRENT_LIST_DIR}/kernel/integer_kernels.h VERBATIM)
  endfunction()
  set(_kernel ${CMAKE_CURRENT_BINARY_DIR}/hart_kernel)
  set(_float_kernel ${CMAKE_CURRENT_BINARY_DIR}/hart_float_kernel)
  _aimc_bench_kernel(hart_kernel kernel.c -march=rv32imac -mabi=ilp32)
  _aimc_bench_kernel(hart_float_kernel float_kernel.c -march=rv32imafc -mabi=ilp32f -Wa,-march=rv32imafc_zicsr
                     -fno-math-errno -msmall-data-limit=0 -Wl,--no-relax)
  add_custom_target(aimc_hart_kernel DEPENDS ${_kernel}.bin ${_float_kernel}.bin)
  add_executable(aimc_hart_bench ${CMAKE_CURRENT_LIST_DIR}/hart_bench.cpp)
  add_dependencies(aimc_hart_bench aimc_hart_kernel)
  target_compile_definitions(aimc_hart_bench PRIVATE AIMC_HART_KERNEL="${_kernel}.bin" AIMC_HART_FLOAT_KERNEL="${_float_kernel}.bin")
  target_link_libraries(aimc_hart_bench PRIVATE aimc_warnings aimc_riscv benchmark::benchmark)
endif()
