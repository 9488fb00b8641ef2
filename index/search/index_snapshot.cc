#include "index_snapshot.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "corrections.h"
#include "likeness.h"
#include "pager.h"
#include "parfocal/facets/facet_counter.h"
#include "parfocal/facets/table_counter.h"
#include "parfocal/search/highlighter.h"
#include "wide_suggestions.h"
#include "works.h"

namespace parfocal {
namespace {

bool SameField(const QueryNode& condition, const FacetSpec& spec) {
  return condition.field == spec.field &&
         (spec.field != "attribute" || condition.attribute_key == spec.attribute_key);
}

// `others` and the conditions that are on none of `fields`.
RowSet WithoutOwn(const BoundQuery& query, const RowSet& others,
                  const std::vector<RowSet>& conditions, const std::vector<FacetSpec>& fields) {
  RowSet rows = others;
  for (size_t i = 0; i < conditions.size(); ++i) {
    const bool own = std::any_of(fields.begin(), fields.end(), [&](const FacetSpec& spec) {
      return SameField(query.conditions[i], spec);
    });
    if (!own) rows.And(conditions[i]);
  }
  return rows;
}

// The snippet of a hit: of the text that has most to say beside the title, which is shown anyway.
std::string SnippetOf(const LiveStudy& study, const QueryNode& words) {
  if (!study.has_record) return "";
  for (const Field* field : TextFields()) {
    if (field->name == "title") continue;
    std::string out = Highlight(FoldedText(study.entry.folded_text, field->id), words);
    if (!out.empty()) return out;
  }
  return Highlight(study.entry.title, words);
}

}  // namespace

SearchResources::SearchResources(std::string dir, std::shared_ptr<const Vocabulary> values,
                                 std::shared_ptr<const TermLookup> lookup)
    : directory(std::move(dir)),
      vocabulary(std::move(values)),
      terms(std::move(lookup)),
      dictionary(std::make_shared<FacetDictionary>(vocabulary, terms)),
      text(directory),
      names(vocabulary, terms),
      suggester(dictionary) {}

Revision IndexSnapshot::revision() const {
  return {rows_->manifest().sequence, rows_->manifest().release};
}

absl::StatusOr<Statistics> IndexSnapshot::StatisticsFor(const BoundQuery& query) const {
  Interrupt never;
  Matcher matcher(*rows_, *resources_->dictionary, &resources_->text, &never);
  Ranking ranking(*rows_, *resources_->dictionary, resources_->lengths);
  return ranking.Measure(PositiveWords(query.words), &matcher);
}

absl::StatusOr<SearchAnswer> IndexSnapshot::Execute(const BoundQuery& query,
                                                    const Statistics* statistics,
                                                    absl::Time deadline,
                                                    bool (*cancelled)(const void*),
                                                    const void* context) const {
  Interrupt interrupt(deadline, cancelled, context);
  PARFOCAL_RETURN_IF_ERROR(interrupt.Check());
  Matcher matcher(*rows_, *resources_->dictionary, &resources_->text, &interrupt);
  // `others` is what every facet keeps: the words, and the filter but for its conditions on one
  // field.
  PARFOCAL_ASSIGN_OR_RETURN(RowSet others, matcher.Evaluate(query.words));
  if (query.rest.kind != QueryNode::Kind::kAll) {
    PARFOCAL_ASSIGN_OR_RETURN(const RowSet rest, matcher.Evaluate(query.rest));
    others.And(rest);
  }
  std::vector<RowSet> conditions;
  RowSet rows = others;
  for (const QueryNode& condition : query.conditions) {
    PARFOCAL_ASSIGN_OR_RETURN(conditions.emplace_back(), matcher.Evaluate(condition));
    rows.And(conditions.back());
  }
  const RankedRows match(*rows_, rows);

  SearchAnswer answer;
  answer.revision = revision();
  answer.total = match.Total();
  PARFOCAL_ASSIGN_OR_RETURN(const Works works, Works::Of(*rows_, &interrupt));
  answer.works = works.Distinct(*rows_, match);

  const std::vector<const QueryNode*> leaves = PositiveWords(query.words);
  Ranking ranking(*rows_, *resources_->dictionary, resources_->lengths);
  if (query.page_size > 0 && !leaves.empty()) {
    Statistics own;
    if (statistics == nullptr) {
      PARFOCAL_ASSIGN_OR_RETURN(own, ranking.Measure(leaves, &matcher));
      statistics = &own;
    }
    const bool by_row =
        query.level == SearchLevel::kImageSet && query.order == SearchOrder::kRelevance;
    PARFOCAL_RETURN_IF_ERROR(
        ranking.Compute(leaves, *statistics, rows, by_row, &matcher, &interrupt));
  }
  PARFOCAL_RETURN_IF_ERROR(Pager(*rows_, match, ranking, query, works).Fill(&interrupt, &answer));
  if (query.snippets) {
    for (Hit& hit : answer.hits) {
      PARFOCAL_RETURN_IF_ERROR(interrupt.Check());
      const auto study = rows_->FindStudy(StudyKey(hit.name.source, hit.name.accession));
      if (study) hit.snippet = SnippetOf(rows_->studies()[*study], query.words);
    }
  }
  PARFOCAL_RETURN_IF_ERROR(CountFacets(query, others, conditions, match, &interrupt, &answer));
  PARFOCAL_RETURN_IF_ERROR(CountTables(query, others, conditions, &interrupt, &answer));
  if (query.corrections) {
    PARFOCAL_RETURN_IF_ERROR(
        AddCorrections(query.words, *rows_, &matcher, &resources_->text, &interrupt, &answer));
  }

  answer.explain = query.explain;
  for (size_t i = 0; i < answer.explain.size() && i < matcher.explained().size(); ++i) {
    if (matcher.explained()[i] >= 0) answer.explain[i].rows = matcher.explained()[i];
  }
  for (size_t i = 0; i < answer.explain.size() && i < matcher.added().size(); ++i) {
    answer.explain[i].added_rows = matcher.added()[i];
  }
  return answer;
}

absl::Status IndexSnapshot::CountFacets(const BoundQuery& query, const RowSet& others,
                                        const std::vector<RowSet>& conditions,
                                        const RankedRows& match, Interrupt* interrupt,
                                        SearchAnswer* answer) const {
  const FacetCounter counter(*rows_, *resources_->dictionary);
  for (const FacetSpec& spec : query.facets) {
    PARFOCAL_RETURN_IF_ERROR(interrupt->Check());
    const bool filtered =
        std::any_of(query.conditions.begin(), query.conditions.end(),
                    [&](const QueryNode& condition) { return SameField(condition, spec); });
    if (!filtered) {
      PARFOCAL_ASSIGN_OR_RETURN(answer->facets.emplace_back(),
                                counter.Count(spec, match, query.level, interrupt));
      continue;
    }
    RowSet rows = others;
    for (size_t i = 0; i < conditions.size(); ++i) {
      if (!SameField(query.conditions[i], spec)) rows.And(conditions[i]);
    }
    const RankedRows without(*rows_, rows);
    PARFOCAL_ASSIGN_OR_RETURN(answer->facets.emplace_back(),
                              counter.Count(spec, without, query.level, interrupt));
  }
  return absl::OkStatus();
}

absl::Status IndexSnapshot::CountTables(const BoundQuery& query, const RowSet& others,
                                        const std::vector<RowSet>& conditions, Interrupt* interrupt,
                                        SearchAnswer* answer) const {
  const TableCounter counter(*rows_, *resources_->dictionary);
  for (const TableSpec& spec : query.tables) {
    const RowSet rows = WithoutOwn(query, others, conditions, {spec.rows, spec.columns});
    PARFOCAL_ASSIGN_OR_RETURN(answer->tables.emplace_back(),
                              counter.CountTable(spec, rows, query.level, interrupt));
  }
  for (const HistogramSpec& spec : query.histograms) {
    FacetSpec field;
    field.field = spec.field;
    field.attribute_key = spec.attribute_key;
    const RowSet rows = WithoutOwn(query, others, conditions, {field});
    PARFOCAL_ASSIGN_OR_RETURN(answer->histograms.emplace_back(),
                              counter.CountHistogram(spec, rows, interrupt));
  }
  return absl::OkStatus();
}

absl::StatusOr<std::vector<Suggestion>> IndexSnapshot::Suggest(
    absl::string_view prefix, const std::vector<std::string>& fields, int limit) const {
  Interrupt never;
  return resources_->suggester.Suggest(prefix, fields, limit, *rows_, /*within=*/nullptr, &never);
}

absl::StatusOr<std::vector<Suggestion>> IndexSnapshot::SuggestWithin(
    const SuggestQuestion& question, absl::Time deadline) const {
  Interrupt interrupt(deadline, nullptr, nullptr);
  std::optional<RowSet> within;
  if (question.within != nullptr) {
    Matcher matcher(*rows_, *resources_->dictionary, &resources_->text, &interrupt);
    PARFOCAL_ASSIGN_OR_RETURN(within, matcher.Evaluate(question.within->words));
    PARFOCAL_ASSIGN_OR_RETURN(const RowSet filter, matcher.Evaluate(question.within->filter));
    within->And(filter);
  }
  const RowSet* rows = within ? &*within : nullptr;
  PARFOCAL_ASSIGN_OR_RETURN(
      std::vector<Suggestion> out,
      resources_->suggester.Suggest(question.prefix, question.fields, question.limit, *rows_, rows,
                                    &interrupt));
  if (question.everything && question.fields.empty()) {
    const WideSuggestions wide(*rows_, *resources_->dictionary, resources_->terms.get(),
                               &resources_->text);
    PARFOCAL_RETURN_IF_ERROR(wide.Add(question, rows, &interrupt, &out));
  }
  return out;
}

std::vector<std::string> IndexSnapshot::ValuesNamed(absl::string_view field,
                                                    absl::string_view text) const {
  std::vector<std::string> out;
  const Field* found = FindField(field);
  if (found == nullptr) return out;
  for (ValueId id : resources_->names.Named(found->id, text, rows_->manifest().values)) {
    // The vocabulary never forgets; what no row holds any more is not in use.
    RowSet rows(rows_->words());
    Interrupt never;
    if (!rows_->AddHolding(ValueSet({id}), &never, &rows).ok() || rows.Count() == 0) continue;
    out.emplace_back(rows_->vocabulary().Get(id).key);
  }
  std::sort(out.begin(), out.end());
  return out;
}

absl::StatusOr<QueryNode> IndexSnapshot::LikenessOf(const RecordName& name) const {
  const auto number = rows_->FindStudy(StudyKey(name.source, name.accession));
  if (!number || !name.image_set.empty()) {
    return WithReason(
        absl::NotFoundError(absl::StrCat("similar_to: no study '", FormatRecordName(name), "'")),
        "RESOURCE_NOT_FOUND", "similar_to");
  }
  return MakeLikeness(*rows_, *number);
}

std::vector<std::string> IndexSnapshot::AttributeKeysNear(absl::string_view key,
                                                          size_t limit) const {
  return NearAttributeKeys(rows_->vocabulary(), key, limit);
}

void IndexSnapshot::CountTerm(absl::string_view curie, Counts* exact, Counts* rolled_up) const {
  const FacetDictionary& dictionary = *resources_->dictionary;
  std::vector<ValueId> same, below;
  for (const Field& field : Fields()) {
    // What an archive stated is no count of what a record means.
    if (!field.closure || field.stated) continue;
    // The slot of the term in this field, if it has one. (Not one that it shares: what no ontology
    // describes is no term.)
    uint32_t wanted = UINT32_MAX;
    for (uint32_t slot = 0; slot < dictionary.slots(field.id); ++slot) {
      const FacetDictionary::Slot& info = dictionary.slot(field.id, slot);
      if (info.key == curie && info.spelling.empty()) wanted = slot;
    }
    if (wanted == UINT32_MAX) continue;
    for (ValueId id : rows_->vocabulary().OfField(field.id, rows_->manifest().values)) {
      const uint32_t slot = dictionary.SlotOf(id);
      const std::vector<uint32_t>& closure = dictionary.slot(field.id, slot).closure;
      if (std::find(closure.begin(), closure.end(), wanted) == closure.end()) continue;
      below.push_back(id);
      if (slot == wanted) same.push_back(id);
    }
  }
  auto count = [&](std::vector<ValueId> values) {
    std::sort(values.begin(), values.end());
    RowSet rows(rows_->words());
    Interrupt never;
    // Fails only when interrupted.
    if (!rows_->AddHolding(ValueSet(std::move(values)), &never, &rows).ok()) return Counts();
    return RankedRows(*rows_, rows).Total();
  };
  *exact = count(std::move(same));
  *rolled_up = count(std::move(below));
}

}  // namespace parfocal
