// ParseCrate on any bytes: it refuses them with a reason, or makes a study that keeps to its limits
// and is the same each time.
#include <cstdint>
#include <cstdlib>
#include <string>

#include "parfocal/record_name.h"
#include "parfocal/ro_crate/crate_parser.h"

namespace {

// Every text of a record reaches clients as a protobuf string: it must be UTF-8 without NUL.
void CheckText(const std::string& text, size_t limit) {
  if (text.size() > limit || text.find('\0') != std::string::npos) std::abort();
  for (size_t i = 0; i < text.size();) {
    const auto first = static_cast<unsigned char>(text[i]);
    const size_t length = first < 0x80   ? 1
                          : first < 0xc2 ? 0
                          : first < 0xe0 ? 2
                          : first < 0xf0 ? 3
                          : first < 0xf5 ? 4
                                         : 0;
    if (length == 0 || i + length > text.size()) std::abort();
    for (size_t j = 1; j < length; ++j) {
      if ((static_cast<unsigned char>(text[i + j]) & 0xc0) != 0x80) std::abort();
    }
    i += length;
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const absl::string_view bytes(reinterpret_cast<const char*>(data), size);
  parfocal::CrateLimits limits;
  // Small enough that a fuzzer reaches them.
  limits.values = 300;
  limits.title_bytes = 64;
  limits.value_bytes = 128;
  limits.text_bytes = 256;
  limits.keywords = limits.people = limits.attributes = limits.notes = 8;
  const auto once = parfocal::ParseCrate("ex", {"file", "key", bytes}, limits);
  if (!once.ok()) {
    CheckText(std::string(once.status().message()), 8192);
    return 0;
  }
  const parfocal::Study& study = once->study;
  if (study.accession.empty() || study.accession.size() > limits.id_bytes) std::abort();
  if (study.keywords.size() > 8 || study.people.size() > 8 || study.attributes.size() > 8)
    std::abort();
  if (once->notes.size() > 9) std::abort();
  CheckText(study.accession, limits.id_bytes);
  CheckText(study.title, limits.title_bytes);
  CheckText(study.description, limits.text_bytes);
  for (const auto& s : study.statements) {
    CheckText(s.value, limits.id_bytes);
    CheckText(s.stated_id, limits.id_bytes);
    if (s.value.empty()) std::abort();
  }
  for (const auto& note : once->notes) {
    CheckText(note.place, 8192);
    CheckText(note.reason, 8192);
  }
  const auto name = parfocal::ParseRecordName(parfocal::FormatRecordName(parfocal::NameOf(study)));
  if (!name.ok() || *name != parfocal::NameOf(study)) std::abort();
  const auto twice = parfocal::ParseCrate("ex", {"file", "key", bytes}, limits);
  if (!twice.ok() || !(twice->study == study)) std::abort();
  return 0;
}
