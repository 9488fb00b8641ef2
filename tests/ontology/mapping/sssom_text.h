// Mapping sets written down in a test: a bar of the text stands for a tab of the table.
#pragma once

#include <memory>
#include <string>

#include "absl/strings/str_replace.h"
#include "gtest/gtest.h"
#include "parfocal/mapping/mapping_snapshot.h"
#include "parfocal/mapping/sssom.h"

namespace parfocal::testing {

inline std::string Table(absl::string_view text) {
  return absl::StrReplaceAll(text, {{"|", "\t"}});
}

inline NamedSet SetOf(const std::string& id, absl::string_view text) {
  SssomOptions options;
  options.id = id;
  SssomReport report;
  absl::StatusOr<MappingSet> set = ReadSssom(Table(text), options, &report);
  EXPECT_TRUE(set.ok()) << set.status();
  for (const MappingRowError& error : report.errors)
    ADD_FAILURE() << id << ":" << error.line << ": " << error.reason;
  return {id, std::make_shared<const MappingSet>(*std::move(set))};
}

}  // namespace parfocal::testing
