#include "row_indexer.h"

#include "parfocal/schema/schema.h"
#include "parfocal/segment/text.h"
#include "text_index.h"

namespace parfocal {
namespace {

// Original images that can be had; -1 if nobody says how many.
int64_t OriginalImages(const ImageSet& set) {
  const bool original =
      set.image_kind == ImageKind::kOriginal || set.image_kind == ImageKind::kUnspecified;
  if (!set.images_available || !original) return 0;
  return set.image_count.value_or(-1);
}

// Attribute names are kept to tell which are personal; a source with more names than this is judged
// anew each time.
constexpr size_t kMaxRememberedNames = 100000;

}  // namespace

template <typename Visit>
void RowIndexer::ForEachAttribute(const std::vector<Attribute>& attributes, Visit visit) {
  for (const auto& [name, value] : attributes) {
    if (name.empty() || value.empty()) continue;
    auto it = personal_.find(name);
    if (it == personal_.end()) {
      if (personal_.size() >= kMaxRememberedNames) personal_.clear();
      it = personal_.emplace(name, IsPersonalAttribute(name)).first;
    }
    if (!it->second) visit(vocabulary_->AddAttribute(name, value));
  }
}

ImageSetRow RowIndexer::Row(const ImageSet& set, int64_t sequence) {
  ImageSetRow row;
  row.id = set.id;
  row.block = set.block;
  row.image_count = OriginalImages(set);
  row.sequence = sequence;
  row.values.reserve(set.attributes.size() + 24);
  ForEachFieldValue(set, [&](const FieldValue& value) {
    row.values.push_back(
        vocabulary_->Add(value.field, value.key, value.label, value.is_term, value.number));
  });
  ForEachAttribute(set.attributes, [&](ValueId value) { row.values.push_back(value); });
  return row;
}

StudyRecord RowIndexer::Record(const Study& study, const RecordMeta& meta) {
  StudyRecord record;
  record.sequence = meta.sequence;
  if (!meta.work.empty()) {
    static const Field* const work = FindField("work");
    record.values.emplace_back(
        vocabulary_->Add(work->id, meta.work, meta.work, /*is_term=*/false, std::nullopt), "");
  }
  record.release_day = FirstDayOf(study.release_date).value_or(INT32_MIN);
  record.bytes = study.bytes.value_or(-1);
  record.image_count = study.image_count.value_or(-1);
  record.title = study.title;
  ForEachFieldValue(study, [&](const FieldValue& value, absl::string_view scope) {
    record.values.emplace_back(
        vocabulary_->Add(value.field, value.key, value.label, value.is_term, value.number),
        std::string(scope));
  });
  ForEachAttribute(study.attributes,
                   [&](ValueId value) { record.values.emplace_back(value, std::string()); });
  for (const Field& field : Fields()) {
    if (field.kind == FieldKind::kText) record.text_lengths.push_back(0);
  }
  ForEachText(study, [&](const Field& field, absl::string_view text) {
    const absl::string_view part = IndexedPart(text);
    AppendFoldedText(&record.folded_text, field.id, Fold(part));
    size_t index = 0;
    for (const Field& other : Fields()) {
      if (other.id == field.id) break;
      index += other.kind == FieldKind::kText ? 1 : 0;
    }
    record.text_lengths[index] = static_cast<uint32_t>(Tokenise(part).size());
  });
  return record;
}

}  // namespace parfocal
