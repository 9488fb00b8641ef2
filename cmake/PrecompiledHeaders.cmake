# The standard library, Abseil's Status and, for tests, GoogleTest are half of the time of a clean build:
# they are parsed once for all libraries and once for all tests. Only headers that every target may
# see stand here, so that an include against the grain still does not compile. The preset dev does
# without, so that a file that forgets an include is found.
set(PARFOCAL_LIBRARY_HEADERS <algorithm> <cstdint> <filesystem> <functional> <map> <memory> <set> <string> <utility>
                             <vector> <absl/status/statusor.h>)
# gRPC's headers and the generated ones are parsed once for all that speak the wire's language.
set(PARFOCAL_RPC_HEADERS ${PARFOCAL_LIBRARY_HEADERS} <grpcpp/grpcpp.h> <parfocal/v1/admin_service.grpc.pb.h>
                         <parfocal/v1/catalogue_service.grpc.pb.h> <parfocal/v1/harvest_service.grpc.pb.h>
                         <parfocal/v1/ontology_service.grpc.pb.h> <parfocal/v1/phenotype_service.grpc.pb.h>
                         <parfocal/v1/search_service.grpc.pb.h>)
set(PARFOCAL_TEST_HEADERS ${PARFOCAL_LIBRARY_HEADERS} <fstream> <gmock/gmock.h> <gtest/gtest.h>)

if(PARFOCAL_PRECOMPILE)
  # A precompiled header fits only what is compiled with the same options and macros, hence a library
  # and a program, and -pthread (which defines one) for all.
  add_compile_options(-pthread)
  set(empty ${CMAKE_CURRENT_BINARY_DIR}/precompiled_main.cc)
  file(CONFIGURE OUTPUT ${empty} CONTENT "int main() { return 0; }\n")
  add_library(parfocal_library_headers STATIC ${empty})
  target_link_libraries(parfocal_library_headers PRIVATE absl::statusor)
  target_precompile_headers(parfocal_library_headers PRIVATE ${PARFOCAL_LIBRARY_HEADERS})
  add_library(parfocal_rpc_headers STATIC ${empty})
  target_link_libraries(parfocal_rpc_headers PRIVATE absl::statusor parfocal_proto)
  target_precompile_headers(parfocal_rpc_headers PRIVATE ${PARFOCAL_RPC_HEADERS})
  if(PARFOCAL_TESTS)
    add_executable(parfocal_test_headers ${empty})
    target_link_libraries(parfocal_test_headers PRIVATE absl::statusor GTest::gmock GTest::gtest)
    target_compile_options(parfocal_test_headers PRIVATE -O0)
    target_precompile_headers(parfocal_test_headers PRIVATE ${PARFOCAL_TEST_HEADERS})
  endif()
endif()

# parfocal_precompiled(<target> library|rpc|test)
function(parfocal_precompiled target kind)
  if(PARFOCAL_PRECOMPILE)
    target_precompile_headers(${target} REUSE_FROM parfocal_${kind}_headers)
  endif()
endfunction()
