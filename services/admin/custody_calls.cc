#include "custody_calls.h"

#include <algorithm>
#include <utility>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "parfocal/rpc/call.h"
#include "parfocal/rpc/page_token.h"
#include "parfocal/rpc/relation_conversion.h"
#include "parfocal/rpc/utf8.h"

namespace parfocal {
namespace {

constexpr size_t kMaxTextBytes = 1000;
constexpr int kStandardPage = 100;
constexpr int kMaxPage = 1000;

absl::Status OutOfRange(absl::string_view message, absl::string_view field) {
  return WithReason(absl::InvalidArgumentError(message), "VALUE_OUT_OF_RANGE", field);
}

absl::StatusOr<RecordName> StudyCalled(const std::string& text, absl::string_view field) {
  absl::StatusOr<RecordName> name = ParseRecordName(text);
  if (!name.ok()) return WithReason(name.status(), "RESOURCE_NAME", field);
  if (name->accession.empty() || !name->image_set.empty()) {
    return WithReason(
        absl::InvalidArgumentError(absl::StrCat(
            field, " '", text, "': expected a study, sources/{source}/studies/{accession}")),
        "RESOURCE_NAME", field);
  }
  return name;
}

absl::Status CheckText(const std::string& text, bool required, absl::string_view field) {
  if (required && text.empty()) return OutOfRange(absl::StrCat(field, ": is missing"), field);
  if (text.size() > kMaxTextBytes) {
    return OutOfRange(absl::StrCat(field, ": more than ", kMaxTextBytes, " bytes"), field);
  }
  return absl::OkStatus();
}

}  // namespace

absl::Status DecideRelation(const AdminServiceOptions& options,
                            const v1::DecideRelationRequest& request,
                            v1::DecideRelationResponse* response) {
  RelationDecision decision;
  PARFOCAL_ASSIGN_OR_RETURN(decision.from, StudyCalled(request.name(), "name"));
  PARFOCAL_ASSIGN_OR_RETURN(decision.to, StudyCalled(request.target(), "target"));
  PARFOCAL_RETURN_IF_ERROR(CheckText(request.author(), true, "author"));
  PARFOCAL_RETURN_IF_ERROR(CheckText(request.note(), false, "note"));
  if (!v1::Relation::Verdict_IsValid(request.verdict()))
    return OutOfRange("verdict: there is no such", "verdict");
  const bool asserted = request.verdict() == v1::Relation::ASSERTED;
  if (!v1::Relation::Type_IsValid(request.type()) ||
      (asserted && request.type() == v1::Relation::TYPE_UNSPECIFIED)) {
    return OutOfRange("type: an assertion says what the one is of the other", "type");
  }
  if (decision.from == decision.to)
    return OutOfRange("target: a study is not related to itself", "target");
  decision.type = static_cast<RelationType>(request.type());
  decision.verdict = static_cast<RelationVerdict>(request.verdict());
  decision.author = request.author();
  decision.note = request.note();
  decision.decided = absl::Now();
  int64_t sequence = 0;
  PARFOCAL_ASSIGN_OR_RETURN(const RecordRelation relation,
                            options.decide_relation(decision, &sequence));
  if (relation.type != RelationType::kUnspecified) ToProto(relation, response->mutable_relation());
  response->set_sequence(sequence);
  return absl::OkStatus();
}

absl::Status TakeDown(const AdminServiceOptions& options, const v1::TakeDownRequest& request,
                      v1::TakeDownResponse* response) {
  PARFOCAL_ASSIGN_OR_RETURN(const RecordName study, StudyCalled(request.name(), "name"));
  PARFOCAL_RETURN_IF_ERROR(CheckText(request.reason(), true, "reason"));
  PARFOCAL_RETURN_IF_ERROR(CheckText(request.author(), false, "author"));
  PARFOCAL_ASSIGN_OR_RETURN(const TakedownResult result,
                            options.take_down(study, request.reason(), request.author()));
  response->set_records(result.records);
  response->set_raw_pages(result.raw_pages);
  response->set_raw_bytes(result.raw_bytes);
  response->set_rejections(result.rejections);
  response->set_sequence(result.sequence);
  for (const std::string& text : result.unreachable) response->add_unreachable(ValidUtf8(text));
  return absl::OkStatus();
}

absl::Status ListAudit(const AdminServiceOptions& options, const v1::ListAuditRequest& request,
                       v1::ListAuditResponse* response) {
  PARFOCAL_ASSIGN_OR_RETURN(const int page_size,
                            PageSize(request.page_size(), kStandardPage, kMaxPage));
  PARFOCAL_ASSIGN_OR_RETURN(std::vector<AuditEntry> entries, options.audit());
  const std::string hash = RequestHash(request);
  size_t left = entries.size();  // Entries not sent yet.
  if (!request.page_token().empty()) {
    PARFOCAL_ASSIGN_OR_RETURN(const PagePosition position,
                              options.tokens->Read(hash, request.page_token()));
    size_t number = 0;
    if (!absl::SimpleAtoi(position.after, &number) || number == 0)
      return OutOfRange("page_token: is not one of ours", "page_token");
    left = std::min(left, number - 1);
  }
  for (; left > 0 && response->entries_size() < page_size; --left) {
    const AuditEntry& from = entries[left - 1];
    v1::AuditEntry* out = response->add_entries();
    out->set_number(from.number);
    out->mutable_time()->set_seconds(absl::ToUnixSeconds(from.time));
    out->set_action(ValidUtf8(from.action));
    out->set_subject(ValidUtf8(from.subject));
    out->set_author(ValidUtf8(from.author));
    out->set_detail(ValidUtf8(from.detail));
  }
  if (left > 0)
    response->set_next_page_token(options.tokens->Make(hash, {0, "", absl::StrCat(left + 1)}));
  return absl::OkStatus();
}

}  // namespace parfocal
