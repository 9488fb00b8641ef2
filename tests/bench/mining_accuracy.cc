// How often what the text miner finds is what the archive states: on the crates that state an
// organism, an imaging method or a cell line, and on the screens and experiments whose tables state
// a part of the organism, their statements are hidden, title and description mined, and the two
// compared along the hierarchy. One command:
//
//   build/release/tests/bench/mining_accuracy --corpus ../shared/data
//
// Studies of one title (an archive and its copy) are one. Precision: of the terms found, those that
// are stated (equal), stands above a stated one (general) or below one (specific); with 95 %
// intervals (Wilson 1927). Recall: of the studies that state a term, those of which an equal or
// related one is found. What an archive leaves unsaid counts against the miner. Studies whose own
// id and words for the field disagree are left out. Printed for two halves of the titles (the rules
// were first made with the first in view alone, see docs/lexical.md) and for all. Behind that, for
// each field, what a threshold does that was chosen without the half on which it is measured:
// places (MentionPlace) are taken that were right often enough in the other half. Options: --errors
// (prints what is unrelated), --unstated (prints what is found where nothing is stated),
// --table FILE (instead of deploy/vocabulary/mining.tsv).
#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdio>
#include <fstream>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "parfocal/connector_idr/idr_connector.h"
#include "parfocal/mining/text_miner.h"
#include "parfocal/rdf/table_layout.h"
#include "parfocal/ro_crate/ro_crate_connector.h"
#include "parfocal/terms/term_store.h"
#include "parfocal/terms/text_fold.h"
#include "support/temp_dir.h"

namespace parfocal {
namespace {

struct Options {
  std::string corpus = "../shared/data";
  std::string table = PARFOCAL_SOURCE_DIR "/deploy/vocabulary/mining.tsv";
  bool errors = false, unstated = false;
};

const std::vector<std::string> kFields = {"organism", "imaging_method", "cell_line", "anatomy"};
// A place is taken if so many of its terms were right in the half that it is chosen on, of so many
// at least: two points above the 95 % that are wanted of all that is taken.
constexpr double kChosenShare = 0.97;
constexpr size_t kChosenTerms = 10;
constexpr const char* kPlaces[kMentionPlaces] = {"title",      "often",      "once",     "among",
                                                 "weak_title", "weak_often", "weak_once"};

std::string ReadAll(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  return std::string(std::istreambuf_iterator<char>(in), {});
}

std::string Share(size_t hits, size_t of) {
  if (of == 0) return "-";
  const double n = static_cast<double>(of), p = static_cast<double>(hits) / n, z = 1.96;
  const double middle = (p + z * z / (2 * n)) / (1 + z * z / n);
  const double half = z / (1 + z * z / n) * std::sqrt(p * (1 - p) / n + z * z / (4 * n * n));
  char text[64];
  std::snprintf(text, sizeof text, "%.1f %% (%.1f-%.1f)", 100 * p, 100 * (middle - half),
                100 * (middle + half));
  return text;
}

struct Tally {
  size_t equal = 0, general = 0, specific = 0, other = 0;
  size_t related() const { return equal + general + specific; }
  size_t all() const { return related() + other; }
};

enum class Match { kEqual, kGeneral, kSpecific, kOther };

Match Compare(const TermLookup& terms, const std::string& found,
              const std::set<std::string>& stated) {
  if (stated.contains(found)) return Match::kEqual;
  for (const std::string& term : stated) {
    const std::vector<std::string> above = terms.Ancestors(term);
    if (std::binary_search(above.begin(), above.end(), found)) return Match::kGeneral;
  }
  for (const std::string& above : terms.Ancestors(found)) {
    if (stated.contains(above)) return Match::kSpecific;
  }
  return Match::kOther;
}

void Count(Match match, Tally* tally) {
  ++(match == Match::kEqual      ? tally->equal
     : match == Match::kGeneral  ? tally->general
     : match == Match::kSpecific ? tally->specific
                                 : tally->other);
}

// One study of each title.
absl::StatusOr<std::vector<Study>> Studies(const Options& options) {
  Source source;
  source.id = "gide";
  source.location = options.corpus + "/sources/gide/crates.tar.gz";
  PARFOCAL_ASSIGN_OR_RETURN(auto connector, MakeRoCrateConnector(source, {}));
  std::vector<Study> out;
  std::set<std::string> titles;
  for (std::string cursor;;) {
    PARFOCAL_ASSIGN_OR_RETURN(auto page, connector->NextPage(cursor));
    for (Draft& draft : page.drafts) {
      Study& study = std::get<Study>(draft.record);
      if (titles.insert(FoldText(study.title)).second) out.push_back(std::move(study));
    }
    if (page.last) return out;
    cursor = page.next_cursor;
  }
}

// The studies of screens and experiments whose tables state a part of the organism: each with what
// its tables state.
absl::StatusOr<std::vector<Study>> StudiesWithTables(const Options& options) {
  Source source;
  source.id = "idr";
  source.location = options.corpus + "/idr";
  ConnectorContext context;
  context.share_dir = PARFOCAL_SOURCE_DIR "/deploy";
  PARFOCAL_ASSIGN_OR_RETURN(auto connector, MakeIdrConnector(source, context));
  std::map<std::string, Study> studies;
  std::map<std::string, std::set<std::pair<std::string, std::string>>> seen;
  for (std::string cursor;;) {
    PARFOCAL_ASSIGN_OR_RETURN(auto page, connector->NextPage(cursor));
    for (Draft& draft : page.drafts) {
      if (Study* study = std::get_if<Study>(&draft.record)) {
        study->blocks.clear();
        std::erase_if(study->statements, [](const Statement& s) { return s.field != "anatomy"; });
        studies[study->accession] = std::move(*study);
        continue;
      }
      const ImageSet& set = std::get<ImageSet>(draft.record);
      for (const Statement& s : set.statements) {
        if (s.field == "anatomy" && seen[set.study].insert({s.value, s.stated_id}).second)
          studies[set.study].statements.push_back(s);
      }
    }
    if (page.last) break;
    cursor = page.next_cursor;
  }
  std::vector<Study> out;
  for (auto& [accession, study] : studies) {
    if (!study.title.empty()) out.push_back(std::move(study));
  }
  return out;
}

using Places = std::map<size_t, Tally>;  // By MentionPlace.

class Judge {
 public:
  Judge(const Options& options, std::shared_ptr<const TermLookup> terms,
        std::shared_ptr<const CellLines> lines, FieldOntologies ontologies)
      : options_(options), terms_(terms) {
    std::string table = ReadAll(options.table);
    taken_ = std::make_unique<TextMiner>(terms, lines, ontologies,
                                         MiningVocabulary::Parse(table).value());
    // The confidence tells the place.
    for (const std::string& field : kFields) {
      absl::StrAppend(&table, field, "\taccept\t\t0\t\n");
      for (size_t i = 0; i < kMentionPlaces; ++i)
        absl::StrAppend(&table, field, "\tconfidence\t", kPlaces[i], "\t0.", i + 1, "\t\n");
    }
    all_ = std::make_unique<TextMiner>(std::move(terms), std::move(lines), std::move(ontologies),
                                       MiningVocabulary::Parse(table).value());
  }

  Places Field(const std::string& field, const std::vector<const Study*>& studies, bool print) {
    size_t stating = 0, found = 0, silent = 0, silent_found = 0;
    Tally taken;
    Places places;
    for (const Study* each : studies) {
      const Study& study = *each;
      std::set<std::string> stated;
      bool says = false, contradicts = false;
      for (const Statement& s : study.statements) {
        if (s.field != field) continue;
        says = true;
        contradicts = contradicts || s.label_conflict;
        if (!s.term.empty() && terms_->LabelOf(s.term).has_value()) stated.insert(s.term);
      }
      const std::vector<MinedTerm> mined = Timed(field, study);
      if (!says) {
        ++silent, silent_found += !mined.empty();
        if (print && options_.unstated) Print(field, "unstated", study, mined, stated);
      }
      if (contradicts || stated.empty())
        continue;  // In words alone, or in ids that cannot be compared.
      ++stating;
      bool hit = false;
      for (const MinedTerm& term : mined) {
        const Match match = Of(study, field, term, stated);
        Count(match, &taken);
        hit = hit || match != Match::kOther;
        if (match == Match::kOther && print && options_.errors)
          Print(field, "error", study, {term}, stated);
      }
      found += hit;
      for (const MinedTerm& term : all_->Mine(field, study.title, study.description))
        Count(Of(study, field, term, stated),
              &places[static_cast<size_t>(std::lround(term.confidence * 10)) - 1]);
    }
    std::printf(
        "%s: %zu studies state a term\n"
        "  found %zu terms: equal %zu, general %zu, specific %zu, unrelated %zu\n"
        "  precision %s, of equal ones alone %s; recall %s\n"
        "  of %zu studies that state none, %zu get a term\n",
        field.c_str(), stating, taken.all(), taken.equal, taken.general, taken.specific,
        taken.other, Share(taken.related(), taken.all()).c_str(),
        Share(taken.equal, taken.all()).c_str(), Share(found, stating).c_str(), silent,
        silent_found);
    for (const auto& [place, tally] : places)
      std::printf("    %-10s %4zu: equal %zu, general %zu, specific %zu, unrelated %zu; %s\n",
                  kPlaces[place], tally.all(), tally.equal, tally.general, tally.specific,
                  tally.other, Share(tally.related(), tally.all()).c_str());
    return places;
  }

  // What is taken of `measured` if the places are chosen on `chosen_on`.
  static void PrintChosen(const std::string& field, const char* half, const Places& chosen_on,
                          const Places& measured) {
    size_t related = 0, all = 0;
    std::string taken;
    for (const auto& [place, tally] : chosen_on) {
      if (tally.all() < kChosenTerms ||
          static_cast<double>(tally.related()) < kChosenShare * static_cast<double>(tally.all()))
        continue;
      absl::StrAppend(&taken, taken.empty() ? "" : ", ", kPlaces[place]);
      if (const auto found = measured.find(place); found != measured.end())
        related += found->second.related(), all += found->second.all();
    }
    std::printf("%s, %s: %zu terms, precision %s; taken: %s\n", field.c_str(), half, all,
                Share(related, all).c_str(), taken.c_str());
  }

  void PrintTimes() {
    std::sort(micros_.begin(), micros_.end());
    std::printf(
        "a study takes %.0f us a field (median), %.0f us (99th percentile), %.0f us at most\n",
        micros_[micros_.size() / 2], micros_[micros_.size() * 99 / 100], micros_.back());
  }

 private:
  // Cell lines that the archive or an ontology calls by one name are one, also where two ontologies
  // have not been united.
  Match Of(const Study& study, const std::string& field, const MinedTerm& term,
           const std::set<std::string>& stated) {
    const std::string name = CellLines::FoldName(term.label);
    for (const Statement& s : study.statements) {
      if (field != "cell_line" || s.field != field) continue;
      if (CellLines::FoldName(s.value) == name || CellLines::FoldName(s.label) == name)
        return Match::kEqual;
    }
    return Compare(*terms_, term.id, stated);
  }

  std::vector<MinedTerm> Timed(const std::string& field, const Study& study) {
    const auto begin = std::chrono::steady_clock::now();
    std::vector<MinedTerm> mined = taken_->Mine(field, study.title, study.description);
    micros_.push_back(
        std::chrono::duration<double, std::micro>(std::chrono::steady_clock::now() - begin)
            .count());
    return mined;
  }

  void Print(const std::string& field, const char* what, const Study& study,
             const std::vector<MinedTerm>& mined, const std::set<std::string>& stated) {
    std::printf("  %s %s %s: %s |", field.c_str(), what, study.accession.c_str(),
                study.title.substr(0, 80).c_str());
    for (const MinedTerm& term : mined)
      std::printf(" %s '%s' %s;", term.id.c_str(), term.label.c_str(), term.evidence.c_str());
    for (const std::string& term : stated)
      std::printf(" stated %s '%s'", term.c_str(), terms_->LabelOf(term).value_or("").c_str());
    std::printf("\n");
  }

  const Options& options_;
  const std::shared_ptr<const TermLookup> terms_;
  std::unique_ptr<TextMiner> taken_, all_;
  std::vector<double> micros_;
};

absl::Status Measure(const Options& options) {
  testing::TempDir dir;
  PARFOCAL_ASSIGN_OR_RETURN(
      const TableLayouts tables,
      TableLayouts::Load(PARFOCAL_SOURCE_DIR "/deploy/vocabulary/ontology-tables.tsv"));
  PARFOCAL_ASSIGN_OR_RETURN(auto store, TermStore::Open(dir / "terms"));
  LoadRequest request;
  request.tables = &tables;
  for (const char* file :
       {"ontologies/fbbi-2020-11-06.obo", "ontologies/ncbitaxon-taxslim.obo.gz",
        "ontologies/efo-2023-07.nxo.json.gz", "ontologies/clo-terms-2023-10.tsv.gz",
        "ontologies/cellosaurus-cell-line-names.tsv", "ontologies/bto.obo.gz",
        "ontologies/uberon-efo-slim-2021.obo.gz", "sources/gide/gide_fbbi_hierarchy_subset.ttl",
        "sources/gide/gide_ncbitaxon_hierarchy_subset.ttl"}) {
    request.paths.push_back(absl::StrCat(options.corpus, "/", file));
  }
  PARFOCAL_RETURN_IF_ERROR(store->Load(request).status());
  const std::vector<std::string> of_lines = {"EFO", "CLO", "Cellosaurus", "BTO", "MCCL"};
  NormaliserParts parts;
  parts.terms = store->Current();
  parts.cell_lines = CellLines::Build(*parts.terms, of_lines);
  parts.ontologies = {{"organism", {"NCBITaxon", "GBIF"}},
                      {"imaging_method", {"FBbi", "CHMO", "MI", "EFO"}},
                      {"cell_line", of_lines},
                      {"anatomy", {"UBERON", "BTO", "FBbt", "PO"}}};
  PARFOCAL_ASSIGN_OR_RETURN(std::vector<Study> studies, Studies(options));
  PARFOCAL_ASSIGN_OR_RETURN(std::vector<Study> with_tables, StudiesWithTables(options));
  Normaliser normaliser(parts);
  for (std::vector<Study>* of : {&studies, &with_tables}) {
    for (Study& study : *of) {
      Record record = std::move(study);
      normaliser.Normalise(&record);
      study = std::get<Study>(std::move(record));
    }
  }
  Judge judge(options, parts.terms, parts.cell_lines, parts.ontologies);
  const char* const kParts[] = {"first half", "second half", "all"};
  std::map<std::string, Places> places[3];
  for (uint32_t part = 0; part < 3; ++part) {
    std::vector<const Study*> chosen, chosen_tables;
    const auto choose = [&](const std::vector<Study>& from, std::vector<const Study*>* out) {
      for (const Study& study : from) {
        if (part == 2 || (HashText(FoldText(study.title)) & 1) == part) out->push_back(&study);
      }
    };
    choose(studies, &chosen);
    choose(with_tables, &chosen_tables);
    std::printf("== %s: %zu studies of different titles, %zu with tables\n", kParts[part],
                chosen.size(), chosen_tables.size());
    for (const std::string& field : kFields) {
      places[part][field] =
          judge.Field(field, field == "anatomy" ? chosen_tables : chosen, part == 2);
    }
  }
  std::printf("== places chosen on one half, measured on the other\n");
  for (const std::string& field : kFields) {
    Judge::PrintChosen(field, kParts[0], places[1][field], places[0][field]);
    Judge::PrintChosen(field, kParts[1], places[0][field], places[1][field]);
  }
  judge.PrintTimes();
  return absl::OkStatus();
}

}  // namespace
}  // namespace parfocal

int main(int argc, char** argv) {
  parfocal::Options options;
  for (int i = 1; i < argc; ++i) {
    const std::string arg = argv[i];
    const auto value = [&] { return i + 1 < argc ? std::string(argv[++i]) : std::string(); };
    if (arg == "--corpus") {
      options.corpus = value();
    } else if (arg == "--table") {
      options.table = value();
    } else if (arg == "--errors") {
      options.errors = true;
    } else if (arg == "--unstated") {
      options.unstated = true;
    } else {
      std::fprintf(
          stderr, "usage: mining_accuracy [--corpus DIR] [--table FILE] [--errors] [--unstated]\n");
      return 2;
    }
  }
  const absl::Status status = parfocal::Measure(options);
  if (status.ok()) return 0;
  std::fprintf(stderr, "mining_accuracy: %s\n", std::string(status.message()).c_str());
  return 1;
}
