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
    {"source",
     [](const ExportRow& row, const std::string&) {
       return ShortName(row.study.name().substr(0, row.study.name().find("/studies/")));
     }},
    {"year", [](const ExportRow& row,
                const std::string&) { return row.study.release_date().substr(0, 4); }},
    {"keywords", [](const ExportRow& row,
                    const std::string&) { return absl::StrJoin(row.study.keywords(), "; "); }},
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

// The id of the image set of a hit; empty for a study.
std::string ImageSetId(const ExportRow& row) {
  static const std::string kParting = "/imageSets/";
  const size_t at = row.hit.name().find(kParting);
  return at == std::string::npos ? "" : row.hit.name().substr(at + kParting.size());
}

constexpr struct {
  const char* name;
  Cell cell;
} kBioFileFinder[] = {
    {"File Path",
     [](const ExportRow& row, const std::string&) {
       const std::string id = ImageSetId(row);
       const std::string page =
           row.study.landing_page().empty() ? row.study.name() : row.study.landing_page();
       return id.empty() ? page : absl::StrCat(page, "#", id);
     }},
    {"File Name",
     [](const ExportRow& row, const std::string&) {
       const std::string id = ImageSetId(row);
       return id.empty() ? row.study.title() : id;
     }},
    {"Thumbnail", [](const ExportRow& row, const std::string&) { return row.study.thumbnail(); }},
    {"Size",
     [](const ExportRow& row, const std::string&) {
       return ImageSetId(row).empty() ? Known(row.study.has_bytes(), row.study.bytes()) : "";
     }},
    {"Uploaded", [](const ExportRow& row, const std::string&) { return row.study.release_date(); }},
};

enum class Say { kLabel, kTerm, kStated };

const std::string& Said(const v1::Statement& statement, Say say) {
  switch (say) {
    case Say::kLabel:
      if (!statement.label().empty()) return statement.label();
      return !statement.value().empty() ? statement.value() : statement.stated_id();
    case Say::kTerm:
      return !statement.term().empty() ? statement.term() : statement.stated_id();
    case Say::kStated:
      break;
  }
  return !statement.value().empty() ? statement.value() : statement.stated_id();
}

// Fields that hold one role of the field `gene`.
constexpr std::pair<absl::string_view, absl::string_view> kGeneFields[] = {
    {"perturbed_gene", "perturbed"},  {"background_gene", "background"},
    {"tagged_gene", "tagged"},        {"antibody_target", "antibody_target"},
    {"probe_target", "probe_target"}, {"compound_target", "compound_target"},
};
// Fields that positive findings fill.
constexpr std::pair<absl::string_view, v1::Observation::Kind> kFindingFields[] = {
    {"phenotype", v1::Observation::PHENOTYPE},   {"localisation", v1::Observation::LOCALISATION},
    {"expression", v1::Observation::EXPRESSION}, {"diagnosis", v1::Observation::DIAGNOSIS},
    {"anatomy", v1::Observation::ANATOMY},
};

bool IsOfField(const v1::Statement& statement, absl::string_view field) {
  if (statement.field() == field) return true;
  for (const auto& [name, role] : kGeneFields) {
    if (name == field && statement.field() == "gene" && statement.role() == role) return true;
    if (field == "gene" && statement.field() == name) return true;
  }
  return false;
}

void AddOnce(const std::string& text, std::vector<std::string>* all) {
  if (!text.empty() && std::find(all->begin(), all->end(), text) == all->end())
    all->push_back(text);
}

// The values of `field` in one line. A condition on a study holds for its image sets, so the
// study's values stand in an image set's line where it has none of its own.
std::string FieldCell(const ExportRow& row, const std::string& field, Say say) {
  const v1::Record& record = row.hit.record();
  std::vector<std::string> all;
  const Statements& own =
      record.has_study() ? record.study().statements() : record.image_set().statements();
  for (const v1::Statement& statement : own) {
    if (IsOfField(statement, field)) AddOnce(Said(statement, say), &all);
  }
  for (const v1::Observation& observation : record.image_set().observations()) {
    if (observation.outcome() != v1::Observation::POSITIVE) continue;
    for (const auto& [name, kind] : kFindingFields) {
      if (name == field && observation.kind() == kind)
        AddOnce(Said(observation.finding(), say), &all);
    }
  }
  if (all.empty() && record.has_image_set()) {
    for (const v1::Statement& statement : row.study.statements()) {
      const bool holds =
          statement.scope().empty() || statement.scope() == record.image_set().block();
      if (holds && IsOfField(statement, field)) AddOnce(Said(statement, say), &all);
    }
  }
  return absl::StrJoin(all, "; ");
}

std::string LabelsCell(const ExportRow& row, const std::string& field) {
  return FieldCell(row, field, Say::kLabel);
}
std::string TermsCell(const ExportRow& row, const std::string& field) {
  return FieldCell(row, field, Say::kTerm);
}
std::string StatedCell(const ExportRow& row, const std::string& field) {
  return FieldCell(row, field, Say::kStated);
}

// Fields that records hold as statements or findings; the others are computed for the index, or are
// among the fixed columns.
bool IsInRecords(const Field& field) {
  return field.privacy == FieldPrivacy::kOpen &&
         (field.group == "biology" || field.group == "experiment");
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
    if (!IsInRecords(*field)) {
      return absl::InvalidArgumentError(
          absl::StrCat("field '", rest, "' is no column: --format jsonl gives the whole record"));
    }
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

std::vector<ExportColumn> BioFileFinderColumns() {
  std::vector<ExportColumn> columns;
  for (const auto& column : kBioFileFinder) columns.push_back({column.name, column.cell, ""});
  return columns;
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
