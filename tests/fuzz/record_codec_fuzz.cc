// Bytes of a catalogue row: whatever decodes must encode to bytes that decode to the same.
#include <cstdint>
#include <cstdlib>

#include "parfocal/catalogue/record_codec.h"

namespace {

using parfocal::catalogue::AppendStored;
using parfocal::catalogue::DecodeStored;
using parfocal::catalogue::StringTable;

std::string Reencode(const parfocal::RecordName& name, absl::string_view bytes,
                     StringTable* table) {
  auto record = DecodeStored(name, bytes, *table);
  std::string out;
  if (record.ok()) AppendStored(*record, table, &out);
  return out;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  StringTable table;
  for (int i = 0; i < 40; ++i) table.Intern(absl::StrCat("name ", i));
  const absl::string_view bytes(reinterpret_cast<const char*>(data), size);
  for (const char* id : {"", "id"}) {
    const parfocal::RecordName name{"src", "S", id};
    const std::string once = Reencode(name, bytes, &table);
    if (once.empty()) continue;  // A refusal is fine; a crash is not.
    if (Reencode(name, once, &table) != once) std::abort();
  }
  return 0;
}
