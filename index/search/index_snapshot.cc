#include "index_snapshot.h"

#include <algorithm>
#include <utility>

#include "pager.h"
#include "parfocal/facets/facet_counter.h"
#include "parfocal/search/highlighter.h"

namespace parfocal {
namespace {

bool SameField(const QueryNode& condition, const FacetSpec& spec) {
  return condition.field == spec.field &&
         (spec.field != "attribute" || condition.attribute_key == spec.attribute_key);
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
      names(vocabulary),
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
  PARFOCAL_ASSIGN_OR_RETURN(const RowSet rest, matcher.Evaluate(query.rest));
  others.And(rest);
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
  PARFOCAL_RETURN_IF_ERROR(Pager(*rows_, match, ranking, query).Fill(&interrupt, &answer));
  if (query.snippets) {
    for (Hit& hit : answer.hits) {
      PARFOCAL_RETURN_IF_ERROR(interrupt.Check());
      const auto study = rows_->FindStudy(StudyKey(hit.name.source, hit.name.accession));
      if (study) hit.snippet = SnippetOf(rows_->studies()[*study], query.words);
    }
  }
  PARFOCAL_RETURN_IF_ERROR(CountFacets(query, others, conditions, match, &interrupt, &answer));

  answer.explain = query.explain;
  for (size_t i = 0; i < answer.explain.size() && i < matcher.explained().size(); ++i) {
    if (matcher.explained()[i] >= 0) answer.explain[i].rows = matcher.explained()[i];
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

absl::StatusOr<std::vector<Suggestion>> IndexSnapshot::Suggest(
    absl::string_view prefix, const std::vector<std::string>& fields, int limit) const {
  return resources_->suggester.Suggest(prefix, fields, limit, *rows_);
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

void IndexSnapshot::CountTerm(absl::string_view curie, Counts* exact, Counts* rolled_up) const {
  const FacetDictionary& dictionary = *resources_->dictionary;
  std::vector<ValueId> same, below;
  for (const Field& field : Fields()) {
    // What an archive stated is no count of what a record means.
    if (!field.closure || field.stated) continue;
    // The slot of the term in this field, if it has one.
    uint32_t wanted = UINT32_MAX;
    for (uint32_t slot = 0; slot < dictionary.slots(field.id); ++slot) {
      if (dictionary.slot(field.id, slot).key == curie) wanted = slot;
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
