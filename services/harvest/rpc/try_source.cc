#include "try_source.h"

#include <algorithm>

#include "parfocal/definition/definition.h"
#include "parfocal/rpc/record_conversion.h"
#include "parfocal/rpc/utf8.h"

namespace parfocal {
namespace {

constexpr int kStandardPages = 20;
constexpr int kMostPages = 1000;

absl::Status Check(const v1::TrySourceRequest& request) {
  const auto at_most = [](size_t size, size_t most, absl::string_view limit,
                          absl::string_view field) {
    if (size <= most) return absl::OkStatus();
    return LimitExceeded(limit, static_cast<int64_t>(most), field,
                         absl::StrCat(field, ": ", size, " bytes, above the limit of ", most));
  };
  PARFOCAL_RETURN_IF_ERROR(at_most(request.definition().size(), definition::kMaxDefinitionBytes,
                                   "definition_bytes", "definition"));
  PARFOCAL_RETURN_IF_ERROR(at_most(request.location().size(), kMaxSourceLocationBytes,
                                   "source_location_bytes", "location"));
  PARFOCAL_RETURN_IF_ERROR(at_most(request.definition_name().size(), kMaxSourceOptionBytes,
                                   "source_option_bytes", "definition_name"));
  if (request.max_pages() < 0)
    return WithReason(absl::InvalidArgumentError("max_pages is negative"), "VALUE_OUT_OF_RANGE",
                      "max_pages");
  return absl::OkStatus();
}

}  // namespace

absl::Status TrySource(const RehearseDefinition& rehearse, const v1::TrySourceRequest& request,
                       v1::TrySourceResponse* response) {
  PARFOCAL_RETURN_IF_ERROR(Check(request));
  const std::string name =
      request.definition_name().empty() ? "definition" : request.definition_name();
  const int pages =
      request.max_pages() == 0 ? kStandardPages : std::min(request.max_pages(), kMostPages);
  const absl::StatusOr<Rehearsal> tried =
      rehearse(request.definition(), name, request.location(), pages);
  if (!tried.ok()) {
    return ReasonOf(tried.status()).empty()
               ? WithReason(tried.status(), "SOURCE_DEFINITION", "definition")
               : tried.status();
  }
  parfocal::ToProto(tried->ledger, response->mutable_ledger());
  response->set_studies(tried->studies);
  response->set_image_sets(tried->image_sets);
  response->set_observations(tried->observations);
  response->set_left_out(tried->left_out);
  response->set_bytes(tried->bytes);
  response->set_complete(tried->complete);
  response->set_stopped(ValidUtf8(tried->stopped));
  for (const Rehearsal::Share& share : tried->shares) {
    v1::TrySourceResponse::Field* out = response->add_fields();
    out->set_field(share.field);
    out->set_level(share.image_set ? "image set" : "study");
    out->set_records(share.records);
    out->set_total(share.total);
    out->set_mapped_values(share.mapped_values);
    out->set_values(share.values);
  }
  for (const Rehearsal::Word& word : tried->unmapped) {
    v1::TrySourceResponse::Word* out = response->add_unmapped();
    out->set_field(word.field);
    out->set_value(ValidUtf8(word.value));
    out->set_count(word.count);
  }
  for (const Rejection& rejection : tried->rejections) {
    parfocal::ToProto(rejection, response->add_rejections());
    response->mutable_rejections()->rbegin()->clear_run();  // A rehearsal is none.
  }
  response->set_total_rejections(tried->total_rejections);
  for (const Rehearsal::Duplicate& duplicate : tried->duplicates) {
    v1::TrySourceResponse::Duplicate* out = response->add_duplicates();
    out->set_accession(ValidUtf8(duplicate.accession));
    out->set_other(ValidUtf8(duplicate.other));
    out->set_reason(duplicate.reason);
  }
  response->set_total_duplicates(tried->total_duplicates);
  response->set_documents(tried->cost.documents);
  response->set_document_bytes(tried->cost.bytes);
  return absl::OkStatus();
}

}  // namespace parfocal
