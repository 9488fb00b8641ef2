# The standard library, Abseil's Status and, for tests, GoogleTest are half of the time of a clean build:
# they are parsed once for all libraries and once for all tests. Only headers that every target may
# see stand here, so that an include against the grain still does not compile. The preset dev does
# without, so that a file that forgets an include is found.
set(PARFOCAL_LIBRARY_HEADERS <algorithm> <cstdint> <filesystem> <functional> <map> <memory> <set> <string> <utility>
                             <vector> <absl/status/statusor.h>)
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
  if(PARFOCAL_TESTS)
    add_executable(parfocal_test_headers ${empty})
    target_link_libraries(parfocal_test_headers PRIVATE absl::statusor GTest::gmock GTest::gtest)
    target_compile_options(parfocal_test_headers PRIVATE -O0)
    target_precompile_headers(parfocal_test_headers PRIVATE ${PARFOCAL_TEST_HEADERS})
  endif()
endif()

# parfocal_precompiled(<target> library|test)
function(parfocal_precompiled target kind)
  if(PARFOCAL_PRECOMPILE)
    target_precompile_headers(${target} REUSE_FROM parfocal_${kind}_headers)
  endif()
endfunction()
