// The rows of tests/support/idr_like.h in an index, for the benches that ask about them: made in a
// folder, or opened if they are there.
#pragma once

#include <sys/resource.h>

#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "parfocal/search/binder.h"
#include "parfocal/search/segment_search_index.h"
#include "parfocal/write/index_writer.h"
#include "support/generated_store.h"
#include "support/idr_like.h"

namespace parfocal::testing {

// Of all threads of the process.
inline double ProcessCpuSeconds() {
  rusage usage;
  getrusage(RUSAGE_SELF, &usage);
  return static_cast<double>(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) +
         static_cast<double>(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) * 1e-6;
}

// Megabytes: "VmRSS" (now), "VmHWM" (at most), "RssAnon" (without mapped files).
inline int64_t MemoryMegabytes(const std::string& what) {
  std::ifstream in("/proc/self/status");
  for (std::string line; std::getline(in, line);) {
    if (line.rfind(what + ":", 0) == 0) return std::atoll(line.c_str() + what.size() + 1) / 1024;
  }
  return -1;
}

class LoadedRows {
 public:
  // Ends the program with a message if it cannot.
  LoadedRows(const std::string& directory, int64_t rows)
      : rows_(rows),
        terms_(IdrLike::Terms()),
        store_(rows_.records(), [this](int64_t i) { return rows_.record(i); }) {
    store_.OfferScan();
    const bool fresh = !std::filesystem::exists(directory + "/CURRENT");
    IndexWriterOptions options;
    options.release = terms_->release();
    options.on_publish = [this](const PublishedIndex& state) {
      const absl::Status status =
          index_.Publish(state.directory, state.manifest, state.vocabulary, terms_);
      if (!status.ok()) std::fprintf(stderr, "%s\n", status.ToString().c_str());
      last_ = state;
    };
    const double cpu = ProcessCpuSeconds();
    const absl::Time began = absl::Now();
    auto writer = IndexWriter::Open(directory, &store_, "public", options);
    if (!writer.ok()) Die(writer.status());
    writer_ = *std::move(writer);
    writer_->Start();
    if (!writer_->WaitApplied(rows_.records(), absl::Now() + absl::Hours(3))) {
      Die(writer_->health());
    }
    auto opened = index_.OpenAt(rows_.records(), absl::Now() + absl::Seconds(60));
    if (!opened.ok()) Die(opened.status());
    snapshot_ = *opened;
    uint64_t bytes = 0;
    for (const auto& file : std::filesystem::recursive_directory_iterator(directory)) {
      if (file.is_regular_file()) bytes += file.file_size();
    }
    const double count = static_cast<double>(rows);
    std::fprintf(stderr,
                 "%s %lld rows: wall %.1f s, processor %.1f s (%.1f us a row), %.0f bytes a row on "
                 "disk, %zu segments, %u values; resident %lld MB, at most %lld MB\n",
                 fresh ? "loaded" : "opened", static_cast<long long>(rows),
                 absl::ToDoubleSeconds(absl::Now() - began), ProcessCpuSeconds() - cpu,
                 1e6 * (ProcessCpuSeconds() - cpu) / count, static_cast<double>(bytes) / count,
                 last_.manifest.segments.size(), last_.manifest.values,
                 static_cast<long long>(MemoryMegabytes("VmRSS")),
                 static_cast<long long>(MemoryMegabytes("VmHWM")));
  }

  const IdrLike& source() const { return rows_; }
  IndexWriter& writer() { return *writer_; }
  const SearchIndex& index() const { return index_; }
  // Publishes the newest state once more, under another release of the same terms.
  absl::Status PublishAs(const std::string& release) {
    Manifest manifest = last_.manifest;
    manifest.release = release;
    return index_.Publish(last_.directory, manifest, last_.vocabulary, IdrLike::Terms());
  }
  const Snapshot& snapshot() const { return *snapshot_; }
  absl::StatusOr<BoundQuery> TryBind(const SearchText& text) const {
    return Binder(terms_.get(), snapshot_.get()).Bind(text);
  }
  BoundQuery Bind(const SearchText& text) const {
    // The words alone: no peer knows what they name.
    SearchText plain = text;
    plain.exact = true;
    auto bound = TryBind(plain);
    if (!bound.ok()) Die(bound.status());
    return *std::move(bound);
  }
  SearchAnswer Execute(const BoundQuery& query) const {
    auto answer = snapshot_->Execute(query, nullptr, absl::InfiniteFuture());
    if (!answer.ok()) Die(answer.status());
    return *std::move(answer);
  }

 private:
  [[noreturn]] static void Die(const absl::Status& status) {
    std::fprintf(stderr, "%s\n", status.ToString().c_str());
    std::exit(1);
  }

  const IdrLike rows_;
  const std::shared_ptr<const TermLookup> terms_;
  GeneratedStore store_;
  SegmentSearchIndex index_;
  PublishedIndex last_;
  std::unique_ptr<IndexWriter> writer_;
  std::shared_ptr<const Snapshot> snapshot_;
};

// A question that the benches ask, by name.
struct NamedQuestion {
  std::string name;
  SearchText text;
  // The filter once more: its conditions, all of which hold.
  std::vector<std::pair<std::string, std::string>> conditions;
};

inline constexpr const char* kBenchFacets[] = {"organism",          "imaging_method", "cell_line",
                                               "compound",          "phenotype",      "gene",
                                               "perturbation_type", "control_type"};

inline std::vector<NamedQuestion> BenchQuestions() {
  using Conditions = std::vector<std::pair<std::string, std::string>>;
  const Conditions two = {{"organism", "EX:0000001"}, {"licence", "CC-BY-4.0"}};
  struct Row {
    const char *name, *query;
    Conditions conditions;
    bool facets;
  };
  const Row rows[] = {
      {"word of half the studies, 2 filters, 8 facets", "halfway", two, true},
      {"word of every second row, 2 filters, 8 facets", "evenly", two, true},
      {"word of every tenth row, 2 filters, 8 facets", "tenth", two, true},
      {"two words, 2 filters, 8 facets", "evenly halfway", two, true},
      {"2 filters, 8 facets", "", two, true},
      {"1 filter on rows, 8 facets", "", {{"quality", "passed"}}, true},
      {"everything, 8 facets", "", {}, true},
      {"word of every second row, no facets", "evenly", {}, false},
      {"rare word", "scarce", {}, false},
      {"gene", "GENE77", {}, false},
      {"accession", "study0005", {}, false},
      {"equality filter", "", {{"gene", "GENE77"}}, false},
      {"equality filter on half", "", {{"organism", "EX:0000001"}}, false},
  };
  std::vector<NamedQuestion> out;
  for (const Row& row : rows) {
    NamedQuestion question;
    question.name = row.name;
    question.conditions = row.conditions;
    question.text.query = row.query;
    for (const auto& [field, value] : row.conditions) {
      absl::StrAppend(&question.text.filter, question.text.filter.empty() ? "" : " AND ", field,
                      " = \"", value, "\"");
    }
    question.text.page_size = 25;
    if (row.facets) {
      for (const char* field : kBenchFacets) question.text.facets.push_back({field, "", 50, 0, ""});
    }
    out.push_back(std::move(question));
  }
  return out;
}

}  // namespace parfocal::testing
