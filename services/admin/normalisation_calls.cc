#include "normalisation_calls.h"

#include <optional>
#include <utility>

#include "absl/time/clock.h"
#include "parfocal/normalise/normalisation_report.h"
#include "parfocal/record_name.h"
#include "parfocal/rpc/page_token.h"
#include "parfocal/rpc/record_conversion.h"

namespace parfocal {
namespace {

constexpr int kStandardPage = 100;
constexpr int kMaxPage = 1000;
// Records between two looks at the clock.
constexpr int64_t kLook = 1000;

// The source that `parent` names; an empty name for all.
absl::StatusOr<RecordName> Parent(const AdminServiceOptions& options, const std::string& parent) {
  if (parent.empty()) return RecordName{};
  absl::StatusOr<RecordName> name = ParseRecordName(parent);
  if (!name.ok()) return WithReason(name.status(), "RESOURCE_NAME", "parent");
  if (!name->accession.empty()) {
    return WithReason(absl::InvalidArgumentError(
                          absl::StrCat("parent '", parent, "': expected sources/{source}")),
                      "RESOURCE_NAME", "parent");
  }
  PARFOCAL_RETURN_IF_ERROR(options.store->GetSource(name->source).status());
  return name;
}

// Scans on until `visit` returns false, the caller is gone or its time is up.
template <typename Visit>
absl::Status Scan(const AdminServiceOptions& options, const Call& call, const RecordName& parent,
                  const std::optional<RecordName>& after, Visit visit) {
  int64_t seen = 0;
  absl::Status stopped;
  PARFOCAL_RETURN_IF_ERROR(options.store->Scan(parent, after, [&](const StoredRecord& stored) {
    if (++seen % kLook == 0) {
      if (Call::Cancelled(&call)) stopped = absl::CancelledError("the caller is gone");
      if (absl::Now() >= call.deadline())
        stopped = absl::DeadlineExceededError("reading the catalogue took too long");
    }
    return stopped.ok() && visit(stored);
  }));
  return stopped;
}

void Fill(const NormalisationReport::Tally& tally, v1::NormalisationTally* out) {
  out->set_words(tally.words);
  out->set_statements(tally.statements);
}

}  // namespace

absl::Status ReportNormalisation(const AdminServiceOptions& options, const Call& call,
                                 const v1::ReportNormalisationRequest& request,
                                 v1::ReportNormalisationResponse* response) {
  PARFOCAL_ASSIGN_OR_RETURN(const RecordName parent, Parent(options, request.parent()));
  NormalisationReport report;
  PARFOCAL_RETURN_IF_ERROR(
      Scan(options, call, parent, std::nullopt, [&](const StoredRecord& stored) {
        report.Add(stored.record);
        return true;
      }));
  for (const auto& [name, field] : report.Fields()) {
    v1::FieldNormalisation* out = response->add_fields();
    out->set_field(name);
    Fill(field.all, out->mutable_all());
    for (size_t rule = 0; rule < field.by_rule.size(); ++rule) {
      if (field.by_rule[rule].statements == 0) continue;
      v1::FieldNormalisation::Rule* by = out->add_rules();
      by->set_rule(ToProto(static_cast<TermRule>(rule)));
      Fill(field.by_rule[rule], by->mutable_tally());
    }
    Fill(field.flagged, out->mutable_flagged());
    out->set_differing(field.differing);
  }
  response->set_records(report.records());
  response->set_complete(report.complete());
  return absl::OkStatus();
}

absl::Status ListDifferences(const AdminServiceOptions& options, const Call& call,
                             const v1::ListDifferencesRequest& request,
                             v1::ListDifferencesResponse* response) {
  PARFOCAL_ASSIGN_OR_RETURN(const RecordName parent, Parent(options, request.parent()));
  PARFOCAL_ASSIGN_OR_RETURN(const int page_size,
                            PageSize(request.page_size(), kStandardPage, kMaxPage));
  const std::string hash = RequestHash(request);
  std::optional<RecordName> after;
  if (!request.page_token().empty()) {
    PARFOCAL_ASSIGN_OR_RETURN(const PagePosition position,
                              options.tokens->Read(hash, request.page_token()));
    PARFOCAL_ASSIGN_OR_RETURN(after, ParseRecordName(position.after));
  }
  std::string last;
  PARFOCAL_RETURN_IF_ERROR(Scan(options, call, parent, after, [&](const StoredRecord& stored) {
    v1::ListDifferencesResponse::Difference difference;
    ForEachStatement(stored.record, [&](const Statement& statement) {
      if (DiffersFromStated(statement)) ToProto(statement, difference.add_statements());
    });
    if (difference.statements().empty()) return true;
    last = FormatRecordName(NameOf(stored.record));
    difference.set_record(last);
    *response->add_differences() = std::move(difference);
    return response->differences_size() < page_size;
  }));
  if (response->differences_size() == page_size)
    response->set_next_page_token(options.tokens->Make(hash, {0, "", last}));
  return absl::OkStatus();
}

}  // namespace parfocal
