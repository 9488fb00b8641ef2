// Responses as protobuf JSON: lowerCamelCase, 64-bit numbers as strings, every field present (a
// count of nothing is "0", not absent), nothing in it that a terminal would obey.
#pragma once

#include <string>

#include "google/protobuf/message.h"

namespace parfocal::cli {

// One document on several lines, with a line end.
std::string ToJsonDocument(const google::protobuf::Message& message);
// One line, with a line end: for streams.
std::string ToJsonLine(const google::protobuf::Message& message);

}  // namespace parfocal::cli
