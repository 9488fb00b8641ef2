#include "parfocal/rpc/record_conversion.h"

#include <map>

#include "absl/strings/strip.h"
#include "google/protobuf/timestamp.pb.h"
#include "parfocal/rpc/mask.h"
#include "parfocal/rpc/utf8.h"

namespace parfocal {
namespace {

std::string Text(absl::string_view text) { return ValidUtf8(text); }

template <typename List>
void TextList(const std::vector<std::string>& from, List* to) {
  for (const std::string& text : from) *to->Add() = Text(text);
}

void ToProto(absl::Time time, google::protobuf::Timestamp* out) {
  const int64_t seconds = absl::ToUnixSeconds(time);
  out->set_seconds(seconds);
  out->set_nanos(
      static_cast<int32_t>(absl::ToInt64Nanoseconds(time - absl::FromUnixSeconds(seconds))));
}

// The core enums count from a default at 0 as the wire's do, in the same order.
v1::Licence::Flag Flag(Tristate flag) { return static_cast<v1::Licence::Flag>(flag); }
static_assert(static_cast<int>(Tristate::kYes) == v1::Licence::YES);
static_assert(static_cast<int>(DataAccess::kEmbargoed) == v1::Study::EMBARGOED);
static_assert(static_cast<int>(CountBasis::kStated) == v1::COUNT_STATED);
static_assert(static_cast<int>(RelationType::kOther) == v1::Relation::OTHER);
static_assert(static_cast<int>(ImageKind::kDerived) == v1::ImageSet::DERIVED);
static_assert(static_cast<int>(ControlType::kOther) == v1::ImageSet::OTHER_CONTROL);
static_assert(static_cast<int>(Quality::kFailed) == v1::ImageSet::FAILED);
static_assert(static_cast<int>(Outcome::kTestedNegative) == v1::Observation::TESTED_NEGATIVE);
// These count from a value that the wire calls 1, since its 0 is "not said".
static_assert(static_cast<int>(ObservationKind::kOther) + 1 == v1::Observation::OTHER);
static_assert(static_cast<int>(TermRule::kMined) + 1 == v1::MINED);
static_assert(static_cast<int>(Origin::kInferred) + 1 == v1::INFERRED);
static_assert(static_cast<int>(RunState::kHeld) + 1 == v1::Run::HELD);
static_assert(static_cast<int>(SynonymScope::kRelated) + 1 == v1::Synonym::RELATED);

v1::Origin ToProto(Origin origin) { return static_cast<v1::Origin>(static_cast<int>(origin) + 1); }

void ToProto(const Licence& licence, v1::Licence* out) {
  out->set_stated(Text(licence.stated));
  out->set_url(Text(licence.url));
  out->set_spdx(Text(licence.spdx));
  out->set_commercial_use(Flag(licence.commercial_use));
  out->set_derivatives(Flag(licence.derivatives));
  out->set_share_alike(Flag(licence.share_alike));
  out->set_attribution(Flag(licence.attribution));
}

void ToProto(const Person& person, bool full, v1::Person* out) {
  out->set_name(Text(person.name));
  out->set_orcid(Text(person.orcid));
  if (full) {
    out->set_affiliation(Text(person.affiliation));
    out->set_ror(Text(person.ror));
  }
  TextList(person.roles, out->mutable_roles());
}

void ToProto(const Publication& publication, v1::Publication* out) {
  out->set_doi(Text(publication.doi));
  out->set_pmid(Text(publication.pmid));
  out->set_pmcid(Text(publication.pmcid));
  out->set_url(Text(publication.url));
  out->set_title(Text(publication.title));
  out->set_authors(Text(publication.authors));
}

template <typename List>
void AttributeList(const std::vector<Attribute>& from, List* to) {
  for (const auto& [key, value] : from) {
    auto* attribute = to->Add();
    attribute->set_key(Text(key));
    attribute->set_value(Text(value));
  }
}

void ToProto(const RecordMeta& meta, v1::Provenance* out) {
  out->set_sequence(meta.sequence);
  out->set_raw_sha256(meta.raw_sha256);
  ToProto(meta.first_seen, out->mutable_first_seen());
  ToProto(meta.last_changed, out->mutable_last_changed());
}

void StudyParts(const Study& study, v1::Study* out) {
  for (const Funding& from : study.funding) {
    auto* funding = out->add_funding();
    funding->set_funder(Text(from.funder));
    funding->set_funder_id(Text(from.funder_id));
    funding->set_award(Text(from.award));
  }
  for (const AnnotationSet& from : study.annotation_sets) {
    auto* set = out->add_annotation_sets();
    set->set_kind(Text(from.kind));
    set->set_method(Text(from.method));
    set->set_coverage(Text(from.coverage));
    set->set_description(Text(from.description));
    ToProto(from.licence, set->mutable_licence());
    set->set_name(Text(from.name));
    set->set_target(Text(from.target));
  }
  for (const Relation& from : study.relations) {
    auto* relation = out->add_relations();
    relation->set_type(static_cast<v1::Relation::Type>(from.type));
    relation->set_target(Text(from.target));
    relation->set_because(Text(from.because));
    relation->set_origin(ToProto(from.origin));
  }
  for (const Block& from : study.blocks) {
    auto* block = out->add_blocks();
    block->set_id(Text(from.id));
    block->set_kind(Text(from.kind));
    block->set_name(Text(from.name));
    block->set_description(Text(from.description));
    if (from.image_count) block->set_image_count(*from.image_count);
    if (from.bytes) block->set_bytes(*from.bytes);
  }
}

void ToProto(const Study& study, const RecordMeta& meta, bool full, v1::Study* out) {
  out->set_name(Text(FormatRecordName(NameOf(study))));
  out->set_accession(Text(study.accession));
  out->set_title(Text(study.title));
  out->set_description(Text(study.description));
  TextList(study.keywords, out->mutable_keywords());
  out->set_publisher(Text(study.publisher));
  out->set_publisher_id(Text(study.publisher_id));
  out->set_release_date(Text(study.release_date));
  out->set_landing_page(Text(study.landing_page));
  out->set_thumbnail(Text(study.thumbnail));
  out->set_data_doi(Text(study.data_doi));
  TextList(study.alternate_ids, out->mutable_alternate_ids());
  for (const Person& person : study.people) ToProto(person, full, out->add_people());
  for (const Publication& publication : study.publications)
    ToProto(publication, out->add_publications());
  ToProto(study.licence, out->mutable_licence());
  out->set_data_access(static_cast<v1::Study::DataAccess>(study.data_access));
  for (const Statement& statement : study.statements) ToProto(statement, out->add_statements());
  StudyParts(study, out);
  if (study.bytes) out->set_bytes(*study.bytes);
  if (study.file_count) out->set_file_count(*study.file_count);
  if (study.image_count) out->set_image_count(*study.image_count);
  out->set_image_count_basis(static_cast<v1::CountBasis>(study.image_count_basis));
  if (full) AttributeList(study.attributes, out->mutable_attributes());
  ToProto(meta, out->mutable_provenance());
  if (full) out->set_work(Text(meta.work));
}

// Channels: one per group; a label, stain or target without a group is a channel of its own.
void Channels(const ImageSet& set, v1::ImageSet* out) {
  std::map<uint32_t, v1::Channel*> by_group;
  for (const Statement& statement : set.statements) {
    const bool label = statement.field == "channel_label",
               stain = statement.field == "channel_stain";
    if (!label && !stain && statement.field != "channel_target") continue;
    v1::Channel* channel = nullptr;
    if (statement.group == 0) {
      channel = out->add_channels();
    } else {
      v1::Channel*& slot = by_group[statement.group];
      if (slot == nullptr) slot = out->add_channels();
      channel = slot;
    }
    std::string* part = label   ? channel->mutable_label()
                        : stain ? channel->mutable_stain()
                                : channel->mutable_target();
    if (!part->empty()) part->append("; ");
    part->append(Text(statement.value));
  }
}

std::string* PerturbationPart(const std::string& field, v1::Perturbation* out) {
  if (field == "perturbation_type") return out->mutable_type();
  if (field == "compound") return out->mutable_compound();
  if (field == "reagent") return out->mutable_reagent();
  if (field == "allele") return out->mutable_allele();
  if (field == "dose") return out->mutable_dose();
  if (field == "time") return out->mutable_time();
  return nullptr;
}

// Perturbations: one per group. A group that holds nothing but a dose or a time says nothing was
// done.
void Perturbations(const ImageSet& set, v1::ImageSet* out) {
  std::map<uint32_t, v1::Perturbation> by_group;
  for (const Statement& statement : set.statements) {
    v1::Perturbation& perturbation = by_group[statement.group];
    if (statement.field == "gene" && statement.role == "perturbed") {
      perturbation.add_genes(Text(statement.value));
      perturbation.add_gene_ids(Text(statement.stated_id));
    } else if (std::string* part = PerturbationPart(statement.field, &perturbation)) {
      if (!part->empty()) part->append("; ");
      part->append(Text(statement.value));
    }
  }
  for (auto& [group, perturbation] : by_group) {
    if (perturbation.type().empty() && perturbation.genes().empty() &&
        perturbation.compound().empty() && perturbation.reagent().empty() &&
        perturbation.allele().empty()) {
      continue;
    }
    perturbation.set_group(group);
    *out->add_perturbations() = std::move(perturbation);
  }
}

void ToProto(const Extents& extents, v1::ImageSet::Extents* out) {
  if (extents.x) out->set_x(*extents.x);
  if (extents.y) out->set_y(*extents.y);
  if (extents.z) out->set_z(*extents.z);
  if (extents.c) out->set_c(*extents.c);
  if (extents.t) out->set_t(*extents.t);
  if (extents.pixel_size_x_um) out->set_pixel_size_x_um(*extents.pixel_size_x_um);
  if (extents.pixel_size_y_um) out->set_pixel_size_y_um(*extents.pixel_size_y_um);
  if (extents.pixel_size_z_um) out->set_pixel_size_z_um(*extents.pixel_size_z_um);
}

void ToProto(const ImageSet& set, const RecordMeta& meta, bool full, v1::ImageSet* out) {
  out->set_name(Text(FormatRecordName(NameOf(set))));
  out->set_block(Text(set.block));
  out->set_plate(Text(set.plate));
  out->set_well(Text(set.well));
  if (set.image_count) out->set_image_count(*set.image_count);
  out->set_image_count_basis(static_cast<v1::CountBasis>(set.image_count_basis));
  out->set_images_available(set.images_available);
  out->set_image_kind(static_cast<v1::ImageSet::ImageKind>(set.image_kind));
  if (!set.derived_from.empty()) {
    out->set_derived_from(Text(FormatRecordName({set.source, set.study, set.derived_from})));
  }
  if (set.extents != Extents{}) ToProto(set.extents, out->mutable_extents());
  out->set_control(static_cast<v1::ImageSet::Control>(set.control));
  out->set_control_stated(Text(set.control_stated));
  out->set_quality(static_cast<v1::ImageSet::Quality>(set.quality));
  out->set_quality_stated(Text(set.quality_stated));
  Channels(set, out);
  Perturbations(set, out);
  for (const Statement& statement : set.statements) ToProto(statement, out->add_statements());
  for (const Observation& from : set.observations) {
    auto* observation = out->add_observations();
    observation->set_kind(static_cast<v1::Observation::Kind>(static_cast<int>(from.kind) + 1));
    observation->set_outcome(static_cast<v1::Observation::Outcome>(from.outcome));
    observation->set_level(Text(from.level));
    ToProto(from.finding, observation->mutable_finding());
    observation->set_score(Text(from.score));
  }
  if (full) AttributeList(set.attributes, out->mutable_attributes());
  ToProto(meta, out->mutable_provenance());
}

}  // namespace

void ToProto(const Statement& statement, v1::Statement* out) {
  out->set_field(Text(statement.field));
  out->set_value(Text(statement.value));
  out->set_stated_id(Text(statement.stated_id));
  out->set_term(Text(statement.term));
  out->set_label(Text(statement.label));
  out->set_origin(ToProto(statement.origin));
  out->set_rule(ToProto(statement.rule));
  out->set_confidence(statement.confidence);
  out->set_label_conflict(statement.label_conflict);
  out->set_role(Text(statement.role));
  out->set_group(statement.group);
  out->set_scope(Text(statement.scope));
  out->set_evidence(Text(statement.evidence));
}

v1::TermRule ToProto(TermRule rule) {
  return static_cast<v1::TermRule>(static_cast<int>(rule) + 1);
}

void ToProto(const StoredRecord& stored, v1::RecordView view, v1::Record* out) {
  const bool full = view != v1::BASIC;
  if (const Study* study = std::get_if<Study>(&stored.record)) {
    ToProto(*study, stored.meta, full, out->mutable_study());
  } else {
    ToProto(std::get<ImageSet>(stored.record), stored.meta, full, out->mutable_image_set());
  }
}

void ToProto(const Ledger& ledger, v1::Ledger* out) {
  out->set_pages(ledger.pages);
  out->set_fetched(ledger.fetched);
  out->set_new_records(ledger.new_records);
  out->set_changed(ledger.changed);
  out->set_unchanged(ledger.unchanged);
  out->set_deleted(ledger.deleted);
  out->set_restored(ledger.restored);
  out->set_quarantined(ledger.quarantined);
  out->set_skipped(ledger.skipped);
  out->set_rows_read(ledger.rows_read);
  out->set_rows_accepted(ledger.rows_accepted);
  out->set_rows_rejected(ledger.rows_rejected);
  out->set_label_conflicts(ledger.label_conflicts);
  out->set_adds_up(ledger.Adds());
}

void ToProto(const Run& run, v1::Run* out) {
  out->set_name(Text(FormatRunName(run.source, run.id)));
  out->set_state(static_cast<v1::Run::State>(static_cast<int>(run.state) + 1));
  ToProto(run.started, out->mutable_start_time());
  if (run.state != RunState::kRunning) ToProto(run.ended, out->mutable_end_time());
  ToProto(run.ledger, out->mutable_ledger());
  out->set_message(Text(run.message));
}

void ToProto(const Rejection& rejection, v1::Rejection* out) {
  out->set_run(Text(FormatRunName(rejection.source, rejection.run)));
  out->set_place(Text(rejection.place));
  out->set_record(Text(rejection.record));
  out->set_reason(Text(MaskPersonalData(rejection.reason).text));
  out->set_data(MaskPersonalData(rejection.raw).text);
  out->set_reader(Text(rejection.reader));
  out->set_can_replay(rejection.can_replay);
}

void ToProto(const Counts& counts, v1::Counts* out) {
  out->set_studies(counts.studies);
  out->set_image_sets(counts.image_sets);
  out->set_images(counts.images);
  out->set_unknown_image_sets(counts.unknown_image_sets);
}

void ToProto(const Term& term, v1::Term* out) {
  out->set_name("terms/" + Text(term.id));
  out->set_id(Text(term.id));
  out->set_ontology(Text(term.ontology));
  out->set_label(Text(term.label));
  out->set_definition(Text(term.definition));
  for (const Synonym& from : term.synonyms) {
    auto* synonym = out->add_synonyms();
    synonym->set_text(Text(from.text));
    synonym->set_scope(static_cast<v1::Synonym::Scope>(static_cast<int>(from.scope) + 1));
    synonym->set_type(Text(from.type));
    synonym->set_language(Text(from.language));
  }
  TextList(term.xrefs, out->mutable_xrefs());
  TextList(term.parents, out->mutable_parents());
  out->set_obsolete(term.obsolete);
  out->set_replaced_by(Text(term.replaced_by));
}

std::string FormatRunName(absl::string_view source, absl::string_view run) {
  return absl::StrCat("sources/", source, "/runs/", run);
}

absl::StatusOr<RunName> ParseRunName(absl::string_view name, absl::string_view field) {
  absl::string_view rest = name;
  const size_t slash =
      absl::ConsumePrefix(&rest, "sources/") ? rest.find('/') : absl::string_view::npos;
  if (slash != absl::string_view::npos && IsSourceId(rest.substr(0, slash))) {
    RunName out{std::string(rest.substr(0, slash)), ""};
    rest.remove_prefix(slash);
    if (absl::ConsumePrefix(&rest, "/runs/") && !rest.empty() && rest.size() <= 128 &&
        rest.find('/') == absl::string_view::npos) {
      out.run = std::string(rest);
      return out;
    }
  }
  return WithReason(
      absl::InvalidArgumentError(absl::StrCat("run name '", name.substr(0, 200),
                                              "': expected sources/{source}/runs/{run}")),
      "RESOURCE_NAME", field);
}

absl::StatusOr<std::string> ParseSourceName(absl::string_view name, absl::string_view field) {
  absl::string_view id = name;
  if (absl::ConsumePrefix(&id, "sources/") && IsSourceId(id)) return std::string(id);
  return WithReason(
      absl::InvalidArgumentError(absl::StrCat("source name '", name.substr(0, 200),
                                              "': expected sources/{source}, the id 1-63 of a-z, "
                                              "0-9 and '-', beginning with a letter")),
      "RESOURCE_NAME", field);
}

}  // namespace parfocal
