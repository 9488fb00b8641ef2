// Does the search engine agree with a plain scan over real records, and how much faster is it?
//
//   search_twin --data-dir DIR [--questions N] [--seed S] [--scan 1]
//
// DIR is the data directory of a stopped node. Its catalogue is indexed anew into a scratch folder
// and read whole into the slow twin (about 3 KB of memory an ImageSet). The questions are made of
// the records' own words and values: words, two filters joined or denied, ranges of years, both
// levels, every order, every third with two facets. Totals, hits, order, scores and facet counts
// must be equal; the first difference ends the program with code 1. Prints CPU times of both and
// their ratio. --scan: the twin is RowScan, for archives too large for the other; scores, and the
// order of hits by relevance, are then not compared.
#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <map>
#include <memory>
#include <random>
#include <string>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/str_split.h"
#include "absl/time/clock.h"
#include "parfocal/catalogue/rocksdb_record_store.h"
#include "parfocal/schema/schema.h"
#include "parfocal/search/binder.h"
#include "parfocal/search/segment_search_index.h"
#include "parfocal/terms/term_store.h"
#include "parfocal/write/index_writer.h"
#include "search_measure.h"
#include "support/plain_search_index.h"
#include "support/row_scan.h"
#include "support/temp_dir.h"

namespace parfocal {
namespace {

template <typename T>
T OrDie(absl::StatusOr<T> value) {
  if (!value.ok()) {
    std::fprintf(stderr, "search_twin: %s\n", value.status().ToString().c_str());
    std::exit(3);
  }
  return *std::move(value);
}

std::vector<FacetSpec> EveryFacet(int limit) {
  std::vector<FacetSpec> out;
  for (const Field& field : Fields()) {
    if (field.facet && field.privacy == FieldPrivacy::kOpen)
      out.push_back({std::string(field.name), "", limit, 0, ""});
  }
  return out;
}

// Questions of the words and values that the records have.
class Questions {
 public:
  Questions(const RecordStore& store, const Binder& binder, const Snapshot& engine, uint64_t seed)
      : random_(seed) {
    SearchText all;
    all.facets = EveryFacet(200);
    const BoundQuery bound = OrDie(binder.Bind(all));
    for (const FacetResult& facet :
         OrDie(engine.Execute(bound, nullptr, absl::InfiniteFuture())).facets) {
      for (const FacetValue& value : facet.values) {
        const std::string quoted =
            absl::StrReplaceAll(value.value, {{"\\", "\\\\"}, {"\"", "\\\""}});
        filters_.push_back(
            absl::StrCat(facet.field, random_() % 4 == 0 ? ".exact" : "", " = \"", quoted, "\""));
        // Some values are no more than words: the filter must be one that binds.
        SearchText one;
        one.filter = filters_.back();
        if (!binder.Bind(one).ok()) filters_.pop_back();
      }
    }
    for (const Source& source : store.ListSources()) {
      OrDie(StatusOrTrue(
          store.Scan(RecordName{source.id, "", ""}, std::nullopt, [&](const StoredRecord& stored) {
            if (const auto* study = std::get_if<Study>(&stored.record)) TakeWords(study->title);
            return true;
          })));
    }
    if (filters_.size() < 2 || words_.size() < 2) {
      std::fprintf(stderr, "search_twin: the catalogue holds nothing to ask about\n");
      std::exit(3);
    }
  }

  SearchText Next(int number) {
    SearchText text;
    const std::string &a = Pick(words_), &b = Pick(words_);
    const char* const queries[] = {"", "$0", "$0 $1", "$0 OR $1", "$0 -$1", "\"$0 $1\""};
    text.query = absl::StrReplaceAll(queries[random_() % 6], {{"$0", a}, {"$1", b}});
    const std::string &f = Pick(filters_), &g = Pick(filters_);
    switch (random_() % 6) {
      case 0:
        break;
      case 1:
        text.filter = f;
        break;
      case 2:
        text.filter = absl::StrCat(f, " AND ", g);
        break;
      case 3:
        text.filter = absl::StrCat("(", f, " OR ", g, ") AND NOT ", Pick(filters_));
        break;
      case 4:
        text.filter = absl::StrCat("NOT ", f);
        break;
      case 5:
        text.filter = absl::StrCat(f, " AND year >= ", 2008 + random_() % 15);
        break;
    }
    text.level = number % 2 == 0 ? SearchLevel::kStudy : SearchLevel::kImageSet;
    text.order = static_cast<SearchOrder>(number % 7);
    text.page_size = 10;
    if (number % 3 == 0) {
      // The twin reads every row for every value of a facet: two of them are patience enough.
      const std::vector<FacetSpec> every = EveryFacet(50);
      for (int i = 0; i < 2; ++i) text.facets.push_back(every[random_() % every.size()]);
    }
    return text;
  }

 private:
  static absl::StatusOr<bool> StatusOrTrue(const absl::Status& status) {
    if (!status.ok()) return status;
    return true;
  }
  void TakeWords(absl::string_view title) {
    for (absl::string_view word : absl::StrSplit(title, ' ', absl::SkipEmpty())) {
      if (word.size() >= 4 && std::all_of(word.begin(), word.end(),
                                          [](unsigned char c) { return absl::ascii_isalpha(c); })) {
        words_.emplace_back(absl::AsciiStrToLower(word));
      }
    }
  }
  const std::string& Pick(const std::vector<std::string>& from) {
    return from[random_() % from.size()];
  }
  std::mt19937_64 random_;
  std::vector<std::string> filters_, words_;
};

// Leaves in the answers what RowScan knows.
void KeepWhatIsScanned(const BoundQuery& query, SearchAnswer* engine, SearchAnswer* scan) {
  for (SearchAnswer* answer : {engine, scan}) {
    if (!testing::RowScan::Orders(query)) answer->hits.clear();
    for (Hit& hit : answer->hits) {
      hit.score = 0;
      if (query.level == SearchLevel::kImageSet) hit.counts = Counts();
    }
  }
}

int Main(const std::string& directory, int questions, uint64_t seed, bool scan) {
  const auto store = OrDie(OpenRocksDbRecordStore(directory + "/catalogue"));
  const auto term_store = OrDie(TermStore::Open(directory + "/terms"));
  const std::shared_ptr<const TermLookup> terms = term_store->Current();
  const int64_t newest = OrDie(store->Status(std::string(kPublicGroup))).sequence;

  testing::TempDir scratch;
  SegmentSearchIndex index;
  IndexWriterOptions options;
  options.release = terms->release();
  options.on_publish = [&](const PublishedIndex& state) {
    const absl::Status status =
        index.Publish(state.directory, state.manifest, state.vocabulary, terms);
    if (!status.ok()) std::fprintf(stderr, "search_twin: %s\n", status.ToString().c_str());
  };
  const auto writer =
      OrDie(IndexWriter::Open(scratch.path(), store.get(), std::string(kPublicGroup), options));
  writer->Start();
  if (!writer->WaitApplied(newest, absl::Now() + absl::Hours(1))) {
    std::fprintf(stderr, "search_twin: %s\n", writer->health().ToString().c_str());
    return 3;
  }
  const auto engine = OrDie(index.OpenAt(newest, absl::Now() + absl::Seconds(60)));
  std::shared_ptr<const Snapshot> twin;
  std::unique_ptr<testing::RowScan> scanned;
  if (scan) {
    scanned = std::make_unique<testing::RowScan>(*store, terms.get());
    std::printf("%zu rows to scan\n", scanned->rows());
  } else {
    twin = OrDie(testing::PlainSearchIndex(store.get(), terms.get()).Open());
  }

  const Binder binder(terms.get(), engine.get());
  const Binder twin_binder(terms.get(), scan ? engine.get() : twin.get());
  Questions next(*store, binder, *engine, seed);
  std::vector<double> fast, slow;
  int64_t matches = 0;
  for (int i = 0; i < questions; ++i) {
    const SearchText text = next.Next(i);
    const BoundQuery bound = OrDie(binder.Bind(text)), by_twin = OrDie(twin_binder.Bind(text));
    SearchAnswer a, b;
    fast.push_back(testing::CpuMillisecondsOf(
        [&] { a = OrDie(engine->Execute(bound, nullptr, absl::InfiniteFuture())); }));
    slow.push_back(testing::CpuMillisecondsOf([&] {
      b = scan ? scanned->Execute(by_twin)
               : OrDie(twin->Execute(by_twin, nullptr, absl::InfiniteFuture()));
    }));
    if (scan) KeepWhatIsScanned(bound, &a, &b);
    if (i % 500 == 499) {
      std::printf("%d questions equal\n", i);
      std::fflush(stdout);
    }
    matches += a.total.rows > 0;
    if (const std::string difference = testing::FirstDifference(a, b); !difference.empty()) {
      std::fprintf(stderr, "question %d, query [%s] filter [%s]: engine and twin differ: %s\n", i,
                   text.query.c_str(), text.filter.c_str(), difference.c_str());
      return 1;
    }
  }
  testing::PrintTimes("engine", fast);
  testing::PrintTimes("plain scan, equal answers", slow);
  std::printf("%d questions, %lld with an answer, all equal; plain scan / engine, medians: %.0f\n",
              questions, static_cast<long long>(matches),
              testing::Percentile(slow, 0.5) / testing::Percentile(fast, 0.5));
  return 0;
}

}  // namespace
}  // namespace parfocal

int main(int argc, char** argv) {
  std::map<std::string, std::string> flags = {
      {"--questions", "200"}, {"--seed", "1"}, {"--scan", "0"}};
  for (int i = 1; i + 1 < argc; i += 2) flags[argv[i]] = argv[i + 1];
  int questions = 0;
  uint64_t seed = 0;
  if (flags["--data-dir"].empty() || flags.size() != 4 ||
      !absl::SimpleAtoi(flags["--questions"], &questions) || questions < 1 ||
      !absl::SimpleAtoi(flags["--seed"], &seed)) {
    std::fprintf(stderr, "search_twin --data-dir DIR [--questions N] [--seed S] [--scan 1]\n");
    return 2;
  }
  return parfocal::Main(flags["--data-dir"], questions, seed, flags["--scan"] == "1");
}
