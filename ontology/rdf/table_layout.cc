#include "parfocal/rdf/table_layout.h"

#include <xxhash.h>

#include <algorithm>
#include <fstream>
#include <iterator>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"

namespace parfocal {
namespace {

constexpr size_t kMaxLayoutBytes = 1 << 20;
constexpr size_t kMaxLayoutLines = 10'000;

struct UseName {
  absl::string_view name;
  ColumnUse use;
};
constexpr UseName kUses[] = {
    {"id", ColumnUse::kId},
    {"label", ColumnUse::kLabel},
    {"synonym", ColumnUse::kSynonym},
    {"definition", ColumnUse::kDefinition},
    {"xref", ColumnUse::kXref},
    {"parent", ColumnUse::kParent},
    {"parent_label", ColumnUse::kParentLabel},
    {"replaced_by", ColumnUse::kReplacedBy},
    {"obsolete", ColumnUse::kObsolete},
    {"only", ColumnUse::kOnly},
    {"relation", ColumnUse::kRelation},
};

// A line of the file, its settings taken one by one.
struct Line {
  std::string table, use, column;
  std::vector<std::pair<std::string, std::string>> settings;

  // The value of `key`, taken out; empty if it is not set.
  std::string Take(absl::string_view key) {
    for (auto it = settings.begin(); it != settings.end(); ++it) {
      if (it->first != key) continue;
      std::string value = std::move(it->second);
      settings.erase(it);
      return value;
    }
    return "";
  }
};

absl::Status Fail(absl::string_view what) { return absl::InvalidArgumentError(absl::StrCat(what)); }

absl::StatusOr<Line> SplitLine(absl::string_view text) {
  const std::vector<std::string> cells = absl::StrSplit(text, '\t');
  if (cells.size() < 3 || cells.size() > 4) return Fail("expected table, use, column, settings");
  Line line{cells[0], cells[1], cells[2], {}};
  if (line.table.empty() || line.column.empty()) return Fail("table and column must not be empty");
  if (cells.size() == 3) return line;
  for (absl::string_view setting : absl::StrSplit(cells[3], "; ", absl::SkipWhitespace())) {
    const size_t at = setting.find('=');
    if (at == absl::string_view::npos || at == 0 || at + 1 == setting.size()) {
      return Fail(absl::StrCat("'", setting, "' is no key=value"));
    }
    line.settings.emplace_back(setting.substr(0, at), setting.substr(at + 1));
  }
  return line;
}

absl::Status TakeScope(absl::string_view word, SynonymScope* scope) {
  constexpr absl::string_view kScopes[] = {"exact", "narrow", "broad", "related"};
  if (word.empty()) return absl::OkStatus();
  for (size_t i = 0; i < std::size(kScopes); ++i) {
    if (word != kScopes[i]) continue;
    *scope = static_cast<SynonymScope>(i);
    return absl::OkStatus();
  }
  return Fail(absl::StrCat("scope=", word, ": exact, narrow, broad or related"));
}

absl::Status AddColumn(ColumnUse use, Line* line, TableLayout* layout) {
  TableColumn column;
  column.use = use;
  column.column = line->column;
  column.separator = line->Take("separator");
  if (use == ColumnUse::kSynonym) {
    PARFOCAL_RETURN_IF_ERROR(TakeScope(line->Take("scope"), &column.scope));
    column.language = line->Take("language");
    if (absl::StartsWith(column.language, "@")) {
      column.language_column = column.language.substr(1);
      column.language.clear();
    }
  }
  if (use == ColumnUse::kOnly || use == ColumnUse::kObsolete) {
    column.equals = line->Take("equals");
    if (use == ColumnUse::kObsolete) column.begins = line->Take("begins");
    if (column.equals.empty() && column.begins.empty()) return Fail("needs equals=TEXT");
  }
  if (use == ColumnUse::kRelation) {
    column.predicate = line->Take("predicate");
    column.among = absl::StrSplit(line->Take("among"), ',', absl::SkipEmpty());
    if (column.predicate.empty()) return Fail("needs predicate=NAME");
  }
  const bool second_id =
      use == ColumnUse::kId &&
      std::any_of(layout->columns.begin(), layout->columns.end(),
                  [](const TableColumn& have) { return have.use == ColumnUse::kId; });
  if (second_id) return Fail("a second id");
  layout->columns.push_back(std::move(column));
  return absl::OkStatus();
}

absl::Status AddLine(Line line, TableLayout* layout) {
  absl::Status status;
  if (line.use == "label_begins") {
    LabelBeginning beginning{line.column, line.Take("predicate"), line.Take("target")};
    if (beginning.predicate.empty() || beginning.target.empty()) {
      return Fail("needs predicate=NAME; target=ID");
    }
    layout->beginnings.push_back(std::move(beginning));
  } else if (line.use == "headless") {
    layout->first_cell = line.column;
    if (!absl::SimpleAtoi(line.Take("columns"), &layout->headless_columns) ||
        layout->headless_columns == 0) {
      return Fail("needs columns=N");
    }
  } else {
    const auto* use = std::find_if(std::begin(kUses), std::end(kUses),
                                   [&](const UseName& row) { return row.name == line.use; });
    if (use == std::end(kUses)) return Fail(absl::StrCat("unknown use '", line.use, "'"));
    status = AddColumn(use->use, &line, layout);
  }
  PARFOCAL_RETURN_IF_ERROR(status);
  if (!line.settings.empty()) {
    return Fail(absl::StrCat("unknown setting '", line.settings[0].first, "' of ", line.use));
  }
  return absl::OkStatus();
}

bool HasId(const TableLayout& layout) {
  return std::any_of(layout.columns.begin(), layout.columns.end(),
                     [](const TableColumn& column) { return column.use == ColumnUse::kId; });
}

bool HasNumber(const TableLayout& layout) {
  return std::any_of(layout.columns.begin(), layout.columns.end(), [](const TableColumn& column) {
    return absl::StartsWith(column.column, "#");
  });
}

}  // namespace

absl::StatusOr<TableLayouts> TableLayouts::Parse(absl::string_view text, absl::string_view place) {
  if (text.size() > kMaxLayoutBytes) {
    return Fail(absl::StrCat(place, ": ", text.size(), " bytes; at most ", kMaxLayoutBytes));
  }
  TableLayouts out;
  size_t number = 0;
  for (absl::string_view raw : absl::StrSplit(text, '\n')) {
    if (++number > kMaxLayoutLines) {
      return Fail(absl::StrCat(place, ": more than ", kMaxLayoutLines, " lines"));
    }
    if (absl::EndsWith(raw, "\r")) raw.remove_suffix(1);
    if (absl::StripAsciiWhitespace(raw).empty() || raw.front() == '#') continue;
    const std::string where = absl::StrCat(place, ":", number);
    absl::StatusOr<Line> line = SplitLine(raw);
    if (!line.ok()) return Annotate(line.status(), where);
    auto layout = std::find_if(out.layouts_.begin(), out.layouts_.end(),
                               [&](const TableLayout& l) { return l.name == line->table; });
    if (layout == out.layouts_.end()) {
      out.layouts_.emplace_back().name = line->table;
      layout = out.layouts_.end() - 1;
    }
    PARFOCAL_RETURN_IF_ERROR(Annotate(AddLine(*std::move(line), &*layout), where));
  }
  for (TableLayout& layout : out.layouts_) {
    if (!HasId(layout)) return Fail(absl::StrCat(place, ": table ", layout.name, " has no id"));
    if (layout.headless_columns == 0 && HasNumber(layout)) {
      return Fail(absl::StrCat(place, ": table ", layout.name,
                               " has a column by number: it needs a headless line"));
    }
    std::stable_sort(layout.beginnings.begin(), layout.beginnings.end(),
                     [](const LabelBeginning& a, const LabelBeginning& b) {
                       return a.text.size() > b.text.size();
                     });
  }
  out.fingerprint_ = XXH3_64bits(text.data(), text.size());
  return out;
}

absl::StatusOr<TableLayouts> TableLayouts::Load(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  if (!file) return absl::NotFoundError(absl::StrCat("ontology: cannot open ", path));
  const std::string text((std::istreambuf_iterator<char>(file)), std::istreambuf_iterator<char>());
  return Parse(text, path);
}

int TableLayouts::Place(absl::string_view column, absl::Span<const std::string> header) {
  int number;
  if (absl::StartsWith(column, "#") && absl::SimpleAtoi(column.substr(1), &number)) {
    return number >= 1 && number <= static_cast<int>(header.size()) ? number - 1 : -1;
  }
  auto it = std::find(header.begin(), header.end(), column);
  return it == header.end() ? -1 : static_cast<int>(it - header.begin());
}

const TableLayout* TableLayouts::Find(absl::Span<const std::string> first_line) const {
  const TableLayout* best = nullptr;
  for (const TableLayout& layout : layouts_) {
    if (layout.headless_columns > 0 && (layout.headless_columns != first_line.size() ||
                                        !absl::StartsWith(first_line[0], layout.first_cell))) {
      continue;
    }
    const bool fits =
        std::all_of(layout.columns.begin(), layout.columns.end(), [&](const TableColumn& column) {
          return Place(column.column, first_line) >= 0 &&
                 (column.language_column.empty() || Place(column.language_column, first_line) >= 0);
        });
    if (fits && (best == nullptr || layout.columns.size() > best->columns.size())) best = &layout;
  }
  return best;
}

}  // namespace parfocal
