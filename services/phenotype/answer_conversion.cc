#include "answer_conversion.h"

#include "parfocal/record_name.h"
#include "parfocal/rpc/gene_conversion.h"
#include "parfocal/rpc/record_conversion.h"
#include "parfocal/rpc/utf8.h"

namespace parfocal {
namespace {

using parfocal::ToProto;  // Those below would hide the others.

std::string Text(absl::string_view text) { return ValidUtf8(text); }

template <typename List>
void TextList(const std::vector<std::string>& from, List* to) {
  to->Reserve(static_cast<int>(from.size()));
  for (const std::string& text : from) *to->Add() = Text(text);
}

// These enums count as the wire's do, in the same order; kinds from a value that the wire calls 1,
// since its 0 is "not said".
static_assert(static_cast<int>(phenotype::EvidenceQuery::Which::kFailed) ==
              v1::GetEvidenceRequest::FAILED);
static_assert(static_cast<int>(ObservationKind::kOther) + 1 == v1::Observation::OTHER);

void ToProto(const phenotype::TermEvidence& from, v1::TermEvidence* out) {
  out->set_study(Text(from.study));
  out->set_block(Text(from.block));
  out->set_record(Text(FormatRecordName({from.source, from.study, ""})));
  out->set_term(Text(from.term));
  out->set_label(Text(from.label));
  out->set_perturbation_type(Text(from.perturbation_type));
  out->set_level(Text(from.level));
  out->set_positive(from.positive);
  out->set_negative(from.negative);
  out->set_single_target(from.single_target);
  out->set_without_image(from.without_image);
  TextList(from.source_identifiers, out->mutable_source_identifiers());
  TextList(from.scores, out->mutable_scores());
  out->set_bridge(Text(from.bridge));
}

void ToProto(const phenotype::PooledGene& from, v1::PooledGene* out) {
  out->set_gene(Text(from.gene));
  out->set_symbol(Text(from.symbol));
  out->set_organism(Text(from.organism));
  TextList(from.sources, out->mutable_sources());
  out->set_orthologs(from.orthologs);
  out->set_co_orthologs(from.co_orthologs);
}

void ToProto(const phenotype::GeneProfile::Screen& from, v1::GeneProfile::Screen* out) {
  out->set_study(Text(from.study));
  out->set_block(Text(from.block));
  TextList(from.perturbation_types, out->mutable_perturbation_types());
  out->set_image_sets(from.image_sets);
  out->set_controls(from.controls);
  out->set_failed(from.failed);
  out->set_with_finding(from.with_finding);
  TextList(from.source_identifiers, out->mutable_source_identifiers());
}

}  // namespace

void ToProto(const phenotype::Explain& from, v1::PhenotypeExplain* out) {
  for (const phenotype::Explain::Expansion& term : from.terms) {
    auto* expansion = out->add_terms();
    expansion->set_asked(Text(term.asked));
    expansion->set_term(Text(term.term));
    expansion->set_label(Text(term.label));
    expansion->set_terms(term.terms);
    TextList(term.seen, expansion->mutable_seen());
    TextList(term.bad_edges, expansion->mutable_bad_edges());
    TextList(term.bridged, expansion->mutable_bridged());
  }
  TextList(from.studies, out->mutable_studies());
  TextList(from.left_out, out->mutable_left_out());
  TextList(from.rules, out->mutable_rules());
}

void ToProto(const phenotype::GeneHit& from, v1::GeneHit* out) {
  out->set_gene(Text(from.gene));
  out->set_symbol(Text(from.symbol));
  out->set_organism(Text(from.organism));
  TextList(from.source_identifiers, out->mutable_source_identifiers());
  out->set_studies(from.studies);
  for (const phenotype::TermEvidence& evidence : from.evidence)
    ToProto(evidence, out->add_evidence());
  for (const phenotype::PooledGene& gene : from.pooled_from) ToProto(gene, out->add_pooled_from());
}

void ToProto(const phenotype::CompoundHit& from, v1::CompoundHit* out) {
  out->set_compound(Text(from.compound));
  out->set_name(Text(from.name));
  TextList(from.source_identifiers, out->mutable_source_identifiers());
  out->set_studies(from.studies);
  for (const phenotype::TermEvidence& evidence : from.evidence)
    ToProto(evidence, out->add_evidence());
  out->set_image_sets(from.image_sets);
  out->set_controls(from.controls);
  out->set_failed(from.failed);
}

void ToProto(const phenotype::GeneProfile& from, v1::GeneProfile* out) {
  out->set_asked(Text(from.asked));
  ToProto(from.resolution, from.asked, out->mutable_resolution());
  out->set_gene(Text(from.gene));
  out->set_symbol(Text(from.symbol));
  out->set_organism(Text(from.organism));
  for (const phenotype::GeneProfile::Entry& entry : from.terms) {
    auto* to = out->add_terms();
    to->set_term(Text(entry.term));
    to->set_label(Text(entry.label));
    for (const phenotype::TermEvidence& evidence : entry.evidence)
      ToProto(evidence, to->add_evidence());
    to->set_positive(entry.positive);
    to->set_negative(entry.negative);
    to->set_direction(Text(entry.direction));
  }
  for (const phenotype::GeneProfile::Ancestor& ancestor : from.ancestors) {
    auto* to = out->add_ancestors();
    to->set_term(Text(ancestor.term));
    to->set_label(Text(ancestor.label));
    to->set_scored(ancestor.scored);
    to->set_negative(ancestor.negative);
  }
  for (const phenotype::GeneProfile::Screen& screen : from.screens)
    ToProto(screen, out->add_screens());
  TextList(from.source_identifiers, out->mutable_source_identifiers());
}

void ToProto(const phenotype::SharedTerm& from, v1::SharedTerm* out) {
  out->set_term(Text(from.term));
  out->set_label(Text(from.label));
  out->set_information_content(from.information_content);
}

void ToProto(const phenotype::SimilarAnswer::Match& from, v1::SimilarGenesResponse::Match* out) {
  out->set_gene(Text(from.gene));
  out->set_symbol(Text(from.symbol));
  out->set_organism(Text(from.organism));
  out->set_score(from.score);
  for (const phenotype::SharedTerm& term : from.shared) ToProto(term, out->add_shared());
}

void ToProto(const phenotype::Enrichment& from, v1::Enrichment* out) {
  out->set_id(Text(from.id));
  out->set_label(Text(from.label));
  out->set_list_hits(from.list_hits);
  out->set_list_size(from.list_size);
  out->set_background_hits(from.background_hits);
  out->set_background_size(from.background_size);
  out->set_p(from.p);
  out->set_q(from.q);
  TextList(from.genes, out->mutable_genes());
}

void ToProto(const phenotype::UnusedName& from, v1::GeneResolution* out) {
  ToProto(from.resolution, from.asked, out);
}

void ToProto(const phenotype::Network::Node& from, v1::Network::Node* out) {
  out->set_id(Text(from.id));
  out->set_symbol(Text(from.symbol));
  out->set_organism(Text(from.organism));
  out->set_studies(from.studies);
  TextList(from.terms, out->mutable_terms());
  TextList(from.labels, out->mutable_labels());
  TextList(from.source_identifiers, out->mutable_source_identifiers());
  for (const phenotype::PooledGene& gene : from.pooled_from) ToProto(gene, out->add_pooled_from());
}

void ToProto(const phenotype::Network& network, const phenotype::Network::Edge& from,
             v1::Network::Edge* out) {
  out->set_source(Text(from.source));
  out->set_target(Text(from.target));
  out->set_kind(Text(from.kind));
  out->set_weight(from.weight);
  for (const phenotype::SharedTerm& term : from.shared) ToProto(term, out->add_shared());
  for (const uint32_t place : from.credits) {
    const phenotype::Network::Credit& credit = network.credits[place];
    out->add_studies(Text(credit.study));
    ToProto(credit, out->add_credits());
    out->mutable_credits()->rbegin()->clear_title();  // It stands in the network's credits.
  }
  TextList(from.common_studies, out->mutable_common_studies());
  TextList(from.databases, out->mutable_databases());
}

void ToProto(const phenotype::Network::Credit& from, v1::Network::Credit* out) {
  out->set_study(Text(from.study));
  out->set_title(Text(from.title));
  out->set_credit(Text(from.credit));
  out->set_paper_doi(Text(from.paper_doi));
  out->set_data_doi(Text(from.data_doi));
  out->set_licence(Text(from.licence));
  out->set_url(Text(from.url));
  out->set_record(Text(FormatRecordName({from.source, from.study, ""})));
}

void ToProto(const phenotype::SampledTerms::Row& from, v1::SampleTermsResponse::Row* out) {
  out->set_term(Text(from.term));
  out->set_label(Text(from.label));
  out->set_category(Text(from.category));
  out->set_positive(from.positive);
  out->set_negative(from.negative);
  out->set_genes(from.genes);
  out->set_genes_rolled_up(from.genes_rolled_up);
  out->set_screens(from.screens);
  out->set_studies(from.studies);
  out->set_information_content(from.information_content);
  out->set_controls(from.controls);
  out->set_failed(from.failed);
}

void ToProto(const phenotype::Coverage::Species& from, v1::CoverageReportResponse::Species* out) {
  out->set_organism(Text(from.organism));
  out->set_label(Text(from.label));
  out->set_assayed(from.assayed);
  out->set_in_one_study(from.in_one_study);
  out->set_in_two_studies(from.in_two_studies);
  out->set_in_three_studies(from.in_three_studies);
  out->set_pairs_in_two_studies(from.pairs_in_two_studies);
  out->set_unresolved_identifiers(from.unresolved_identifiers);
}

void ToProto(const phenotype::Coverage::Screen& from, v1::CoverageReportResponse::Screen* out) {
  out->set_study(Text(from.study));
  out->set_block(Text(from.block));
  out->set_organism(Text(from.organism));
  out->set_perturbed(from.perturbed);
  out->set_controls(from.controls);
  out->set_failed(from.failed);
  out->set_positive(from.positive);
  out->set_negative(from.negative);
  out->set_unattributed(from.unattributed);
  out->set_genes(from.genes);
  out->set_genes_with_finding(from.genes_with_finding);
}

void ToProto(const phenotype::UnattributedFindings::Row& from,
             v1::ListUnattributedResponse::Row* out) {
  out->set_study(Text(from.study));
  out->set_block(Text(from.block));
  out->set_reason(Text(from.reason));
  out->set_finding(Text(from.finding));
  out->set_observations(from.observations);
  out->set_example(Text(FormatRecordName({from.source, from.study, from.example})));
}

void ToProto(const phenotype::EvidenceItem& from, v1::GetEvidenceResponse::Item* out) {
  out->set_image_set(Text(FormatRecordName(from.image_set)));
  out->set_study(Text(FormatRecordName({from.image_set.source, from.image_set.accession, ""})));
  out->set_raw_sha256(from.record.meta.raw_sha256);
  v1::Record record;
  ToProto(from.record, v1::BASIC, &record);
  v1::ImageSet& set = *record.mutable_image_set();
  out->set_block(set.block());
  out->set_control(set.control_stated());
  out->set_quality(set.quality_stated());
  if (const auto* stored = std::get_if<ImageSet>(&from.record.record))
    out->set_without_image(!stored->images_available);
  if (from.observation >= 0 && from.observation < set.observations_size())
    *out->mutable_observation() = std::move(*set.mutable_observations(from.observation));
  *out->mutable_perturbations() = std::move(*set.mutable_perturbations());
}

}  // namespace parfocal
