// What search and export have in common: the query on the command line.
#pragma once

#include <string>

#include "CLI/CLI.hpp"
#include "parfocal/v1/search_service.pb.h"

namespace parfocal::cli {

struct QueryArguments {
  std::string query;
  std::string filter;
  std::string level = "study";
  std::string order_by;
  bool exact = false;
  std::string similar_to;  // SOURCE/ACCESSION or the whole name.
};

void AddQueryOptions(CLI::App& command, QueryArguments* arguments);
v1::SearchRequest RequestFrom(const QueryArguments& arguments);

}  // namespace parfocal::cli
