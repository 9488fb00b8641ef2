// Any bytes as XML, RDF, a page with JSON-LD, or YAML: the first byte says which. A record that was
// given comes out of its own raw bytes again, the same.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <map>
#include <string>

#include "records.h"

namespace {

using parfocal::defined::FoundRecord;
using parfocal::defined::RecordFormat;
using parfocal::defined::RecordLimits;

constexpr size_t kMostRecords = 50;

void ReadAll(const std::string& name, const std::string& document, RecordFormat format,
             bool slices) {
  RecordLimits limits;
  limits.values = 5'000;
  auto reader = parfocal::defined::OpenRecords(name, document, format, limits);
  if (!reader.ok()) return;
  FoundRecord record;
  for (size_t n = 0; n < kMostRecords; ++n) {
    const absl::StatusOr<bool> some = (*reader)->Next(&record);
    if (!some.ok() || !*some) break;
    const char* begin = record.raw.data();
    if (slices && !record.raw.empty() &&
        (begin < document.data() || begin + record.raw.size() > document.data() + document.size()))
      std::abort();
    if (!record.problem.empty()) continue;
    const std::string raw(record.raw);
    const size_t fields = record.item.fields.size();
    format.one_record = true;
    auto again = parfocal::defined::OpenRecords(name, raw, format, limits);
    FoundRecord same;
    if (!again.ok() || !(*again)->Next(&same).value_or(false) || !same.problem.empty() ||
        same.raw != raw || same.item.fields.size() != fields)
      std::abort();
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  if (size == 0) return 0;
  const std::string document(reinterpret_cast<const char*>(data + 1), size - 1);
  static const std::map<std::string, std::string> kPrefixes = {{"x", "http://e.org/"}};
  RecordFormat format;
  format.prefixes = &kPrefixes;
  switch (data[0] % 5) {
    case 0:
      format.records = "a/b";
      ReadAll("x.xml", document, format, true);
      break;
    case 1:
      ReadAll("x.xml", document, format, true);
      break;
    case 2:
      format.protocol = "rdf";
      format.records = "x:T";
      ReadAll("x.ttl", document, format, false);
      break;
    case 3:
      ReadAll("x.html", document, format, true);
      break;
    default:
      ReadAll("x.md", document, format, true);
  }
  return 0;
}
