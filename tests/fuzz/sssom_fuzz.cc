// The SSSOM reader on any bytes: what it takes is written to a table that it reads back as the same
// set, and its stored form decodes to the same set. The first byte chooses whether what stands in
// front of the first NUL is separate metadata.
#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <string>

#include "parfocal/mapping/sssom.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  absl::string_view text(reinterpret_cast<const char*>(data), size);
  parfocal::SssomOptions options;
  options.name = "fuzz";
  if (!text.empty() && text[0] == '\1') {
    const size_t end = std::min(text.find('\0'), text.size());
    options.metadata = std::string(text.substr(1, end - 1));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  parfocal::SssomReport report;
  const auto set = parfocal::ReadSssom(text, options, &report);
  if (!set.ok()) return 0;
  if (report.accepted != static_cast<int64_t>(set->size()) || report.accepted > report.rows)
    std::abort();
  const auto decoded = parfocal::MappingSet::Decode(set->Encode());
  if (!decoded.ok() || decoded->fingerprint() != set->fingerprint()) std::abort();
  std::string written;
  parfocal::WriteSssom(
      *set, [&](absl::string_view piece) { written.append(piece.data(), piece.size()); });
  options.metadata.clear();
  parfocal::SssomReport again_report;
  const auto again = parfocal::ReadSssom(written, options, &again_report);
  if (!again.ok() || again->size() != set->size()) std::abort();
  for (size_t row = 0; row < set->size(); ++row) {
    if (again->subject(row) != set->subject(row) || again->object(row) != set->object(row) ||
        again->negated(row) != set->negated(row) || again->literal(row) != set->literal(row))
      std::abort();
  }
  return 0;
}
