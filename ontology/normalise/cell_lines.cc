#include "parfocal/normalise/cell_lines.h"

#include <algorithm>
#include <cstdint>
#include <map>
#include <set>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "parfocal/terms/curie.h"
#include "parfocal/terms/text_fold.h"

namespace parfocal {
namespace {

constexpr size_t kSeveral = SIZE_MAX;

bool IsClassOfLines(absl::string_view label) {
  const std::string folded = FoldText(label);
  return absl::EndsWith(folded, "cell line") || absl::EndsWith(folded, "cell line cell") ||
         absl::EndsWith(folded, "cell lines");
}

// The id that a cross-reference names: "RRID:CVCL_0030" and "EFO: EFO_0000001" hold one behind the
// colon.
std::string IdOfXref(absl::string_view xref) {
  std::string id = CanonicalCurie(xref);
  const size_t colon = xref.find(':');
  if (id.empty() && colon != absl::string_view::npos) {
    id = CanonicalCurie(absl::StripAsciiWhitespace(xref.substr(colon + 1)));
  }
  return id;
}

// Sets that grow together.
class Union {
 public:
  size_t Add() {
    parents_.push_back(parents_.size());
    return parents_.size() - 1;
  }
  size_t Root(size_t i) {
    while (parents_[i] != i) i = parents_[i] = parents_[parents_[i]];
    return i;
  }
  // The smaller root stays, so that the outcome does not depend on the order of unions.
  void Join(size_t a, size_t b) {
    a = Root(a);
    b = Root(b);
    if (a != b) parents_[std::max(a, b)] = std::min(a, b);
  }

 private:
  std::vector<size_t> parents_;
};

class Builder {
 public:
  Builder(const TermLookup& terms, const std::vector<std::string>& ontologies)
      : terms_(terms), ontologies_(ontologies) {}

  void Read();
  void Unite();
  std::vector<std::vector<size_t>> Groups();
  CellLine Line(const std::vector<size_t>& group) const;

  struct Entry {
    std::string id, label;
    size_t rank = 0;  // Of its ontology.
    std::vector<std::string> names, xrefs;
    std::vector<std::string> species, parents;
  };
  const Entry& entry(size_t i) const { return entries_[i]; }

 private:
  bool IsLine(const Term& term);
  std::set<std::string> SpeciesAbove(std::vector<std::string> level) const;

  const TermLookup& terms_;
  const std::vector<std::string>& ontologies_;
  std::vector<Entry> entries_;
  Union union_;
  std::map<std::string, bool> classes_;  // Whether a parent is a class of cell lines.
};

std::vector<std::string> SpeciesOf(const Term& term) {
  std::vector<std::string> out;
  for (const TermRelation& relation : term.relations) {
    if (relation.predicate == kInTaxon && !relation.target.empty()) out.push_back(relation.target);
  }
  return out;
}

bool Builder::IsLine(const Term& term) {
  if (term.obsolete || term.label.empty() || IsClassOfLines(term.label)) return false;
  return std::any_of(term.parents.begin(), term.parents.end(), [&](const std::string& parent) {
    auto [it, fresh] = classes_.try_emplace(parent, false);
    if (fresh) it->second = IsClassOfLines(terms_.LabelOf(parent).value_or(""));
    return it->second;
  });
}

void Builder::Read() {
  for (size_t rank = 0; rank < ontologies_.size(); ++rank) {
    terms_.Visit(ontologies_[rank], [&](const Term& term) {
      // Cellosaurus is a list of cell lines, without a hierarchy.
      const bool listed = term.parents.empty() && term.ontology == "Cellosaurus";
      if (!listed && !IsLine(term)) return true;
      Entry entry;
      entry.id = term.id;
      entry.label = term.label;
      entry.rank = rank;
      entry.names.push_back(CellLines::FoldName(term.label));
      for (const Synonym& synonym : term.synonyms) {
        if (synonym.scope == SynonymScope::kExact) {
          entry.names.push_back(CellLines::FoldName(synonym.text));
        }
      }
      for (const std::string& xref : term.xrefs) {
        std::string id = IdOfXref(xref);
        const bool of_a_line =
            std::find(ontologies_.begin(), ontologies_.end(), CuriePrefix(id)) != ontologies_.end();
        if (of_a_line && id != term.id) entry.xrefs.push_back(std::move(id));
      }
      entry.species = SpeciesOf(term);
      entry.parents = term.parents;
      entries_.push_back(std::move(entry));
      union_.Add();
      return true;
    });
  }
}

void Builder::Unite() {
  std::map<std::string, size_t> by_id;
  // By folded label: the one term of each ontology, or kSeveral.
  std::map<std::string, std::map<size_t, size_t>> by_label;
  for (size_t i = 0; i < entries_.size(); ++i) {
    by_id[entries_[i].id] = i;
    auto [it, fresh] = by_label[entries_[i].names[0]].try_emplace(entries_[i].rank, i);
    if (!fresh) it->second = kSeveral;
  }
  for (const auto& [label, terms] : by_label) {
    size_t first = kSeveral;
    for (const auto& [rank, i] : terms) {
      if (label.empty() || i == kSeveral) continue;
      if (first == kSeveral) first = i;
      union_.Join(first, i);
    }
  }
  // An id that no ontology describes unites two terms that name it, too; but an id that many terms
  // of one ontology name is of their common ancestor.
  std::map<std::string, std::vector<size_t>> by_xref;
  for (size_t i = 0; i < entries_.size(); ++i) {
    for (const std::string& xref : entries_[i].xrefs) by_xref[xref].push_back(i);
  }
  for (const auto& [xref, terms] : by_xref) {
    std::set<size_t> ranks;
    bool unique = true;
    for (size_t i : terms) unique = ranks.insert(entries_[i].rank).second && unique;
    if (!unique) continue;
    for (size_t i : terms) union_.Join(terms[0], i);
    auto it = by_id.find(xref);
    if (it != by_id.end()) union_.Join(terms[0], it->second);
  }
}

std::vector<std::vector<size_t>> Builder::Groups() {
  std::map<size_t, std::vector<size_t>> groups;
  for (size_t i = 0; i < entries_.size(); ++i) groups[union_.Root(i)].push_back(i);
  std::vector<std::vector<size_t>> out;
  for (auto& [root, group] : groups) out.push_back(std::move(group));
  return out;
}

// The species of the nearest classes that have one, level by level.
std::set<std::string> Builder::SpeciesAbove(std::vector<std::string> level) const {
  std::set<std::string> seen(level.begin(), level.end()), species;
  for (int depth = 0; depth < 20 && !level.empty() && species.empty(); ++depth) {
    std::vector<std::string> next;
    for (const std::string& id : level) {
      const std::optional<Term> term = terms_.Find(id);
      if (!term.has_value()) continue;
      for (std::string& taxon : SpeciesOf(*term)) species.insert(std::move(taxon));
      for (const std::string& parent : term->parents) {
        if (seen.insert(parent).second) next.push_back(parent);
      }
    }
    level = std::move(next);
  }
  return species;
}

CellLine Builder::Line(const std::vector<size_t>& group) const {
  CellLine line;
  const Entry* best = nullptr;
  std::set<std::string> terms, species;
  std::vector<std::string> parents;
  for (size_t i : group) {
    const Entry& e = entries_[i];
    if (best == nullptr || std::pair(e.rank, e.id) < std::pair(best->rank, best->id)) best = &e;
    terms.insert(e.id);
    terms.insert(e.xrefs.begin(), e.xrefs.end());
    species.insert(e.species.begin(), e.species.end());
    parents.insert(parents.end(), e.parents.begin(), e.parents.end());
  }
  if (species.empty()) species = SpeciesAbove(std::move(parents));
  line.id = best->id;
  line.label = best->label;
  line.terms.assign(terms.begin(), terms.end());
  if (species.size() == 1) line.species = *species.begin();
  return line;
}

}  // namespace

std::string CellLines::FoldName(absl::string_view name) {
  const std::string folded = FoldText(name);
  absl::string_view rest = folded;
  for (absl::string_view word : {" cells", " cell line", " cell"}) {
    if (absl::ConsumeSuffix(&rest, word)) break;
  }
  std::string out;
  bool parted = false;
  for (char c : rest) {
    if (c == ' ' || c == '-' || c == '_') {
      parted = true;
      continue;
    }
    const bool digits = absl::ascii_isdigit(static_cast<unsigned char>(c)) && !out.empty() &&
                        absl::ascii_isdigit(static_cast<unsigned char>(out.back()));
    if (parted && digits) out.push_back(' ');
    parted = false;
    out.push_back(c);
  }
  return out;
}

std::shared_ptr<const CellLines> CellLines::Build(const TermLookup& terms,
                                                  const std::vector<std::string>& ontologies) {
  Builder builder(terms, ontologies);
  builder.Read();
  builder.Unite();
  auto out = std::make_shared<CellLines>();
  std::set<std::string> labels;  // Names that are a line's label go before synonyms.
  const std::vector<std::vector<size_t>> groups = builder.Groups();
  const auto enter = [&](const std::string& key, size_t line,
                         absl::flat_hash_map<std::string, size_t>* map) {
    if (key.empty()) return;
    auto [it, fresh] = map->try_emplace(key, line);
    if (!fresh && it->second != line) it->second = kSeveral;
  };
  for (size_t line = 0; line < groups.size(); ++line) {
    out->lines_.push_back(builder.Line(groups[line]));
    for (const std::string& id : out->lines_.back().terms) enter(id, line, &out->by_id_);
    for (size_t i : groups[line]) {
      enter(builder.entry(i).names[0], line, &out->by_name_);
      labels.insert(builder.entry(i).names[0]);
    }
  }
  for (size_t line = 0; line < groups.size(); ++line) {
    for (size_t i : groups[line]) {
      for (const std::string& name : builder.entry(i).names) {
        if (!labels.contains(name)) enter(name, line, &out->by_name_);
      }
    }
  }
  return out;
}

const CellLine* CellLines::Of(absl::string_view curie) const {
  auto it = by_id_.find(curie);
  return it == by_id_.end() || it->second == kSeveral ? nullptr : &lines_[it->second];
}

const CellLine* CellLines::Named(absl::string_view name) const {
  auto it = by_name_.find(FoldName(name));
  return it == by_name_.end() || it->second == kSeveral ? nullptr : &lines_[it->second];
}

}  // namespace parfocal
