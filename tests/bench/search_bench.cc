// How long does a search with words, two filters and every facet take on N generated rows (CPU of
// one thread), beside the plain scan that must give the same answer?
//
//   search_bench [--rows N] [--studies N] [--queries N] [--twin N]
//
// Rows are made like those of screens: 100 studies with ImageSets (a few large, many small) and
// --studies without any; one gene in a run of one to four wells out of 20,000, 4 % with phenotypes,
// 5 % controls, organisms and methods said by the study. --twin asks that many of the queries of
// the twin too and compares the answers (slow: it reads every row for every facet); 0 leaves it
// out.
#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <functional>
#include <iterator>
#include <memory>
#include <random>
#include <string>
#include <vector>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "parfocal/schema/schema.h"
#include "parfocal/search/binder.h"
#include "parfocal/search/segment_search_index.h"
#include "parfocal/write/index_writer.h"
#include "search_measure.h"
#include "support/fake_record_store.h"
#include "support/fake_term_lookup.h"
#include "support/plain_search_index.h"
#include "support/temp_dir.h"

namespace parfocal {
namespace {

using testing::CpuMillisecondsOf;
using testing::FakeRecordStore;
using testing::FakeTermLookup;
using testing::Percentile;
using testing::PrintTimes;

constexpr int kTerms = 600;
const char* const kWords[] = {"cell",   "division", "light",   "sheet",   "mouse",
                              "brain",  "nuclear",  "actin",   "spindle", "defect",
                              "screen", "genome",   "imaging", "protein", "human"};

std::string TermId(int number) { return absl::StrCat("EX:", absl::Dec(number, absl::kZeroPad7)); }
std::string TermLabel(int number) {
  return absl::StrCat(kWords[number % 15], " ", kWords[(number / 15) % 15], " ", number);
}

// A tree of terms, five below each.
std::shared_ptr<const FakeTermLookup> MakeTerms() {
  auto terms = std::make_shared<FakeTermLookup>("bench");
  for (int i = 0; i < kTerms; ++i) {
    std::vector<std::string> parents;
    if (i > 0) parents.push_back(TermId((i - 1) / 5));
    terms->Add(TermId(i), TermLabel(i), parents);
  }
  return terms;
}

Statement TermStatement(const char* field, int number) {
  Statement out;
  out.field = field;
  out.term = out.stated_id = TermId(number);
  out.label = out.value = TermLabel(number);
  out.rule = TermRule::kGivenId;
  return out;
}

class Rows {
 public:
  Rows(FakeRecordStore* store, int64_t rows, int64_t studies) : store_(store) {
    Source source;
    source.id = "bench";
    source.connector = "bench";
    source.location = "/none";
    store->CreateSource(source).IgnoreError();
    bool resumed = false;
    run_ = store->BeginRun("bench", absl::Now(), &resumed).value().id;
    for (int s = 0; s < 100; ++s) Screen(s, std::max<int64_t>(1, rows * 2 * (100 - s) / 10100));
    for (int64_t s = 0; s < studies; ++s) Put(MakeStudy(absl::StrCat("crate-", s)));
    Flush();
  }
  int64_t sequence() const { return sequence_; }

 private:
  uint64_t Below(uint64_t bound) { return random_() % bound; }

  Study MakeStudy(const std::string& accession) {
    Study out;
    out.source = "bench";
    out.accession = accession;
    for (int i = 0; i < 8; ++i) absl::StrAppend(&out.title, kWords[Below(15)], " ");
    for (int i = 0; i < 150; ++i)
      absl::StrAppend(&out.description, kWords[Below(15)], Below(40), " ");
    out.release_date = absl::StrCat(2010 + Below(15));
    out.people.push_back({absl::StrCat("Author ", Below(400)), "", "An institute", "", {}});
    out.licence.stated = out.licence.spdx = Below(3) == 0 ? "CC0-1.0" : "CC-BY-4.0";
    out.keywords = {kWords[Below(15)], kWords[Below(15)]};
    out.image_count = static_cast<int64_t>(Below(1000));
    out.statements.push_back(TermStatement("organism", 100 + static_cast<int>(Below(60))));
    out.statements.push_back(TermStatement("imaging_method", 200 + static_cast<int>(Below(60))));
    out.statements.push_back(TermStatement("study_type", 300 + static_cast<int>(Below(10))));
    return out;
  }

  void Screen(int number, int64_t rows) {
    const std::string accession = absl::StrCat("screen-", number);
    Put(MakeStudy(accession));
    int64_t same = 0;
    std::string gene;
    for (int64_t i = 0; i < rows; ++i) {
      if (same-- <= 0) {
        gene = absl::StrCat("GENE", Below(20000));
        same = static_cast<int64_t>(Below(4));
      }
      ImageSet set;
      set.source = "bench";
      set.study = accession;
      set.block = "screenA";
      set.plate = absl::StrCat("Plate", i / 384);
      set.well = absl::StrCat(std::string(1, static_cast<char>('A' + i % 384 / 24)), 1 + i % 24);
      set.id = absl::StrCat("screenA/", set.plate, "/", set.well);
      set.image_count = 1 + static_cast<int64_t>(Below(16));
      if (Below(20) == 0) set.control = ControlType::kNegative;
      set.quality = Below(50) == 0 ? Quality::kFailed : Quality::kPassed;
      Statement statement;
      statement.field = "gene";
      statement.role = "perturbed";
      statement.value = gene;
      set.statements.push_back(std::move(statement));
      if (Below(25) == 0) {
        Observation observation;
        observation.outcome = Outcome::kPositive;
        observation.finding = TermStatement("phenotype", 400 + static_cast<int>(Below(200)));
        set.observations.push_back(std::move(observation));
      }
      set.attributes = {{"Gene", gene}, {"siRNA", absl::StrCat("s", i % 100000)}};
      Put(std::move(set));
    }
  }

  void Put(Record record) {
    page_.upserts.push_back({std::move(record), {}});
    if (page_.upserts.size() == 5000) Flush();
  }
  void Flush() {
    page_.source = "bench";
    page_.run = run_;
    page_.raw = {absl::StrCat("page ", pages_++)};
    for (Upsert& upsert : page_.upserts) upsert.raw.length = page_.raw[0].size();
    sequence_ = store_->CommitPage(page_).value().sequence;
    page_ = PageCommit();
  }

  std::mt19937_64 random_{1};
  FakeRecordStore* const store_;
  std::string run_;
  PageCommit page_;
  int pages_ = 0;
  int64_t sequence_ = 0;
};

SearchText Question(int number) {
  SearchText text;
  text.query = number % 2 == 0 ? kWords[number % 15]
                               : absl::StrCat(kWords[number % 15], " ", kWords[(number * 7) % 15]);
  text.filter =
      absl::StrCat("organism = \"", TermId(19 + number % 14), "\" AND year >= ", 2011 + number % 8);
  text.level = number % 3 == 0 ? SearchLevel::kImageSet : SearchLevel::kStudy;
  for (const Field& field : Fields()) {
    if (field.facet && !field.stated && field.privacy == FieldPrivacy::kOpen) {
      text.facets.push_back({std::string(field.name), "", 50, 0, ""});
    }
  }
  return text;
}

double Milliseconds(const std::function<void()>& work) {
  const auto begin = std::chrono::steady_clock::now();
  work();
  return std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - begin)
      .count();
}

int Main(int64_t rows, int64_t studies, int64_t queries, int64_t twins) {
  const std::shared_ptr<const TermLookup> terms = MakeTerms();
  FakeRecordStore store;
  SegmentSearchIndex index;
  testing::TempDir dir;
  std::vector<double> publishing;
  IndexWriterOptions options;
  options.release = "bench";
  options.on_publish = [&](const PublishedIndex& state) {
    publishing.push_back(CpuMillisecondsOf([&] {
      const absl::Status status =
          index.Publish(state.directory, state.manifest, state.vocabulary, terms);
      if (!status.ok()) std::fprintf(stderr, "%s\n", status.ToString().c_str());
    }));
  };
  auto writer = IndexWriter::Open(dir.path(), &store, "public", options).value();
  int64_t sequence = 0;
  const double making = Milliseconds([&] { sequence = Rows(&store, rows, studies).sequence(); });
  const double indexing = Milliseconds([&] {
    writer->Start();
    if (!writer->WaitApplied(sequence, absl::Now() + absl::Hours(1))) std::abort();
  });
  auto opened = index.OpenAt(sequence, absl::Now() + absl::Seconds(60));
  if (!opened.ok()) {
    std::fprintf(stderr, "%s\n", opened.status().ToString().c_str());
    return 1;
  }
  const std::shared_ptr<const Snapshot> engine = *opened;
  std::printf("%lld rows: made in %.1f s, indexed in %.1f s\n", static_cast<long long>(rows),
              making / 1000, indexing / 1000);
  PrintTimes("publishing a snapshot", publishing);

  const Binder binder(terms.get(), engine.get());
  struct Kind {
    const char* name;
    std::function<void(SearchText*)> change;
  };
  const Kind kinds[] = {
      {"words + 2 filters + all facets", [](SearchText*) {}},
      {"2 filters + all facets", [](SearchText* t) { t->query.clear(); }},
      {"everything + all facets",
       [](SearchText* t) {
         t->query.clear();
         t->filter.clear();
       }},
      {"words + all facets", [](SearchText* t) { t->filter.clear(); }},
      {"words + 2 filters, no facets", [](SearchText* t) { t->facets.clear(); }},
  };
  for (const Kind& kind : kinds) {
    std::vector<double> times;
    for (int64_t i = -2; i < queries; ++i) {
      SearchText text = Question(static_cast<int>(i + 2));
      kind.change(&text);
      const double took = CpuMillisecondsOf([&] {
        const BoundQuery bound = binder.Bind(text).value();
        if (!engine->Execute(bound, nullptr, absl::InfiniteFuture()).ok()) std::abort();
      });
      if (i >= 0) times.push_back(took);  // The first two warm what is made on demand.
    }
    PrintTimes(kind.name, times);
  }
  if (twins == 0) return 0;

  const std::shared_ptr<const Snapshot> plain =
      testing::PlainSearchIndex(&store, terms.get()).Open().value();
  std::vector<double> fast, slow;
  for (int64_t i = 0; i < twins; ++i) {
    const SearchText text = Question(static_cast<int>(i));
    const BoundQuery bound = binder.Bind(text).value();
    SearchAnswer a, b;
    fast.push_back(CpuMillisecondsOf(
        [&] { a = engine->Execute(bound, nullptr, absl::InfiniteFuture()).value(); }));
    slow.push_back(CpuMillisecondsOf(
        [&] { b = plain->Execute(bound, nullptr, absl::InfiniteFuture()).value(); }));
    if (const std::string difference = testing::FirstDifference(a, b); !difference.empty()) {
      std::fprintf(stderr, "the twin disagrees on question %lld: %s\n", static_cast<long long>(i),
                   difference.c_str());
      return 1;
    }
  }
  PrintTimes("engine, the twin's questions", fast);
  PrintTimes("plain scan, equal answers", slow);
  std::printf("plain scan / engine, medians: %.0f\n",
              Percentile(slow, 0.5) / Percentile(fast, 0.5));
  return 0;
}

}  // namespace
}  // namespace parfocal

int main(int argc, char** argv) {
  int64_t rows = 5000, studies = 300, queries = 200, twins = 2;
  for (int i = 1; i + 1 < argc; i += 2) {
    const std::string name = argv[i];
    int64_t* to = name == "--rows"      ? &rows
                  : name == "--studies" ? &studies
                  : name == "--queries" ? &queries
                  : name == "--twin"    ? &twins
                                        : nullptr;
    if (to == nullptr || !absl::SimpleAtoi(argv[i + 1], to)) {
      std::fprintf(stderr, "search_bench [--rows N] [--studies N] [--queries N] [--twin N]\n");
      return 2;
    }
  }
  return parfocal::Main(rows, studies, queries, twins);
}
