// A catalogue in memory with an index that follows it, and what the index should hold according to
// the catalogue: for tests of index/write.
#pragma once

#include <map>
#include <memory>
#include <mutex>
#include <roaring/roaring.hh>
#include <set>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"
#include "index/segment/segment_model.h"
#include "parfocal/segment/deletes.h"
#include "parfocal/write/index_writer.h"
#include "support/fake_record_store.h"
#include "support/sample_records.h"
#include "support/temp_dir.h"

namespace parfocal::testing {

// Live rows by record name: version, image count and values as words.
struct IndexedRow {
  int64_t sequence = 0;
  int64_t image_count = -1;
  std::set<std::string> values;
  friend bool operator==(const IndexedRow&, const IndexedRow&) = default;
};
using IndexedRows = std::map<std::string, IndexedRow>;

inline std::string Shown(absl::string_view field, absl::string_view key, absl::string_view scope) {
  return absl::StrCat(field, "=", key, "@", scope);
}

inline IndexedRows ExpectedRows(const RecordStore& store) {
  IndexedRows out;
  for (const Source& source : store.ListSources()) {
    const absl::Status status =
        store.Scan(RecordName{source.id, "", ""}, std::nullopt, [&](const StoredRecord& stored) {
          IndexedRow& row = out[FormatRecordName(NameOf(stored.record))];
          row.sequence = stored.meta.sequence;
          const std::vector<Attribute>* attributes;
          if (const auto* study = std::get_if<Study>(&stored.record)) {
            ForEachFieldValue(*study, [&](const FieldValue& v, absl::string_view scope) {
              row.values.insert(Shown(Fields()[v.field].name, v.key, scope));
            });
            row.image_count = study->image_count.value_or(-1);
            attributes = &study->attributes;
          } else {
            const auto& set = std::get<ImageSet>(stored.record);
            ForEachFieldValue(set, [&](const FieldValue& v) {
              row.values.insert(Shown(Fields()[v.field].name, v.key, ""));
            });
            row.image_count = set.images_available ? set.image_count.value_or(-1) : 0;
            attributes = &set.attributes;
          }
          for (const auto& [name, value] : *attributes) {
            if (!IsPersonalAttribute(name)) row.values.insert(Shown("#" + name, value, ""));
          }
          return true;
        });
    EXPECT_TRUE(status.ok()) << status;
  }
  return out;
}

// A published state with its files open, as a searcher holds it.
struct HeldIndex {
  PublishedIndex index;
  std::vector<std::pair<std::shared_ptr<const Segment>, std::shared_ptr<const Roaring>>> segments;
};

inline HeldIndex Hold(const PublishedIndex& index) {
  HeldIndex out{index, {}};
  for (const ManifestSegment& entry : index.manifest.segments) {
    const auto segment = Segment::Open(index.directory + "/" + entry.file);
    EXPECT_TRUE(segment.ok()) << segment.status();
    if (!segment.ok()) continue;
    std::shared_ptr<const Roaring> dead;
    if (!entry.deletes_file.empty()) {
      dead = ReadDeletes(index.directory + "/" + entry.deletes_file, entry.rows).value();
    }
    out.segments.emplace_back(*segment, dead);
  }
  return out;
}

inline IndexedRows RowsOf(const HeldIndex& held) {
  IndexedRows out;
  const PublishedIndex& index = held.index;
  const Vocabulary& vocabulary = *index.vocabulary;
  const auto shown = [&](ValueId id, absl::string_view scope) {
    EXPECT_LT(id, index.manifest.values);
    const VocabularyValue v = vocabulary.Get(id);
    return v.field == kAttributeField
               ? Shown("#" + vocabulary.AttributeKeyName(v.attribute_key), v.key, scope)
               : Shown(Fields()[v.field].name, v.key, scope);
  };
  for (const auto& [segment, dead] : held.segments) {
    for (const auto& [key, study] : ReadBack(*segment, dead.get(), vocabulary)) {
      const size_t zero = key.find('\0');
      RecordName name{key.substr(0, zero), key.substr(zero + 1), ""};
      if (study.has_record) {
        EXPECT_LE(study.text_doc, index.manifest.last_text_doc);
        EXPECT_GT(study.text_doc, 0u);
        IndexedRow row{study.sequence, study.image_count, {}};
        for (const auto& [value, scope] : study.values) row.values.insert(shown(value, scope));
        EXPECT_TRUE(out.emplace(FormatRecordName(name), row).second) << key;
      }
      for (const auto& [id, model] : study.rows) {
        name.image_set = id;
        IndexedRow row{model.sequence, model.image_count, {}};
        for (ValueId value : model.values) row.values.insert(shown(value, ""));
        EXPECT_TRUE(out.emplace(FormatRecordName(name), row).second) << key << " " << id;
      }
    }
  }
  return out;
}

class IndexHarness {
 public:
  IndexHarness() {
    Source source;
    source.id = "src";
    source.connector = "test";
    EXPECT_TRUE(store_.CreateSource(source).ok());
    bool resumed = false;
    run_ = store_.BeginRun("src", absl::Now(), &resumed).value().id;
  }

  FakeRecordStore& store() { return store_; }

  int64_t Commit(std::vector<Record> upserts, std::vector<RecordName> tombstones = {}) {
    PageCommit page;
    page.source = "src";
    page.run = run_;
    page.raw = {absl::StrCat("page ", ++pages_)};
    for (Record& record : upserts) {
      Upsert upsert;
      upsert.record = std::move(record);
      upsert.raw.length = page.raw[0].size();
      page.upserts.push_back(std::move(upsert));
    }
    page.tombstones = std::move(tombstones);
    page.ledger.fetched = static_cast<int64_t>(page.upserts.size());
    const auto receipt = store_.CommitPage(page);
    EXPECT_TRUE(receipt.ok()) << receipt.status();
    return receipt.ok() ? receipt->sequence : 0;
  }

  // An index writer over the store, with small batches and merges of four.
  std::unique_ptr<IndexWriter> Writer(const std::string& directory,
                                      std::function<void(absl::string_view)> on_step = nullptr) {
    IndexWriterOptions options;
    options.release = "r1";
    options.batch_changes = 40;
    options.batch_delay = absl::Milliseconds(5);
    options.merge_factor = 4;
    options.on_step = std::move(on_step);
    options.on_publish = [this](const PublishedIndex& index) {
      std::lock_guard<std::mutex> lock(mu_);
      held_ = Hold(index);
    };
    return IndexWriter::Open(directory, &store_, std::string(kPublicGroup), options).value();
  }

  PublishedIndex last() const {
    std::lock_guard<std::mutex> lock(mu_);
    return held_.index;
  }
  int64_t sequence() const { return store_.Status(std::string(kPublicGroup)).value().sequence; }

  // Waits until the index has caught up and compares it with the catalogue.
  void ExpectInStep(const IndexWriter& writer) {
    ASSERT_TRUE(writer.WaitApplied(sequence(), absl::Now() + absl::Seconds(30)))
        << writer.health() << " at " << writer.AppliedSequence();
    HeldIndex held;
    {
      std::lock_guard<std::mutex> lock(mu_);
      held = held_;
    }
    EXPECT_EQ(held.index.manifest.sequence, sequence());
    EXPECT_TRUE(RowsOf(held) == ExpectedRows(store_));  // Too much to print.
  }

 private:
  FakeRecordStore store_;
  std::string run_;
  int pages_ = 0;
  mutable std::mutex mu_;
  HeldIndex held_;
};

// Pages of random upserts and deletions of a few studies with image sets.
class RandomHistory {
 public:
  RandomHistory(IndexHarness* harness, uint32_t seed) : harness_(harness), random_(seed) {}

  void Page() {
    std::map<RecordName, Record> upserts;
    std::set<RecordName> tombstones;
    for (int i = Below(60); i >= 0; --i) {
      const std::string accession = absl::StrCat("S", Below(5));
      if (Below(12) == 0) {
        Study study = MakeStudy("src", accession, absl::StrCat("Title ", Below(1000)));
        study.description = "Cells under a light-sheet microscope";
        study.statements = {Said("organism"), Said("imaging_method")};
        study.statements[1].scope = absl::StrCat("screen", Below(2));
        study.attributes = {{"Note", absl::StrCat("n", Below(9))}, {"Age", "44"}};
        if (Below(2) == 0) study.image_count = Below(100);
        upserts.insert_or_assign(NameOf(study), study);
      } else {
        ImageSet set = MakeImageSet("src", accession, absl::StrCat("P", Below(4), "/A", Below(60)),
                                    absl::StrCat("v", Below(200)));
        set.block = absl::StrCat("screen", Below(2));
        set.statements = {Said("perturbed_gene"), Said("cell_line")};
        if (Below(3) == 0) set.image_count = Below(10);
        set.images_available = Below(5) != 0;
        upserts.insert_or_assign(NameOf(set), set);
      }
    }
    for (const auto& [name, row] : ExpectedRows(harness_->store())) {
      const RecordName parsed = ParseRecordName(name).value();
      if (Below(25) == 0 && upserts.count(parsed) == 0) tombstones.insert(parsed);
    }
    std::vector<Record> records;
    for (auto& [name, record] : upserts) records.push_back(std::move(record));
    harness_->Commit(std::move(records), {tombstones.begin(), tombstones.end()});
  }
  int Below(int bound) { return static_cast<int>(random_() % static_cast<uint32_t>(bound)); }

 private:
  Statement Said(const std::string& field) {
    Statement statement;
    statement.field = field;
    statement.value = absl::StrCat("value ", Below(30));
    if (Below(2) == 0) statement.stated_id = absl::StrCat("EX:", Below(20));
    return statement;
  }

  IndexHarness* harness_;
  std::mt19937 random_;
};

}  // namespace parfocal::testing
