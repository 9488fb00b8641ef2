// The engine against its slow twin: random archives that change, over several segments with deletes
// and merges, and random queries. Totals, hits, order, scores, pages, explain and every facet count
// must be the same.
#include <algorithm>
#include <cstdlib>
#include <memory>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "gtest/gtest.h"
#include "parfocal/schema/schema.h"
#include "parfocal/search/binder.h"
#include "parfocal/search/segment_search_index.h"
#include "parfocal/write/index_writer.h"
#include "support/fake_record_store.h"
#include "support/plain_search_index.h"
#include "support/random_archive.h"
#include "support/status_matchers.h"
#include "support/temp_dir.h"

namespace parfocal {
namespace {

using ::parfocal::testing::ArchiveTerms;
using ::parfocal::testing::FakeRecordStore;
using ::parfocal::testing::PlainSearchIndex;
using ::parfocal::testing::RandomArchive;
using ::parfocal::testing::TempDir;

std::string Text(const Counts& c) {
  return absl::StrCat(c.studies, " studies, ", c.image_sets, " sets, ", c.images, " images, ",
                      c.unknown_image_sets, " unknown, ", c.rows, " rows");
}

std::string Text(const Hit& hit) {
  std::string out = absl::StrCat(FormatRecordName(hit.name), " ", hit.score, " ", Text(hit.counts));
  for (const RecordName& sample : hit.samples) absl::StrAppend(&out, " ", sample.image_set);
  return out;
}

std::string Text(const FacetResult& facet) {
  std::string out = absl::StrCat(facet.field, " ", facet.attribute_key, " of ", facet.total_values,
                                 " missing ", Text(facet.missing), "\n");
  for (const FacetValue& value : facet.values) {
    absl::StrAppend(&out, "  ", value.value, " (", value.label, value.is_term ? "" : ", words",
                    ") exact ", Text(value.exact), "; count ", Text(value.count), "\n");
  }
  return out;
}

// All of an answer that does not depend on how sort keys are written.
std::string Text(const SearchAnswer& answer) {
  std::string out = absl::StrCat("total ", Text(answer.total), answer.more ? " more" : "", "\n");
  for (const Hit& hit : answer.hits) absl::StrAppend(&out, Text(hit), "\n");
  for (const FacetResult& facet : answer.facets) absl::StrAppend(&out, Text(facet));
  for (const ExplainStep& step : answer.explain) {
    absl::StrAppend(&out, step.text, " in ", step.field, " as ", step.term, " expands to ",
                    step.expanded_terms, " on ", step.rows, " rows, ", step.added_rows, " added\n");
  }
  return out;
}

// The first line in which the two differ, or nothing.
std::string FirstDifference(const std::string& engine, const std::string& twin) {
  const std::vector<std::string> a = absl::StrSplit(engine, '\n');
  const std::vector<std::string> b = absl::StrSplit(twin, '\n');
  for (size_t i = 0; i < std::max(a.size(), b.size()); ++i) {
    const std::string left = i < a.size() ? a[i] : "", right = i < b.size() ? b[i] : "";
    if (left != right) {
      return absl::StrCat("line ", i, ": engine [", left, "] twin [", right, "]");
    }
  }
  return "";
}

class TwinTest : public ::testing::TestWithParam<uint64_t> {
 protected:
  void Start(int batch, int merge_factor) {
    terms_ = ArchiveTerms();
    ASSERT_TRUE(everyday_
                    .Add("organism\tname\tcell\tmouse\ta name\n"
                         "phenotype\tany\tdefect\t\tany value\n"
                         "\twords\tlight\tsheet\tother words\n"
                         "\tskip\tof\t\tsays nothing\n",
                         "everyday")
                    .ok());
    IndexWriterOptions options;
    options.release = terms_->release();
    options.batch_changes = batch;
    options.batch_delay = absl::Milliseconds(1);
    options.merge_factor = merge_factor;
    options.on_publish = [this](const PublishedIndex& state) {
      segments_ = std::max(segments_, state.manifest.segments.size());
      const absl::Status published =
          index_.Publish(state.directory, state.manifest, state.vocabulary, terms_);
      EXPECT_TRUE(published.ok()) << published;
    };
    auto writer = IndexWriter::Open(dir_.path(), &store_, std::string(kPublicGroup), options);
    ASSERT_TRUE(writer.ok()) << writer.status();
    writer_ = *std::move(writer);
    writer_->Start();
  }

  // One random question, asked of both and compared on every page.
  void Ask(RandomArchive* archive, const Snapshot& engine, const Snapshot& twin, int number) {
    SearchText text;
    text.query = archive->Query();
    text.exact = number % 4 == 3;
    text.filter = archive->Filter();
    text.level = number % 2 == 0 ? SearchLevel::kStudy : SearchLevel::kImageSet;
    text.order = static_cast<SearchOrder>(number % 7);
    text.page_size = 1 + number % 5;
    if (number % 3 == 0) {
      for (const Field& field : Fields()) {
        if (field.facet && field.privacy == FieldPrivacy::kOpen) {
          text.facets.push_back({std::string(field.name), "", number % 2 == 0 ? 100 : 2, 0, ""});
        }
      }
      text.facets.push_back({"attribute", "temperature", 50, 0, ""});
      text.facets.push_back({"attribute", "Comment", 3, 1, "a"});
      text.facets.push_back({"organism", "", 3, 1, "e"});
    }
    SCOPED_TRACE(absl::StrCat("query [", text.query, "] filter [", text.filter, "] level ",
                              number % 2, " order ", number % 7));
    absl::StatusOr<BoundQuery> bound =
        Binder(terms_.get(), &engine, nullptr, &everyday_).Bind(text);
    absl::StatusOr<BoundQuery> by_twin =
        Binder(terms_.get(), &twin, nullptr, &everyday_).Bind(text);
    ASSERT_TRUE(bound.ok()) << bound.status();
    ASSERT_TRUE(by_twin.ok()) << by_twin.status();
    for (int page = 0; page < 40; ++page) {
      absl::StatusOr<SearchAnswer> a =
          engine.Execute(*bound, nullptr, absl::InfiniteFuture(), nullptr, nullptr);
      absl::StatusOr<SearchAnswer> b =
          twin.Execute(*by_twin, nullptr, absl::InfiniteFuture(), nullptr, nullptr);
      ASSERT_TRUE(a.ok()) << a.status();
      ASSERT_TRUE(b.ok()) << b.status();
      ASSERT_EQ(FirstDifference(Text(*a), Text(*b)), "");
      ++answers_;
      hits_ += static_cast<int64_t>(a->hits.size());
      if (!a->more) return;
      ASSERT_FALSE(a->hits.empty());
      bound->after = a->hits.back().sort_key;
      by_twin->after = b->hits.back().sort_key;
      bound->facets.clear();
      by_twin->facets.clear();
    }
  }

  TempDir dir_;
  EverydayWords everyday_;
  FakeRecordStore store_;
  std::shared_ptr<const TermLookup> terms_;
  SegmentSearchIndex index_;
  std::unique_ptr<IndexWriter> writer_;
  size_t segments_ = 0;
  int64_t answers_ = 0, hits_ = 0;
};

TEST_P(TwinTest, AgreesWithTheEngineOnEverything) {
  const uint64_t seed = GetParam();
  SCOPED_TRACE(absl::StrCat("seed ", seed));
  Start(/*batch=*/static_cast<int>(3 + seed % 20), /*merge_factor=*/2 + static_cast<int>(seed % 6));
  RandomArchive archive(seed, &store_);
  PlainSearchIndex plain(&store_, terms_.get());
  int number = 0;
  for (int round = 0; round < 6; ++round) {
    const int64_t sequence = archive.Change(6 + 10 * round);
    ASSERT_TRUE(writer_->WaitApplied(sequence, absl::Now() + absl::Seconds(20)))
        << writer_->health();
    PARFOCAL_ASSERT_OK_AND_ASSIGN(const std::shared_ptr<const Snapshot> engine,
                                  index_.OpenAt(sequence, absl::Now() + absl::Seconds(5)));
    PARFOCAL_ASSERT_OK_AND_ASSIGN(const std::shared_ptr<const Snapshot> twin, plain.Open());
    ASSERT_EQ(engine->revision(), twin->revision());
    for (int i = 0; i < 14; ++i) {
      Ask(&archive, *engine, *twin, number++);
      if (HasFatalFailure()) return;
    }
    for (const char* prefix : {"m", "cell", "de", "ex:0000001"}) {
      PARFOCAL_ASSERT_OK_AND_ASSIGN(const std::vector<Suggestion> a,
                                    engine->Suggest(prefix, {}, 100));
      PARFOCAL_ASSERT_OK_AND_ASSIGN(const std::vector<Suggestion> b,
                                    twin->Suggest(prefix, {}, 100));
      ASSERT_EQ(a.size(), b.size()) << prefix;
      for (size_t i = 0; i < a.size(); ++i) {
        EXPECT_EQ(std::tie(a[i].text, a[i].field, a[i].value, a[i].rows),
                  std::tie(b[i].text, b[i].field, b[i].value, b[i].rows));
      }
    }
    for (const char* term : {"EX:0000100", "EX:0000003", "EX:0000006", "EX:0000999"}) {
      Counts exact_a, exact_b, rolled_a, rolled_b;
      engine->CountTerm(term, &exact_a, &rolled_a);
      twin->CountTerm(term, &exact_b, &rolled_b);
      EXPECT_EQ(Text(exact_a), Text(exact_b)) << term;
      EXPECT_EQ(Text(rolled_a), Text(rolled_b)) << term;
    }
  }
  // The questions must have had something to answer.
  EXPECT_GT(answers_, 80);
  EXPECT_GT(hits_, 80);
  EXPECT_GT(segments_, 1u);
}

// PARFOCAL_TWIN_SEEDS asks for more of them.
std::vector<uint64_t> Seeds() {
  const char* set = std::getenv("PARFOCAL_TWIN_SEEDS");
  std::vector<uint64_t> out;
  for (int i = 1; i <= (set == nullptr ? 4 : std::atoi(set)); ++i) out.push_back(i);
  return out;
}
INSTANTIATE_TEST_SUITE_P(Seeds, TwinTest, ::testing::ValuesIn(Seeds()));

}  // namespace
}  // namespace parfocal
