#include "decision_table.h"

#include <xxhash.h>

#include <algorithm>
#include <set>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "mapping_set_builder.h"
#include "parfocal/terms/curie.h"
#include "parfocal/terms/text_fold.h"

namespace parfocal {
namespace {

constexpr absl::string_view kColumns[] = {
    "subject_label", "subject_category", "predicate_id",          "predicate_modifier",
    "object_id",     "object_label",     "mapping_justification", "mapping_cardinality",
    "author_id",     "author_label",     "mapping_date",          "comment",
    "ext_decided",
};

// Bases of ids that are not below purl.obolibrary.org.
struct Base {
  absl::string_view prefix, iri;
};
constexpr Base kBases[] = {
    {"BAO", "http://www.bioassayontology.org/bao#BAO_"},
    {"CMPO", "http://www.ebi.ac.uk/cmpo/CMPO_"},
    {"CVCL", "https://www.cellosaurus.org/CVCL_"},
    {"EDAM", "http://edamontology.org/"},
    {"EFO", "http://www.ebi.ac.uk/efo/EFO_"},
    {"MESH", "http://id.nlm.nih.gov/mesh/"},
    {"Orphanet", "http://www.orpha.net/ORDO/Orphanet_"},
};

std::string KeyOf(absl::string_view field, absl::string_view words) {
  return absl::StrCat(field, "\n", FoldText(words));
}

// `PREFIX: IRI` for a prefix map; empty unless ids read back through it are the same.
std::string PrefixLine(absl::string_view curie) {
  const absl::string_view prefix = CuriePrefix(curie);
  if (prefix.empty()) return "";
  std::string iri = absl::StrCat("http://purl.obolibrary.org/obo/", prefix, "_");
  for (const Base& base : kBases) {
    if (base.prefix == prefix) iri = std::string(base.iri);
  }
  if (CanonicalCurie(absl::StrCat(iri, curie.substr(prefix.size() + 1))) != curie) return "";
  return absl::StrCat("  ", prefix, ": ", iri, "\n");
}

bool IsOrcid(absl::string_view author) { return absl::StartsWith(author, "orcid:"); }

std::string MetadataOf(const std::set<std::string>& prefixes) {
  std::string text = "curie_map:\n  orcid: https://orcid.org/\n";
  for (const std::string& line : prefixes) absl::StrAppend(&text, line);
  absl::StrAppend(&text, "mapping_set_id: ", kCuratorSetId,
                  "\nmapping_set_title: Decisions of curators\n"
                  "license: https://creativecommons.org/publicdomain/zero/1.0/\n"
                  "subject_type: rdfs literal\n"
                  "extension_definitions:\n"
                  "  - slot_name: ext_decided\n"
                  "    property: http://purl.org/dc/terms/created\n"
                  "    type_hint: http://www.w3.org/2001/XMLSchema#dateTime\n");
  return text;
}

std::vector<std::string> CellsOf(const CuratorDecision& d) {
  const bool none = d.verdict == Verdict::kNoTerm;
  const bool orcid = IsOrcid(d.author);
  return {d.words,
          d.field,
          "skos:exactMatch",
          d.verdict == Verdict::kRejected ? "Not" : "",
          none ? "sssom:NoTermFound" : d.term,
          d.label,
          "semapv:ManualMappingCuration",
          none ? "1:0" : "",
          orcid ? d.author : "",
          orcid ? "" : d.author,
          absl::FormatTime("%Y-%m-%d", d.when, absl::UTCTimeZone()),
          d.comment,
          absl::FormatTime(absl::RFC3339_full, d.when, absl::UTCTimeZone())};
}

RowMeaning MeaningOf(const CuratorDecision& decision) {
  RowMeaning meaning;
  meaning.literal = true;
  meaning.relation = MappingRelation::kExact;
  meaning.negated = decision.verdict == Verdict::kRejected;
  meaning.no_term = decision.verdict == Verdict::kNoTerm;
  meaning.object = decision.term;
  return meaning;
}

// A hash of what holds for `key`; 0 if nothing does.
uint64_t HashOf(absl::string_view key, const DecisionTable::State& state) {
  if (state.accepted == nullptr && state.rejected.empty()) return 0;
  std::vector<absl::string_view> rejected;
  for (const DecisionTable::DecisionPtr& d : state.rejected) rejected.push_back(d->term);
  std::sort(rejected.begin(), rejected.end());
  std::string content(key);
  if (state.accepted != nullptr)
    absl::StrAppend(&content, "\nis ", state.accepted->term, "\n", state.accepted->label);
  for (const absl::string_view term : rejected) absl::StrAppend(&content, "\nnot ", term);
  return XXH3_64bits(content.data(), content.size());
}

}  // namespace

void DecisionTable::Add(const CuratorDecision& decision) {
  const DecisionPtr added = std::make_shared<const CuratorDecision>(decision);
  history_.push_back(added);
  const std::string content = absl::StrJoin(CellsOf(decision), "\t");
  fingerprint_ = XXH3_64bits_withSeed(content.data(), content.size(), fingerprint_);
  const std::string key = KeyOf(decision.field, decision.words);
  State& state = states_[key];
  holding_ -= HashOf(key, state);
  Change(added, &state);
  holding_ += HashOf(key, state);
}

void DecisionTable::Change(const DecisionPtr& added, State* changed) {
  const CuratorDecision& decision = *added;
  State& state = *changed;
  state.rejected.erase(
      std::remove_if(state.rejected.begin(), state.rejected.end(),
                     [&](const DecisionPtr& old) { return old->term == decision.term; }),
      state.rejected.end());
  if (decision.verdict != Verdict::kRejected) {
    state.accepted = added;
    return;
  }
  state.rejected.push_back(added);
  if (state.accepted != nullptr && state.accepted->term == decision.term) state.accepted = nullptr;
}

std::shared_ptr<const DecisionTable> DecisionTable::With(
    const std::vector<CuratorDecision>& more) const {
  auto next = std::make_shared<DecisionTable>(*this);
  for (const CuratorDecision& decision : more) next->Add(decision);
  return next;
}

const DecisionTable::State* DecisionTable::Find(absl::string_view field,
                                                absl::string_view words) const {
  if (states_.empty()) return nullptr;
  const auto it = states_.find(KeyOf(field, words));
  return it == states_.end() ? nullptr : &it->second;
}

const CuratorDecision* DecisionTable::Same(const CuratorDecision& decision) const {
  const State* state = Find(decision.field, decision.words);
  if (state == nullptr) return nullptr;
  const auto same = [&](const DecisionPtr& other) {
    return other != nullptr && other->verdict == decision.verdict && other->term == decision.term;
  };
  if (same(state->accepted)) return state->accepted.get();
  const auto it = std::find_if(state->rejected.begin(), state->rejected.end(), same);
  return it == state->rejected.end() ? nullptr : it->get();
}

const CuratorDecision* DecisionTable::Later(const CuratorDecision& decision) const {
  const State* state = Find(decision.field, decision.words);
  if (state == nullptr) return nullptr;
  const bool rejects = decision.verdict == Verdict::kRejected;
  const auto undone = [&](const DecisionPtr& other) {
    return other != nullptr && other->when > decision.when &&
           (other->term == decision.term || !rejects);
  };
  if (undone(state->accepted)) return state->accepted.get();
  for (const DecisionPtr& other : state->rejected) {
    if (other->term == decision.term && other->when > decision.when) return other.get();
  }
  return nullptr;
}

bool DecisionTable::Holds(const CuratorDecision& decision) const {
  const CuratorDecision* same = Same(decision);
  return same != nullptr && same->number == decision.number;
}

MappingSet DecisionTable::AsSet(bool term_requests_only) const {
  std::set<std::string> prefixes;
  std::vector<DecisionPtr> wanted;
  for (const DecisionPtr& decision : history_) {
    if (term_requests_only && decision->verdict != Verdict::kNoTerm) continue;
    if (!Holds(*decision)) continue;
    wanted.push_back(decision);
    prefixes.insert(PrefixLine(decision->term));
  }
  MappingSetInfo info;
  info.id = std::string(kCuratorSetId);
  info.metadata = MetadataOf(prefixes);
  info.defaults["subject_type"] = "rdfs literal";
  MappingSetBuilder builder(std::move(info),
                            std::vector<std::string>(std::begin(kColumns), std::end(kColumns)));
  for (const DecisionPtr& decision : wanted) builder.Add(CellsOf(*decision), MeaningOf(*decision));
  return std::move(builder).Build();
}

size_t DecisionTable::memory_bytes() const {
  size_t bytes = history_.capacity() * sizeof(DecisionPtr);
  for (const DecisionPtr& d : history_) {
    bytes += sizeof *d + d->field.size() + d->words.size() + d->term.size() + d->label.size() +
             d->author.size() + d->comment.size();
  }
  for (const auto& [key, state] : states_) bytes += key.size() + sizeof state;
  return bytes;
}

absl::StatusOr<CuratorDecision> DecisionOfRow(const MappingSet& set, size_t row, absl::Time now) {
  if (!set.literal(row)) return absl::InvalidArgumentError("its subject is a term, not words");
  if (set.relation(row) != MappingRelation::kExact && set.relation(row) != MappingRelation::kClose)
    return absl::InvalidArgumentError(absl::StrCat(
        set.Value(row, "predicate_id"), ": a decision is skos:exactMatch or skos:closeMatch"));
  CuratorDecision decision;
  decision.verdict = set.no_term(row)   ? Verdict::kNoTerm
                     : set.negated(row) ? Verdict::kRejected
                                        : Verdict::kAccepted;
  if (set.no_term(row) && set.negated(row))
    return absl::InvalidArgumentError("denies that no term was found, which says nothing");
  decision.field = std::string(set.Value(row, "subject_category"));
  decision.words = std::string(set.Value(row, "subject_label"));
  decision.term = std::string(set.object(row));
  decision.label = std::string(set.Value(row, "object_label"));
  decision.author = std::string(set.Value(row, "author_label"));
  if (decision.author.empty()) decision.author = std::string(set.Value(row, "author_id"));
  decision.comment = std::string(set.Value(row, "comment"));
  decision.when = now;
  for (const absl::string_view slot : {"ext_decided", "mapping_date"}) {
    const absl::string_view text = set.Value(row, slot);
    if (text.empty()) continue;
    std::string error;
    const bool whole = slot == "ext_decided";
    if (!absl::ParseTime(whole ? absl::RFC3339_full : "%Y-%m-%d", text, &decision.when, &error))
      return absl::InvalidArgumentError(
          absl::StrCat(slot, " '", text, "' is no ", whole ? "time (RFC 3339)" : "date"));
    break;
  }
  // Micro-seconds are what the file keeps.
  decision.when = absl::FromUnixMicros(absl::ToUnixMicros(decision.when));
  if (decision.when > now) return absl::InvalidArgumentError("was decided in the future");
  PARFOCAL_RETURN_IF_ERROR(CheckDecision(decision));
  return decision;
}

}  // namespace parfocal
