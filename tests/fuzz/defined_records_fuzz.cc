// Any bytes as a document: the first byte says how it is read. Each record lies within the
// document, and what it says is what its own bytes say.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>

#include "documents.h"
#include "records.h"

namespace {

using parfocal::defined::FoundRecord;
using parfocal::defined::RecordLimits;
using parfocal::defined::RecordReader;

void ReadAll(absl::StatusOr<std::unique_ptr<RecordReader>> reader, size_t document, bool json) {
  if (!reader.ok()) return;
  FoundRecord record;
  size_t bytes = 0;
  while (true) {
    const absl::StatusOr<bool> some = (*reader)->Next(&record);
    if (!some.ok() || !*some) break;
    bytes += record.raw.size();
    if (!json || !record.problem.empty()) continue;
    const auto again = parfocal::defined::ParseJson(record.raw, RecordLimits());
    if (!again.ok() || again->fields.size() != record.item.fields.size()) std::abort();
  }
  if (bytes > document) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  if (size == 0) return 0;
  const std::string document(reinterpret_cast<const char*>(data + 1), size - 1);
  const RecordLimits limits;
  switch (data[0] % 5) {
    case 0:
      ReadAll(parfocal::defined::OpenJson(document, "", limits), document.size(), true);
      break;
    case 1:
      ReadAll(parfocal::defined::OpenJson(document, "a/b", limits), document.size(), true);
      break;
    case 2:
      ReadAll(parfocal::defined::OpenRows(document, ","), document.size(), false);
      break;
    case 3:
      ReadAll(parfocal::defined::OpenRows(document, "\t"), document.size(), false);
      break;
    default:
      (void)parfocal::defined::Unpacked(document);
  }
  return 0;
}
