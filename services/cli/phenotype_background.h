// The background of similarity on the command line: from which genes terms have their information
// content.
#pragma once

#include <string>
#include <vector>

#include "CLI/CLI.hpp"
#include "absl/status/status.h"
#include "parfocal/v1/phenotype_service.pb.h"

namespace parfocal::cli {

struct BackgroundArguments {
  std::string genes;  // File.
  std::vector<std::string> organisms, studies, sources, types;
  std::string frequencies;  // File.
  int64_t total = 0;
};

void AddBackgroundOptions(CLI::App& command, BackgroundArguments* arguments);

// Reads the files. `organism` is that of the names. INVALID_ARGUMENT names the file and the line;
// NOT_FOUND if a file cannot be read.
absl::Status FillBackground(const BackgroundArguments& arguments, const std::string& organism,
                            v1::InformationBackground* background);

}  // namespace parfocal::cli
