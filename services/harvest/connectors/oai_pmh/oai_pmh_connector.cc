#include "parfocal/oai_pmh/oai_pmh_connector.h"

#include <algorithm>
#include <functional>
#include <utility>

#include "absl/container/flat_hash_set.h"
#include "absl/hash/hash.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/time/clock.h"
#include "list_position.h"
#include "oai_client.h"
#include "page_drafts.h"
#include "plain_text.h"

namespace parfocal {
namespace {

using oai::CutText;
using oai::FormatOaiTime;
using oai::ListMark;
using oai::ListPosition;
using oai::OaiPage;
using oai::ParseOaiTime;
using oai::XmlElement;

struct Options {
  std::string metadata_prefix, set;
  bool all = false;
  bool identifiers = false;
  int64_t full_list_days = -1;   // Not given.
  int64_t window_days = 0;       // None.
  int64_t overlap_minutes = -1;  // Not given.
};

absl::Status ReadOption(const std::string& key, const std::string& text, Options* options) {
  auto bad = [&](absl::string_view expected) {
    return absl::InvalidArgumentError(
        absl::StrCat("option ", key, " = '", text.substr(0, 100), "': expected ", expected));
  };
  struct Range {
    absl::string_view key;
    int64_t least, most;
    int64_t Options::*field;
  };
  constexpr Range kRanges[] = {{"full_list_days", 0, 3650, &Options::full_list_days},
                               {"window_days", 1, 3660, &Options::window_days},
                               {"overlap_minutes", 0, 525'600, &Options::overlap_minutes}};
  for (const Range& range : kRanges) {
    if (range.key != key) continue;
    int64_t number = 0;
    if (!absl::SimpleAtoi(text, &number) || number < range.least || number > range.most)
      return bad(absl::StrCat(range.least, " to ", range.most));
    options->*range.field = number;
    return absl::OkStatus();
  }
  if (key == "metadata_prefix" || key == "set") {
    if (text.empty() || text.size() > 200) return bad("1 to 200 bytes");
    (key == "set" ? options->set : options->metadata_prefix) = text;
    return absl::OkStatus();
  }
  if (key == "list") {
    if (text != "auto" && text != "all") return bad("auto or all");
    options->all = text == "all";
    return absl::OkStatus();
  }
  if (key == "verb") {
    if (text != "records" && text != "identifiers") return bad("records or identifiers");
    options->identifiers = text == "identifiers";
    return absl::OkStatus();
  }
  return absl::InvalidArgumentError(
      absl::StrCat("option '", key,
                   "': the oai-pmh connector knows metadata_prefix, set, list, full_list_days, "
                   "window_days, overlap_minutes and verb"));
}

std::string TextOf(const XmlElement& parent, absl::string_view name) {
  const XmlElement* child = parent.Child(name);
  return child == nullptr ? "" : child->AllText();
}

class OaiPmhConnector final : public Connector {
 public:
  OaiPmhConnector(const Source& source, const ConnectorContext& context, Options options,
                  const OaiRunLimits& limits)
      : source_(source.id),
        location_(source.location),
        mark_(ListMark::Parse(context.mark)),
        options_(std::move(options)),
        limits_(limits),
        client_(context.fetcher, source.location, context.guard),
        guard_(context.guard),
        began_(Now()) {}

  bool ListingIsWhole() const override { return false; }
  bool ListsAll() const override { return full_; }

  absl::StatusOr<DraftPage> NextPage(const std::string& cursor) override {
    ListPosition at;
    if (cursor.empty()) {
      PARFOCAL_ASSIGN_OR_RETURN(at, Begin());
    } else {
      PARFOCAL_ASSIGN_OR_RETURN(at, ListPosition::Parse(cursor));
    }
    full_ = at.full;
    if (!at.stop.empty()) return absl::DataLossError(at.stop);
    PARFOCAL_RETURN_IF_ERROR(CheckLimits(at));
    const absl::StatusOr<OaiPage> answer = AskForList(at);
    if (!answer.ok() && client_.unread().empty()) return answer.status();
    ++at.pages;
    oai::PageDrafts drafts(source_, absl::StrCat(list_verb(), " page ", at.pages), guard_);
    if (!answer.ok()) return Unread(answer.status(), &drafts, &at);
    const OaiPage& page = *answer;
    bool last = false;
    if (HasError(page, "badResumptionToken") && !at.token.empty()) {
      PARFOCAL_ASSIGN_OR_RETURN(last, AfterBadToken(page, &at));
    } else if (HasError(page, "noRecordsMatch")) {
      last = !NextWindow(&at);
    } else {
      PARFOCAL_RETURN_IF_ERROR(ErrorOf(page));
      PARFOCAL_RETURN_IF_ERROR(ReadList(page, at, &drafts));
      PARFOCAL_ASSIGN_OR_RETURN(last, AfterList(page, &drafts, &at));
    }
    DraftPage out = drafts.Take();
    out.progress_done = at.records;
    out.progress_total =
        at.declared > at.window_records && at.until.empty() && at.from.empty() ? at.declared : 0;
    out.last = last;
    if (!last) {
      out.next_cursor = at.Format();
      return out;
    }
    PARFOCAL_RETURN_IF_ERROR(CheckNotEmpty(at));
    out.mark = NextMark(at).Format();
    return out;
  }

  absl::StatusOr<DraftPage> Replay(const Rejection& rejection) override {
    // The answer around the record is not kept; what servers declare there, most records repeat.
    const absl::StatusOr<OaiPage> page = oai::ParseOaiPage(
        absl::StrCat("<OAI-PMH xmlns=\"http://www.openarchives.org/OAI/2.0/\" "
                     "xmlns:xsi=\"http://www.w3.org/2001/XMLSchema-instance\"><ListRecords>",
                     rejection.raw, "</ListRecords></OAI-PMH>"),
        "utf-8");
    oai::PageDrafts drafts(source_, rejection.place, guard_);
    if (page.ok()) {
      drafts.AddRecords(*page);
    } else {
      drafts.Reject("", page.status().message(), rejection.raw);
    }
    return drafts.Take();
  }

 private:
  absl::string_view list_verb() const {
    return options_.identifiers ? "ListIdentifiers" : "ListRecords";
  }

  // ------------------------------------------------------------------ the beginning of a run

  absl::StatusOr<ListPosition> Begin() {
    PARFOCAL_ASSIGN_OR_RETURN(const OaiPage identify, client_.Ask("Identify", {}));
    PARFOCAL_RETURN_IF_ERROR(Annotate(ErrorOf(identify), "Identify"));
    ListPosition at;
    at.days = !absl::StrContains(TextOf(identify.body, "granularity"), "hh");
    PARFOCAL_ASSIGN_OR_RETURN(at.prefix, ChoosePrefix());
    const std::optional<absl::Time> now = ParseOaiTime(identify.response_date);
    if (now) at.begun = FormatOaiTime(*now, /*days=*/false);
    at.full = !MayListChanges(identify, at);
    std::optional<absl::Time> first;
    if (!at.full) {
      first = *ParseOaiTime(mark_->until) - Overlap(at.days);
    } else if (options_.window_days > 0 && now) {
      first = ParseOaiTime(TextOf(identify.body, "earliestDatestamp"));
    }
    if (first) SetWindow(*first, &at);
    return at;
  }

  absl::StatusOr<std::string> ChoosePrefix() {
    if (!options_.metadata_prefix.empty()) return options_.metadata_prefix;
    PARFOCAL_ASSIGN_OR_RETURN(const OaiPage page, client_.Ask("ListMetadataFormats", {}));
    PARFOCAL_RETURN_IF_ERROR(Annotate(ErrorOf(page), "ListMetadataFormats"));
    for (const char* wanted : {"oai_datacite", "datacite", "oai_dc"}) {
      for (const XmlElement& format : page.body.children) {
        if (TextOf(format, "metadataPrefix") == wanted) return std::string(wanted);
      }
    }
    return absl::FailedPreconditionError(
        "the server offers none of the formats oai_datacite, datacite and oai_dc");
  }

  // Whether what changed since the last run is enough.
  bool MayListChanges(const OaiPage& identify, const ListPosition& at) const {
    if (options_.all || !mark_ || mark_->location != location_ || mark_->set != options_.set ||
        mark_->prefix != at.prefix)
      return false;
    const auto now = ParseOaiTime(at.begun), until = ParseOaiTime(mark_->until),
               full = ParseOaiTime(mark_->full);
    // A mark of the server's future: its clock was wrong then or is now, and nothing follows from
    // it.
    if (!now || !until || !full || *until > *now) return false;
    const bool keeps_deleted = TextOf(identify.body, "deletedRecord") == "persistent";
    const int64_t days = options_.full_list_days >= 0 ? options_.full_list_days
                         : keeps_deleted              ? 0
                                                      : 30;
    return days == 0 || *now - *full < absl::Hours(24 * days);
  }

  absl::Duration Overlap(bool days) const {
    if (options_.overlap_minutes >= 0) return absl::Minutes(options_.overlap_minutes);
    return days ? absl::Hours(24) : absl::Minutes(5) + absl::Seconds(1);
  }

  // ------------------------------------------------------------------ windows

  // The window that begins with `first`: open, or of so many days if the last of them is past.
  void SetWindow(absl::Time first, ListPosition* at) const {
    at->from = FormatOaiTime(first, at->days);
    at->until.clear();
    if (options_.window_days == 0) return;
    const absl::Duration granule = at->days ? absl::Hours(24) : absl::Seconds(1);
    const absl::Time last = first + absl::Hours(24 * options_.window_days) - granule;
    if (last + granule < ParseOaiTime(at->begun).value_or(absl::InfinitePast()))
      at->until = FormatOaiTime(last, at->days);
  }

  static void BeginWindowAgain(ListPosition* at) {
    at->token.clear();
    at->window_records = at->declared = at->idle = 0;
  }

  // Moves on to the next window; false if this was the last.
  bool NextWindow(ListPosition* at) {
    BeginWindowAgain(at);
    at->restarts = 0;
    seen_.clear();
    tokens_.clear();
    const std::optional<absl::Time> until = ParseOaiTime(at->until);
    if (!until) return false;
    SetWindow(*until + (at->days ? absl::Hours(24) : absl::Seconds(1)), at);
    return true;
  }

  // ------------------------------------------------------------------ one page

  absl::StatusOr<OaiPage> AskForList(const ListPosition& at) {
    if (!at.token.empty()) return client_.Ask(list_verb(), {{"resumptionToken", at.token}});
    return client_.Ask(list_verb(), {{"metadataPrefix", at.prefix},
                                     {"from", at.from},
                                     {"until", at.until},
                                     {"set", options_.set}});
  }

  // An answer that is no list: kept for whoever wants to see what the server sent. The next page is
  // the failure.
  DraftPage Unread(const absl::Status& why, oai::PageDrafts* drafts, ListPosition* at) const {
    drafts->Remark(why.message(), client_.unread());
    at->stop = std::string(why.message());
    DraftPage out = drafts->Take();
    out.next_cursor = at->Format();
    return out;
  }

  absl::Status ReadList(const OaiPage& page, const ListPosition& at, oai::PageDrafts* drafts) {
    if (page.verb != list_verb()) {
      return absl::FailedPreconditionError(absl::StrCat("the server was asked for ", list_verb(),
                                                        " and answered ", CutText(page.verb, 60)));
    }
    drafts->AddRecords(page);
    for (const oai::OaiHeader& header : page.headers) {
      if (header.deleted) {
        drafts->AddDeleted(header);
      } else {
        PARFOCAL_RETURN_IF_ERROR(GetRecord(header, at.prefix, drafts));
      }
    }
    return absl::OkStatus();
  }

  // One record that a list of identifiers names.
  absl::Status GetRecord(const oai::OaiHeader& header, const std::string& prefix,
                         oai::PageDrafts* drafts) {
    absl::StatusOr<OaiPage> page =
        client_.Ask("GetRecord", {{"identifier", header.identifier}, {"metadataPrefix", prefix}});
    if (absl::IsUnavailable(page.status()) || absl::IsPermissionDenied(page.status()))
      return page.status();
    if (!page.ok()) {
      drafts->Reject(header.identifier, page.status().message(), "");
    } else if (HasError(*page, "idDoesNotExist")) {
      drafts->AddDeleted(header);
    } else if (!page->errors.empty() || page->records.size() != 1) {
      const absl::Status error = ErrorOf(*page);
      drafts->Reject(header.identifier,
                     error.ok() ? "GetRecord brought no record" : error.message(), page->text);
    } else {
      drafts->AddRecords(*page);
    }
    return absl::OkStatus();
  }

  // After a page with a list: what comes next. True: nothing.
  absl::StatusOr<bool> AfterList(const OaiPage& page, oai::PageDrafts* drafts, ListPosition* at) {
    const auto& identifiers = drafts->identifiers();
    bool any_new = false;
    for (const std::string& identifier : identifiers)
      any_new = seen_.insert(absl::Hash<std::string>()(identifier)).second || any_new;
    const int64_t records = std::max<int64_t>(drafts->records(), std::ssize(identifiers));
    at->records += records;
    at->window_records += records;
    if (page.complete_list_size) {
      // What a server says of the length of its list is no measure of it; far beyond it is odd.
      const double odd = 1.2 * static_cast<double>(*page.complete_list_size);
      if (static_cast<double>(at->window_records) > odd &&
          static_cast<double>(at->window_records - records) <= odd)
        drafts->Remark(absl::StrCat("the list goes beyond its stated size of ",
                                    *page.complete_list_size, " records"));
      at->declared = *page.complete_list_size;
    }
    if (page.cut) {
      at->stop =
          absl::StrCat(list_verb(), " page ", at->pages,
                       ": the server's answer breaks off, and with it the way to the next page");
      return false;
    }
    if (page.token.empty()) return !NextWindow(at);
    at->idle = any_new ? 0 : at->idle + 1;
    const bool again =
        !tokens_.insert(absl::HashOf(page.token, absl::StrJoin(identifiers, "\n"))).second;
    if (again || at->idle >= limits_.pages_without_new) {
      return absl::FailedPreconditionError(absl::StrCat(
          list_verb(), " page ", at->pages, ": the list goes in circles: ",
          again ? "the same resumption token came with the same records"
                : absl::StrCat(at->idle, " pages in a row brought no new identifier")));
    }
    at->token = page.token;
    return false;
  }

  // An expired token, or one too many on the last page.
  absl::StatusOr<bool> AfterBadToken(const OaiPage& page, ListPosition* at) {
    if (at->declared > 0 && at->window_records >= at->declared) return !NextWindow(at);
    if (at->restarts >= limits_.restarts) {
      return absl::FailedPreconditionError(absl::StrCat(
          ErrorOf(page).message(), ", ", at->restarts + 1,
          " times within one window: its tokens expire sooner than the list ends; set the option "
          "window_days, or a smaller one"));
    }
    const int64_t restarts = at->restarts + 1;
    BeginWindowAgain(at);
    at->restarts = restarts;
    seen_.clear();
    tokens_.clear();
    return false;
  }

  // ------------------------------------------------------------------ limits and the end

  absl::Time Now() const { return limits_.now ? limits_.now() : absl::Now(); }

  absl::Status CheckLimits(const ListPosition& at) const {
    auto over = [&](absl::string_view name, int64_t limit) {
      return WithReason(absl::ResourceExhaustedError(absl::StrCat("the run has read ", limit, " ",
                                                                  name, " and the list goes on")),
                        "LIMIT_EXCEEDED", absl::StrCat("oai_", name));
    };
    if (at.pages >= limits_.pages) return over("pages", limits_.pages);
    if (at.records >= limits_.records) return over("records", limits_.records);
    if (Now() - began_ > absl::Hours(limits_.hours)) return over("hours", limits_.hours);
    return absl::OkStatus();
  }

  // A listing of everything that holds nothing is a wrong set or a server in trouble rather than an
  // archive that withdrew everything.
  absl::Status CheckNotEmpty(const ListPosition& at) {
    if (!at.full || at.records > 0) return absl::OkStatus();
    std::string hint;
    if (!options_.set.empty()) {
      const absl::StatusOr<OaiPage> sets = client_.Ask("ListSets", {});
      bool known = false;
      for (size_t i = 0; sets.ok() && i < sets->body.children.size(); ++i)
        known = known || TextOf(sets->body.children[i], "setSpec") == options_.set;
      if (sets.ok() && sets->errors.empty() && !known)
        hint = absl::StrCat("; the set '", options_.set, "' is not among those that it names");
    }
    return absl::NotFoundError(absl::StrCat("the server lists no record at all", hint));
  }

  ListMark NextMark(const ListPosition& at) const {
    ListMark mark{location_, options_.set, at.prefix, at.begun, at.begun};
    if (!at.full && mark_) mark.full = mark_->full;
    return mark;
  }

  const std::string source_, location_;
  const std::optional<ListMark> mark_;
  const Options options_;
  const OaiRunLimits limits_;
  oai::OaiClient client_;
  ParseGuard* const guard_;
  const absl::Time began_;
  bool full_ = true;
  // Of the window. A run that is resumed begins without them: a loop is then found a round later.
  absl::flat_hash_set<size_t> seen_;    // Hashes of identifiers.
  absl::flat_hash_set<size_t> tokens_;  // Hashes of a token and the identifiers beside it.
};

}  // namespace

absl::StatusOr<std::unique_ptr<Connector>> MakeOaiPmhConnector(const Source& source,
                                                               const ConnectorContext& context) {
  return MakeOaiPmhConnector(source, context, OaiRunLimits{});
}

absl::StatusOr<std::unique_ptr<Connector>> MakeOaiPmhConnector(const Source& source,
                                                               const ConnectorContext& context,
                                                               const OaiRunLimits& limits) {
  Options options;
  for (const auto& [key, text] : source.options)
    PARFOCAL_RETURN_IF_ERROR(ReadOption(key, text, &options));
  auto bad = [&](absl::string_view why) {
    return WithReason(
        absl::InvalidArgumentError(absl::StrCat("location '", source.location, "': ", why)),
        "SOURCE_DEFINITION", "location");
  };
  const std::string& location = source.location;
  if (!absl::StartsWith(location, "http://") && !absl::StartsWith(location, "https://"))
    return bad("not an http(s) address");
  if (context.fetcher == nullptr) return bad("this node reads local files only");
  return std::make_unique<OaiPmhConnector>(source, context, std::move(options), limits);
}

}  // namespace parfocal
