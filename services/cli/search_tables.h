// Two-way tables and histograms of a search: as options of the command line and as text.
#pragma once

#include <string>
#include <vector>

#include "CLI/CLI.hpp"
#include "absl/status/status.h"
#include "command.h"
#include "parfocal/v1/search_service.pb.h"

namespace parfocal::cli {

struct TableArguments {
  std::vector<std::string> tables;      // ROWS,COLUMNS
  std::vector<std::string> histograms;  // FIELD or FIELD:WIDTH
  bool months = false;
};

void AddTableOptions(CLI::App& command, TableArguments* arguments);
// INVALID_ARGUMENT if a table or a histogram is not of its form.
absl::Status AddTables(const TableArguments& arguments, v1::SearchRequest* request);
void PrintTables(const Session& session, const v1::SearchResponse& response);

}  // namespace parfocal::cli
