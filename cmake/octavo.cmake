# The few CMake functions that every folder uses: octavo_library, octavo_binary, octavo_test, octavo_proto.
# Sources are listed, never globbed; DEPS are exact, because they enforce who may include whom.

option(OCTAVO_PRECOMPILED_HEADERS "Precompile the headers that most files use" ON)
option(OCTAVO_FUZZ "Build the fuzzers of tests/fuzz; needs clang" OFF)
set(OCTAVO_SANITIZERS "" CACHE STRING "Value for -fsanitize=, empty for none")

find_program(OCTAVO_CCACHE ccache)
if(OCTAVO_CCACHE)
  # Precompiled headers carry a time stamp; ccache may ignore it because the header's content is hashed too.
  set(CMAKE_CXX_COMPILER_LAUNCHER ${CMAKE_COMMAND} -E env CCACHE_BASEDIR=${CMAKE_SOURCE_DIR}
      CCACHE_NOHASHDIR=1 CCACHE_SLOPPINESS=pch_defines,time_macros,include_file_mtime,include_file_ctime
      ${OCTAVO_CCACHE})
endif()
find_program(OCTAVO_MOLD mold)
if(OCTAVO_MOLD)
  add_link_options(-fuse-ld=mold)
endif()
if(OCTAVO_SANITIZERS)
  add_compile_options(-fsanitize=${OCTAVO_SANITIZERS} -fno-omit-frame-pointer -fno-sanitize-recover=all)
  # These look at every access, so that a file compiles half as long again; what they find, AddressSanitizer or a
  # segmentation fault shows as well. Alignment does not matter on the machines that Debian 12's gRPC is for.
  add_compile_options(-fno-sanitize=null,alignment,vptr,object-size)
  add_link_options(-fsanitize=${OCTAVO_SANITIZERS})
  # What is tested is compiled with all of it; expectations and their printers take three times as long with it.
  set(OCTAVO_TEST_OPTIONS -O0 -fno-sanitize=undefined)
  set(OCTAVO_GENERATED_OPTIONS -fno-sanitize=all)  # Not ours to test, and a third of the time without.
endif()

# octavo_library(name SOURCES a.cc [DEPS PUBLIC…] [PRIVATE_DEPS …]): a static library `octavo_<name>`, alias octavo::<name>.
# Headers are included by their path from the top of the tree: "lib/base/result.h".
# A library without SOURCES is header-only.
function(octavo_library name)
  cmake_parse_arguments(ARG "" "" "SOURCES;DEPS;PRIVATE_DEPS" ${ARGN})
  if(ARG_SOURCES)
    add_library(octavo_${name} STATIC ${ARG_SOURCES})
    target_include_directories(octavo_${name} PUBLIC ${CMAKE_SOURCE_DIR})
    target_link_libraries(octavo_${name} PUBLIC ${ARG_DEPS} PRIVATE ${ARG_PRIVATE_DEPS})
    octavo_use_precompiled(octavo_${name} "" DEPS ${ARG_DEPS} PRIVATE_DEPS ${ARG_PRIVATE_DEPS})
  else()
    add_library(octavo_${name} INTERFACE)
    target_include_directories(octavo_${name} INTERFACE ${CMAKE_SOURCE_DIR})
    target_link_libraries(octavo_${name} INTERFACE ${ARG_DEPS})
    octavo_speaks_grpc(speaks ${ARG_DEPS})
    set_target_properties(octavo_${name} PROPERTIES OCTAVO_SPEAKS_GRPC ${speaks})
  endif()
  add_library(octavo::${name} ALIAS octavo_${name})
endfunction()

# octavo_binary(name SOURCES main.cc DEPS …): an executable called exactly `name`, in the build folder's bin/.
function(octavo_binary name)
  cmake_parse_arguments(ARG "" "" "SOURCES;DEPS" ${ARGN})
  add_executable(${name} ${ARG_SOURCES})
  target_include_directories(${name} PRIVATE ${CMAKE_SOURCE_DIR})
  target_link_libraries(${name} PRIVATE ${ARG_DEPS})
  set_target_properties(${name} PROPERTIES RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/bin)
  octavo_use_precompiled(${name} "" DEPS ${ARG_DEPS})
endfunction()

# octavo_test(name SOURCES x_test.cc DEPS … [LABELS …] [TIMEOUT seconds]): a GoogleTest program, one ctest entry.
function(octavo_test name)
  cmake_parse_arguments(ARG "" "TIMEOUT" "SOURCES;DEPS;LABELS" ${ARGN})
  add_executable(${name} ${ARG_SOURCES})
  target_compile_options(${name} PRIVATE ${OCTAVO_TEST_OPTIONS})
  target_include_directories(${name} PRIVATE ${CMAKE_SOURCE_DIR})
  target_link_libraries(${name} PRIVATE ${ARG_DEPS} GTest::gmock GTest::gtest GTest::gtest_main)
  octavo_use_precompiled(${name} _test DEPS ${ARG_DEPS})
  if(NOT ARG_TIMEOUT)
    set(ARG_TIMEOUT 120)
  endif()
  if(NOT ARG_LABELS)
    set(ARG_LABELS unit)
  endif()
  add_test(NAME ${name} COMMAND ${name})
  set_tests_properties(${name} PROPERTIES TIMEOUT ${ARG_TIMEOUT} LABELS "${ARG_LABELS}"
    ENVIRONMENT "OCTAVO_TEST_SOURCE_DIR=${CMAKE_SOURCE_DIR};OCTAVO_TEST_BINARY_DIR=${CMAKE_BINARY_DIR}/bin")
endfunction()

# octavo_precompiled_set(name HEADERS <a> "b.h" … [DEPS …] [OPTIONS …]): headers to be compiled once with these options.
function(octavo_precompiled_set name)
  cmake_parse_arguments(ARG "" "" "HEADERS;DEPS;OPTIONS" ${ARGN})
  if(NOT OCTAVO_PRECOMPILED_HEADERS)
    return()
  endif()
  file(CONFIGURE OUTPUT ${CMAKE_BINARY_DIR}/precompiled_${name}.cc CONTENT "// Carries the precompiled headers.\n")
  add_library(octavo_precompiled_${name} STATIC ${CMAKE_BINARY_DIR}/precompiled_${name}.cc)
  target_compile_options(octavo_precompiled_${name} PRIVATE ${ARG_OPTIONS})
  target_link_libraries(octavo_precompiled_${name} PRIVATE ${ARG_DEPS})
  target_precompile_headers(octavo_precompiled_${name} PRIVATE ${ARG_HEADERS})
endfunction()

# octavo_use_precompiled(target KIND DEPS … [PRIVATE_DEPS …]): the set for what depends on these; KIND is _test or empty.
# A target speaks gRPC when one of its libraries does so in its headers, and so do the targets that depend on it.
function(octavo_use_precompiled target kind)
  cmake_parse_arguments(ARG "" "" "DEPS;PRIVATE_DEPS" ${ARGN})
  octavo_speaks_grpc(public ${ARG_DEPS})
  octavo_speaks_grpc(private ${ARG_PRIVATE_DEPS})
  set_target_properties(${target} PROPERTIES OCTAVO_SPEAKS_GRPC ${public})
  if(NOT OCTAVO_PRECOMPILED_HEADERS)
    return()
  endif()
  if(public OR private)
    target_link_libraries(${target} PRIVATE gRPC::grpc++)
    target_precompile_headers(${target} REUSE_FROM octavo_precompiled_grpc${kind})
  else()
    target_precompile_headers(${target} REUSE_FROM octavo_precompiled_pure${kind})
  endif()
endfunction()

# octavo_speaks_grpc(result dep…): sets `result` to whether one of these is gRPC or speaks it.
function(octavo_speaks_grpc result)
  set(${result} FALSE PARENT_SCOPE)
  foreach(dep ${ARGN})
    set(speaks FALSE)
    if(TARGET ${dep})
      get_target_property(speaks ${dep} OCTAVO_SPEAKS_GRPC)
    endif()
    if(speaks OR dep STREQUAL "gRPC::grpc++")
      set(${result} TRUE PARENT_SCOPE)
    endif()
  endforeach()
endfunction()

# octavo_proto(name PROTOS octavo/x/v1/x.proto… [ROOT dir] [DEPS …]): generated C++ of the protos below ROOT
# (default: proto/), as library octavo::<name>. Includes read "octavo/x/v1/x.pb.h".
function(octavo_proto name)
  cmake_parse_arguments(ARG "" "ROOT" "PROTOS;DEPS" ${ARGN})
  if(NOT ARG_ROOT)
    set(ARG_ROOT ${CMAKE_SOURCE_DIR}/proto)
  endif()
  set(out ${CMAKE_BINARY_DIR}/generated/${name})
  file(MAKE_DIRECTORY ${out})
  set(generated)
  foreach(proto ${ARG_PROTOS})
    string(REGEX REPLACE "\\.proto$" "" stem ${proto})
    set(files ${out}/${stem}.pb.cc ${out}/${stem}.pb.h ${out}/${stem}.grpc.pb.cc ${out}/${stem}.grpc.pb.h)
    # CMake 3.25's protobuf_generate breaks for protos outside the source folder, hence the plain command.
    add_custom_command(OUTPUT ${files}
      COMMAND protobuf::protoc -I ${ARG_ROOT} -I /usr/include --cpp_out=${out} --grpc_out=${out}
              --plugin=protoc-gen-grpc=$<TARGET_FILE:gRPC::grpc_cpp_plugin> ${ARG_ROOT}/${proto}
      DEPENDS ${ARG_ROOT}/${proto} VERBATIM)
    list(APPEND generated ${out}/${stem}.pb.cc ${out}/${stem}.grpc.pb.cc)
  endforeach()
  add_library(octavo_${name} STATIC ${generated})
  target_include_directories(octavo_${name} SYSTEM PUBLIC ${out})
  target_link_libraries(octavo_${name} PUBLIC ${ARG_DEPS} gRPC::grpc++ protobuf::libprotobuf)
  set_target_properties(octavo_${name} PROPERTIES OCTAVO_SPEAKS_GRPC TRUE)
  target_compile_options(octavo_${name} PRIVATE ${OCTAVO_GENERATED_OPTIONS})
  if(OCTAVO_PRECOMPILED_HEADERS)
    target_precompile_headers(octavo_${name} REUSE_FROM octavo_precompiled_generated)
  endif()
  add_library(octavo::${name} ALIAS octavo_${name})
endfunction()
