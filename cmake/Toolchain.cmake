# Language level, warnings, sanitizers and the compiler cache: one place, the same for every target.
set(CMAKE_CXX_STANDARD 20)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS OFF)
set(CMAKE_EXPORT_COMPILE_COMMANDS ON)
set(CMAKE_VERIFY_INTERFACE_HEADER_SETS ON)
set(CMAKE_POSITION_INDEPENDENT_CODE ON)
set(THREADS_PREFER_PTHREAD_FLAG ON)

# -Wno-restrict: g++ 12 warns falsely about std::string at -O2 in C++20 (GCC bug 105651).
add_compile_options(-Wall -Wextra -Wno-missing-field-initializers)
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
  add_compile_options(-Wno-restrict -Wno-psabi)
elseif(CMAKE_CXX_COMPILER_ID MATCHES "Clang")
  add_compile_options(-Wthread-safety)
endif()
option(PARFOCAL_WERROR "Treat warnings as errors" OFF)
if(PARFOCAL_WERROR)
  add_compile_options(-Werror)
endif()

if(PARFOCAL_SANITIZE)
  add_compile_options(-fsanitize=${PARFOCAL_SANITIZE} -fno-omit-frame-pointer -fno-sanitize-recover=all)
  add_link_options(-fsanitize=${PARFOCAL_SANITIZE})
endif()

find_program(PARFOCAL_CCACHE ccache)
if(PARFOCAL_CCACHE AND NOT CMAKE_CXX_COMPILER_LAUNCHER)
  # With a precompiled header ccache keeps nothing unless it is told that these differences do not matter.
  set(launcher ${CMAKE_COMMAND} -E env CCACHE_SLOPPINESS=pch_defines,time_macros ${PARFOCAL_CCACHE})
  set(CMAKE_CXX_COMPILER_LAUNCHER "${launcher}")
  set(CMAKE_C_COMPILER_LAUNCHER "${launcher}")
endif()
