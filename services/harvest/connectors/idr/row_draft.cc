#include "parfocal/connector_idr/row_draft.h"

#include <xxhash.h>

#include <algorithm>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "parfocal/connector_idr/cell_text.h"
#include "parfocal/connector_idr/text_decoding.h"
#include "parfocal/normalise/witness.h"
#include "parfocal/privacy/contacts.h"
#include "parfocal/record_name.h"
#include "parfocal/terms/curie.h"

namespace parfocal::idr {
namespace {

// Look-ups are remembered up to this many; a hostile table cannot make them grow without end.
constexpr size_t kMaxRemembered = 100'000;

absl::string_view Cell(const Cells& cells, int column) {
  return column < 0 ? absl::string_view() : Trim(cells[static_cast<size_t>(column)]);
}

// The meaning of `word`: of the word itself, else of the first pattern that fits.
template <typename T>
const T* MeaningOf(const std::map<std::string, T>& words, absl::string_view word) {
  if (word.empty()) return nullptr;
  auto it = words.find(Fold(word));
  if (it != words.end()) return &it->second;
  for (const auto& [pattern, meaning] : words) {
    if (absl::StrContains(pattern, "*") && Matches(pattern, word)) return &meaning;
  }
  return nullptr;
}

std::string KeyText(absl::string_view prefix, const TablePlan& plan, const Cells& cells) {
  std::string id(prefix);
  for (int column : plan.keys) {
    const absl::string_view part = Cell(cells, column);
    absl::StrAppend(&id, "/", part.empty() ? absl::string_view("-") : part);
  }
  return id;
}

// The parts of `cell` at the first separator that occurs in it; one part if none does.
std::vector<absl::string_view> Split(absl::string_view cell,
                                     const std::vector<std::string>& separators) {
  for (const std::string& separator : separators) {
    if (!absl::StrContains(cell, separator)) continue;
    std::vector<absl::string_view> parts = absl::StrSplit(cell, separator);
    for (absl::string_view& part : parts) part = Trim(part);
    return parts;
  }
  return {cell};
}

Statement MakeStatement(absl::string_view field, absl::string_view value, absl::string_view id,
                        absl::string_view role, uint32_t group) {
  Statement s;
  s.field = std::string(field);
  s.value = std::string(value);
  s.stated_id = std::string(id);
  s.role = std::string(role);
  s.group = group;
  return s;
}

bool AllEmpty(const Cells& cells) {
  return std::all_of(cells.begin(), cells.end(),
                     [](absl::string_view c) { return Trim(c).empty(); });
}

}  // namespace

absl::string_view FieldOf(ObservationKind kind) {
  switch (kind) {
    case ObservationKind::kLocalisation:
      return "localisation";
    case ObservationKind::kExpression:
      return "expression";
    case ObservationKind::kAnatomy:
      return "anatomy";
    case ObservationKind::kDiagnosis:
      return "diagnosis";
    case ObservationKind::kPhenotype:
    case ObservationKind::kNormal:
    case ObservationKind::kOther:
      break;
  }
  return "phenotype";
}

bool RowReader::Empty(absl::string_view cell) const {
  if (cell.empty()) return true;
  if (cell.size() > 40) return false;  // No such word is that long.
  auto it = empty_.find(cell);
  if (it != empty_.end()) return it->second;
  bool empty = false;
  for (const std::string& pattern : plan_.rules().empty_values)
    empty = empty || Matches(pattern, cell);
  if (empty_.size() < kMaxRemembered) empty_.emplace(cell, empty);
  return empty;
}

const std::string& RowReader::Curie(absl::string_view accession, absl::string_view ref) {
  std::string key = absl::StrCat(accession, "\n", ref);
  auto it = curies_.find(key);
  if (it != curies_.end()) return it->second;
  if (curies_.size() >= kMaxRemembered) curies_.clear();
  return curies_.emplace(std::move(key), CanonicalCurie(accession, ref)).first->second;
}

std::string RowReader::Problem(const Cells& cells) const {
  if (cells.size() != plan_.header().size()) {
    return absl::StrCat("the row has ", cells.size(), " cells, its header ", plan_.header().size());
  }
  if (AllEmpty(cells)) return "the row has no value";
  for (size_t i = 0; i < cells.size(); ++i) {
    if (!IsCleanUtf8(cells[i]))
      return absl::StrCat("'", plan_.header()[i], "' is not UTF-8 or holds a NUL");
  }
  const std::string id = KeyText(plan_.identity().id_prefix, plan_, cells);
  constexpr size_t kRoomForOrdinal = 12;
  if (id.size() > kMaxIdBytes - kRoomForOrdinal) {
    return absl::StrCat("the columns that identify the row hold ", id.size(), " bytes; at most ",
                        kMaxIdBytes - kRoomForOrdinal);
  }
  return "";
}

std::string RowReader::NextId(const Cells& cells) {
  const std::string base = KeyText(plan_.identity().id_prefix, plan_, cells);
  uint32_t& times = given_[XXH3_64bits(base.data(), base.size())];
  if (++times == 1) return base;
  uint32_t ordinal = times;
  while (true) {
    std::string id = absl::StrCat(base, "#", ordinal);
    // A key may look like another's ordinal.
    uint32_t& taken = given_[XXH3_64bits(id.data(), id.size())];
    if (taken == 0) {
      taken = 1;
      given_[XXH3_64bits(base.data(), base.size())] = ordinal;
      return id;
    }
    ++ordinal;
  }
}

void RowReader::Attributes(const Cells& cells, ImageSet* set) const {
  set->attributes.reserve(cells.size());
  for (size_t i = 0; i < cells.size(); ++i) {
    if (plan_.uses[i] == ColumnUse::kPersonal) continue;
    const absl::string_view cell = Trim(cells[i]);
    if (cell.empty()) continue;
    const bool mail = absl::StrContains(cell, "@");
    set->attributes.emplace_back(plan_.header()[i],
                                 mail ? WithoutContacts(cell) : std::string(cell));
  }
}

void RowReader::Values(const Cells& cells, ImageSet* set) {
  for (size_t i = 0; i < plan_.values.size(); ++i) {
    const TablePlan::ValueColumn& column = plan_.values[i];
    const absl::string_view cell = Cell(cells, column.column);
    const absl::string_view accession = Cell(cells, column.term_accession);
    if (Empty(cell) && accession.empty()) continue;
    const std::string& id =
        accession.empty() ? Curie("", "") : Curie(accession, Cell(cells, column.term_source));
    if (Empty(cell) && id.empty()) continue;
    const std::vector<absl::string_view> parts =
        Split(Empty(cell) ? accession : cell, column.rule->split);
    for (absl::string_view part : parts) {
      if (Empty(part)) continue;
      std::string value(part);
      const bool number =
          absl::ascii_isdigit(static_cast<unsigned char>(part[0])) || part[0] == '.';
      if (number && !column.rule->unit.empty()) absl::StrAppend(&value, " ", column.rule->unit);
      set->statements.push_back(MakeStatement(column.rule->field, value,
                                              parts.size() == 1 ? id : std::string(),
                                              column.rule->role, column.group));
      if (witness_ == nullptr || set->statements.back().stated_id.empty()) continue;
      const int64_t ids = witness_->Ids(i, cell);
      if (ids >= kManyIds) set->statements.back().evidence = ManyIdsWitness(ids);
    }
  }
}

void RowReader::Identifiers(const Cells& cells, ImageSet* set) {
  for (const TablePlan::ValueColumn& column : plan_.identifiers) {
    const absl::string_view cell = Cell(cells, column.column);
    if (Empty(cell)) continue;
    const std::string& known = Curie(cell, column.rule->prefix);
    const std::string id = !known.empty() || column.rule->prefix.empty()
                               ? known
                               : absl::StrCat(column.rule->prefix, ":", cell);
    auto it = std::find_if(set->statements.begin(), set->statements.end(), [&](const Statement& s) {
      return s.field == column.rule->of && s.group == column.group;
    });
    if (it == set->statements.end()) {
      set->statements.push_back(
          MakeStatement(column.rule->of, cell, id, column.rule->role, column.group));
    } else if (it->stated_id.empty()) {
      it->stated_id = id;
    }
  }
}

void RowReader::Units(const Cells& cells, ImageSet* set) const {
  for (const TablePlan::ValueColumn& column : plan_.units) {
    const absl::string_view unit = Cell(cells, column.column);
    if (Empty(unit)) continue;
    for (Statement& s : set->statements) {
      if (s.field == column.rule->of && s.group == column.group)
        absl::StrAppend(&s.value, " ", unit);
    }
  }
}

void RowReader::Genes(const Cells& cells, ImageSet* set) const {
  auto says_nothing = [&](absl::string_view part) {
    if (Empty(part)) return true;
    for (const std::string& pattern : plan_.rules().not_genes) {
      if (Matches(pattern, part)) return true;
    }
    return false;
  };
  for (const TablePlan::GeneColumns& gene : plan_.genes) {
    const absl::string_view identifier = Cell(cells, gene.identifier),
                            symbol = Cell(cells, gene.symbol);
    if (identifier.empty() && symbol.empty()) continue;
    std::vector<absl::string_view> ids = Split(identifier, gene.split),
                                   symbols = Split(symbol, gene.split);
    // Identifiers and symbols in parallel; where their numbers differ only identifiers can be told
    // apart.
    const bool parallel = ids.size() == symbols.size() || identifier.empty() || symbol.empty();
    if (identifier.empty()) ids.assign(symbols.size(), "");
    for (size_t i = 0; i < ids.size(); ++i) {
      absl::string_view id = ids[i];
      absl::string_view name = symbol.empty()    ? ""
                               : parallel        ? symbols[i]
                               : ids.size() == 1 ? symbol
                                                 : "";
      if (says_nothing(id)) id = "";
      if (says_nothing(name)) name = "";
      if (id.empty() && name.empty()) continue;
      set->statements.push_back(
          MakeStatement("gene", name.empty() ? id : name, id, gene.role, gene.group));
    }
  }
}

void RowReader::Channels(const Cells& cells, ImageSet* set) {
  for (int column : plan_.channels) {
    const absl::string_view cell = Cell(cells, column);
    if (Empty(cell)) continue;
    std::vector<absl::string_view> parts = absl::StrSplit(cell, ';');
    if (parts.size() == 1 && absl::StrContains(cell, ",")) {
      // A comma separates channels only if each part names stain and target.
      std::vector<absl::string_view> by_comma = absl::StrSplit(cell, ',');
      if (std::all_of(by_comma.begin(), by_comma.end(),
                      [](auto p) { return absl::StrContains(p, ":"); }))
        parts = by_comma;
    }
    for (absl::string_view part : parts) {
      part = Trim(part);
      if (part.empty()) continue;
      const size_t colon = part.find(':');
      const absl::string_view stain = Trim(part.substr(0, colon));
      const absl::string_view target =
          colon == absl::string_view::npos ? "" : Trim(part.substr(colon + 1));
      const uint32_t group = ++next_group_;
      if (!stain.empty())
        set->statements.push_back(MakeStatement("channel_stain", stain, "", "", group));
      if (!target.empty())
        set->statements.push_back(MakeStatement("channel_target", target, "", "", group));
    }
  }
}

void RowReader::States(const Cells& cells, ImageSet* set) const {
  set->plate = std::string(Cell(cells, plan_.plate));
  set->well = std::string(Cell(cells, plan_.well));
  set->control_stated = std::string(Cell(cells, plan_.control));
  if (!Empty(set->control_stated)) {
    const ControlType* control = MeaningOf(plan_.rules().controls, set->control_stated);
    set->control = control != nullptr ? *control : ControlType::kOther;
  }
  set->quality_stated = std::string(Cell(cells, plan_.quality));
  const Quality* quality = MeaningOf(plan_.rules().quality, set->quality_stated);
  if (quality != nullptr) set->quality = *quality;
  const absl::string_view count = Cell(cells, plan_.image_count);
  if (!count.empty() && std::all_of(count.begin(), count.end(),
                                    [](unsigned char c) { return absl::ascii_isdigit(c); })) {
    set->image_count = ReadCount(count);
    if (set->image_count) set->image_count_basis = CountBasis::kStated;
  }
}

void RowReader::Images(const Cells& cells, ImageSet* set) const {
  static constexpr absl::string_view kControlWords[] = {"none", "negative", "positive", "empty",
                                                        "other"};
  for (const auto& [rule, column] : plan_.images) {
    if (column >= 0 && !Matches(rule->value, Cell(cells, column))) continue;
    if (!rule->control.empty() && kControlWords[static_cast<size_t>(set->control)] != rule->control)
      continue;
    if (!rule->available) {
      set->images_available = false;
      set->image_count = 0;
      set->image_count_basis = CountBasis::kStated;
    }
    if (rule->kind != ImageKind::kUnspecified) set->image_kind = rule->kind;
  }
}

ObservationKind RowReader::Kind(const std::string& column, const std::string& name,
                                const std::string& term) {
  std::string key = absl::StrCat(column, "\n", name, "\n", term);
  auto it = kinds_.find(key);
  if (it != kinds_.end()) return it->second;
  ObservationKind kind = ObservationKind::kPhenotype;
  for (const ObservationRule& rule : plan_.rules().observations) {
    if (!rule.where.Holds(plan_.identity().study, plan_.facts().id)) continue;
    if (!rule.column.empty() && !Matches(rule.column, column)) continue;
    if (!rule.phenotype.empty() && !Matches(rule.phenotype, name)) continue;
    if (!rule.term.empty() && !Matches(rule.term, term)) continue;
    kind = rule.kind;
    break;
  }
  if (kinds_.size() >= kMaxRemembered) kinds_.clear();
  kinds_.emplace(std::move(key), kind);
  return kind;
}

void RowReader::Observe(const std::string& column, const std::string& name,
                        const std::vector<std::string>& terms, Outcome outcome,
                        const std::string& level, const std::string& score, ImageSet* set) {
  const uint32_t group = terms.size() > 1 ? ++next_group_ : 0;
  for (size_t i = 0; i < std::max<size_t>(terms.size(), 1); ++i) {
    const std::string term = i < terms.size() ? terms[i] : std::string();
    Observation o;
    o.kind = Kind(column, name, term);
    o.outcome = outcome;
    o.level = level;
    o.score = score;
    o.finding = MakeStatement(FieldOf(o.kind), name, term, "", group);
    set->observations.push_back(std::move(o));
  }
}

void RowReader::Positives(const Cells& cells, ImageSet* set, std::vector<std::string>* found) {
  const std::string level = Fold(Cell(cells, plan_.level));
  for (const TablePlan::PhenotypeColumn& column : plan_.phenotypes) {
    const absl::string_view cell = Cell(cells, column.column);
    if (cell.empty()) continue;
    const std::string name(cell), folded = Fold(cell);
    std::vector<std::string> terms;
    for (int accession : column.accessions) {
      const absl::string_view text = Cell(cells, accession);
      if (text.empty()) continue;
      const std::string& id = Curie(text, "");
      if (!id.empty() && std::find(terms.begin(), terms.end(), id) == terms.end())
        terms.push_back(id);
    }
    auto declared = plan_.declared.find(folded);
    if (plan_.identity().terms_from_study && column.accessions.empty() &&
        declared != plan_.declared.end()) {
      for (const PhenotypeTerm& term : declared->second->terms) terms.push_back(term.accession);
    }
    Observe(plan_.header()[static_cast<size_t>(column.column)], name, terms, Outcome::kPositive,
            level, ScoreOf(cells, folded), set);
    found->push_back(folded);
  }
  if (plan_.scoring == nullptr || plan_.scoring->found_value.empty()) return;
  for (const auto& [folded, columns] : plan_.scores) {
    if (!Matches(plan_.scoring->found_value, Cell(cells, columns.scored_by)) ||
        std::find(found->begin(), found->end(), folded) != found->end()) {
      continue;
    }
    const DeclaredPhenotype& phenotype = *plan_.declared.at(folded);
    std::vector<std::string> terms;
    for (const PhenotypeTerm& term : phenotype.terms) terms.push_back(term.accession);
    Observe("", phenotype.name, terms, Outcome::kPositive, level, ScoreOf(cells, folded), set);
    found->push_back(folded);
  }
}

std::string RowReader::ScoreOf(const Cells& cells, const std::string& folded) const {
  auto columns = plan_.scores.find(folded);
  if (columns == plan_.scores.end()) return "";
  const absl::string_view stated = Cell(cells, columns->second.score);
  if (Empty(stated)) return "";
  std::string out(stated);
  // One comma between digits, as in -1,5; anything else is kept as it is.
  const size_t comma = out.find(',');
  const bool number =
      comma != std::string::npos &&
      out.find_first_not_of("0123456789,", out[0] == '-' ? 1 : 0) == std::string::npos &&
      out.find(',', comma + 1) == std::string::npos;
  if (plan_.scoring->decimal_comma && number) out[comma] = '.';
  return out;
}

void RowReader::Negatives(const Cells& cells, const std::vector<std::string>& found,
                          ImageSet* set) {
  if (plan_.scoring == nullptr || set->control != ControlType::kNone ||
      set->quality == Quality::kFailed || !set->images_available) {
    return;
  }
  const absl::string_view word = Cell(cells, plan_.has_phenotype);
  bool denied = false;
  for (const std::string& pattern : plan_.scoring->has_phenotype)
    denied = denied || (!word.empty() && Matches(pattern, word));
  if (!denied && plan_.scores.empty()) return;
  const std::string level = Fold(Cell(cells, plan_.level));
  for (const auto& [folded, phenotype] : plan_.declared) {
    if (std::find(found.begin(), found.end(), folded) != found.end()) continue;
    auto columns = plan_.scores.find(folded);
    const bool has_score = columns != plan_.scores.end();
    const absl::string_view found_in =
        has_score ? Cell(cells, columns->second.scored_by) : absl::string_view();
    const bool scored = !Empty(found_in) && (plan_.scoring->scored_value.empty() ||
                                             Matches(plan_.scoring->scored_value, found_in));
    if (!denied && !scored) continue;
    std::vector<std::string> terms;
    for (const PhenotypeTerm& term : phenotype->terms) terms.push_back(term.accession);
    Observe("", phenotype->name, terms, Outcome::kTestedNegative, level, ScoreOf(cells, folded),
            set);
  }
}

ImageSet RowReader::Draft(const Cells& cells, std::string id) {
  ImageSet set;
  next_group_ = plan_.groups;
  set.source = plan_.identity().source;
  set.study = plan_.identity().study;
  set.id = std::move(id);
  set.block = plan_.facts().id;
  Attributes(cells, &set);
  Values(cells, &set);
  Identifiers(cells, &set);
  Units(cells, &set);
  Genes(cells, &set);
  Channels(cells, &set);
  States(cells, &set);
  Images(cells, &set);
  std::vector<std::string> found;
  Positives(cells, &set, &found);
  Negatives(cells, found, &set);
  return set;
}

}  // namespace parfocal::idr
