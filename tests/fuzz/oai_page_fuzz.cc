// An OAI-PMH answer of any bytes: it is refused with a reason, or taken apart into records, each of
// which is refused with a reason or becomes a study that keeps to its limits and is the same each
// time.
#include <cstdint>
#include <cstdlib>
#include <string>

#include "parfocal/oai_pmh/oai_page.h"
#include "parfocal/oai_pmh/oai_record.h"

namespace {

using parfocal::Study;

// Every text of a record, and every reason, reaches clients as a protobuf string: UTF-8 without
// NUL.
void CheckText(absl::string_view text, size_t limit) {
  if (text.size() > limit || text.find('\0') != absl::string_view::npos) std::abort();
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

void CheckStudy(const Study& study, const parfocal::oai::RecordLimits& limits) {
  CheckText(study.title, limits.title_bytes);
  CheckText(study.description, limits.text_bytes);
  if (study.accession.empty() || study.keywords.size() > limits.keywords ||
      study.people.size() > limits.people || study.attributes.size() > limits.attributes ||
      study.relations.size() > limits.relations)
    std::abort();
  for (const std::string& keyword : study.keywords) CheckText(keyword, limits.value_bytes);
  for (const auto& person : study.people) CheckText(person.name, limits.value_bytes);
  for (const auto& [key, value] : study.attributes) {
    CheckText(key, 1 << 20);
    CheckText(value, limits.value_bytes);
  }
  for (const auto& statement : study.statements) CheckText(statement.value, limits.value_bytes);
  for (const auto& relation : study.relations) CheckText(relation.target, limits.id_bytes);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  namespace oai = parfocal::oai;
  const std::string bytes(reinterpret_cast<const char*>(data), size);
  oai::PageLimits limits;
  limits.records = 50;
  oai::RecordLimits record_limits;
  // Small enough that a fuzzer reaches them.
  record_limits.title_bytes = 64;
  record_limits.text_bytes = 256;
  record_limits.value_bytes = 128;
  record_limits.keywords = 5;
  record_limits.people = 4;
  record_limits.attributes = 8;
  const auto page = oai::ParseOaiPage(bytes, "", limits);
  if (!page.ok()) {
    CheckText(page.status().message(), 4096);
    return 0;
  }
  for (const auto& error : page->errors) CheckText(error.message, 400);
  size_t behind = 0;
  for (const auto& place : page->records) {
    // In order, within the answer, and none within another.
    if (place.offset < behind || place.length == 0 ||
        place.offset + place.length > page->text.size())
      std::abort();
    behind = place.offset + place.length;
    CheckText(oai::GuessIdentifier(page->text.substr(place.offset, place.length)), 400);
    const auto record = oai::ReadOaiRecord(*page, place, limits);
    if (!record.ok()) {
      CheckText(record.status().message(), 4096);
      continue;
    }
    if (record->payload.empty()) std::abort();
    const auto study = oai::MapRecord("s", *record, record_limits);
    if (!study.ok()) {
      CheckText(study.status().message(), 4096);
      continue;
    }
    CheckStudy(study->study, record_limits);
    for (const std::string& note : study->notes) CheckText(note, 4096);
    if (!(oai::MapRecord("s", *record, record_limits)->study == study->study)) std::abort();
  }
  return 0;
}
