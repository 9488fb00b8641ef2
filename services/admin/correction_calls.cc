#include "correction_calls.h"

#include <map>
#include <optional>
#include <tuple>
#include <utility>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "parfocal/normalise/normalisation_report.h"
#include "parfocal/rpc/page_token.h"
#include "parfocal/rpc/record_conversion.h"
#include "parfocal/rpc/response_size.h"
#include "parfocal/rpc/utf8.h"

namespace parfocal {
namespace {

constexpr int kStandardPage = 100;
constexpr int kMaxPage = 1000;
constexpr int64_t kLook = 1000;            // Records between two looks at the clock.
constexpr size_t kMaxOfStudy = 1'000'000;  // Distinct corrections of one study; more are left out.

// The corrections of one study, each once, in an order that depends on them alone.
class OfStudy {
 public:
  void Add(const RecordName& record, const Statement& statement) {
    v1::CorrectionProposal proposal;
    if (!ProposeCorrection(statement, &proposal)) return;
    const auto key = std::tuple(static_cast<int>(proposal.kind()), statement.field, statement.value,
                                statement.stated_id, statement.term);
    const auto at = found_.find(key);
    if (at != found_.end()) {
      at->second.set_places(at->second.places() + 1);
      return;
    }
    if (found_.size() >= kMaxOfStudy) return;
    proposal.set_accession(ValidUtf8(record.accession));
    // What a block's values say is said of all its image sets.
    proposal.set_place(ValidUtf8(record.image_set.empty() ? statement.scope : record.image_set));
    proposal.set_field(ValidUtf8(statement.field));
    proposal.set_places(1);
    found_.emplace(key, std::move(proposal));
  }
  bool empty() const { return found_.empty(); }
  size_t size() const { return found_.size(); }
  // Appends those from `begin` on while there is room; returns where it stopped.
  size_t MoveTo(size_t begin, int page_size, size_t* bytes, v1::ListCorrectionsResponse* out) {
    size_t at = 0;
    for (auto& [key, proposal] : found_) {
      if (at++ < begin) continue;
      if (out->corrections_size() >= page_size || *bytes > kPageBytes) return at - 1;
      *bytes += proposal.ByteSizeLong();
      *out->add_corrections() = std::move(proposal);
    }
    return at;
  }

 private:
  std::map<std::tuple<int, std::string, std::string, std::string, std::string>,
           v1::CorrectionProposal>
      found_;
};

// "NAME" behind which, or "NAME\nN" within which behind the first N, a page begins.
struct Place {
  std::optional<RecordName> after;
  std::optional<RecordName> within;
  size_t skip = 0;
};

absl::StatusOr<Place> ReadPlace(const std::string& text) {
  Place place;
  const size_t line = text.find('\n');
  PARFOCAL_ASSIGN_OR_RETURN(const RecordName name, ParseRecordName(text.substr(0, line)));
  // Behind every image set of the study: no id is longer, and no UTF-8 text has this byte.
  place.after = RecordName{name.source, name.accession, "\xff"};
  if (line == std::string::npos) return place;
  place.within = name;
  if (!absl::SimpleAtoi(absl::string_view(text).substr(line + 1), &place.skip)) {
    return WithReason(absl::InvalidArgumentError("page_token: is not one of ours"),
                      "PAGE_TOKEN_MISMATCH", "page_token");
  }
  return place;
}

}  // namespace

bool ProposeCorrection(const Statement& statement, v1::CorrectionProposal* out) {
  const bool proposes = !statement.term.empty() && statement.term != statement.stated_id;
  if (statement.label_conflict) {
    out->set_kind(v1::CorrectionProposal::ID_DENIES_WORDS);
  } else if (statement.rule == TermRule::kReplacedObsolete && proposes) {
    out->set_kind(v1::CorrectionProposal::OBSOLETE_ID);
  } else if (statement.rule == TermRule::kRepairedSymbol && proposes) {
    out->set_kind(v1::CorrectionProposal::DAMAGED_WORDS);
  } else if (statement.stated_id.empty() && !statement.term.empty() &&
             (statement.origin == Origin::kStated || statement.rule == TermRule::kMined)) {
    out->set_kind(v1::CorrectionProposal::MISSING_ID);
  } else {
    return false;
  }
  // The words of a text are not what the archive wrote into the field.
  if (statement.rule != TermRule::kMined) out->set_stated_value(ValidUtf8(statement.value));
  out->set_stated_id(ValidUtf8(statement.stated_id));
  if (proposes) {
    out->set_proposed_id(ValidUtf8(statement.term));
    out->set_proposed_value(ValidUtf8(statement.label));
  }
  out->set_rule(ToProto(statement.rule));
  out->set_evidence(ValidUtf8(statement.evidence));
  out->set_confidence(statement.confidence);
  return true;
}

absl::Status ListCorrections(const AdminServiceOptions& options, const Call& call,
                             const v1::ListCorrectionsRequest& request,
                             v1::ListCorrectionsResponse* response) {
  PARFOCAL_ASSIGN_OR_RETURN(const std::string source, ParseSourceName(request.parent(), "parent"));
  PARFOCAL_RETURN_IF_ERROR(options.store->GetSource(source).status());
  PARFOCAL_ASSIGN_OR_RETURN(const int page_size,
                            PageSize(request.page_size(), kStandardPage, kMaxPage));
  const std::string hash = RequestHash(request);
  Place place;
  if (!request.page_token().empty()) {
    PARFOCAL_ASSIGN_OR_RETURN(const PagePosition position,
                              options.tokens->Read(hash, request.page_token()));
    PARFOCAL_ASSIGN_OR_RETURN(place, ReadPlace(position.after));
  }
  OfStudy gathered;
  RecordName study;
  size_t bytes = 0;
  std::string token;
  // Sends what was gathered of a study; false if the page is full.
  const auto flush = [&] {
    if (gathered.empty()) return true;
    const size_t skip = place.within && *place.within == study ? place.skip : 0;
    const size_t all = gathered.size();
    const size_t sent = gathered.MoveTo(skip, page_size, &bytes, response);
    gathered = OfStudy();
    if (sent < all) {
      token = absl::StrCat(FormatRecordName(study), "\n", sent);
    } else if (response->corrections_size() >= page_size || bytes > kPageBytes) {
      token = FormatRecordName(study);
    }
    return token.empty();
  };
  int64_t seen = 0;
  absl::Status stopped;
  const auto take = [&](const StoredRecord& stored) {
    if (++seen % kLook == 0) {
      if (Call::Cancelled(&call)) stopped = absl::CancelledError("the caller is gone");
      if (absl::Now() >= call.deadline())
        stopped = absl::DeadlineExceededError("reading the catalogue took too long");
    }
    const RecordName name = NameOf(stored.record);
    if (name.accession != study.accession) {
      if (!flush()) return false;
      study = {name.source, name.accession, ""};
    }
    ForEachStatement(stored.record,
                     [&](const Statement& statement) { gathered.Add(name, statement); });
    return stopped.ok();
  };
  // The study within which the last page ended is read again, then those behind it.
  if (place.within)
    PARFOCAL_RETURN_IF_ERROR(options.store->Scan(*place.within, std::nullopt, take));
  if (token.empty() && stopped.ok()) {
    PARFOCAL_RETURN_IF_ERROR(options.store->Scan({source, "", ""}, place.after, take));
  }
  PARFOCAL_RETURN_IF_ERROR(stopped);
  if (token.empty()) (void)flush();
  if (!token.empty()) response->set_next_page_token(options.tokens->Make(hash, {0, "", token}));
  return absl::OkStatus();
}

}  // namespace parfocal
