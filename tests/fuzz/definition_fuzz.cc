// Any bytes as a source definition: a definition that maps a record without a crash, or a refusal
// that names the place.
#include <cstddef>
#include <cstdint>
#include <cstdlib>

#include "absl/strings/match.h"
#include "parfocal/definition/definition.h"
#include "parfocal/definition/mapper.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using parfocal::definition::Item;
  const auto definition = parfocal::definition::ParseDefinition(
      absl::string_view(reinterpret_cast<const char*>(data), size), "d.yaml");
  if (!definition.ok()) {
    if (!absl::StartsWith(definition.status().message(), "d.yaml:")) std::abort();
    return 0;
  }
  Item list;
  list.kind = Item::Kind::kList;
  list.items = {Item::Text("//x/y#z"), Item::Text("<b>1</b>"), Item()};
  Item record;
  record.kind = Item::Kind::kObject;
  for (const char* name : {"id", "a", "b"})
    record.fields.emplace_back(name, Item::Text("1;2 (X:3)"));
  record.fields.emplace_back("list", list);
  parfocal::definition::Mapper mapper(&*definition, "fuzz");
  for (const auto& feed : definition->feeds) {
    const auto mapped = mapper.Map(feed, record);
    if (!mapped.left_out && mapped.problem.empty() && mapped.study.accession.empty()) std::abort();
    for (const auto& set : mapped.sets) {
      if (set.id.empty() || set.study != mapped.study.accession) std::abort();
    }
  }
  return 0;
}
