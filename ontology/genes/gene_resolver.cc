#include "gene_resolver.h"

#include <algorithm>
#include <set>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "parfocal/terms/text_fold.h"

namespace parfocal::internal {
namespace {

constexpr size_t kMaxTextBytes = 1024;
constexpr size_t kMaxCandidates = 100;
constexpr size_t kMaxNamed = 5;  // In a reason.
constexpr size_t kMaxParts = 64;

GeneMatch MatchOf(NameKind kind, bool folded_symbol) {
  if (IsId(kind)) return GeneMatch::kId;
  switch (kind) {
    case kSymbolName:
      return folded_symbol ? GeneMatch::kFoldedSymbol : GeneMatch::kSymbol;
    case kFormerName:
    case kPreviousName:
      return GeneMatch::kPreviousSymbol;
    default:
      return GeneMatch::kAlias;
  }
}

bool IsPooled(NameKind kind) { return kind == kPreviousName || kind == kAliasName; }

std::vector<absl::string_view> PartsOf(absl::string_view text, absl::string_view separators) {
  std::vector<absl::string_view> out;
  for (absl::string_view part : absl::StrSplit(text, absl::ByAnyChar(separators))) {
    part = TrimName(part);
    if (part.empty() || std::find(out.begin(), out.end(), part) != out.end()) continue;
    out.push_back(part);
    if (out.size() > kMaxParts) break;
  }
  return out;
}

bool IsFound(const GeneResolution& resolution) {
  return resolution.outcome == GeneOutcome::kOne || resolution.outcome == GeneOutcome::kAmbiguous;
}

}  // namespace

GeneResolver::GeneResolver(const GeneIndex& index, const GeneVocabulary& vocabulary,
                           absl::string_view species)
    : index_(index),
      vocabulary_(vocabulary),
      species_(species),
      taxon_(species.empty() ? kNoGene : index.TaxonNumber(species)) {}

GeneResolver::Hits GeneResolver::Lookup(absl::string_view text, absl::string_view folded) const {
  Hits out;
  const auto [begin, end] = index_.Entries(HashText(folded));
  for (const NameEntry* entry = begin; entry != end; ++entry) {
    const uint32_t gene = index_.GeneOfName(entry->name);
    if (!species_.empty() && index_.taxon[gene] != taxon_) continue;
    const absl::string_view name = index_.names[entry->name];
    const bool exact = name == text;
    if (!exact && FoldGeneName(name) != folded) continue;
    out.push_back({gene, index_.name_kinds[entry->name], exact});
  }
  return out;
}

template <typename Which>
GeneResolver::Hits GeneResolver::Select(const Hits& hits, Which which) const {
  Hits out;
  for (const Hit& hit : hits) {
    if (which(hit)) out.push_back(hit);
  }
  std::sort(out.begin(), out.end(), [](const Hit& a, const Hit& b) {
    return std::tie(a.gene, a.kind) < std::tie(b.gene, b.kind);
  });
  out.erase(std::unique(out.begin(), out.end(),
                        [](const Hit& a, const Hit& b) { return a.gene == b.gene; }),
            out.end());
  std::stable_sort(out.begin(), out.end(),
                   [](const Hit& a, const Hit& b) { return a.kind < b.kind; });
  return out;
}

std::string GeneResolver::Named(uint32_t gene) const {
  return absl::StrCat(index_.SymbolOf(gene), " (", index_.ids[gene], ")");
}

std::string GeneResolver::Listed(const Hits& hits) const {
  std::vector<std::string> names;
  for (size_t i = 0; i < hits.size() && i < kMaxNamed; ++i) names.push_back(Named(hits[i].gene));
  const std::string more =
      hits.size() > kMaxNamed ? absl::StrCat(" and ", hits.size() - kMaxNamed, " more") : "";
  return absl::StrCat(absl::StrJoin(names, ", "), more);
}

void GeneResolver::Answer(const Hits& chosen, bool folded_symbol, GeneResolution* out) const {
  out->outcome = chosen.size() == 1 ? GeneOutcome::kOne : GeneOutcome::kAmbiguous;
  for (size_t i = 0; i < chosen.size() && i < kMaxCandidates; ++i) {
    out->candidates.push_back({std::string(index_.ids[chosen[i].gene]),
                               std::string(index_.SymbolOf(chosen[i].gene)),
                               MatchOf(chosen[i].kind, folded_symbol)});
  }
}

bool GeneResolver::ResolveId(absl::string_view text, GeneResolution* out) const {
  const IdText id = ParseIdText(text);
  if (id.local.empty()) return false;
  const bool bare_number = id.system == IdSystem::kNone && AllDigits(id.local);
  if (bare_number && species_.empty()) return false;
  const Hits hits = Lookup(id.local, FoldGeneName(id.local));
  const auto of_system = [&](const Hit& hit) {
    if (!IsId(hit.kind)) return false;
    const IdSystem system = SystemOf(hit.kind);
    if (id.system != IdSystem::kNone) {
      // Ensembl calls the genes of yeasts, fly and worm by the ids of their databases.
      return system == id.system || (id.system == IdSystem::kEnsembl && !IsNumbered(system));
    }
    return !IsNumbered(system) ||
           (bare_number && (system == IdSystem::kNcbiGene || system == IdSystem::kMgi));
  };
  for (const bool retired : {false, true}) {
    for (const bool exact : {true, false}) {
      const Hits chosen = Select(hits, [&](const Hit& hit) {
        return of_system(hit) && IsRetiredId(hit.kind) == retired && hit.exact == exact;
      });
      if (chosen.empty()) continue;
      Answer(chosen, false, out);
      const absl::string_view system = PrefixOf(SystemOf(chosen.front().kind));
      if (chosen.size() > 1) {
        out->reason = absl::StrCat("an identifier of ", chosen.size(), " genes: ", Listed(chosen));
      } else if (retired) {
        out->reason = absl::StrCat("a secondary identifier of ", Named(chosen.front().gene));
      } else if (bare_number) {
        out->reason = absl::StrCat("read as ", system, ":", id.local);
      }
      return true;
    }
  }
  return false;
}

void GeneResolver::NoteOthers(const Hits& all, const Hits& chosen, GeneResolution* out) const {
  const Hits others = Select(all, [&](const Hit& hit) {
    return !IsId(hit.kind) && (hit.exact || !CaseMatters()) &&
           std::none_of(chosen.begin(), chosen.end(),
                        [&](const Hit& taken) { return taken.gene == hit.gene; });
  });
  if (others.empty()) return;
  absl::StrAppend(&out->reason, out->reason.empty() ? "" : "; ", "also a name of ", Listed(others));
}

bool GeneResolver::ResolveSymbol(const Hits& hits, GeneResolution* out) const {
  struct Tier {
    bool (*takes)(const Hit& hit);
    absl::string_view is;
  };
  static constexpr Tier kTiers[] = {
      {[](const Hit& hit) { return hit.kind == kSymbolName && hit.exact; }, ""},
      {[](const Hit& hit) { return hit.kind == kSymbolName; }, "the symbol but for case"},
      {[](const Hit& hit) { return hit.kind == kFormerName && hit.exact; }, "a former symbol"},
      {[](const Hit& hit) { return hit.kind == kFormerName; }, "a former symbol but for case"},
      {[](const Hit& hit) { return IsPooled(hit.kind) && hit.exact; }, "a name"},
      {[](const Hit& hit) { return IsPooled(hit.kind); }, "a name"},
  };
  for (size_t i = 0; i < std::size(kTiers); ++i) {
    // Case is told apart among the names of a species only where its symbols do so.
    if (i == 4 && !CaseMatters()) continue;
    const Hits chosen = Select(hits, kTiers[i].takes);
    if (chosen.empty()) continue;
    Answer(chosen, i == 1, out);
    if (chosen.size() > 1) {
      out->reason = absl::StrCat(i == 0 ? "the symbol" : kTiers[i].is, " of ", chosen.size(),
                                 " genes: ", Listed(chosen));
    } else if (i >= 4) {
      out->reason =
          absl::StrCat(chosen.front().kind == kPreviousName ? "a previous symbol" : "an alias",
                       " of ", Named(chosen.front().gene));
    } else if (i > 0) {
      out->reason = absl::StrCat(kTiers[i].is, " of ", Named(chosen.front().gene));
    }
    NoteOthers(hits, chosen, out);
    return true;
  }
  return false;
}

GeneResolution GeneResolver::WithoutOrganism(absl::string_view text,
                                             absl::string_view folded) const {
  GeneResolution out;
  const Hits named = Select(Lookup(text, folded), [](const Hit& hit) { return !IsId(hit.kind); });
  if (named.empty()) return out;
  Answer(named, false, &out);
  out.outcome = GeneOutcome::kAmbiguous;
  std::set<uint16_t> species;
  for (const Hit& hit : named) species.insert(index_.taxon[hit.gene]);
  out.reason = absl::StrCat("a symbol says nothing without its organism: a name of ", named.size(),
                            " genes of ", species.size(), " species");
  return out;
}

GeneResolution GeneResolver::ResolveName(absl::string_view text, absl::string_view folded) const {
  GeneResolution out;
  if (ResolveId(text, &out)) return out;
  if (species_.empty()) return WithoutOrganism(text, folded);
  ResolveSymbol(Lookup(text, folded), &out);
  return out;
}

void GeneResolver::ResolveDate(const Damage& damage, GeneResolution* out) const {
  // A symbol goes before names of other kinds, as it does where nothing is damaged.
  Hits symbols, others;
  std::set<std::string> written_symbols, written_others;
  for (const auto& [month, number] : damage.readings) {
    for (const std::string& name : SymbolsOfDate(month, number, damage.language, vocabulary_)) {
      for (const Hit& hit : Lookup(name, name)) {
        if (IsId(hit.kind)) continue;
        (IsPooled(hit.kind) ? others : symbols).push_back(hit);
        (IsPooled(hit.kind) ? written_others : written_symbols).insert(name);
      }
    }
  }
  const Hits chosen = Select(symbols.empty() ? others : symbols, [](const Hit&) { return true; });
  if (chosen.empty()) return;
  Answer(chosen, false, out);
  for (GeneCandidate& candidate : out->candidates) candidate.match = GeneMatch::kRepairedSymbol;
  out->reason =
      absl::StrCat("a date made by a spreadsheet, which may have been ",
                   absl::StrJoin(symbols.empty() ? written_others : written_symbols, ", "));
  if (chosen.size() > 1) absl::StrAppend(&out->reason, ": ", Listed(chosen));
}

bool GeneResolver::ResolveDamage(absl::string_view text, GeneResolution* out) const {
  const Damage damage = ReadDamage(text, vocabulary_);
  if (damage.kind == Damage::kNone) return false;
  out->outcome = GeneOutcome::kDamaged;
  out->reason =
      damage.kind == Damage::kDate
          ? "a date made by a spreadsheet; no symbol of the organism reads so"
          : "a number made by a spreadsheet of what may have been a clone's name or an id";
  if (species_.empty()) return true;
  if (damage.kind == Damage::kDate) ResolveDate(damage, out);
  GeneResolution repaired;
  if (damage.kind == Damage::kWholeNumber && ResolveId(damage.number, &repaired)) {
    *out = std::move(repaired);
    absl::StrAppend(&out->reason, "; a spreadsheet had made it a decimal number");
  }
  return true;
}

bool GeneResolver::ResolveParts(absl::string_view text, GeneResolution* out) const {
  std::vector<absl::string_view> parts = PartsOf(text, ";|,\n");
  // These stand in names, too: they divide only where each part is a gene.
  const bool sure = parts.size() > 1 || (parts.size() == 1 && parts[0] != text);
  if (!sure) {
    parts = PartsOf(text, "/+& ");
    if (parts.size() < 2) return false;
    for (absl::string_view part : parts) {
      if (AllDigits(part) || !IsFound(ResolveName(part, FoldGeneName(part)))) return false;
    }
  }
  if (parts.size() == 1) {  // `a;` and `a;a`
    *out = ResolveName(parts[0], FoldGeneName(parts[0]));
    return IsFound(*out);
  }
  out->outcome = GeneOutcome::kSeveral;
  out->reason = absl::StrCat(parts.size(), " names in one cell");
  return true;
}

std::string GeneResolver::WhyUnknown(absl::string_view text, absl::string_view folded) const {
  if (!species_.empty() && taxon_ == kNoGene) {
    return absl::StrCat("no table of genes of ", species_, " is loaded");
  }
  if (index_.Withdrawn(species_, folded)) return "withdrawn: of no gene any more";
  const GeneResolver everywhere(index_, vocabulary_, "");
  GeneResolution other;
  if (!species_.empty() && everywhere.ResolveId(text, &other)) {
    const uint32_t gene = index_.Find(other.candidates.front().id);
    return absl::StrCat("an identifier of ", Named(gene), " of ", index_.taxa[index_.taxon[gene]]);
  }
  return "";
}

GeneResolution GeneResolver::Resolve(absl::string_view text) const {
  GeneResolution out;
  if (text.size() > kMaxTextBytes) {
    out.reason = absl::StrCat("longer than ", kMaxTextBytes, " bytes");
    return out;
  }
  text = TrimName(text);
  if (text.empty()) {
    out.outcome = GeneOutcome::kControl;
    out.reason = "nothing";
    return out;
  }
  const std::string folded = FoldGeneName(text);
  out = ResolveName(text, folded);
  const bool symbol =
      out.outcome == GeneOutcome::kOne && out.candidates.front().match == GeneMatch::kSymbol;
  if (!symbol && vocabulary_.IsNoGene(folded)) {
    out = GeneResolution();
    out.outcome = GeneOutcome::kControl;
    out.reason = "a word for a control or for no gene";
    return out;
  }
  if (IsFound(out) || ResolveDamage(text, &out) || ResolveParts(text, &out)) return out;
  out = GeneResolution();
  out.reason = WhyUnknown(text, folded);
  return out;
}

}  // namespace parfocal::internal
