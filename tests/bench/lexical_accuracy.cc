// How often the lexical matcher finds the curators' term, on curated labels that it has not seen:
// top 1, 5 and 10 beside a plain baseline, and what it would accept unasked, with 95 % intervals
// (Wilson 1927). One command:
//
//   build/release/tests/bench/lexical_accuracy --corpus ../shared/data
//
// The gold standard is read as its README says: without the rows of doubtful_rows.tsv, a label with
// several terms counts as found if any of them is; labels whose terms are in no loaded ontology are
// left out of the ranking. Options: --vocabulary DIR (instead of deploy/vocabulary), --errors
// (prints what is not first), --studies odd numbers, comma-separated (only these).
#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdio>
#include <fstream>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "gold_standard.h"
#include "parfocal/lexical/lexical_matcher.h"
#include "parfocal/terms/term_store.h"
#include "support/temp_dir.h"
#include "trigram_baseline.h"

namespace parfocal {
namespace {

struct Options {
  std::string corpus = "../shared/data";
  std::string vocabulary = PARFOCAL_SOURCE_DIR "/deploy/vocabulary";
  std::set<std::string> studies;  // Empty: all.
  std::string ontology;           // Empty: all.
  bool errors = false;
  bool dump = false;
};

std::map<std::string, std::string> VocabularyTables(const Options& options) {
  std::map<std::string, std::string> tables;
  for (const char* name :
       {"words.tsv", "related.tsv", "roles.tsv", "weights.tsv", "confidence.tsv"}) {
    std::ifstream in(options.vocabulary + "/" + name);
    tables[name] = std::string(std::istreambuf_iterator<char>(in), {});
  }
  return tables;
}

struct Task {
  std::string name, ontology, gold, unmapped;
};

std::string Share(size_t hits, size_t of) {
  if (of == 0) return "-";
  const double n = static_cast<double>(of), p = static_cast<double>(hits) / n, z = 1.96;
  const double middle = (p + z * z / (2 * n)) / (1 + z * z / n);
  const double half = z / (1 + z * z / n) * std::sqrt(p * (1 - p) / n + z * z / (4 * n * n));
  char text[64];
  std::snprintf(text, sizeof text, "%5.1f %% (%.1f-%.1f)", 100 * p, 100 * (middle - half),
                100 * (middle + half));
  return text;
}

struct Judged {
  const GoldLabel* label;
  LexicalMatch match;
  size_t rank = 0;  // Of the first right term, from 1; 0: not among the first ten.
  size_t baseline_rank = 0;
  bool in_ontology = false;  // One of its terms is loaded.
};

bool Right(const Judged& judged) {
  for (size_t i = 0; i < judged.match.accepted; ++i) {
    if (!judged.label->terms.contains(judged.match.candidates[i].id)) return false;
  }
  return true;
}

void PrintRanking(const char* title, const std::vector<Judged>& all, size_t Judged::*rank) {
  size_t n = 0, one = 0, five = 0, ten = 0;
  for (const Judged& judged : all) {
    if (!judged.in_ontology) continue;
    const size_t r = judged.*rank;
    ++n, one += r == 1, five += r > 0 && r <= 5, ten += r > 0;
  }
  std::printf("  %-12s %4zu labels  top-1 %s  top-5 %s  top-10 %s\n", title, n,
              Share(one, n).c_str(), Share(five, n).c_str(), Share(ten, n).c_str());
}

void PrintAccepted(const std::vector<Judged>& all) {
  std::map<TermRule, std::pair<size_t, size_t>> by_rule;
  size_t accepted = 0, right = 0, of_termed = 0, termed = 0, untermed = 0;
  for (const Judged& judged : all) {
    termed += judged.in_ontology;
    if (judged.match.accepted == 0) continue;
    ++accepted, right += Right(judged);
    of_termed += judged.in_ontology;
    untermed += judged.label->terms.empty();
    auto& [n, good] = by_rule[judged.match.candidates[0].rule];
    ++n, good += Right(judged);
  }
  std::printf(
      "  accepted     %4zu of %zu labels with and without a term; %s right; %s of labels with a "
      "term; %zu without\n",
      accepted, all.size(), Share(right, accepted).c_str(), Share(of_termed, termed).c_str(),
      untermed);
  const std::map<TermRule, const char*> names = {{TermRule::kExactLabel, "exact label"},
                                                 {TermRule::kExactSynonym, "exact synonym"},
                                                 {TermRule::kFoldedLabel, "folded label"},
                                                 {TermRule::kLexical, "lexical"}};
  for (const auto& [rule, counts] : by_rule)
    std::printf("    by %-14s %3zu accepted, %s right\n", names.at(rule), counts.first,
                Share(counts.second, counts.first).c_str());
}

void PrintErrors(const std::vector<Judged>& all) {
  for (const Judged& judged : all) {
    const bool wrong = judged.match.accepted > 0 && !Right(judged);
    if ((!judged.in_ontology || judged.rank == 1) && !wrong) continue;
    std::printf("  %s%2zu '%s' want", wrong ? "!" : " ", judged.rank, judged.label->text.c_str());
    for (const std::string& term : judged.label->terms) std::printf(" %s", term.c_str());
    std::printf("\n");
    for (size_t i = 0; i < std::min<size_t>(3, judged.match.candidates.size()); ++i) {
      const LexicalCandidate& c = judged.match.candidates[i];
      std::printf("        %.3f %.3f %s '%s' by '%s'\n", c.score, c.confidence, c.id.c_str(),
                  c.label.c_str(), c.matched.c_str());
    }
  }
}

void Dump(const std::vector<Judged>& all, const std::string& task) {
  for (const Judged& judged : all) {
    if (judged.match.candidates.empty()) continue;
    const auto& c = judged.match.candidates;
    std::printf("DUMP\t%s\t%s\t%d\t%zu\t%.4f\t%.4f\t%d\t%.3f\t%zu\t%s\n", task.c_str(),
                judged.label->studies.begin()->c_str(), judged.label->terms.contains(c[0].id),
                judged.rank, c[0].score, c.size() > 1 ? c[1].score : 0, static_cast<int>(c[0].rule),
                c[0].confidence, judged.match.accepted, judged.label->text.c_str());
  }
}

size_t RankOf(const LexicalMatch& match, const GoldLabel& label) {
  for (size_t i = 0; i < match.candidates.size(); ++i) {
    if (label.terms.contains(match.candidates[i].id)) return i + 1;
  }
  return 0;
}

// The terms of a release with curated labels added as exact synonyms of their terms.
class WithCuratedLabels final : public TermLookup {
 public:
  WithCuratedLabels(std::shared_ptr<const TermLookup> terms,
                    std::multimap<std::string, std::string> labels)
      : terms_(std::move(terms)), labels_(std::move(labels)) {}
  std::string release() const override { return terms_->release() + "+"; }
  std::optional<Term> Find(absl::string_view id) const override { return terms_->Find(id); }
  std::optional<std::string> LabelOf(absl::string_view id) const override {
    return terms_->LabelOf(id);
  }
  std::vector<TermMatch> Exact(absl::string_view text,
                               const std::vector<std::string>& ontologies) const override {
    return terms_->Exact(text, ontologies);
  }
  std::vector<std::string> Ancestors(absl::string_view id) const override {
    return terms_->Ancestors(id);
  }
  std::vector<std::string> Descendants(absl::string_view id, size_t limit) const override {
    return terms_->Descendants(id, limit);
  }
  std::vector<TermMatch> Suggest(absl::string_view prefix,
                                 const std::vector<std::string>& ontologies,
                                 size_t limit) const override {
    return terms_->Suggest(prefix, ontologies, limit);
  }
  void Visit(absl::string_view ontology,
             const std::function<bool(const Term&)>& visit) const override {
    terms_->Visit(ontology, [&](const Term& term) {
      Term more = term;
      const auto [begin, end] = labels_.equal_range(term.id);
      for (auto at = begin; at != end; ++at) more.synonyms.push_back({at->second, {}, "", ""});
      return visit(more);
    });
  }

 private:
  const std::shared_ptr<const TermLookup> terms_;
  const std::multimap<std::string, std::string> labels_;
};

// Each label by a matcher that knows what curators decided in all studies but the label's own.
void JudgeLearning(const Task& task, const std::shared_ptr<const TermLookup>& terms,
                   const std::shared_ptr<const WordVocabulary>& vocabulary,
                   const std::vector<Judged>& all) {
  std::map<std::string, std::vector<const Judged*>> by_study;
  for (const Judged& judged : all) by_study[*judged.label->studies.begin()].push_back(&judged);
  std::vector<Judged> learned;
  for (const auto& [study, held_out] : by_study) {
    std::multimap<std::string, std::string> known;
    for (const Judged& judged : all) {
      if (judged.label->studies.contains(study)) continue;
      for (const std::string& term : judged.label->terms) known.emplace(term, judged.label->text);
    }
    const LexicalMatcher matcher(std::make_shared<WithCuratedLabels>(terms, known), {task.ontology},
                                 vocabulary);
    for (const Judged* judged : held_out) {
      Judged again = *judged;
      again.match = matcher.Match(judged->label->text, {}, 10).value();
      again.rank = RankOf(again.match, *judged->label);
      learned.push_back(std::move(again));
    }
  }
  PrintRanking("+ curated", learned, &Judged::rank);
  PrintAccepted(learned);
}

// What would be accepted, of labels of each study, at the lowest confidence that was right for
// 97 % on all the others: the figure that a chosen threshold cannot flatter.
void JudgeThreshold(const Options& options, const Task& task,
                    const std::shared_ptr<const TermLookup>& terms,
                    const std::vector<Judged>& all) {
  constexpr double kThresholds[] = {0.5,  0.6,  0.7,  0.75, 0.8,   0.85, 0.9,
                                    0.93, 0.95, 0.96, 0.97, 0.975, 0.98};
  std::vector<std::vector<Judged>> runs;
  for (double threshold : kThresholds) {
    std::map<std::string, std::string> tables = VocabularyTables(options);
    absl::StrAppend(&tables["weights.tsv"], task.ontology, "\taccept\t", threshold, "\t\n");
    const LexicalMatcher matcher(terms, {task.ontology}, WordVocabulary::Parse(tables).value());
    std::vector<Judged>& run = runs.emplace_back(all);
    for (Judged& judged : run) judged.match = matcher.Match(judged.label->text, {}, 10).value();
  }
  std::set<std::string> studies;
  for (const Judged& judged : all) studies.insert(*judged.label->studies.begin());
  std::vector<Judged> chosen;
  for (const std::string& study : studies) {
    const std::vector<Judged>* best = &runs.back();
    for (const std::vector<Judged>& run : runs) {
      size_t accepted = 0, right = 0;
      for (const Judged& judged : run) {
        if (*judged.label->studies.begin() == study || judged.match.accepted == 0) continue;
        ++accepted, right += Right(judged);
      }
      if (right >= 0.97 * static_cast<double>(accepted)) {
        best = &run;
        break;
      }
    }
    for (const Judged& judged : *best) {
      if (*judged.label->studies.begin() == study) chosen.push_back(judged);
    }
  }
  std::printf("  with the threshold chosen on the other studies:\n");
  PrintAccepted(chosen);
}

void Judge(const Options& options, const Task& task, const std::shared_ptr<const TermLookup>& terms,
           const std::shared_ptr<const WordVocabulary>& vocabulary) {
  const auto begin = std::chrono::steady_clock::now();
  const LexicalMatcher matcher(terms, {task.ontology}, vocabulary);
  const size_t names = matcher.Prepare({});
  const auto built = std::chrono::steady_clock::now();
  const TrigramBaseline baseline(*terms, task.ontology);
  const std::vector<GoldLabel> labels =
      ReadGold(options.corpus, task.gold, task.unmapped, options.studies);
  std::vector<Judged> all;
  std::vector<double> micros;
  for (const GoldLabel& label : labels) {
    Judged judged;
    judged.label = &label;
    for (const std::string& term : label.terms) {
      judged.in_ontology = judged.in_ontology ||
                           (term.starts_with(task.ontology + ":") && terms->Find(term).has_value());
    }
    const auto start = std::chrono::steady_clock::now();
    judged.match = matcher.Match(label.text, {task.ontology}, 10).value();
    micros.push_back(
        std::chrono::duration<double, std::micro>(std::chrono::steady_clock::now() - start)
            .count());
    judged.rank = RankOf(judged.match, label);
    const std::vector<std::string> plain = baseline.Rank(label.text, 10);
    for (size_t i = plain.size(); i-- > 0;) {
      if (label.terms.contains(plain[i])) judged.baseline_rank = i + 1;
    }
    all.push_back(std::move(judged));
  }
  std::sort(micros.begin(), micros.end());
  std::printf(
      "%s, %s: %zu names read in %.0f ms; a label takes %.0f us (median), %.0f us (99th "
      "percentile)\n",
      task.name.c_str(), task.ontology.c_str(), names,
      std::chrono::duration<double, std::milli>(built - begin).count(), micros[micros.size() / 2],
      micros[micros.size() * 99 / 100]);
  PrintRanking("matcher", all, &Judged::rank);
  PrintRanking("trigrams", all, &Judged::baseline_rank);
  PrintAccepted(all);
  if (task.ontology == "CMPO" && !options.errors) {
    JudgeThreshold(options, task, terms, all);
    JudgeLearning(task, terms, vocabulary, all);
  }
  if (!options.errors) return;
  PrintErrors(all);
  if (options.dump) Dump(all, task.name);
}

int Run(const Options& options) {
  testing::TempDir dir;
  auto store = TermStore::Open(dir / "terms").value();
  LoadRequest request;
  for (const char* file : {"cmpo.obo", "fbbi-2020-11-06.obo", "ncbitaxon-taxslim.obo.gz",
                           "gide_ncbitaxon_hierarchy_subset.ttl"}) {
    if (options.ontology == "CMPO" && absl::string_view(file) != "cmpo.obo") continue;
    request.paths.push_back(absl::StrCat(options.corpus, "/ontologies/", file));
  }
  if (const auto loaded = store->Load(request); !loaded.ok()) {
    std::fprintf(stderr, "lexical_accuracy: %s\n", std::string(loaded.status().message()).c_str());
    return 1;
  }
  const auto vocabulary = WordVocabulary::Parse(VocabularyTables(options));
  if (!vocabulary.ok()) {
    std::fprintf(stderr, "lexical_accuracy: %s\n",
                 std::string(vocabulary.status().message()).c_str());
    return 1;
  }
  const Task tasks[] = {{"phenotypes", "CMPO", "phenotype", "gold_phenotype_unmapped.tsv"},
                        {"imaging methods", "FBbi", "imaging_method", ""},
                        {"organisms", "NCBITaxon", "organism", ""}};
  for (const Task& task : tasks) {
    if (options.ontology.empty() || options.ontology == task.ontology)
      Judge(options, task, store->Current(), *vocabulary);
  }
  return 0;
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
    } else if (arg == "--vocabulary") {
      options.vocabulary = value();
    } else if (arg == "--studies") {
      for (absl::string_view study : absl::StrSplit(value(), ','))
        options.studies.insert(absl::StrCat("idr", study));
    } else if (arg == "--ontology") {
      options.ontology = value();
    } else if (arg == "--errors" || arg == "--dump") {
      options.errors = true;
      options.dump = arg == "--dump";
    } else {
      std::fprintf(stderr,
                   "usage: lexical_accuracy [--corpus DIR] [--vocabulary DIR] [--studies "
                   "0001,0003] [--errors|--dump]\n");
      return 2;
    }
  }
  return parfocal::Run(options);
}
