# Every outside library, by its CMake target. Reasons: docs/dependencies.md. All come from Debian 12's packages.
find_package(Threads REQUIRED)
find_package(ZLIB REQUIRED)
find_package(OpenSSL REQUIRED)
find_package(CURL REQUIRED)
find_package(Protobuf REQUIRED)
find_package(gRPC CONFIG REQUIRED)
find_package(SQLite3 REQUIRED)
find_package(PostgreSQL REQUIRED)
find_package(CLI11 CONFIG REQUIRED)
find_package(fmt CONFIG REQUIRED)
find_package(spdlog CONFIG REQUIRED)
find_package(prometheus-cpp CONFIG REQUIRED)
find_package(nlohmann_json CONFIG REQUIRED)
find_package(Boost 1.81 REQUIRED COMPONENTS headers)
find_package(ICU REQUIRED COMPONENTS uc i18n)
find_package(Eigen3 CONFIG REQUIRED)
find_package(GTest CONFIG REQUIRED)
find_package(benchmark CONFIG REQUIRED)
find_package(PkgConfig REQUIRED)
pkg_check_modules(xapian REQUIRED IMPORTED_TARGET xapian-core)
pkg_check_modules(ctemplate REQUIRED IMPORTED_TARGET libctemplate)
pkg_check_modules(sodium REQUIRED IMPORTED_TARGET libsodium)
pkg_check_modules(qrencode REQUIRED IMPORTED_TARGET libqrencode)

# Precompiled headers, shared by all files of a kind: pure code, what speaks gRPC, the tests of either, and generated code. A
# set of its own for each, since GCC takes one only where the options are those that it was made with.
set(OCTAVO_STD_HEADERS
  <algorithm> <array> <atomic> <chrono> <cstdint> <functional> <map> <memory> <mutex> <optional> <set> <span> <string>
  <string_view> <thread> <utility> <variant> <vector>)
set(OCTAVO_GRPC_HEADERS
  <grpcpp/grpcpp.h> <grpcpp/support/server_callback.h> <grpcpp/support/client_callback.h>
  <google/protobuf/message.h> <google/protobuf/descriptor.h>)
set(OCTAVO_TEST_HEADERS <gmock/gmock.h> <gtest/gtest.h>)

octavo_precompiled_set(pure HEADERS ${OCTAVO_STD_HEADERS})
octavo_precompiled_set(grpc HEADERS ${OCTAVO_STD_HEADERS} ${OCTAVO_GRPC_HEADERS} DEPS gRPC::grpc++ protobuf::libprotobuf)
octavo_precompiled_set(pure_test HEADERS ${OCTAVO_STD_HEADERS} ${OCTAVO_TEST_HEADERS} DEPS GTest::gmock
  OPTIONS ${OCTAVO_TEST_OPTIONS})
octavo_precompiled_set(grpc_test HEADERS ${OCTAVO_STD_HEADERS} ${OCTAVO_GRPC_HEADERS} ${OCTAVO_TEST_HEADERS}
  DEPS gRPC::grpc++ protobuf::libprotobuf GTest::gmock OPTIONS ${OCTAVO_TEST_OPTIONS})
octavo_precompiled_set(generated HEADERS ${OCTAVO_STD_HEADERS} ${OCTAVO_GRPC_HEADERS}
  DEPS gRPC::grpc++ protobuf::libprotobuf OPTIONS ${OCTAVO_GENERATED_OPTIONS})
