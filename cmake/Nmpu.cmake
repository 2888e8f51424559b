# The NMPU: number formats from one YAML file, and libraries made from its SystemVerilog.
#
#   aimc_add_nmpu_rtl(<target> RTL_DIR <dir> [LANES n] [DEFINES name[=value]...])
#     A library with the factories of models/nmpu/backend.h (make_rtl, make_lockstep, make_backend) around the Verilated
#     RTL of a directory: every *.sv and *.v in it, packages (*_pkg.sv) first, top module `nmpu` with the ports of
#     rtl/nmpu/nmpu.sv. A directory without nmpu_pkg.sv gets ours. One program links one such library.
#   aimc_patch_nmpu_rtl(<dir> FILE <name> FIND <text> REPLACE <text> [FROM <dir>])
#     Copies our RTL (or that of another directory) to <dir> and changes one place of one file; an error if the text is
#     not there exactly once.

set(AIMC_NMPU_RTL_DIR ${CMAKE_SOURCE_DIR}/rtl/nmpu CACHE PATH
    "Directory of the NMPU's SystemVerilog; another one with the same top module and ports can take its place")

# At configure time, because Verilator too reads its sources then, and every room may include the header.
function(_aimc_generate_nmpu_format)
  cmake_path(SET root NORMALIZE ${CMAKE_CURRENT_FUNCTION_LIST_DIR}/..)
  set(format ${root}/models/nmpu/nmpu_format.yaml)
  set(generator ${root}/scripts/gen_nmpu_format.py)
  set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${format} ${generator}
               ${root}/scripts/templates/nmpu_format.h.j2 ${root}/scripts/templates/nmpu_pkg.sv.j2)
  execute_process(COMMAND ${AIMC_PYTHON} ${generator} ${format} --cpp ${AIMC_GENERATED_DIR}/aimc/nmpu_format.h
                  RESULT_VARIABLE result ERROR_VARIABLE text)
  if(result)
    message(FATAL_ERROR "The NMPU's number formats cannot be generated: ${text}")
  endif()
endfunction()
_aimc_generate_nmpu_format()

function(aimc_add_nmpu_rtl target)
  cmake_parse_arguments(ARG "" "RTL_DIR;LANES" "DEFINES" ${ARGN})
  cmake_path(SET root NORMALIZE ${CMAKE_CURRENT_FUNCTION_LIST_DIR}/..)
  find_package(verilator CONFIG REQUIRED HINTS $ENV{VERILATOR_ROOT} /usr/share/verilator)
  cmake_path(ABSOLUTE_PATH ARG_RTL_DIR BASE_DIRECTORY ${CMAKE_SOURCE_DIR} NORMALIZE OUTPUT_VARIABLE dir)
  file(GLOB sources CONFIGURE_DEPENDS ${dir}/*.sv ${dir}/*.v)
  if(NOT sources)
    message(FATAL_ERROR "aimc_add_nmpu_rtl: no SystemVerilog in ${dir}; expected a top module 'nmpu' there "
                        "(AIMC_NMPU_RTL_DIR is ${AIMC_NMPU_RTL_DIR})")
  endif()
  set(packages ${sources})
  list(FILTER packages INCLUDE REGEX "_pkg\\.s?v$")
  list(FILTER sources EXCLUDE REGEX "_pkg\\.s?v$")
  if(NOT EXISTS ${dir}/nmpu_pkg.sv)
    list(PREPEND packages ${root}/rtl/nmpu/nmpu_pkg.sv)
  endif()

  set(arguments -O3 --x-assign fast --x-initial fast --assert -Wno-fatal)
  set(definitions "")
  if(ARG_LANES)
    list(APPEND arguments -GLANES=${ARG_LANES})
    set(definitions AIMC_NMPU_LANES=${ARG_LANES})
  endif()
  foreach(define IN LISTS ARG_DEFINES)
    list(APPEND arguments +define+${define})
  endforeach()
  # The optimiser has little to gain under the sanitizers and takes minutes there.
  set(optimisation -O3)
  if(AIMC_SANITIZE)
    set(optimisation -O1)
  endif()

  add_library(${target}_verilated STATIC)
  verilate(${target}_verilated SOURCES ${packages} ${sources} TOP_MODULE nmpu PREFIX Vnmpu
           OPT_FAST ${optimisation} OPT_SLOW -O1 OPT_GLOBAL -O2 VERILATOR_ARGS ${arguments})
  # Generated code and Verilator's headers are not held to our warnings.
  set_target_properties(${target}_verilated PROPERTIES INTERFACE_SYSTEM_INCLUDE_DIRECTORIES
    "$<TARGET_PROPERTY:${target}_verilated,INTERFACE_INCLUDE_DIRECTORIES>")

  add_library(${target} STATIC ${root}/models/nmpu/rtl_backend.cpp ${root}/models/nmpu/factory.cpp)
  target_compile_definitions(${target} PRIVATE ${definitions})
  target_link_libraries(${target} PRIVATE aimc_warnings ${target}_verilated PUBLIC aimc_nmpu_core)
endfunction()

function(aimc_patch_nmpu_rtl dir)
  cmake_parse_arguments(PARSE_ARGV 1 ARG "" "FROM;FILE;FIND;REPLACE" "")
  if(NOT ARG_FROM)
    cmake_path(SET ARG_FROM NORMALIZE ${CMAKE_CURRENT_FUNCTION_LIST_DIR}/../rtl/nmpu)
  endif()
  file(GLOB files CONFIGURE_DEPENDS ${ARG_FROM}/*.sv)
  set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${files})
  foreach(file IN LISTS files)
    cmake_path(GET file FILENAME name)
    file(READ ${file} text)
    if(name STREQUAL ARG_FILE)
      string(FIND "${text}" "${ARG_FIND}" first)
      string(FIND "${text}" "${ARG_FIND}" last REVERSE)
      if(first EQUAL -1 OR NOT first EQUAL last)
        message(FATAL_ERROR "aimc_patch_nmpu_rtl: '${ARG_FIND}' is not in ${file} exactly once")
      endif()
      string(REPLACE "${ARG_FIND}" "${ARG_REPLACE}" text "${text}")
      set(found TRUE)
    endif()
    set(old "")
    if(EXISTS ${dir}/${name})
      file(READ ${dir}/${name} old)
    endif()
    if(NOT old STREQUAL text)
      file(WRITE ${dir}/${name} "${text}")
    endif()
  endforeach()
  if(NOT found)
    message(FATAL_ERROR "aimc_patch_nmpu_rtl: no file ${ARG_FILE} in ${ARG_FROM}")
  endif()
endfunction()
