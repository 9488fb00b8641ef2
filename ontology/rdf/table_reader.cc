// Tables, by the layout that their first line fits: one row, one statement about one term. Held to
// the end, since rows of one term may lie apart and parents may be named by the labels of later
// rows.
#include <string>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "readers.h"
#include "term_collector.h"

namespace parfocal::internal {
namespace {

// A column of the layout and where it stands in this table.
struct Placed {
  const TableColumn* column;
  size_t at;
  int language_at = -1;
};

// Without the quotes around it, inner ones single.
std::string Unquote(absl::string_view cell) {
  cell = absl::StripAsciiWhitespace(cell);
  if (cell.size() < 2 || cell.front() != '"' || cell.back() != '"') return std::string(cell);
  cell = cell.substr(1, cell.size() - 2);
  std::string out;
  out.reserve(cell.size());
  for (size_t i = 0; i < cell.size(); ++i) {
    out.push_back(cell[i]);
    if (cell[i] == '"' && i + 1 < cell.size() && cell[i + 1] == '"') ++i;
  }
  return out;
}

std::vector<std::string> SplitRow(absl::string_view line) {
  if (absl::EndsWith(line, "\r")) line.remove_suffix(1);
  std::vector<std::string> cells;
  for (absl::string_view cell : absl::StrSplit(line, '\t')) cells.push_back(Unquote(cell));
  return cells;
}

// Calls `each` with every value of a cell that is not empty.
template <typename Each>
void ForEachValue(const TableColumn& column, absl::string_view cell, Each each) {
  if (column.separator.empty()) {
    if (!cell.empty()) each(cell);
    return;
  }
  for (absl::string_view value : absl::StrSplit(cell, column.separator)) {
    value = absl::StripAsciiWhitespace(value);
    if (!value.empty()) each(value);
  }
}

bool Holds(const TableColumn& column, absl::string_view cell) {
  bool holds = false;
  ForEachValue(column, cell, [&](absl::string_view value) {
    holds = holds || (!column.equals.empty() && value == column.equals) ||
            (!column.begins.empty() && absl::StartsWith(value, column.begins));
  });
  return holds;
}

// "CLO:0000001", "<http://...>", "EFO_0000001": a colon or underscore and no blank.
bool LooksLikeId(absl::string_view text) {
  return !absl::StrContains(text, ' ') && text.find_first_of(":_") != absl::string_view::npos;
}

class TableReader {
 public:
  TableReader(const TableLayouts& tables, const ReadLimits& limits, ReadReport* report)
      : tables_(tables), limits_(limits), report_(report) {}

  absl::Status Line(absl::string_view line, bool too_long) {
    ++line_number_;
    if (too_long) {
      report_->Warn(absl::StrCat("line ", line_number_, " is longer than ", limits_.line_bytes,
                                 " bytes: passed over"));
      return absl::OkStatus();
    }
    if (absl::StripAsciiWhitespace(line).empty()) return absl::OkStatus();
    const std::vector<std::string> cells = SplitRow(line);
    if (layout_ != nullptr) return Row(cells);
    PARFOCAL_RETURN_IF_ERROR(Begin(cells));
    return layout_->headless_columns > 0 ? Row(cells) : absl::OkStatus();
  }

  absl::Status Finish(const TermSink& sink) {
    LinkParents();
    if (short_rows_ > 0) {
      report_->Warn(
          absl::StrCat(short_rows_, " rows have fewer columns than the first: passed over"));
    }
    return collector_.DeliverAll(limits_, report_, sink);
  }

 private:
  absl::Status Begin(const std::vector<std::string>& first) {
    layout_ = tables_.Find(first);
    if (layout_ == nullptr) {
      return WithReason(absl::InvalidArgumentError(absl::StrCat(
                            "ontology: the file is a table and no layout fits its first line (",
                            absl::StrJoin(first, ", ").substr(0, 200),
                            "); declare what its columns mean in vocabulary/ontology-tables.tsv")),
                        "ONTOLOGY_FILE");
    }
    report_->ontology = layout_->name;
    for (const TableColumn& column : layout_->columns) {
      Placed placed{&column, static_cast<size_t>(TableLayouts::Place(column.column, first))};
      if (!column.language_column.empty()) {
        placed.language_at = TableLayouts::Place(column.language_column, first);
      }
      width_ = std::max(width_, placed.at + 1);
      if (column.use == ColumnUse::kId) {
        id_at_ = placed.at;
      } else if (column.use == ColumnUse::kOnly) {
        only_.push_back(placed);
      } else {
        columns_.push_back(placed);
      }
    }
    return absl::OkStatus();
  }

  absl::Status Row(const std::vector<std::string>& cells) {
    ++report_->rows;
    if (cells.size() < width_) {
      ++short_rows_;
      return absl::OkStatus();
    }
    for (const Placed& only : only_) {
      if (!Holds(*only.column, cells[only.at])) return absl::OkStatus();
    }
    if (cells[id_at_].empty()) return absl::OkStatus();
    if (static_cast<int64_t>(collector_.size()) > limits_.classes) {
      return WithReason(absl::ResourceExhaustedError(
                            absl::StrCat("ontology: more than ", limits_.classes, " classes")),
                        "LIMIT_EXCEEDED", "ontology.classes");
    }
    TermDraft* draft = collector_.At(cells[id_at_]);
    draft->is_class = true;
    for (const Placed& placed : columns_) {
      const std::string language =
          placed.language_at < 0 || static_cast<size_t>(placed.language_at) >= cells.size()
              ? placed.column->language
              : cells[static_cast<size_t>(placed.language_at)];
      Cell(*placed.column, cells[placed.at], language, draft);
    }
    return absl::OkStatus();
  }

  void Cell(const TableColumn& column, absl::string_view cell, absl::string_view language,
            TermDraft* draft) {
    ParsedTerm& term = draft->term;
    if (column.use == ColumnUse::kObsolete) {
      term.obsolete = term.obsolete || Holds(column, cell);
      return;
    }
    ForEachValue(column, cell, [&](absl::string_view value) {
      switch (column.use) {
        case ColumnUse::kLabel:
          if (term.label.empty()) {
            AddLabel(draft, value, "");
            LabelRelations(draft);
          } else {
            AddLabel(draft, value, "");
          }
          break;
        case ColumnUse::kSynonym:
          AddSynonym(draft, column.scope, value, language);
          break;
        case ColumnUse::kDefinition:
          if (term.definition.empty()) term.definition = std::string(value);
          break;
        case ColumnUse::kXref:
          term.xrefs.emplace_back(value);
          break;
        case ColumnUse::kParent:
          AddParent(&term, value, EdgeKind::kIsA);
          break;
        case ColumnUse::kParentLabel:
          parent_labels_.emplace_back(draft, std::string(value));
          break;
        case ColumnUse::kReplacedBy:
          ++draft->replacements;
          if (term.replaced_by.empty()) term.replaced_by = std::string(value);
          break;
        case ColumnUse::kRelation: {
          const bool id = LooksLikeId(value);
          AddRelation(draft, {column.predicate, std::string(id ? value : ""),
                              std::string(id ? "" : value), column.among});
          break;
        }
        case ColumnUse::kId:
        case ColumnUse::kOnly:
        case ColumnUse::kObsolete:
          break;
      }
    });
  }

  static void AddRelation(TermDraft* draft, ParsedRelation relation) {
    for (const ParsedRelation& have : draft->term.relations) {
      if (have == relation) return;
    }
    draft->term.relations.push_back(std::move(relation));
  }

  void LabelRelations(TermDraft* draft) {
    by_label_[draft->term.label].push_back(draft);
    for (const LabelBeginning& beginning : layout_->beginnings) {
      absl::string_view rest = draft->term.label;
      if (!absl::ConsumePrefix(&rest, beginning.text) || (!rest.empty() && rest[0] != ' '))
        continue;
      AddRelation(draft, {beginning.predicate, beginning.target, "", {}});
      return;
    }
  }

  // Where several rows share a label, all of them are parents: which one is meant, nobody knows.
  void LinkParents() {
    int64_t unknown = 0, shared = 0;
    std::string example;
    for (const auto& [draft, label] : parent_labels_) {
      auto it = by_label_.find(label);
      if (it == by_label_.end()) {
        if (++unknown == 1) example = label;
        continue;
      }
      if (it->second.size() > 1) ++shared;
      for (const TermDraft* parent : it->second) {
        if (parent != draft) AddParent(&draft->term, parent->term.id, EdgeKind::kIsA);
      }
    }
    if (unknown > 0) {
      report_->Warn(absl::StrCat(unknown, " parents are named by labels that no row has ('",
                                 example, "'): left out"));
    }
    if (shared > 0) {
      report_->Warn(absl::StrCat(shared,
                                 " parents are named by labels that several rows have: all "
                                 "of these are taken"));
    }
  }

  const TableLayouts& tables_;
  const ReadLimits& limits_;
  ReadReport* report_;
  const TableLayout* layout_ = nullptr;
  size_t id_at_ = 0;
  size_t width_ = 0;  // Columns that a row must have.
  std::vector<Placed> columns_, only_;
  TermCollector collector_;
  absl::flat_hash_map<std::string, std::vector<const TermDraft*>> by_label_;
  std::vector<std::pair<TermDraft*, std::string>> parent_labels_;
  int64_t line_number_ = 0;
  int64_t short_rows_ = 0;
};

}  // namespace

absl::Status ReadTable(ByteStream* in, const TableLayouts& tables, const ReadLimits& limits,
                       const TermSink& sink, ReadReport* report) {
  TableReader reader(tables, limits, report);
  PARFOCAL_RETURN_IF_ERROR(ForEachLine(
      in, limits.line_bytes,
      [&](absl::string_view line, bool too_long) { return reader.Line(line, too_long); }));
  return reader.Finish(sink);
}

}  // namespace parfocal::internal
