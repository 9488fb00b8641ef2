// What a record says, as values of fields.
#include <algorithm>
#include <cmath>
#include <iterator>
#include <string>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "parfocal/schema/schema.h"

namespace parfocal {
namespace {

using Emit = std::function<void(const FieldValue&, absl::string_view scope)>;

// A field with its twin, looked up once.
struct Column {
  const Field* field = nullptr;
  const Field* twin = nullptr;  // nullptr if it has none.
};

Column ColumnOf(absl::string_view name) {
  Column column;
  column.field = FindField(name);
  if (column.field != nullptr && column.field->twin != column.field->id) {
    column.twin = &Fields()[column.field->twin];
  }
  return column;
}

// The columns that the record model fills without a statement; each is in the table, as the unit
// test of every member shows.
#define PARFOCAL_COLUMN(name)                                 \
  [] {                                                        \
    static const Column* column = new Column(ColumnOf(name)); \
    return *column;                                           \
  }()

std::optional<double> NumberOf(FieldKind kind, absl::string_view text) {
  if (kind == FieldKind::kDate) {
    const auto day = FirstDayOf(text);
    return day ? std::optional<double>(*day) : std::nullopt;
  }
  double number = 0;
  if (kind == FieldKind::kNumber && absl::SimpleAtod(text, &number) && std::isfinite(number)) {
    return number;
  }
  return std::nullopt;
}

class Emitter {
 public:
  explicit Emitter(const Emit& emit) : emit_(emit) {}

  void Value(const Field* field, absl::string_view key, absl::string_view label, bool is_term,
             absl::string_view scope) const {
    key = absl::StripAsciiWhitespace(key);
    if (field == nullptr || key.empty() || field->privacy != FieldPrivacy::kOpen) return;
    FieldValue value;
    value.field = field->id;
    value.key = key;
    value.label = label.empty() ? key : absl::StripAsciiWhitespace(label);
    value.is_term = is_term && field->closure;
    value.number = NumberOf(field->kind, key);
    emit_(value, scope);
  }

  // The same for the field and its twin.
  void Plain(const Column& column, absl::string_view key, absl::string_view label = "") const {
    Value(column.field, key, label, false, "");
    if (column.twin != nullptr) Value(column.twin, key, label, false, "");
  }
  void Count(const Column& column, std::optional<int64_t> number) const {
    if (number) Plain(column, absl::StrCat(*number));
  }
  void Length(const Column& column, std::optional<double> number) const {
    if (number && std::isfinite(*number)) Plain(column, absl::StrCat(*number));
  }

  void ByStatement(const Column& column, const Statement& statement) const {
    if (column.field == nullptr || column.field->kind == FieldKind::kText) return;
    if (column.field->stated) return;  // Twins are made, never stated.
    const bool has_id =
        !statement.term.empty() || (!statement.stated_id.empty() && !statement.label_conflict);
    Value(column.field, ValueKey(statement), ValueLabel(statement), has_id, statement.scope);
    // What we inferred is not what the archive stated.
    if (column.twin == nullptr || statement.origin != Origin::kStated) return;
    const bool same = statement.stated_id == statement.term && !statement.label.empty();
    Value(column.twin, StatedKey(statement), same ? statement.label : statement.value,
          !statement.stated_id.empty(), statement.scope);
  }

 private:
  const Emit& emit_;
};

// Gene roles as statements spell them, and their fields.
constexpr std::pair<absl::string_view, absl::string_view> kGeneRoles[] = {
    {"perturbed", "perturbed_gene"},  {"background", "background_gene"},
    {"tagged", "tagged_gene"},        {"antibody_target", "antibody_target"},
    {"probe_target", "probe_target"}, {"compound_target", "compound_target"},
};

// Roles of organisms, and their fields.
constexpr std::pair<absl::string_view, absl::string_view> kOrganismRoles[] = {
    {"sample", "sample_organism"},
    {"host", "host_organism"},
    {"pathogen", "pathogen_organism"},
    {"cell_line", "cell_line_organism"},
};

template <typename Roles>
void EmitRole(const Emitter& out, const Roles& roles, const Statement& statement) {
  for (const auto& [role, field] : roles) {
    if (statement.role == role) out.ByStatement(ColumnOf(field), statement);
  }
}

void EmitStatement(const Emitter& out, const Statement& statement) {
  if (statement.label_conflict) {
    out.Value(PARFOCAL_COLUMN("flagged").field, FlaggedKey(statement), "", false, statement.scope);
  }
  const Column gene = PARFOCAL_COLUMN("gene");
  if (statement.field == "gene") {
    out.ByStatement(gene, statement);
    EmitRole(out, kGeneRoles, statement);
    return;
  }
  if (statement.field == "organism") EmitRole(out, kOrganismRoles, statement);
  out.ByStatement(ColumnOf(statement.field), statement);
  for (const auto& [role, field] : kGeneRoles) {
    if (statement.field == field) out.ByStatement(gene, statement);
  }
}

absl::string_view FlagKey(Tristate flag) {
  switch (flag) {
    case Tristate::kNotStated:
      return "not stated";
    case Tristate::kNo:
      return "no";
    case Tristate::kYes:
      return "yes";
  }
  return "";
}

absl::string_view AccessKey(DataAccess access) {
  switch (access) {
    case DataAccess::kNotStated:
      return "";
    case DataAccess::kOpen:
      return "open";
    case DataAccess::kRegistered:
      return "registered";
    case DataAccess::kControlled:
      return "controlled";
    case DataAccess::kEmbargoed:
      return "embargoed";
  }
  return "";
}

absl::string_view KindKey(ImageKind kind) {
  switch (kind) {
    case ImageKind::kUnspecified:
      return "";
    case ImageKind::kOriginal:
      return "original";
    case ImageKind::kMask:
      return "mask";
    case ImageKind::kLabel:
      return "label";
    case ImageKind::kCalibration:
      return "calibration";
    case ImageKind::kDerived:
      return "derived";
  }
  return "";
}

absl::string_view ControlKey(ControlType control) {
  switch (control) {
    case ControlType::kNone:
      return "";
    case ControlType::kNegative:
      return "negative";
    case ControlType::kPositive:
      return "positive";
    case ControlType::kEmpty:
      return "empty";
    case ControlType::kOther:
      return "other";
  }
  return "";
}

absl::string_view QualityKey(Quality quality) {
  switch (quality) {
    case Quality::kNotStated:
      return "";
    case Quality::kPassed:
      return "passed";
    case Quality::kFailed:
      return "failed";
  }
  return "";
}

void EmitLicence(const Emitter& out, const Licence& licence) {
  const Column column = PARFOCAL_COLUMN("licence");
  const absl::string_view known = licence.spdx;
  out.Value(column.field, known.empty() ? licence.stated : known, "", false, "");
  out.Value(column.twin, licence.stated, "", false, "");
  out.Plain(PARFOCAL_COLUMN("licence_commercial_use"), FlagKey(licence.commercial_use));
  out.Plain(PARFOCAL_COLUMN("licence_derivatives"), FlagKey(licence.derivatives));
  out.Plain(PARFOCAL_COLUMN("licence_share_alike"), FlagKey(licence.share_alike));
  out.Plain(PARFOCAL_COLUMN("licence_attribution"), FlagKey(licence.attribution));
}

void EmitPeople(const Emitter& out, const Study& study) {
  for (const Person& person : study.people) {
    out.Plain(PARFOCAL_COLUMN("author"), person.name);
    out.Plain(PARFOCAL_COLUMN("orcid"), person.orcid);
    out.Plain(PARFOCAL_COLUMN("affiliation"), person.affiliation);
  }
  for (const Funding& funding : study.funding) {
    out.Plain(PARFOCAL_COLUMN("funder"),
              funding.funder.empty() ? funding.funder_id : funding.funder);
    out.Plain(PARFOCAL_COLUMN("award"), funding.award);
  }
}

void EmitIdentity(const Emitter& out, const Study& study) {
  out.Plain(PARFOCAL_COLUMN("source"), study.source);
  out.Plain(PARFOCAL_COLUMN("study"), study.accession);
  out.Plain(PARFOCAL_COLUMN("accession"), study.accession);
  for (const std::string& id : study.alternate_ids) out.Plain(PARFOCAL_COLUMN("accession"), id);
  out.Plain(PARFOCAL_COLUMN("publisher"),
            study.publisher_id.empty() ? study.publisher : study.publisher_id, study.publisher);
  if (FirstDayOf(study.release_date)) {
    out.Plain(PARFOCAL_COLUMN("release_date"), study.release_date);
    out.Plain(PARFOCAL_COLUMN("year"), absl::string_view(study.release_date).substr(0, 4));
  }
  out.Plain(PARFOCAL_COLUMN("doi"), study.data_doi);
  for (const Publication& publication : study.publications) {
    out.Plain(PARFOCAL_COLUMN("doi"), publication.doi);
    out.Plain(PARFOCAL_COLUMN("pubmed"), publication.pmid);
    out.Plain(PARFOCAL_COLUMN("pubmed"), publication.pmcid);
  }
  for (const std::string& keyword : study.keywords) {
    out.Plain(PARFOCAL_COLUMN("keyword"),
              absl::AsciiStrToLower(absl::StripAsciiWhitespace(keyword)));
  }
}

// The field of an observation's kind; an empty one for findings that are not values.
Column ObservationColumn(ObservationKind kind) {
  switch (kind) {
    case ObservationKind::kPhenotype:
      return PARFOCAL_COLUMN("phenotype");
    case ObservationKind::kLocalisation:
      return PARFOCAL_COLUMN("localisation");
    case ObservationKind::kExpression:
      return PARFOCAL_COLUMN("expression");
    case ObservationKind::kAnatomy:
      return PARFOCAL_COLUMN("anatomy");
    case ObservationKind::kDiagnosis:
      return PARFOCAL_COLUMN("diagnosis");
    case ObservationKind::kNormal:
    case ObservationKind::kOther:
      return Column();
  }
  return Column();
}

}  // namespace

bool IsGeneField(const Field& field) {
  if (field.stated) return IsGeneField(Fields()[field.base]);
  if (field.name == "gene") return true;
  return std::any_of(std::begin(kGeneRoles), std::end(kGeneRoles),
                     [&](const auto& role) { return role.second == field.name; });
}

bool FoldsSpelling(const Field& field) {
  const bool words = field.kind == FieldKind::kTerm || field.kind == FieldKind::kKeyword;
  return words && field.facet && !field.stated && !field.exact_spelling && !IsGeneField(field);
}

absl::string_view ValueKey(const Statement& statement) {
  if (!statement.term.empty()) return statement.term;
  // An id that was refuted groups nothing: the words do.
  if (statement.label_conflict && !statement.value.empty()) return statement.value;
  return StatedKey(statement);
}

absl::string_view StatedKey(const Statement& statement) {
  return statement.stated_id.empty() ? absl::string_view(statement.value)
                                     : absl::string_view(statement.stated_id);
}

absl::string_view ValueLabel(const Statement& statement) {
  if (!statement.term.empty() && !statement.label.empty()) return statement.label;
  return statement.value.empty() ? ValueKey(statement) : absl::string_view(statement.value);
}

std::string FlaggedKey(const Statement& statement) {
  return absl::StrCat(statement.field, ": ", statement.value, " <", statement.stated_id, ">");
}

std::optional<FlaggedWords> ParseFlaggedKey(absl::string_view key) {
  // A field has no colon, an id no white space: the first and the last of them are ours.
  const size_t colon = key.find(": ");
  const size_t angle = key.rfind(" <");
  if (colon == key.npos || angle == key.npos || angle < colon + 2 || key.back() != '>')
    return std::nullopt;
  return FlaggedWords{std::string(key.substr(0, colon)),
                      std::string(key.substr(colon + 2, angle - colon - 2)),
                      std::string(key.substr(angle + 2, key.size() - angle - 3))};
}

void ForEachFieldValue(const Study& study, const Emit& emit) {
  const Emitter out(emit);
  EmitIdentity(out, study);
  EmitLicence(out, study.licence);
  out.Plain(PARFOCAL_COLUMN("data_access"), AccessKey(study.data_access));
  EmitPeople(out, study);
  out.Count(PARFOCAL_COLUMN("bytes"), study.bytes);
  out.Count(PARFOCAL_COLUMN("file_count"), study.file_count);
  out.Count(PARFOCAL_COLUMN("study_image_count"), study.image_count);
  for (const AnnotationSet& set : study.annotation_sets) {
    out.Plain(PARFOCAL_COLUMN("annotation_kind"), set.kind);
    out.Plain(PARFOCAL_COLUMN("annotation_method"), set.method);
  }
  for (const Statement& statement : study.statements) EmitStatement(out, statement);
}

void ForEachFieldValue(const ImageSet& set, const std::function<void(const FieldValue&)>& emit) {
  const Emit with_scope = [&](const FieldValue& value, absl::string_view) { emit(value); };
  const Emitter out(with_scope);
  out.Plain(PARFOCAL_COLUMN("source"), set.source);
  out.Plain(PARFOCAL_COLUMN("study"), set.study);
  out.Plain(PARFOCAL_COLUMN("block"), set.block);
  out.Plain(PARFOCAL_COLUMN("plate"), set.plate);
  out.Plain(PARFOCAL_COLUMN("well"), set.well);
  out.Plain(PARFOCAL_COLUMN("control_type"), ControlKey(set.control));
  out.Plain(PARFOCAL_COLUMN("quality"), QualityKey(set.quality));
  out.Plain(PARFOCAL_COLUMN("image_kind"), KindKey(set.image_kind));
  out.Count(PARFOCAL_COLUMN("image_count"), set.image_count);
  out.Count(PARFOCAL_COLUMN("size_x"), set.extents.x);
  out.Count(PARFOCAL_COLUMN("size_y"), set.extents.y);
  out.Count(PARFOCAL_COLUMN("size_z"), set.extents.z);
  out.Count(PARFOCAL_COLUMN("size_c"), set.extents.c);
  out.Count(PARFOCAL_COLUMN("size_t"), set.extents.t);
  out.Length(PARFOCAL_COLUMN("pixel_size"), set.extents.pixel_size_x_um);
  if (set.extents.pixel_size_y_um != set.extents.pixel_size_x_um) {
    out.Length(PARFOCAL_COLUMN("pixel_size"), set.extents.pixel_size_y_um);
  }
  for (const Statement& statement : set.statements) EmitStatement(out, statement);
  for (const Observation& observation : set.observations) {
    if (observation.outcome != Outcome::kPositive) continue;
    out.ByStatement(ObservationColumn(observation.kind), observation.finding);
  }
}

void ForEachText(const Study& study,
                 const std::function<void(const Field&, absl::string_view)>& emit) {
  auto text = [&](const Column& column, absl::string_view value) {
    if (!value.empty()) emit(*column.field, value);
  };
  text(PARFOCAL_COLUMN("title"), study.title);
  text(PARFOCAL_COLUMN("description"), study.description);
  std::string publications;
  for (const Publication& publication : study.publications) {
    absl::StrAppend(&publications, publication.title, "\n", publication.authors, "\n");
  }
  text(PARFOCAL_COLUMN("publication"), absl::StripAsciiWhitespace(publications));
  std::string sections;
  for (const Block& block : study.blocks) {
    absl::StrAppend(&sections, block.name, "\n", block.description, "\n");
  }
  text(PARFOCAL_COLUMN("section"), absl::StripAsciiWhitespace(sections));
}

}  // namespace parfocal
