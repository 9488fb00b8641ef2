// What an operator does to a source besides registering and harvesting it.
#pragma once

#include <string>

#include "command.h"

namespace parfocal::cli {

// Adds ping and resume to the group `source`.
void AddSourceCare(CLI::App& group, Session& session);

// The options by which `source add` and `source update` say when a source is harvested.
struct ScheduleArguments {
  std::string every, window, jitter;
  bool Given() const { return !every.empty() || !window.empty() || !jitter.empty(); }
};
void AddScheduleOptions(CLI::App* command, ScheduleArguments* arguments);
// INVALID_ARGUMENT for a text that is no duration.
absl::Status SetSchedule(const ScheduleArguments& arguments, v1::Schedule* schedule);

// Adds the rows of a source's state, schedule and freshness.
void AddUpkeepRows(const v1::Source& source, Table* table);
// "2026-03-01 12:30" (UTC), or `otherwise` for a time that is not there.
std::string TimeOr(bool there, const google::protobuf::Timestamp& time, const char* otherwise);

}  // namespace parfocal::cli
