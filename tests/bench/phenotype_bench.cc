// What the phenotype matrix costs: likeness over generated genes, and, with the data directory of a
// node that is not running, the rebuild of its matrix, profiles, all pairs and a network.
//
//   phenotype_bench [--genes 20000] [--terms 15000] [--dump FILE]
//   phenotype_bench --data-dir D --ontologies D/ontologies [--term CURIE] [--dump FILE]
//
// --dump writes terms, profiles and scores for tests/bench/peers/phenotype_peer.py, which computes
// the same scores in plain Python. Run it on one core: taskset -c 0.
#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <fstream>
#include <map>
#include <memory>
#include <random>
#include <set>
#include <string>
#include <vector>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/time/clock.h"
#include "facts_file.h"
#include "matrix_data.h"
#include "parfocal/catalogue/rocksdb_record_store.h"
#include "parfocal/phenotype/matrix_follower.h"
#include "parfocal/segment/durable_file.h"
#include "parfocal/terms/term_store.h"
#include "profile_index.h"
#include "record_facts.h"
#include "similar.h"
#include "support/temp_dir.h"

namespace parfocal::phenotype {
namespace {

void Die(const absl::Status& status) {
  if (status.ok()) return;
  std::fprintf(stderr, "phenotype_bench: %s\n", status.ToString().c_str());
  std::exit(1);
}
template <typename T>
T OrDie(absl::StatusOr<T> value) {
  Die(value.status());
  return *std::move(value);
}

// Milliseconds since it was made: on the wall, and of the processor. The second is what a busy
// machine leaves alone.
class Stopwatch {
 public:
  double Milliseconds() const { return absl::ToDoubleMilliseconds(absl::Now() - begin_); }
  double Processor() const {
    return 1000.0 * static_cast<double>(std::clock() - clock_) / CLOCKS_PER_SEC;
  }

 private:
  const absl::Time begin_ = absl::Now();
  const std::clock_t clock_ = std::clock();
};

// A random ontology: each term has one parent before it, every fourth a second one.
std::shared_ptr<const TermTable> RandomTerms(uint32_t count, std::mt19937_64* random) {
  std::vector<std::string> ids;
  std::vector<std::vector<uint32_t>> ancestors(count);
  for (uint32_t term = 0; term < count; ++term) {
    ids.push_back(absl::StrFormat("EX:%07d", term));
    std::set<uint32_t> above = {term};
    for (uint32_t parent = 0; term > 0 && parent < 1 + (term % 4 == 0); ++parent) {
      const auto& chosen = ancestors[(*random)() % term];
      above.insert(chosen.begin(), chosen.end());
    }
    ancestors[term].assign(above.begin(), above.end());
  }
  return TermTable::FromAncestors(std::move(ids), ancestors);
}

std::vector<ProfileIndex::Profile> RandomProfiles(uint32_t genes, uint32_t terms,
                                                  std::mt19937_64* random) {
  std::vector<ProfileIndex::Profile> out;
  for (uint32_t gene = 0; gene < genes; ++gene) {
    std::set<uint32_t> chosen;
    for (uint64_t left = 5 + (*random)() % 11; left > 0; --left) {
      chosen.insert(static_cast<uint32_t>((*random)() % terms));
    }
    out.push_back({gene, {chosen.begin(), chosen.end()}});
  }
  return out;
}

// Best 50 by score, then by position.
size_t TopFifty(const std::vector<double>& scores, std::vector<uint32_t>* order) {
  order->clear();
  const double least = LeastOfBest(scores, 51);
  for (uint32_t i = 0; i < scores.size(); ++i) {
    if (scores[i] >= least) order->push_back(i);
  }
  std::sort(order->begin(), order->end(),
            [&](uint32_t a, uint32_t b) { return scores[a] > scores[b]; });
  return order->size();
}

// One line per term with its ancestors, per gene with its terms, and for some genes the scores with
// all others.
void Dump(const std::string& path, const ProfileIndex& index, size_t queries) {
  std::ofstream out(path);
  const TermTable& terms = index.terms();
  for (uint32_t term = 0; term < terms.size(); ++term) {
    out << "T";
    for (uint32_t above : terms.Ancestors(term)) out << " " << above;
    out << "\n";
  }
  for (const ProfileIndex::Profile& profile : index.profiles()) {
    out << "G";
    for (uint32_t term : profile.terms) out << " " << term;
    out << "\n";
  }
  std::vector<double> scores;
  for (size_t i = 0; i < queries; ++i) {
    const size_t gene = i * index.profiles().size() / queries;
    for (const bool resnik : {false, true}) {
      const Stopwatch watch;
      if (resnik) {
        index.ResnikWithAll(index.profiles()[gene].terms, &scores);
      } else {
        index.SimGicWithAll(index.profiles()[gene].terms, &scores);
      }
      out << (resnik ? "R " : "S ") << gene << " " << absl::StrFormat("%.3f", watch.Processor());
      for (double score : scores) out << " " << absl::StrFormat("%.17g", score);
      out << "\n";
    }
  }
}

void Generated(uint32_t genes, uint32_t terms, const std::string& dump) {
  std::mt19937_64 random(1);
  const auto table = RandomTerms(terms, &random);
  auto profiles = RandomProfiles(genes, terms, &random);
  const Stopwatch build;
  const ProfileIndex index(table, std::move(profiles));
  size_t closed = 0;
  for (size_t i = 0; i < genes; ++i) closed += index.ClosureOf(i).size();
  absl::PrintF("%d genes, %d terms, closure %.0f terms a gene; index built in %.1f ms, %.1f MB\n",
               genes, terms, static_cast<double>(closed) / genes, build.Milliseconds(),
               static_cast<double>(index.MemoryBytes()) / 1e6);
  std::vector<double> scores;
  std::vector<uint32_t> order;
  constexpr int kQueries = 200;
  for (const bool resnik : {false, true}) {
    std::vector<double> times, busy;
    for (int i = 0; i < kQueries; ++i) {
      const auto& query = index.profiles()[random() % genes].terms;
      const Stopwatch watch;
      resnik ? index.ResnikWithAll(query, &scores) : index.SimGicWithAll(query, &scores);
      TopFifty(scores, &order);
      times.push_back(watch.Milliseconds());
      busy.push_back(watch.Processor());
    }
    std::sort(times.begin(), times.end());
    std::sort(busy.begin(), busy.end());
    absl::PrintF(
        "%s, one against all, top 50: median %.3f ms, 95%% %.3f ms; processor %.3f and %.3f ms\n",
        resnik ? "Resnik BMA" : "simGIC", times[kQueries / 2], times[kQueries * 95 / 100],
        busy[kQueries / 2], busy[kQueries * 95 / 100]);
  }
  if (!dump.empty()) Dump(dump, index, 20);
}

// Where the time of a scan goes: reading and decoding, then taking the facts.
void Scan(const RecordStore& store) {
  int64_t sets = 0, kept = 0;
  absl::Duration facts;
  const Stopwatch watch;
  for (const Source& source : store.ListSources()) {
    Die(store.Scan(RecordName{source.id, "", ""}, std::nullopt, [&](const StoredRecord& stored) {
      const auto* set = std::get_if<ImageSet>(&stored.record);
      if (set == nullptr) return true;
      const absl::Time begin = absl::Now();
      ++sets;
      kept += FactsOf(*set).has_value();
      facts += absl::Now() - begin;
      return true;
    }));
  }
  absl::PrintF(
      "scan of %d image sets: %.0f ms, of it facts %.0f ms; %d have a subject or a finding\n", sets,
      watch.Milliseconds(), absl::ToDoubleMilliseconds(facts), kept);
}

void OfNode(const std::string& directory, const std::string& ontologies, const std::string& term,
            const std::string& dump) {
  const auto store = OrDie(OpenRocksDbRecordStore(directory + "/catalogue"));
  const auto terms = OrDie(TermStore::Open(ontologies));
  Scan(*store);
  testing::TempDir scratch;
  auto knowledge = [&] { return Knowledge{terms->Current(), nullptr, nullptr}; };
  const int64_t newest = OrDie(store->Status(std::string(kPublicGroup))).sequence;
  for (const char* what : {"rebuild by a scan", "start from the file"}) {
    const Stopwatch watch;
    auto follower = OrDie(MatrixFollower::Open(scratch.path(), store.get(), knowledge));
    follower->Start();
    if (!follower->WaitApplied(newest, absl::Now() + absl::Minutes(10))) Die(follower->health());
    absl::PrintF("%s: %.0f ms (processor %.0f ms); matrix of %.1f MB\n", what, watch.Milliseconds(),
                 watch.Processor(), static_cast<double>(follower->Current()->MemoryBytes()) / 1e6);
    follower->Stop();
  }
  FactsFile facts = OrDie(DecodeFacts(OrDie(ReadWholeFile(scratch / "facts"))));
  const Stopwatch tally;
  std::vector<MatrixData::StudyPart> studies;
  for (const auto& [key, study] : facts.studies) {
    if (study->rows() == 0) continue;
    studies.push_back({key, StudyTally::Make(study, [](const std::string& id) { return id; })});
  }
  const double tallied = tally.Milliseconds();
  const auto data = MatrixData::Make(std::move(studies), knowledge(), facts.sequence, nullptr);
  absl::PrintF("tallies %.0f ms, joined %.0f ms: %d genes, %d compounds\n", tallied,
               tally.Milliseconds() - tallied, data->genes(),
               data->subjects().size() - data->genes());
  const PhenotypeMatrix matrix(data);
  const ProfileIndex& index = data->profiles(ObservationKind::kPhenotype);
  absl::PrintF("%d genes with a phenotype, %d terms\n", index.profiles().size(),
               index.terms().size());

  std::vector<std::string> names;
  for (size_t i = 0; i < index.profiles().size() && names.size() < kMaxProfiles;
       i += std::max<size_t>(1, index.profiles().size() / kMaxProfiles)) {
    names.push_back(data->AnswerId(data->subjects()[index.profiles()[i].subject]));
  }
  data->names();
  const Stopwatch profiles;
  OrDie(matrix.Profiles(names, "", Scope()));
  absl::PrintF("%d profiles in one call: %.1f ms (processor %.1f ms)\n", names.size(),
               profiles.Milliseconds(), profiles.Processor());

  for (const bool resnik : {false, true}) {
    std::vector<double> scores;
    const Stopwatch pairs;
    for (const ProfileIndex::Profile& profile : index.profiles()) {
      resnik ? index.ResnikWithAll(profile.terms, &scores)
             : index.SimGicWithAll(profile.terms, &scores);
    }
    absl::PrintF("%s of all pairs of %d genes: %.0f ms (processor %.0f ms)\n",
                 resnik ? "Resnik BMA" : "simGIC", index.profiles().size(), pairs.Milliseconds(),
                 pairs.Processor());
  }
  if (!term.empty()) {
    FindQuery find;
    find.expression = term;
    const Stopwatch finding;
    const FoundGenes found = OrDie(matrix.FindGenes(find));
    absl::PrintF("genes of %s: %d, %d source identifiers, %.1f ms (processor %.1f ms)\n", term,
                 found.total_size, found.total_source_identifiers, finding.Milliseconds(),
                 finding.Processor());
    NetworkQuery query;
    query.expression = term;
    query.max_nodes = 2000;
    const Stopwatch building;
    const Network network = OrDie(matrix.BuildNetwork(query));
    absl::PrintF("network of %d genes, %d edges (%d left out): %.1f ms (processor %.1f ms)\n",
                 network.nodes.size(), network.edges.size(), network.edges_left_out,
                 building.Milliseconds(), building.Processor());
    for (const auto& screen : found.explain.studies) {
      for (const bool exact : {true, false}) {
        find.exact = exact;
        find.scope.studies = {screen};
        const FoundGenes here = OrDie(matrix.FindGenes(find));
        absl::PrintF("  %s %s: %d genes, %d source identifiers, %d of single targets\n", screen,
                     exact ? "exact" : "closure", here.total_size, here.total_source_identifiers,
                     here.total_single_target_identifiers);
      }
    }
  }
  if (!dump.empty()) Dump(dump, index, 20);
}

}  // namespace
}  // namespace parfocal::phenotype

int main(int argc, char** argv) {
  std::map<std::string, std::string> flags = {{"--genes", "20000"}, {"--terms", "15000"}};
  for (int i = 1; i + 1 < argc; i += 2) flags[argv[i]] = argv[i + 1];
  uint32_t genes = 0, terms = 0;
  if (!absl::SimpleAtoi(flags["--genes"], &genes) || !absl::SimpleAtoi(flags["--terms"], &terms)) {
    std::fprintf(stderr, "phenotype_bench: --genes and --terms are numbers\n");
    return 1;
  }
  if (flags["--data-dir"].empty()) {
    parfocal::phenotype::Generated(genes, terms, flags["--dump"]);
  } else {
    parfocal::phenotype::OfNode(flags["--data-dir"], flags["--ontologies"], flags["--term"],
                                flags["--dump"]);
  }
  return 0;
}
