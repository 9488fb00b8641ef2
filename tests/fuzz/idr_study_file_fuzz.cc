// Any bytes as a study file: no crash, valid UTF-8 in every value, and a record that keeps its
// bounds.
#include <cstddef>
#include <cstdint>
#include <cstdlib>

#include "parfocal/connector_idr/study_draft.h"
#include "parfocal/connector_idr/study_file.h"
#include "parfocal/connector_idr/text_decoding.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace parfocal::idr;
  const absl::string_view bytes(reinterpret_cast<const char*>(data), size);
  const StudyFile file = ParseStudyFile(bytes);
  auto check = [](const StudySection& section) {
    for (const StudyRow& row : section.rows) {
      for (const std::string& value : row.values) {
        if (!IsCleanUtf8(value)) std::abort();
      }
    }
  };
  check(file.study);
  for (const StudySection& block : file.blocks) check(block);
  Rules rules;
  rules.institution_words = {"university", "ETH"};
  const StudyDraft draft = MakeStudyDraft(file, {"ex", "ex1-name", {"screenA"}}, rules);
  if (draft.study.title.size() > 4096 || draft.study.people.size() > 200 ||
      draft.study.keywords.size() > 1000)
    std::abort();
  if (draft.blocks.size() != draft.study.blocks.size()) std::abort();
  return 0;
}
