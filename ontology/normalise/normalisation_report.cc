#include "parfocal/normalise/normalisation_report.h"

#include <xxhash.h>

#include <variant>

#include "absl/strings/str_cat.h"

namespace parfocal {

static_assert(static_cast<size_t>(TermRule::kMined) + 1 == NormalisationReport::kRules);

bool DiffersFromStated(const Statement& statement) {
  if (statement.label_conflict) return true;
  if (statement.stated_id.empty() || statement.stated_id == statement.term) return false;
  return statement.field != "gene" || statement.rule != TermRule::kGivenId;
}

void ForEachStatement(const Record& record, const std::function<void(const Statement&)>& visit) {
  if (const Study* study = std::get_if<Study>(&record)) {
    for (const Statement& statement : study->statements) visit(statement);
    return;
  }
  const ImageSet& set = std::get<ImageSet>(record);
  for (const Statement& statement : set.statements) visit(statement);
  for (const Observation& observation : set.observations) visit(observation.finding);
}

bool NormalisationReport::IsNew(const std::string& field, char kind, absl::string_view words) {
  const std::string key = absl::StrCat(field, "\n", std::string(1, kind), words);
  const uint64_t hash = XXH3_64bits(key.data(), key.size());
  if (seen_.size() < kMaxDistinct) return seen_.insert(hash).second;
  if (!seen_.contains(hash)) complete_ = false;
  return false;
}

void NormalisationReport::Count(const Statement& statement) {
  FieldReport& report = fields_[statement.field];
  const auto count = [&](char kind, Tally* tally) {
    ++tally->statements;
    tally->words += IsNew(statement.field, kind, statement.value) ? 1 : 0;
  };
  const auto rule = static_cast<size_t>(statement.rule);
  count('*', &report.all);
  count(static_cast<char>('a' + rule), &report.by_rule[rule]);
  if (statement.label_conflict) count('!', &report.flagged);
  report.differing += DiffersFromStated(statement) ? 1 : 0;
  report.mapped |= statement.rule != TermRule::kUnmapped || !statement.stated_id.empty();
}

void NormalisationReport::Add(const Record& record) {
  ++records_;
  ForEachStatement(record, [this](const Statement& statement) { Count(statement); });
}

std::map<std::string, NormalisationReport::FieldReport> NormalisationReport::Fields() const {
  std::map<std::string, FieldReport> out;
  for (const auto& [name, report] : fields_) {
    if (report.mapped) out.emplace(name, report);
  }
  return out;
}

}  // namespace parfocal
