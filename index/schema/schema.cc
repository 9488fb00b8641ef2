#include "parfocal/schema/schema.h"

#include <algorithm>
#include <deque>

#include "absl/container/flat_hash_map.h"
#include "absl/strings/ascii.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/time/civil_time.h"
#include "field_table.h"

namespace parfocal {
namespace {

struct Table {
  std::vector<Field> fields;
  std::deque<std::string> names;  // Of the twins; the fields point into it.
  absl::flat_hash_map<absl::string_view, FieldId> by_name;
  uint64_t fingerprint = 0;
};

bool HasTwin(const Field& field) {
  return !field.mined && (field.kind == FieldKind::kTerm || field.name == "year");
}

// FNV-1a, because the value is stored and so must be the same in every build.
void Mix(uint64_t* hash, absl::string_view bytes) {
  for (unsigned char c : bytes) *hash = (*hash ^ c) * 1099511628211u;
}

const Table& TheTable() {
  static const Table* const table = [] {
    auto* t = new Table;
    t->fields = FieldTable();
    const size_t proper = t->fields.size();
    for (size_t i = 0; i < proper; ++i) {
      t->fields[i].id = t->fields[i].base = t->fields[i].twin = static_cast<FieldId>(i);
    }
    for (size_t i = 0; i < proper; ++i) {
      if (!HasTwin(t->fields[i])) continue;
      Field twin = t->fields[i];
      t->names.push_back(absl::StrCat("stated_", twin.name));
      twin.name = t->names.back();
      twin.id = twin.twin = static_cast<FieldId>(t->fields.size());
      t->fields[i].twin = twin.id;
      twin.stated = true;
      t->fields.push_back(std::move(twin));
    }
    t->fingerprint = 14695981039346656037u;
    for (const Field& field : t->fields) {
      t->by_name[field.name] = field.id;
      Mix(&t->fingerprint, absl::StrCat(field.name, "\n", static_cast<int>(field.kind),
                                        field.facet ? "f" : "-", field.closure ? "c" : "-",
                                        field.weight > 0 ? "w" : "-", field.prefix, "\n"));
    }
    return t;
  }();
  return *table;
}

size_t EditDistance(absl::string_view a, absl::string_view b) {
  std::vector<size_t> row(b.size() + 1);
  for (size_t j = 0; j <= b.size(); ++j) row[j] = j;
  for (size_t i = 1; i <= a.size(); ++i) {
    size_t diagonal = row[0];
    row[0] = i;
    for (size_t j = 1; j <= b.size(); ++j) {
      const size_t changed = diagonal + (a[i - 1] == b[j - 1] ? 0 : 1);
      diagonal = row[j];
      row[j] = std::min({row[j] + 1, row[j - 1] + 1, changed});
    }
  }
  return row[b.size()];
}

absl::string_view KindName(FieldKind kind) {
  switch (kind) {
    case FieldKind::kTerm:
      return "term";
    case FieldKind::kKeyword:
      return "keyword";
    case FieldKind::kText:
      return "text";
    case FieldKind::kNumber:
      return "number";
    case FieldKind::kDate:
      return "date";
    case FieldKind::kFlag:
      return "flag";
  }
  return "";
}

absl::string_view LevelName(FieldLevel level) {
  switch (level) {
    case FieldLevel::kStudy:
      return "study";
    case FieldLevel::kImageSet:
      return "image set";
    case FieldLevel::kBoth:
      return "both";
  }
  return "";
}

}  // namespace

absl::Span<const Field> Fields() { return TheTable().fields; }

const Field* FindField(absl::string_view name) {
  const Table& table = TheTable();
  auto it = table.by_name.find(name);
  return it == table.by_name.end() ? nullptr : &table.fields[it->second];
}

uint64_t SchemaFingerprint() { return TheTable().fingerprint; }

std::vector<std::string> NearestFieldNames(absl::string_view name) {
  // Longer than any name by more than any useful distance: do not pay for it.
  const std::string wanted = absl::AsciiStrToLower(name.substr(0, 64));
  std::vector<std::pair<size_t, absl::string_view>> ranked;
  for (const Field& field : Fields()) {
    if (field.privacy != FieldPrivacy::kOpen) continue;
    ranked.emplace_back(EditDistance(wanted, field.name), field.name);
  }
  std::sort(ranked.begin(), ranked.end());
  std::vector<std::string> out;
  for (size_t i = 0; i < ranked.size() && i < 3; ++i) out.emplace_back(ranked[i].second);
  return out;
}

bool IsPersonalAttribute(absl::string_view name) {
  static constexpr absl::string_view kWords[] = {
      "age",       "ages",       "birth", "birthdate", "donor",    "donors", "email", "ethnic",
      "ethnicity", "individual", "mail",  "patient",   "patients", "phone",  "race",  "telephone",
  };
  const std::string folded = absl::AsciiStrToLower(name);
  size_t begin = 0;
  while (begin < folded.size()) {
    size_t end = begin;
    while (end < folded.size() && absl::ascii_isalpha(static_cast<unsigned char>(folded[end]))) {
      ++end;
    }
    const absl::string_view word = absl::string_view(folded).substr(begin, end - begin);
    if (std::find(std::begin(kWords), std::end(kWords), word) != std::end(kWords)) return true;
    begin = end + 1;
  }
  return false;
}

std::optional<int32_t> FirstDayOf(absl::string_view date) {
  int part[3] = {0, 1, 1};
  const size_t parts = date.size() == 4 ? 1 : date.size() == 7 ? 2 : date.size() == 10 ? 3 : 0;
  if (parts == 0) return std::nullopt;
  for (size_t i = 0; i < parts; ++i) {
    const size_t begin = i == 0 ? 0 : 2 + 3 * i;
    const absl::string_view digits = date.substr(begin, i == 0 ? 4 : 2);
    for (unsigned char c : digits) {
      if (!absl::ascii_isdigit(c)) return std::nullopt;
    }
    if (i > 0 && date[begin - 1] != '-') return std::nullopt;
    if (!absl::SimpleAtoi(digits, &part[i])) return std::nullopt;
  }
  const absl::CivilDay day(part[0], part[1], part[2]);
  // CivilDay normalises the thirtieth of February; a date that moved was none.
  if (day.year() != part[0] || day.month() != part[1] || day.day() != part[2]) return std::nullopt;
  return static_cast<int32_t>(day - absl::CivilDay(1970, 1, 1));
}

std::string FieldTableMarkdown() {
  std::string out =
      "# Fields\n\n"
      "Generated from `index/schema/field_table.cc`; a test compares the two.\n\n"
      "A *term* field holds ontology terms where the words could be mapped and the source's words "
      "otherwise. Where *rolls up* is set, a term stands for all of its descendants. "
      "`stated_NAME` holds what the source itself says, without our mapping; it exists for the "
      "fields "
      "marked *twin*. *Words* is the weight of a word found in the field; fields without a weight "
      "are "
      "filtered by value only. Whatever is not listed is an attribute: `attribute[\"the source's "
      "own "
      "key\"]`.\n";
  absl::string_view group;
  for (const Field& field : Fields()) {
    if (field.stated) continue;
    if (field.group != group) {
      group = field.group;
      absl::StrAppend(&out, "\n## ", group, "\n\n",
                      "| field | kind | said by | facet | words | rolls up | twin | looked up in | "
                      "meaning |\n|---|---|---|---|---|---|---|---|---|\n");
    }
    const bool personal = field.privacy == FieldPrivacy::kPersonal;
    absl::StrAppend(&out, "| `", field.name, "` | ", KindName(field.kind), " | ",
                    LevelName(field.level), " | ", field.facet ? "yes" : "", " | ",
                    field.weight > 0 ? absl::StrCat(field.weight) : "", " | ",
                    field.closure ? "yes" : "", " | ", HasTwin(field) ? "yes" : "", " | ",
                    absl::StrJoin(field.ontologies, ", "), " | ", field.description,
                    personal ? " (personal: shown with the record alone)" : "", " |\n");
  }
  return out;
}

}  // namespace parfocal
