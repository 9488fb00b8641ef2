#include "request_conversion.h"

#include <algorithm>
#include <cmath>

#include "parfocal/phenotype/phenotype_matrix.h"
#include "parfocal/rpc/utf8.h"

namespace parfocal {
namespace {

using google::protobuf::RepeatedPtrField;

constexpr size_t kMaxComparedTerms = 500;
constexpr size_t kMaxNetworkGenes = 500;
constexpr int kStandardNodes = 500, kMaxNodes = 2000;
constexpr int kStandardEdges = 5000, kMaxEdges = 20'000;
constexpr double kStandardInformationContent = 3;
// Information content of one in 2^64: no catalogue has so many genes.
constexpr double kMaxInformationContent = 64;
constexpr int kMaxStudies = 1'000'000;

absl::Status OutOfRange(absl::string_view field, absl::string_view why) {
  return WithReason(absl::InvalidArgumentError(absl::StrCat(field, ": ", why)),
                    "VALUE_OUT_OF_RANGE", field);
}

absl::Status TooMany(absl::string_view field, size_t count, size_t most) {
  return LimitExceeded(field, static_cast<int64_t>(most), field,
                       absl::StrCat(field, ": ", count, " of them; at most ", most));
}

absl::StatusOr<std::vector<std::string>> ReadList(const RepeatedPtrField<std::string>& list,
                                                  absl::string_view field) {
  if (list.size() > kMaxScopeValues)
    return TooMany(field, static_cast<size_t>(list.size()), kMaxScopeValues);
  return std::vector<std::string>(list.begin(), list.end());
}

// 0 stands for `standard`.
absl::StatusOr<double> ReadReal(double value, double standard, double maximum,
                                absl::string_view field) {
  if (std::isnan(value) || value < 0 || value > maximum)
    return OutOfRange(field, absl::StrCat("is not within 0 and ", maximum));
  return value == 0 ? standard : value;
}

std::string CutName(absl::string_view name) {
  if (name.size() <= kMaxNameBytes) return std::string(name);
  name = name.substr(0, kMaxNameBytes);
  return std::string(name.substr(0, ValidUtf8Prefix(name)));
}

// The part that every question by a term expression has.
template <typename Request, typename Query>
absl::Status ReadTermQuery(const Request& request, Query* query) {
  query->expression = request.expression();
  query->exact = request.exact();
  PARFOCAL_ASSIGN_OR_RETURN(query->scope, ReadScope(request.scope()));
  return absl::OkStatus();
}

// Orthologs and bridges, of FindGenes and BuildNetwork.
template <typename Request, typename Query>
absl::Status ReadPooling(const Request& request, Query* query) {
  query->pool_to = request.pool_to();
  PARFOCAL_ASSIGN_OR_RETURN(
      query->min_ortholog_sources,
      ReadCount(request.min_ortholog_sources(), 1, kMaxStudies, "min_ortholog_sources"));
  query->bridges = request.bridges();
  return absl::OkStatus();
}

absl::Status CheckLimit(int64_t limit) {
  return limit < 0 ? OutOfRange("limit", "is negative") : absl::OkStatus();
}

}  // namespace

absl::StatusOr<int> ReadCount(int64_t value, int standard, int maximum, absl::string_view field) {
  if (value < 0) return OutOfRange(field, absl::StrCat("is negative; 0 means ", standard));
  if (value == 0) return standard;
  return static_cast<int>(std::min<int64_t>(value, maximum));
}

absl::StatusOr<int> ReadBounded(int64_t value, int standard, int maximum, absl::string_view field) {
  if (value > maximum) return OutOfRange(field, absl::StrCat(value, "; at most ", maximum));
  return ReadCount(value, standard, maximum, field);
}

absl::StatusOr<std::vector<std::string>> ReadNames(const RepeatedPtrField<std::string>& names,
                                                   size_t most, absl::string_view field) {
  if (static_cast<size_t>(names.size()) > most)
    return TooMany(field, static_cast<size_t>(names.size()), most);
  std::vector<std::string> out;
  out.reserve(static_cast<size_t>(names.size()));
  for (const std::string& name : names) out.push_back(CutName(name));
  return out;
}

absl::StatusOr<phenotype::Scope> ReadScope(const v1::PhenotypeScope& from) {
  phenotype::Scope scope;
  if (!v1::Observation::Kind_IsValid(from.kind()))
    return OutOfRange("scope.kind", absl::StrCat(from.kind(), " is no kind of observation"));
  // The wire counts from 1, since its 0 is "not said", which means phenotypes.
  scope.kind = static_cast<ObservationKind>(std::max(static_cast<int>(from.kind()) - 1, 0));
  PARFOCAL_ASSIGN_OR_RETURN(scope.organisms, ReadList(from.organisms(), "scope.organisms"));
  PARFOCAL_ASSIGN_OR_RETURN(scope.studies, ReadList(from.studies(), "scope.studies"));
  PARFOCAL_ASSIGN_OR_RETURN(scope.sources, ReadList(from.sources(), "scope.sources"));
  PARFOCAL_ASSIGN_OR_RETURN(scope.perturbation_types,
                            ReadList(from.perturbation_types(), "scope.perturbation_types"));
  scope.single_target = from.single_target();
  return scope;
}

absl::StatusOr<phenotype::FindQuery> ReadQuery(const v1::FindGenesRequest& request) {
  phenotype::FindQuery query;
  PARFOCAL_RETURN_IF_ERROR(ReadTermQuery(request, &query));
  PARFOCAL_ASSIGN_OR_RETURN(query.min_studies,
                            ReadCount(request.min_studies(), 1, kMaxStudies, "min_studies"));
  PARFOCAL_RETURN_IF_ERROR(ReadPooling(request, &query));
  return query;
}

absl::StatusOr<phenotype::FindQuery> ReadQuery(const v1::FindCompoundsRequest& request) {
  phenotype::FindQuery query;
  PARFOCAL_RETURN_IF_ERROR(ReadTermQuery(request, &query));
  PARFOCAL_ASSIGN_OR_RETURN(query.min_studies,
                            ReadCount(request.min_studies(), 1, kMaxStudies, "min_studies"));
  query.without_effect = request.without_effect();
  query.bridges = request.bridges();
  return query;
}

absl::StatusOr<phenotype::Background> ReadBackground(const v1::InformationBackground& from) {
  phenotype::Background background;
  PARFOCAL_ASSIGN_OR_RETURN(background.genes,
                            ReadNames(from.genes(), phenotype::kMaxNames, "background.genes"));
  background.organism = from.organism();
  if (from.has_scope()) {
    PARFOCAL_ASSIGN_OR_RETURN(background.scope, ReadScope(from.scope()));
  }
  for (const auto& given : from.frequencies())
    background.frequencies.push_back({CutName(given.term()), given.genes()});
  background.total_genes = from.total_genes();
  return background;
}

absl::StatusOr<phenotype::SimilarQuery> ReadQuery(const v1::SimilarGenesRequest& request) {
  phenotype::SimilarQuery query;
  query.gene = CutName(request.gene());
  query.organism = request.organism();
  PARFOCAL_ASSIGN_OR_RETURN(query.scope, ReadScope(request.scope()));
  if (!v1::SimilarityMeasure_IsValid(request.measure()))
    return OutOfRange("measure", absl::StrCat(request.measure(), " is no measure"));
  query.measure = request.measure() == v1::RESNIK_BMA ? phenotype::Measure::kResnikBma
                                                      : phenotype::Measure::kSimGic;
  PARFOCAL_RETURN_IF_ERROR(CheckLimit(request.limit()));
  PARFOCAL_ASSIGN_OR_RETURN(query.background, ReadBackground(request.background()));
  return query;
}

absl::StatusOr<phenotype::CompareQuery> ReadQuery(const v1::CompareProfilesRequest& request) {
  phenotype::CompareQuery query;
  PARFOCAL_ASSIGN_OR_RETURN(query.a, ReadNames(request.a(), kMaxComparedTerms, "a"));
  PARFOCAL_ASSIGN_OR_RETURN(query.b, ReadNames(request.b(), kMaxComparedTerms, "b"));
  query.organism = request.organism();
  PARFOCAL_ASSIGN_OR_RETURN(query.scope, ReadScope(request.scope()));
  PARFOCAL_ASSIGN_OR_RETURN(query.background, ReadBackground(request.background()));
  return query;
}

absl::StatusOr<phenotype::EnrichTermsQuery> ReadQuery(const v1::EnrichTermsRequest& request) {
  phenotype::EnrichTermsQuery query;
  PARFOCAL_ASSIGN_OR_RETURN(query.genes, ReadNames(request.genes(), phenotype::kMaxNames, "genes"));
  query.organism = request.organism();
  PARFOCAL_ASSIGN_OR_RETURN(query.scope, ReadScope(request.scope()));
  PARFOCAL_ASSIGN_OR_RETURN(query.max_q, ReadReal(request.max_q(), 1, 1, "max_q"));
  PARFOCAL_RETURN_IF_ERROR(CheckLimit(request.limit()));
  return query;
}

absl::StatusOr<phenotype::EnrichGenesQuery> ReadQuery(const v1::EnrichGenesRequest& request) {
  phenotype::EnrichGenesQuery query;
  PARFOCAL_RETURN_IF_ERROR(ReadTermQuery(request, &query));
  PARFOCAL_ASSIGN_OR_RETURN(query.max_q, ReadReal(request.max_q(), 1, 1, "max_q"));
  PARFOCAL_RETURN_IF_ERROR(CheckLimit(request.limit()));
  return query;
}

absl::StatusOr<phenotype::NetworkQuery> ReadQuery(const v1::BuildNetworkRequest& request) {
  const int given =
      !request.expression().empty() + !request.genes().empty() + !request.profile_of().empty();
  if (given != 1)
    return OutOfRange("expression", "give one of expression, genes and profile_of, and only one");
  phenotype::NetworkQuery query;
  PARFOCAL_RETURN_IF_ERROR(ReadTermQuery(request, &query));
  PARFOCAL_ASSIGN_OR_RETURN(query.genes, ReadNames(request.genes(), kMaxNetworkGenes, "genes"));
  query.profile_of = CutName(request.profile_of());
  query.organism = request.organism();
  PARFOCAL_ASSIGN_OR_RETURN(query.min_information_content,
                            ReadReal(request.min_information_content(), kStandardInformationContent,
                                     kMaxInformationContent, "min_information_content"));
  PARFOCAL_ASSIGN_OR_RETURN(query.min_studies,
                            ReadCount(request.min_studies(), 1, kMaxStudies, "min_studies"));
  PARFOCAL_RETURN_IF_ERROR(ReadPooling(request, &query));
  query.interactions = request.interactions();
  PARFOCAL_ASSIGN_OR_RETURN(
      query.max_nodes, ReadBounded(request.max_nodes(), kStandardNodes, kMaxNodes, "max_nodes"));
  PARFOCAL_ASSIGN_OR_RETURN(
      query.max_edges, ReadBounded(request.max_edges(), kStandardEdges, kMaxEdges, "max_edges"));
  return query;
}

absl::StatusOr<phenotype::EvidenceQuery> ReadQuery(const v1::GetEvidenceRequest& request) {
  phenotype::EvidenceQuery query;
  query.subject = CutName(request.subject());
  query.organism = request.organism();
  PARFOCAL_RETURN_IF_ERROR(ReadTermQuery(request, &query));
  if (!v1::GetEvidenceRequest::Which_IsValid(request.which()))
    return OutOfRange("which", absl::StrCat(request.which(), " is none of them"));
  query.bridges = request.bridges();
  query.which = static_cast<phenotype::EvidenceQuery::Which>(request.which());
  return query;
}

}  // namespace parfocal
