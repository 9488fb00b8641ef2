// Answers of the phenotype matrix on the wire. Strings that are not UTF-8 are mended.
#pragma once

#include "absl/strings/string_view.h"
#include "parfocal/phenotype/answers.h"
#include "parfocal/v1/phenotype_service.pb.h"

namespace parfocal {

void ToProto(const phenotype::Explain& explain, v1::PhenotypeExplain* out);
void ToProto(const phenotype::GeneHit& hit, v1::GeneHit* out);
void ToProto(const phenotype::CompoundHit& hit, v1::CompoundHit* out);
void ToProto(const phenotype::GeneProfile& profile, v1::GeneProfile* out);
void ToProto(const phenotype::SharedTerm& shared, v1::SharedTerm* out);
void ToProto(const phenotype::SimilarAnswer::Match& match, v1::SimilarGenesResponse::Match* out);
void ToProto(const phenotype::Enrichment& row, v1::Enrichment* out);
void ToProto(const phenotype::UnusedName& name, v1::GeneResolution* out);
void ToProto(const phenotype::Network::Node& node, v1::Network::Node* out);
// `network` is the edge's own: whom to credit stands there.
void ToProto(const phenotype::Network& network, const phenotype::Network::Edge& edge,
             v1::Network::Edge* out);
void ToProto(const phenotype::Network::Credit& credit, v1::Network::Credit* out);
void ToProto(const phenotype::SampledTerms::Row& row, v1::SampleTermsResponse::Row* out);
void ToProto(const phenotype::Coverage::Species& species, v1::CoverageReportResponse::Species* out);
void ToProto(const phenotype::Coverage::Screen& screen, v1::CoverageReportResponse::Screen* out);
void ToProto(const phenotype::UnattributedFindings::Row& row,
             v1::ListUnattributedResponse::Row* out);
void ToProto(const phenotype::EvidenceItem& item, v1::GetEvidenceResponse::Item* out);

}  // namespace parfocal
