// Searches beside a writer, hostile queries, and the limit on the words that a prefix stands for.
#include <time.h>

#include <atomic>
#include <memory>
#include <random>
#include <string>
#include <thread>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"
#include "parfocal/schema/schema.h"
#include "parfocal/search/binder.h"
#include "parfocal/search/segment_search_index.h"
#include "parfocal/write/index_writer.h"
#include "support/fake_record_store.h"
#include "support/random_archive.h"
#include "support/sample_records.h"
#include "support/status_matchers.h"
#include "support/temp_dir.h"

namespace parfocal {
namespace {

using ::parfocal::testing::ArchiveTerms;
using ::parfocal::testing::FakeRecordStore;
using ::parfocal::testing::HasReason;
using ::parfocal::testing::IsOk;
using ::parfocal::testing::MakeStudy;
using ::parfocal::testing::RandomArchive;
using ::parfocal::testing::StatusIs;
using ::parfocal::testing::TempDir;
using ::testing::HasSubstr;

class SearchUnderLoadTest : public ::testing::Test {
 protected:
  void Start() {
    IndexWriterOptions options;
    options.release = terms_->release();
    options.batch_changes = 10;
    options.batch_delay = absl::Milliseconds(1);
    options.merge_factor = 3;
    options.on_publish = [this](const PublishedIndex& state) {
      const absl::Status status =
          index_.Publish(state.directory, state.manifest, state.vocabulary, terms_);
      if (!status.ok()) ++failures_;
    };
    writer_ = IndexWriter::Open(dir_.path(), &store_, std::string(kPublicGroup), options).value();
    writer_->Start();
  }

  absl::StatusOr<SearchAnswer> Ask(const Snapshot& snapshot, const SearchText& text,
                                   absl::Time deadline = absl::InfiniteFuture()) const {
    PARFOCAL_ASSIGN_OR_RETURN(const BoundQuery bound, Binder(terms_.get(), &snapshot).Bind(text));
    return snapshot.Execute(bound, nullptr, deadline, nullptr, nullptr);
  }

  TempDir dir_;
  FakeRecordStore store_;
  std::shared_ptr<const TermLookup> terms_ = ArchiveTerms();
  SegmentSearchIndex index_;
  std::unique_ptr<IndexWriter> writer_;
  std::atomic<int> failures_{0};
};

TEST_F(SearchUnderLoadTest, NoQueryFailsWhileTheIndexMovesOn) {
  RandomArchive archive(7, &store_);
  int64_t sequence = archive.Change(20);
  Start();
  ASSERT_THAT(index_.OpenAt(sequence, absl::Now() + absl::Seconds(30)), IsOk());
  std::atomic<bool> stop{false};
  std::atomic<int64_t> asked{0};
  auto read = [&](uint64_t seed) {
    FakeRecordStore unused;
    RandomArchive questions(seed, &unused);
    while (!stop) {
      const std::shared_ptr<const Snapshot> snapshot = index_.Open().value();
      SearchText text;
      text.query = questions.Query();
      text.filter = questions.Filter();
      text.facets = {{"organism", "", 10, 0, ""}, {"attribute", "comment", 10, 0, ""}};
      const absl::StatusOr<SearchAnswer> once = Ask(*snapshot, text);
      const absl::StatusOr<SearchAnswer> twice = Ask(*snapshot, text);
      if (!once.ok() || !twice.ok() || once->total != twice->total ||
          once->hits.size() != twice->hits.size()) {
        ADD_FAILURE() << "[" << text.query << "] [" << text.filter << "] " << once.status() << " "
                      << twice.status();
        ++failures_;
        return;
      }
      if (!snapshot->Suggest("m", {}, 5).ok()) ++failures_;
      ++asked;
    }
  };
  std::thread first(read, 100), second(read, 200);
  for (int i = 0; i < 60; ++i) {
    sequence = archive.Change(12);
    EXPECT_TRUE(writer_->WaitApplied(sequence, absl::Now() + absl::Seconds(60)));
  }
  stop = true;
  first.join();
  second.join();
  EXPECT_EQ(failures_, 0);
  EXPECT_GT(asked, 20);
}

TEST_F(SearchUnderLoadTest, APrefixStandsForAtMostFiveHundredWords) {
  Source source;
  source.id = "s";
  source.connector = "test";
  source.location = "/none";
  ASSERT_THAT(store_.CreateSource(source), IsOk());
  bool resumed = false;
  PageCommit page;
  page.source = "s";
  page.run = store_.BeginRun("s", absl::Now(), &resumed).value().id;
  page.raw = {"x"};
  auto add = [&](const std::string& accession, const std::string& stem, int words) {
    Study study = MakeStudy("s", accession, accession);
    for (int i = 0; i < words; ++i) absl::StrAppend(&study.description, stem, i, " ");
    page.upserts.push_back({study, {0, 0, 1, 0, 0}});
  };
  add("fits", "abcd", 500);
  add("exceeds", "wxyz", 501);
  const int64_t sequence = store_.CommitPage(page).value().sequence;
  Start();
  const std::shared_ptr<const Snapshot> snapshot =
      index_.OpenAt(sequence, absl::Now() + absl::Seconds(30)).value();
  SearchText text;
  text.query = "abcd*";
  const absl::StatusOr<SearchAnswer> fits = Ask(*snapshot, text);
  ASSERT_THAT(fits, IsOk());
  EXPECT_EQ(fits->total.studies, 1);
  text.query = "wxyz*";
  const absl::StatusOr<SearchAnswer> exceeds = Ask(*snapshot, text);
  EXPECT_THAT(exceeds,
              StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("prefix_expansions is 500")));
  EXPECT_THAT(exceeds, HasReason("LIMIT_EXCEEDED"));
}

std::string Repeat(const std::string& text, int times) {
  std::string out;
  for (int i = 0; i < times; ++i) out += text;
  return out;
}

TEST_F(SearchUnderLoadTest, RefusesBombsAtOnce) {
  RandomArchive archive(3, &store_);
  const int64_t sequence = archive.Change(60);
  Start();
  const std::shared_ptr<const Snapshot> snapshot =
      index_.OpenAt(sequence, absl::Now() + absl::Seconds(30)).value();
  const std::string bombs[] = {"a*",
                               "*",
                               Repeat("ab* ", 10),
                               Repeat("ab* ", 100),
                               Repeat("NOT ", 900) + "a",
                               Repeat("a AND ( b OR (", 200),
                               Repeat("a AND ( b OR (", 20000),
                               std::string(1 << 20, 'x'),
                               Repeat("a ", 2000),
                               "\"" + Repeat("a ", 100) + "\"",
                               "\"" + Repeat("a-", 1000) + "\"",
                               Repeat("abc* ", 5),
                               Repeat("-", 4000) + "a",
                               Repeat("(", 4096)};
  for (const std::string& bomb : bombs) {
    SCOPED_TRACE(bomb.substr(0, 30));
    timespec begin, end;
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &begin);
    SearchText text;
    text.query = bomb;
    EXPECT_THAT(Ask(*snapshot, text), StatusIs(absl::StatusCode::kInvalidArgument));
    text.query.clear();
    text.filter = bomb;
    EXPECT_THAT(Ask(*snapshot, text), StatusIs(absl::StatusCode::kInvalidArgument));
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &end);
    const double ms = static_cast<double>(end.tv_sec - begin.tv_sec) * 1e3 +
                      static_cast<double>(end.tv_nsec - begin.tv_nsec) * 1e-6;
    // 5 ms in a release build; assertions and sanitizers are some ten times slower.
    EXPECT_LT(ms, 50);
  }
}

TEST_F(SearchUnderLoadTest, AnyTextIsAnsweredOrRefused) {
  RandomArchive archive(5, &store_);
  const int64_t sequence = archive.Change(80);
  Start();
  const std::shared_ptr<const Snapshot> snapshot =
      index_.OpenAt(sequence, absl::Now() + absl::Seconds(30)).value();
  static const char* const kPieces[] = {"a",
                                        "\"",
                                        "(",
                                        ")",
                                        " ",
                                        "AND ",
                                        "OR ",
                                        "NOT ",
                                        "-",
                                        "*",
                                        "organism",
                                        " = ",
                                        ":",
                                        "mouse",
                                        "cell",
                                        "\\",
                                        "'",
                                        ".exact",
                                        "attribute[\"Comment\"]",
                                        "\xff",
                                        "2020",
                                        ">=",
                                        "light*",
                                        "title:"};
  std::mt19937_64 random(11);
  int answered = 0;
  for (int i = 0; i < 3000; ++i) {
    SearchText text;
    for (uint64_t n = random() % 12; n > 0; --n)
      text.query += kPieces[random() % std::size(kPieces)];
    for (uint64_t n = random() % 12; n > 0; --n)
      text.filter += kPieces[random() % std::size(kPieces)];
    text.level = static_cast<SearchLevel>(random() % 2);
    text.snippets = true;
    const absl::StatusOr<SearchAnswer> answer =
        Ask(*snapshot, text, absl::Now() + absl::Seconds(30));
    answered += answer.ok();
    if (!answer.ok()) {
      EXPECT_THAT(answer, StatusIs(absl::StatusCode::kInvalidArgument))
          << "[" << text.query << "] [" << text.filter << "]";
      EXPECT_NE(ReasonOf(answer.status()), "") << answer.status();
    }
  }
  EXPECT_GT(answered, 100);
}

}  // namespace
}  // namespace parfocal
