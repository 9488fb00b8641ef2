// What indexing costs: follows a feed of generated wells (712,342 by default: the distributions of
// a large archive: 130 studies, 18 attributes a row of which some are unique, some shared by a
// plate, most by the study; a gene and a reagent per well; 4 % with phenotypes), and prints
// processor time per row, memory and disk. `write_bench ROWS [rebuild]`; the second form builds by
// a scan.
#include <sys/resource.h>

#include <chrono>
#include <cstdio>
#include <filesystem>
#include <random>

#include "absl/strings/numbers.h"
#include "parfocal/write/index_writer.h"
#include "support/generated_store.h"
#include "support/temp_dir.h"

namespace parfocal {
namespace {

constexpr int64_t kRowsPerStudy = 5500, kWells = 384;

uint64_t Mix(uint64_t x) {
  x ^= x >> 33;
  x *= 0xff51afd7ed558ccdu;
  x ^= x >> 33;
  x *= 0xc4ceb9fe1a85ec53u;
  return x ^ (x >> 33);
}

Statement Said(absl::string_view field, std::string value, std::string id = "") {
  Statement statement;
  statement.field = std::string(field);
  statement.value = std::move(value);
  statement.stated_id = statement.term = std::move(id);
  if (!statement.term.empty()) statement.label = statement.value;
  return statement;
}

// Change `i` (from 0) as a record; a pure function. The first of each study is its record.
Record MakeRecord(int64_t i) {
  const int64_t study_number = i / kRowsPerStudy, row = i % kRowsPerStudy;
  const std::string accession = absl::StrCat("STUDY", study_number);
  if (row == 0) {
    Study study;
    study.source = "src";
    study.accession = accession;
    study.title = absl::StrCat("A genome-wide screen of mitosis, number ", study_number);
    for (int w = 0; w < 150; ++w) {
      absl::StrAppend(&study.description, "word", Mix(i * 997 + w) % 5000, " ");
    }
    study.release_date = "2016-05-01";
    study.statements = {Said("organism", "Homo sapiens", "EX:9"),
                        Said("imaging_method", "confocal microscopy", "EX:251")};
    return study;
  }
  ImageSet set;
  set.source = "src";
  set.study = accession;
  set.block = "screenA";
  const int64_t plate = row / kWells, well = row % kWells;
  set.plate = absl::StrCat("plate1_", plate);
  set.well = absl::StrCat(std::string(1, static_cast<char>('A' + well / 24)), well % 24 + 1);
  set.id = absl::StrCat("screenA/", set.plate, "/", set.well);
  const uint64_t h = Mix(i);
  const std::string gene = absl::StrCat("GENE", h % 20000);
  const std::string gene_id = absl::StrCat("ENSG", 100000 + h % 20000);
  const std::string reagent = absl::StrCat("s", h % 300000);
  set.statements = {Said("organism", "Homo sapiens", "EX:9"), Said("cell_line", "HeLa", "EX:1185"),
                    Said("perturbed_gene", gene, gene_id), Said("reagent", reagent),
                    Said("perturbation_type", "RNAi")};
  if (h % 25 == 0) {
    Observation observation;
    observation.outcome = Outcome::kPositive;
    observation.finding =
        Said("phenotype", absl::StrCat("phenotype ", h % 400), absl::StrCat("EX:7", h % 400));
    set.observations.push_back(observation);
  }
  set.image_count = 4;
  set.attributes = {{"Plate", set.plate},
                    {"Well", set.well},
                    {"Characteristics [Organism]", "Homo sapiens"},
                    {"Characteristics [Cell Line]", "HeLa"},
                    {"Gene Identifier", gene_id},
                    {"Gene Symbol", gene},
                    {"siRNA Identifier", reagent},
                    {"Sense Sequence", absl::StrCat("GCAUUAG", h % 300000, "CCUGAtt")},
                    {"Antisense Sequence", absl::StrCat("UUAGGC", h % 300000, "AAUCGtt")},
                    {"Control Type", h % 20 == 0 ? "negative control" : "sample"},
                    {"Quality Control", "pass"},
                    {"Channels", "DAPI: nucleus; GFP: tubulin"},
                    {"Reagent Design Gene Annotation Build", "RefSeq release 40"},
                    {"Cell Number", absl::StrCat(h % 3000)},
                    {"Score", absl::StrCat(static_cast<double>(h % 1000000) / 1000000)},
                    {"Has Phenotype", h % 25 == 0 ? "yes" : "no"},
                    {"Analysis Gene Annotation Build", "GRCh37"},
                    {"Experimental Condition [Time]", "72 h"}};
  return set;
}

double Cpu() {
  rusage usage;
  getrusage(RUSAGE_SELF, &usage);
  return usage.ru_utime.tv_sec + usage.ru_utime.tv_usec * 1e-6 + usage.ru_stime.tv_sec +
         usage.ru_stime.tv_usec * 1e-6;
}

int Main(int argc, char** argv) {
  int64_t rows = 712342;
  if (argc > 1 && !absl::SimpleAtoi(argv[1], &rows)) return 2;
  testing::TempDir dir;
  double begin = Cpu();
  for (int64_t i = 0; i < rows; ++i) MakeRecord(i);
  const double generator = Cpu() - begin;

  testing::GeneratedStore store(rows, MakeRecord);
  if (argc > 2) store.OfferScan();
  IndexWriterOptions options;
  Manifest last;
  int publications = 0;
  options.on_publish = [&](const PublishedIndex& index) {
    last = index.manifest;
    ++publications;
  };
  auto writer = IndexWriter::Open(dir / "index", &store, "public", options).value();
  begin = Cpu();
  const absl::Time wall = absl::Now();
  writer->Start();
  writer->WaitApplied(rows, absl::InfiniteFuture());
  const double indexed = Cpu() - begin;
  const double seconds = absl::ToDoubleSeconds(absl::Now() - wall);
  absl::SleepFor(absl::Seconds(10));  // Merges that wait for a quiet moment.
  const double settled = Cpu() - begin;
  const size_t segments = last.segments.size();
  writer->Stop();
  rusage usage;
  getrusage(RUSAGE_SELF, &usage);
  uint64_t text = 0, segment = 0, vocabulary = 0;
  for (const auto& file : std::filesystem::recursive_directory_iterator(dir / "index")) {
    if (!file.is_regular_file()) continue;
    const std::string path = file.path().string();
    (path.find("/text/") != std::string::npos       ? text
     : path.find("/segments/") != std::string::npos ? segment
                                                    : vocabulary) += file.file_size();
  }
  // In a feed each record is made twice more than once (for its name and for its content).
  const double made = argc > 2 ? generator : 2 * generator;
  std::printf("rows %ld, values %u, publications %d, segments at the end %zu\n", rows, last.values,
              publications, segments);
  std::printf(
      "cpu us per row: %.1f until applied, %.1f with the last merges (of these %.1f make the "
      "records)\n",
      1e6 * indexed / rows, 1e6 * settled / rows, 1e6 * made / rows);
  std::printf("wall %.1f s, peak resident %ld MB\n", seconds, usage.ru_maxrss / 1024);
  std::printf("bytes per row: segments %.0f, vocabulary %.0f, text index %.0f\n",
              1.0 * segment / rows, 1.0 * vocabulary / rows, 1.0 * text / rows);
  return 0;
}

}  // namespace
}  // namespace parfocal

int main(int argc, char** argv) { return parfocal::Main(argc, argv); }
