#include "parfocal/lexical/vocabulary.h"

#include <algorithm>
#include <array>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "parfocal/terms/text_fold.h"
#include "standard_tables.h"
#include "stems.h"

namespace parfocal {
namespace {

constexpr size_t kMaxTableBytes = 1 << 20;
constexpr size_t kMaxRows = 20000;
constexpr size_t kMaxPhraseWords = 8;

struct TableShape {
  absl::string_view name;
  size_t columns;  // With the ontologies and the reason.
  bool number;     // The last but one is a number.
};
constexpr TableShape kTables[] = {{"words.tsv", 4, false},
                                  {"related.tsv", 5, true},
                                  {"roles.tsv", 4, false},
                                  {"weights.tsv", 4, true},
                                  {"confidence.tsv", 4, true}};

const TableShape* ShapeOf(absl::string_view table) {
  for (const TableShape& shape : kTables) {
    if (shape.name == table) return &shape;
  }
  return nullptr;
}

std::string JoinedStems(absl::string_view phrase) {
  return absl::StrJoin(StemsOf(phrase, kMaxPhraseWords + 1), " ");
}

uint8_t RoleOf(absl::string_view name) {
  if (name == "increase") return kIncreaseRole;
  if (name == "decrease") return kDecreaseRole;
  if (name == "absence") return kAbsenceRole;
  if (name == "negation") return kNegationRole;
  if (name == "minor") return kMinorRole;
  if (name == "bare") return kBareRole;
  return 0;
}

double* WeightOf(absl::string_view name, MatchWeights* weights) {
  const std::pair<absl::string_view, double*> all[] = {
      {"unknown_word", &weights->unknown_word},
      {"unknown_symbol", &weights->unknown_symbol},
      {"text_share", &weights->text_share},
      {"trigrams", &weights->trigrams},
      {"opposite", &weights->opposite},
      {"minor_word", &weights->minor_word},
      {"added_direction", &weights->added_direction},
      {"wide_synonym", &weights->wide_synonym},
      {"spelling", &weights->spelling},
      {"part", &weights->part},
      {"margin", &weights->margin},
      {"accept", &weights->accept}};
  for (const auto& [known, value] : all) {
    if (known == name) return value;
  }
  return nullptr;
}

// What is wrong with the cells of a row, or "".
std::string Fault(absl::string_view table, const std::vector<std::string>& cells) {
  MatchWeights unused;
  if (table == "roles.tsv" && RoleOf(cells[0]) == 0)
    return absl::StrCat("no role is called '", cells[0], "'");
  if (table == "weights.tsv" && WeightOf(cells[0], &unused) == nullptr)
    return absl::StrCat("no weight is called '", cells[0], "'");
  if (table != "words.tsv") return "";
  const size_t words = StemsOf(cells[0], kMaxPhraseWords + 1).size();
  if (words == 0) return "the phrase has no word";
  if (words > kMaxPhraseWords)
    return absl::StrCat("a phrase has at most ", kMaxPhraseWords, " words");
  return "";
}

}  // namespace

absl::StatusOr<WordVocabulary::Row> WordVocabulary::ParseRow(const std::string& table,
                                                             absl::string_view line) {
  const TableShape& shape = *ShapeOf(table);
  std::vector<std::string> cells = absl::StrSplit(line, '\t');
  if (cells.size() != shape.columns) {
    return absl::InvalidArgumentError(
        absl::StrCat(cells.size(), " columns instead of ", shape.columns));
  }
  Row row;
  if (cells.front() != "*") row.ontologies = absl::StrSplit(cells.front(), ',');
  row.cells.assign(cells.begin() + 1, cells.end() - 1);
  if (shape.number && !absl::SimpleAtod(row.cells.back(), &row.number)) {
    return absl::InvalidArgumentError(absl::StrCat("'", row.cells.back(), "' is no number"));
  }
  double score = 0;
  if (table == "confidence.tsv" && !absl::SimpleAtod(row.cells.front(), &score)) {
    return absl::InvalidArgumentError(absl::StrCat("'", row.cells.front(), "' is no number"));
  }
  if (const std::string fault = Fault(table, row.cells); !fault.empty())
    return absl::InvalidArgumentError(fault);
  return row;
}

absl::StatusOr<std::shared_ptr<const WordVocabulary>> WordVocabulary::Parse(
    const std::map<std::string, std::string>& tables) {
  auto vocabulary = std::make_shared<WordVocabulary>();
  std::string all;
  for (const auto& [name, content] : tables) {
    absl::StrAppend(&all, name, "\n", content, "\n");
    if (ShapeOf(name) == nullptr)
      return absl::InvalidArgumentError(
          absl::StrCat("vocabulary: no table is called '", name, "'"));
    if (content.size() > kMaxTableBytes) {
      return absl::InvalidArgumentError(absl::StrCat("vocabulary: ", name, ": ", content.size(),
                                                     " bytes; at most ", kMaxTableBytes));
    }
    std::vector<Row>& rows = vocabulary->tables_[name];
    size_t number = 0;
    for (absl::string_view line : absl::StrSplit(content, '\n')) {
      if (++number == 1 || line.empty() || line[0] == '#') continue;
      absl::StatusOr<Row> row = ParseRow(name, line);
      if (row.ok() && rows.size() == kMaxRows)
        row = absl::InvalidArgumentError(absl::StrCat("more than ", kMaxRows, " rows"));
      if (!row.ok()) {
        return absl::InvalidArgumentError(
            absl::StrCat("vocabulary: ", name, ", line ", number, ": ", row.status().message()));
      }
      rows.push_back(*std::move(row));
    }
  }
  vocabulary->release_ = absl::StrCat(absl::Hex(HashText(all), absl::kZeroPad8));
  return vocabulary;
}

std::shared_ptr<const WordVocabulary> WordVocabulary::Standard() {
  static const auto* const standard = [] {
    std::map<std::string, std::string> tables;
    for (const StandardTable& table : kStandardTables) tables[table.name] = table.content;
    // A faulty table is found by the tests; a program without vocabulary still matches by words.
    absl::StatusOr<std::shared_ptr<const WordVocabulary>> parsed = Parse(tables);
    return new std::shared_ptr<const WordVocabulary>(
        parsed.ok() ? *std::move(parsed) : std::make_shared<WordVocabulary>());
  }();
  return *standard;
}

absl::StatusOr<std::shared_ptr<const WordVocabulary>> WordVocabulary::Read(
    const std::string& folder) {
  std::map<std::string, std::string> tables;
  for (const TableShape& shape : kTables) {
    const std::filesystem::path path = std::filesystem::path(folder) / std::string(shape.name);
    std::ifstream in(path, std::ios::binary);
    if (!in) continue;
    std::ostringstream content;
    content << in.rdbuf();
    tables[std::string(shape.name)] = content.str();
  }
  if (tables.empty()) return absl::NotFoundError(absl::StrCat("vocabulary: no table in ", folder));
  return Parse(tables);
}

std::vector<const WordVocabulary::Row*> WordVocabulary::RowsFor(absl::string_view table,
                                                                absl::string_view ontology) const {
  std::vector<const Row*> rows;
  const auto found = tables_.find(table);
  if (found == tables_.end()) return rows;
  const auto holds = [&](const Row& row) {
    return row.ontologies.empty() || std::find(row.ontologies.begin(), row.ontologies.end(),
                                               ontology) != row.ontologies.end();
  };
  for (const Row& row : found->second) {
    if (holds(row)) rows.push_back(&row);
  }
  // General rows first: what comes later replaces them.
  std::stable_partition(rows.begin(), rows.end(),
                        [](const Row* row) { return row->ontologies.empty(); });
  return rows;
}

OntologyVocabulary WordVocabulary::For(absl::string_view ontology) const {
  OntologyVocabulary out;
  for (const Row* row : RowsFor("words.tsv", ontology)) {
    const std::vector<std::string> phrase = StemsOf(row->cells[0], kMaxPhraseWords);
    out.meanings[absl::StrJoin(phrase, " ")] = StemsOf(row->cells[1], kMaxPhraseWords);
    out.longest_phrase = std::max(out.longest_phrase, phrase.size());
  }
  for (const Row* row : RowsFor("related.tsv", ontology)) {
    const std::string a = JoinedStems(row->cells[0]), b = JoinedStems(row->cells[1]);
    out.related[a].emplace_back(b, row->number);
    out.related[b].emplace_back(a, row->number);
  }
  for (const Row* row : RowsFor("roles.tsv", ontology))
    out.roles[JoinedStems(row->cells[1])] |= RoleOf(row->cells[0]);
  for (const Row* row : RowsFor("weights.tsv", ontology))
    *WeightOf(row->cells[0], &out.weights) = row->number;
  bool own = false;
  for (const Row* row : RowsFor("confidence.tsv", ontology)) {
    if (!row->ontologies.empty() && !own) out.confidence.clear();
    own = own || !row->ontologies.empty();
    double score = 0;
    if (absl::SimpleAtod(row->cells[0], &score)) out.confidence.emplace_back(score, row->number);
  }
  std::sort(out.confidence.begin(), out.confidence.end());
  return out;
}

}  // namespace parfocal
