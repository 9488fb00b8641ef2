# parfocal_library(<name> HEADERS.. SOURCES.. PUBLIC.. PRIVATE..)
#
# One static library per folder. It sees its own folder, its own include/ and the public headers of
# the targets that it names; an include of anything else does not compile.
# PUBLIC: targets named in our headers. PRIVATE: targets that only our .cc files use.
function(parfocal_library name)
  cmake_parse_arguments(PARSE_ARGV 1 arg "" "" "HEADERS;SOURCES;PUBLIC;PRIVATE")
  add_library(parfocal_${name} STATIC ${arg_SOURCES})
  add_library(parfocal::${name} ALIAS parfocal_${name})
  if(arg_HEADERS)
    target_sources(parfocal_${name} PUBLIC FILE_SET HEADERS BASE_DIRS include FILES ${arg_HEADERS})
  endif()
  target_include_directories(parfocal_${name} PRIVATE ${CMAKE_CURRENT_SOURCE_DIR})
  target_link_libraries(parfocal_${name} PUBLIC ${arg_PUBLIC} PRIVATE ${arg_PRIVATE})
  set(precompiled library)
  foreach(dependency IN ITEMS parfocal::proto parfocal::rpc)
    if(dependency IN_LIST arg_PUBLIC OR dependency IN_LIST arg_PRIVATE)
      set(precompiled rpc)
    endif()
  endforeach()
  parfocal_precompiled(parfocal_${name} ${precompiled})
endfunction()

# parfocal_test(<name> SOURCES.. LINK.. [LABELS..] [DATA..])
#
# One gtest program, one CTest entry per program (not per case: starting a process for each of some
# thousand cases costs more than running them). LABELS names the suite that deploy/test.sh counts:
# unit (the default), contract, acceptance, layering, fuzz.
function(parfocal_test name)
  cmake_parse_arguments(PARSE_ARGV 1 arg "" "TIMEOUT" "SOURCES;LINK;LABELS")
  add_executable(${name} ${arg_SOURCES})
  target_include_directories(${name} PRIVATE ${PROJECT_SOURCE_DIR}/tests)
  target_link_libraries(${name} PRIVATE ${arg_LINK} GTest::gmock GTest::gtest GTest::gtest_main)
  target_compile_definitions(${name} PRIVATE PARFOCAL_SOURCE_DIR="${PROJECT_SOURCE_DIR}")
  # What is tested is optimised; the tests themselves need not be, and compile in half the time.
  target_compile_options(${name} PRIVATE -O0)
  parfocal_precompiled(${name} test)
  add_test(NAME ${name} COMMAND ${name})
  if(NOT arg_LABELS)
    set(arg_LABELS unit)
  endif()
  if(NOT arg_TIMEOUT)
    set(arg_TIMEOUT 300)
  endif()
  set_tests_properties(${name} PROPERTIES LABELS "${arg_LABELS}" TIMEOUT ${arg_TIMEOUT})
endfunction()

# parfocal_fuzz(<name> SOURCES.. LINK..)
#
# tests/fuzz/<name>.cc defines LLVMFuzzerTestOneInput. With PARFOCAL_FUZZ (clang) it becomes a
# libFuzzer program; otherwise it is linked to a small main that replays tests/fuzz/seeds/<name>/*
# and is run by CTest under the label fuzz, so every seed is a regression test in every build.
function(parfocal_fuzz name)
  cmake_parse_arguments(PARSE_ARGV 1 arg "" "" "SOURCES;LINK")
  if(PARFOCAL_FUZZ)
    add_executable(${name} ${arg_SOURCES})
    target_link_options(${name} PRIVATE -fsanitize=fuzzer)
  else()
    add_executable(${name} ${arg_SOURCES} ${PROJECT_SOURCE_DIR}/tests/fuzz/replay_main.cc)
    add_test(NAME ${name} COMMAND ${name} ${PROJECT_SOURCE_DIR}/tests/fuzz/seeds/${name})
    set_tests_properties(${name} PROPERTIES LABELS fuzz TIMEOUT 300)
  endif()
  target_include_directories(${name} PRIVATE ${PROJECT_SOURCE_DIR}/tests)
  target_link_libraries(${name} PRIVATE ${arg_LINK})
endfunction()

# parfocal_folders(<folder>..): the folders in the order in which they may see each other.
function(parfocal_folders)
  foreach(folder IN LISTS ARGN)
    if(EXISTS ${CMAKE_CURRENT_SOURCE_DIR}/${folder}/CMakeLists.txt)
      add_subdirectory(${folder})
    endif()
  endforeach()
endfunction()
