#include "export_columns.h"

#include <algorithm>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/strip.h"
#include "citation.h"
#include "parfocal/schema/schema.h"
#include "parfocal/status.h"
#include "record_page.h"
#include "short_names.h"

namespace parfocal::cli {
namespace {

using Cell = std::string (*)(const ExportRow&, const std::string&);

const Statements& StatementsOf(const v1::Record& record) {
  return record.has_study() ? record.study().statements() : record.image_set().statements();
}

// A condition on a study holds for its image sets, so the study's values stand in an image set's
// line where it has none of its own.
template <typename Pick>
std::string FieldCell(const ExportRow& row, const std::string& field, Pick pick) {
  std::string own = pick(StatementsOf(row.hit.record()), field);
  if (!own.empty() || row.hit.record().has_study()) return own;
  Statements of_block;
  for (const v1::Statement& statement : row.study.statements()) {
    if (statement.scope().empty() || statement.scope() == row.hit.record().image_set().block()) {
      *of_block.Add() = statement;
    }
  }
  return pick(of_block, field);
}

std::string Known(bool known, int64_t value) { return known ? absl::StrCat(value) : std::string(); }

constexpr struct {
  const char* name;
  Cell cell;
} kFixed[] = {
    {"name", [](const ExportRow& row, const std::string&) { return row.hit.name(); }},
    {"record", [](const ExportRow& row, const std::string&) { return ShortName(row.hit.name()); }},
    {"study", [](const ExportRow& row, const std::string&) { return row.study.name(); }},
    {"accession", [](const ExportRow& row, const std::string&) { return row.study.accession(); }},
    {"title", [](const ExportRow& row, const std::string&) { return row.study.title(); }},
    {"description",
     [](const ExportRow& row, const std::string&) { return row.study.description(); }},
    {"publisher", [](const ExportRow& row, const std::string&) { return row.study.publisher(); }},
    {"release_date",
     [](const ExportRow& row, const std::string&) { return row.study.release_date(); }},
    {"landing_page",
     [](const ExportRow& row, const std::string&) { return row.study.landing_page(); }},
    {"data_doi", [](const ExportRow& row, const std::string&) { return row.study.data_doi(); }},
    {"licence", [](const ExportRow& row, const std::string&) { return LicenceOf(row.study); }},
    {"licence_url",
     [](const ExportRow& row, const std::string&) { return row.study.licence().url(); }},
    {"citation", [](const ExportRow& row, const std::string&) { return CitationOf(row.study); }},
    {"bytes", [](const ExportRow& row,
                 const std::string&) { return Known(row.study.has_bytes(), row.study.bytes()); }},
    {"file_count",
     [](const ExportRow& row, const std::string&) {
       return Known(row.study.has_file_count(), row.study.file_count());
     }},
    {"score",
     [](const ExportRow& row, const std::string&) { return absl::StrCat(row.hit.score()); }},
    {"image_sets", [](const ExportRow& row,
                      const std::string&) { return absl::StrCat(row.hit.counts().image_sets()); }},
    {"images", [](const ExportRow& row,
                  const std::string&) { return absl::StrCat(row.hit.counts().images()); }},
    {"unknown_image_sets",
     [](const ExportRow& row, const std::string&) {
       return absl::StrCat(row.hit.counts().unknown_image_sets());
     }},
    {"block",
     [](const ExportRow& row, const std::string&) { return row.hit.record().image_set().block(); }},
    {"plate",
     [](const ExportRow& row, const std::string&) { return row.hit.record().image_set().plate(); }},
    {"well",
     [](const ExportRow& row, const std::string&) { return row.hit.record().image_set().well(); }},
    {"genes", [](const ExportRow& row,
                 const std::string&) { return GeneLabels(row.hit.record().image_set()); }},
    {"findings", [](const ExportRow& row,
                    const std::string&) { return FindingLabels(row.hit.record().image_set()); }},
    {"control", [](const ExportRow& row,
                   const std::string&) { return ControlLabel(row.hit.record().image_set()); }},
};

std::string LabelsCell(const ExportRow& row, const std::string& field) {
  return FieldCell(row, field, FieldLabels);
}
std::string TermsCell(const ExportRow& row, const std::string& field) {
  return FieldCell(row, field, FieldTerms);
}
std::string StatedCell(const ExportRow& row, const std::string& field) {
  return FieldCell(row, field, FieldStated);
}

std::string AttributeCell(const ExportRow& row, const std::string& key) {
  const v1::Record& record = row.hit.record();
  const auto& attributes =
      record.has_study() ? record.study().attributes() : record.image_set().attributes();
  std::vector<std::string> values;
  for (const v1::Attribute& attribute : attributes) {
    if (attribute.key() == key) values.push_back(attribute.value());
  }
  return absl::StrJoin(values, "; ");
}

// Columns are separated by commas; an attribute's key in quotes may hold one.
std::vector<std::string> SplitColumns(absl::string_view text) {
  std::vector<std::string> columns(1);
  bool quoted = false;
  for (char c : text) {
    if (c == '"') quoted = !quoted;
    if (c == ',' && !quoted) {
      columns.emplace_back();
    } else {
      columns.back().push_back(c);
    }
  }
  return columns;
}

absl::StatusOr<ExportColumn> ParseColumn(const std::string& name) {
  for (const auto& fixed : kFixed) {
    if (name == fixed.name) return ExportColumn{name, fixed.cell, ""};
  }
  absl::string_view rest = name;
  if (absl::ConsumePrefix(&rest, "attribute[\"") && absl::ConsumeSuffix(&rest, "\"]")) {
    return ExportColumn{name, AttributeCell, std::string(rest)};
  }
  rest = name;
  const bool terms = absl::ConsumeSuffix(&rest, ".id");
  if (const Field* field = FindField(rest); field != nullptr) {
    absl::string_view base = rest;
    if (field->stated) absl::ConsumePrefix(&base, "stated_");
    return ExportColumn{name,
                        terms           ? TermsCell
                        : field->stated ? StatedCell
                                        : LabelsCell,
                        std::string(base)};
  }
  return absl::InvalidArgumentError(absl::StrCat(
      "no column '", name, "': did you mean ", absl::StrJoin(NearestFieldNames(rest), ", "), "?"));
}

}  // namespace

std::vector<std::string> FixedColumnNames() {
  std::vector<std::string> names;
  for (const auto& fixed : kFixed) names.emplace_back(fixed.name);
  return names;
}

absl::StatusOr<std::vector<ExportColumn>> ParseColumns(absl::string_view text, bool image_sets) {
  if (text.empty()) {
    text =
        image_sets
            ? "name,title,organism,genes,findings,control,images,licence,citation"
            : "name,title,organism,imaging_method,release_date,image_sets,images,licence,citation";
  }
  std::vector<ExportColumn> columns;
  for (const std::string& name : SplitColumns(text)) {
    PARFOCAL_ASSIGN_OR_RETURN(ExportColumn column, ParseColumn(name));
    columns.push_back(std::move(column));
  }
  return columns;
}

std::string CsvCell(absl::string_view text) {
  if (text.find_first_of(",\"\r\n") == absl::string_view::npos) return std::string(text);
  return absl::StrCat("\"", absl::StrReplaceAll(text, {{"\"", "\"\""}}), "\"");
}

std::string TsvCell(absl::string_view text) {
  return absl::StrReplaceAll(text, {{"\t", " "}, {"\r\n", " "}, {"\n", " "}, {"\r", " "}});
}

}  // namespace parfocal::cli
