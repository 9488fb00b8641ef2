#include "term_collector.h"

#include <algorithm>
#include <utility>

#include "absl/strings/match.h"
#include "vocabulary.h"

namespace parfocal {

bool IsEnglish(absl::string_view language) {
  return language.empty() || absl::EqualsIgnoreCase(language, "en") ||
         absl::StartsWithIgnoreCase(language, "en-");
}

}  // namespace parfocal

namespace parfocal::internal {

void AddLabel(TermDraft* draft, absl::string_view text, absl::string_view language) {
  if (text.empty()) return;
  ParsedTerm& term = draft->term;
  const int rank = IsEnglish(language) ? 2 : 1;
  if (term.label == text) return;
  if (rank > draft->label_rank) {
    if (draft->label_rank > 0) {
      AddSynonym(draft, SynonymScope::kExact, term.label, term.label_language);
    }
    term.label = std::string(text);
    term.label_language = std::string(language);
    draft->label_rank = rank;
    return;
  }
  AddSynonym(draft, SynonymScope::kExact, text, language);
}

Synonym* AddSynonym(TermDraft* draft, SynonymScope scope, absl::string_view text,
                    absl::string_view language) {
  ParsedTerm* term = &draft->term;
  ++draft->synonyms[static_cast<int>(scope)];
  for (Synonym& have : term->synonyms) {
    if (have.scope == scope && have.text == text && have.language == language) return &have;
  }
  term->synonyms.push_back({std::string(text), scope, "", std::string(language)});
  return &term->synonyms.back();
}

void AddParent(ParsedTerm* term, absl::string_view parent, EdgeKind kind) {
  if (parent.empty() || IsTop(parent)) return;
  for (const ParsedEdge& have : term->parents) {
    if (have.parent == parent && have.kind == kind) return;
  }
  term->parents.push_back({std::string(parent), kind});
}

namespace {

// Leaves out texts that are longer than the limit.
void DropTooLong(const ReadLimits& limits, ParsedTerm* term, ReadReport* report) {
  const auto too_long = [&](absl::string_view text) {
    return static_cast<int64_t>(text.size()) > limits.literal_bytes;
  };
  size_t dropped = std::erase_if(term->xrefs, too_long);
  dropped += std::erase_if(term->synonyms, [&](const Synonym& s) { return too_long(s.text); });
  for (std::string* text : {&term->label, &term->definition, &term->replaced_by}) {
    if (!too_long(*text)) continue;
    text->clear();
    ++dropped;
  }
  if (dropped == 0) return;
  report->Warn(absl::StrCat(term->id.substr(0, 80), ": ", dropped, " texts longer than ",
                            limits.literal_bytes, " bytes are left out"));
}

}  // namespace

absl::Status Deliver(TermDraft&& draft, const ReadLimits& limits, ReadReport* report,
                     const TermSink& sink) {
  ParsedTerm& term = draft.term;
  ++report->classes;
  if (report->classes > limits.classes) {
    return WithReason(absl::ResourceExhaustedError(
                          absl::StrCat("ontology: more than ", limits.classes, " classes")),
                      "LIMIT_EXCEEDED", "ontology.classes");
  }
  if (static_cast<int64_t>(term.synonyms.size()) > limits.synonyms_per_term) {
    return WithReason(absl::ResourceExhaustedError(
                          absl::StrCat("ontology: ", term.id, " has ", term.synonyms.size(),
                                       " synonyms, more than ", limits.synonyms_per_term)),
                      "LIMIT_EXCEEDED", "ontology.synonyms_per_term");
  }
  DropTooLong(limits, &term, report);
  if (!term.label.empty()) {
    ++report->labelled;
    if (!term.label_language.empty()) ++report->languages[term.label_language];
  }
  for (const Synonym& synonym : term.synonyms) {
    if (!synonym.language.empty()) ++report->languages[synonym.language];
  }
  for (int i = 0; i < 4; ++i) report->synonyms[i] += draft.synonyms[i];
  for (const ParsedEdge& edge : term.parents) {
    ++(edge.kind == EdgeKind::kIsA ? report->is_a : report->part_of);
  }
  report->relations += static_cast<int64_t>(term.relations.size());
  report->obsolete += term.obsolete ? 1 : 0;
  report->replaced += draft.replacements;
  report->definitions += term.definition.empty() ? 0 : 1;
  report->xrefs += static_cast<int64_t>(term.xrefs.size());
  if (draft.defined && !term.obsolete && term.parents.empty()) ++report->unclassified;
  return sink(std::move(term));
}

TermDraft* TermCollector::At(absl::string_view id) {
  auto it = by_id_.find(id);
  if (it != by_id_.end()) return it->second;
  drafts_.emplace_back();
  drafts_.back().term.id = std::string(id);
  by_id_.emplace(drafts_.back().term.id, &drafts_.back());
  return &drafts_.back();
}

TermDraft* TermCollector::Find(absl::string_view id) {
  auto it = by_id_.find(id);
  return it == by_id_.end() ? nullptr : it->second;
}

void TermCollector::ClassifyUntyped() {
  for (TermDraft& draft : drafts_) draft.is_class = draft.is_class || draft.untyped;
}

absl::Status TermCollector::DeliverAll(const ReadLimits& limits, ReadReport* report,
                                       const TermSink& sink) {
  by_id_.clear();
  for (; !drafts_.empty(); drafts_.pop_front()) {
    if (!drafts_.front().is_class || IsTop(drafts_.front().term.id)) continue;
    PARFOCAL_RETURN_IF_ERROR(Deliver(std::move(drafts_.front()), limits, report, sink));
  }
  return absl::OkStatus();
}

}  // namespace parfocal::internal
