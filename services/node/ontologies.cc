#include "ontologies.h"

#include <filesystem>
#include <set>
#include <system_error>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "parfocal/mining/text_miner.h"
#include "parfocal/schema/schema.h"

namespace parfocal {
namespace {

// The node's own list of links that do not count, unless a folder brings one of its own.
std::string BadEdgesFor(const std::vector<std::string>& paths, const std::string& own) {
  std::error_code error;
  const auto is_file = [&](const std::filesystem::path& path) {
    return std::filesystem::is_regular_file(path, error);
  };
  for (const std::string& path : paths) {
    if (is_file(std::filesystem::path(path) / "bad-edges.tsv")) return "";
  }
  return is_file(own) ? own : "";
}

}  // namespace

absl::StatusOr<std::unique_ptr<Ontologies>> Ontologies::Open(const std::string& directory,
                                                             const std::string& share_dir) {
  absl::StatusOr<TableLayouts> tables =
      TableLayouts::Load(share_dir + "/vocabulary/ontology-tables.tsv");
  if (absl::IsNotFound(tables.status())) tables = TableLayouts();
  PARFOCAL_RETURN_IF_ERROR(tables.status());
  PARFOCAL_ASSIGN_OR_RETURN(std::unique_ptr<TermStore> store, TermStore::Open(directory));
  return std::unique_ptr<Ontologies>(new Ontologies(std::move(store), *std::move(tables),
                                                    share_dir + "/vocabulary/bad-edges.tsv"));
}

absl::StatusOr<LoadReport> Ontologies::Load(
    const std::vector<std::string>& paths,
    const std::function<void(const OntologyFileReport&, int done, int total)>& report) {
  MutexLock lock(&loading_);
  const std::string before = Current()->release();
  LoadRequest request;
  request.paths = paths;
  request.tables = &tables_;
  request.bad_edges = BadEdgesFor(paths, bad_edges_);
  request.keep_last = true;
  int files = 0;
  absl::StatusOr<LoadReport> loaded =
      store_->Load(request, [&](const std::string&, size_t done, size_t total) {
        files = static_cast<int>(total);
        report({}, static_cast<int>(done), files);
      });
  if (!loaded.ok()) {
    if (absl::IsInternal(loaded.status()) || absl::IsUnavailable(loaded.status()))
      return loaded.status();
    return WithReason(
        absl::InvalidArgumentError(absl::StrCat("ontologies: ", loaded.status().message())),
        "ONTOLOGY_FILE", "paths");
  }
  for (const LoadedFile& file : loaded->files) report({file.name, "", file}, files, files);
  for (const SkippedFile& file : loaded->skipped) {
    report({file.name, std::string(file.reason.message()), {}}, files, files);
  }
  if (loaded->release != before && on_release_) on_release_();
  return loaded;
}

std::shared_ptr<const LexicalMatcher> Ontologies::Matcher(std::shared_ptr<const TermLookup> terms) {
  const std::string release = terms->release();
  MutexLock lock(&matching_);
  for (const auto& known : matchers_) {
    if (known->release() == release) return known;
  }
  std::set<std::string> prefixes;
  for (const auto& [field, ontologies] : FieldTable())
    prefixes.insert(ontologies.begin(), ontologies.end());
  if (matchers_.size() == 2) matchers_.erase(matchers_.begin());
  matchers_.push_back(std::make_shared<LexicalMatcher>(
      std::move(terms), std::vector<std::string>(prefixes.begin(), prefixes.end()),
      WordVocabulary::Standard()));
  return matchers_.back();
}

LexicalRule Ontologies::CertainCandidate(std::shared_ptr<const TermLookup> terms) {
  return [matcher = Matcher(std::move(terms))](
             absl::string_view words,
             const std::vector<std::string>& ontologies) -> std::optional<LexicalTerm> {
    const absl::StatusOr<LexicalMatch> match = matcher->Match(words, ontologies, 2);
    if (!match.ok() || match->accepted != 1) return std::nullopt;
    const LexicalCandidate& first = match->candidates[0];
    return LexicalTerm{first.id, first.label, first.rule, static_cast<float>(first.confidence),
                       first.matched};
  };
}

MiningRule Ontologies::TextMining(std::shared_ptr<const TermLookup> terms,
                                  std::shared_ptr<const CellLines> lines) {
  auto miner = std::make_shared<const TextMiner>(std::move(terms), std::move(lines), FieldTable(),
                                                 MiningVocabulary::Standard());
  return [miner](absl::string_view field, absl::string_view title, absl::string_view description) {
    return miner->Mine(field, title, description);
  };
}

std::vector<std::string> Ontologies::MinedFields() {
  std::vector<std::string> fields;
  for (const Field& field : Fields()) {
    absl::string_view base = field.name;
    if (field.mined && absl::ConsumePrefix(&base, kMinedPrefix)) fields.emplace_back(base);
  }
  return fields;
}

std::string Ontologies::VocabularyRelease() {
  return absl::StrCat(WordVocabulary::Standard()->release(), " ",
                      MiningVocabulary::Standard()->release());
}

std::shared_ptr<const CellLines> Ontologies::CurrentCellLines() const {
  const std::shared_ptr<const TermLookup> terms = Current();
  MutexLock lock(&lines_mu_);
  if (lines_ == nullptr || lines_release_ != terms->release()) {
    const Field* field = FindField("cell_line");
    lines_ = CellLines::Build(*terms, {field->ontologies.begin(), field->ontologies.end()});
    lines_release_ = terms->release();
  }
  return lines_;
}

FieldOntologies Ontologies::FieldTable() {
  FieldOntologies table;
  for (const Field& field : Fields()) {
    if (field.stated || field.mined || field.ontologies.empty()) continue;
    std::vector<std::string>& prefixes = table[std::string(field.name)];
    for (absl::string_view prefix : field.ontologies) prefixes.emplace_back(prefix);
  }
  return table;
}

}  // namespace parfocal
