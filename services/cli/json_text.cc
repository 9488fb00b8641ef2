#include "json_text.h"

#include "google/protobuf/util/json_util.h"
#include "parfocal/cli/terminal_text.h"

namespace parfocal::cli {
namespace {

std::string ToJson(const google::protobuf::Message& message, bool lines) {
  google::protobuf::util::JsonPrintOptions options;
  options.add_whitespace = lines;
  options.always_print_primitive_fields = true;
  std::string json;
  // Fails only for a message that holds an Any of unknown type; ours hold none.
  if (!google::protobuf::util::MessageToJsonString(message, &json, options).ok()) json = "{}";
  json = EscapeJson(json);
  if (json.empty() || json.back() != '\n') json.push_back('\n');
  return json;
}

}  // namespace

std::string ToJsonDocument(const google::protobuf::Message& message) {
  return ToJson(message, true);
}
std::string ToJsonLine(const google::protobuf::Message& message) { return ToJson(message, false); }

}  // namespace parfocal::cli
