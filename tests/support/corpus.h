// Where the corpus of real metadata is, for tests that use it when it is there.
#pragma once

#include <cstdlib>
#include <filesystem>
#include <iostream>
#include <string>

#include "gtest/gtest.h"

namespace parfocal::testing {

// The folder (PARFOCAL_CORPUS, or ../shared/data beside the project), or "" if it is not there.
inline std::string CorpusDir() {
  const char* set = std::getenv("PARFOCAL_CORPUS");
  std::filesystem::path path =
      set ? std::filesystem::path(set)
          : std::filesystem::path(PARFOCAL_SOURCE_DIR) / ".." / "shared" / "data";
  std::error_code error;
  return std::filesystem::is_directory(path, error) ? path.lexically_normal().string()
                                                    : std::string();
}

}  // namespace parfocal::testing

// Ends the test with 'skipped: no corpus' where there is none; else declares `var` as its folder.
#define PARFOCAL_CORPUS_OR_SKIP(var)                        \
  const std::string var = ::parfocal::testing::CorpusDir(); \
  if (var.empty()) GTEST_SKIP() << "skipped: no corpus"
