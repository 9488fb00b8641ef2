// The node's end: a connector whose work a child does.
#include <map>
#include <memory>
#include <utility>

#include "messages.h"
#include "parfocal/sandbox/sandbox.h"
#include "parser_process.h"

namespace parfocal {
namespace {

using namespace sandbox;  // NOLINT: this file is the node's end of that namespace.

// Of answers that a page fetched, kept until the page is there: the successor of a parser that died
// reads the same bytes, and the archive is not asked twice.
constexpr size_t kMaxKeptBytes = size_t{64} << 20;

class SandboxedConnector final : public Connector {
 public:
  SandboxedConnector(Source source, ConnectorContext context, SandboxOptions options)
      : source_(std::move(source)), context_(std::move(context)), options_(std::move(options)) {}

  // Begins the first child, which checks the source.
  absl::Status Begin() {
    std::string death;
    PARFOCAL_ASSIGN_OR_RETURN(const absl::Status ready, StartChild(&death));
    if (!death.empty()) return Dead(death);
    return ready;
  }

  absl::StatusOr<DraftPage> NextPage(const std::string& cursor) override {
    absl::StatusOr<DraftPage> page = Work([&] {
      return std::pair(MessageKind::kPage, Encode(PageRequest{cursor, refuse_}));
    });
    kept_.clear();
    kept_bytes_ = 0;
    return page;
  }

  absl::StatusOr<DraftPage> Replay(const Rejection& rejection) override {
    return Work([&] {
      return std::pair(MessageKind::kReplay, Encode(ReplayRequest{rejection, refuse_}));
    });
  }

  bool ListingIsWhole() const override { return listing_is_whole_; }
  bool ListsAll() const override { return lists_all_; }

 private:
  static absl::Status Dead(absl::string_view why) {
    return absl::InternalError(absl::StrCat("the parser of the source died: ", why));
  }

  // What the child says of its beginning. A death is no failure here: `*death` says of what.
  absl::StatusOr<absl::Status> StartChild(std::string* death) {
    PARFOCAL_ASSIGN_OR_RETURN(process_, ParserProcess::Begin(options_));
    process_->AllowOnePage();
    BeginRequest begin;
    begin.source = source_;
    begin.share_dir = context_.share_dir;
    begin.mark = context_.mark;
    begin.has_fetcher = context_.fetcher != nullptr;
    begin.has_held = context_.held != nullptr;
    begin.open_files = options_.limits.open_files;
    begin.memory_bytes = options_.limits.memory_bytes;
    const absl::StatusOr<PageAnswer> answer =
        Converse(MessageKind::kBegin, Encode(begin), MessageKind::kReady, death);
    if (!death->empty()) return absl::OkStatus();
    PARFOCAL_RETURN_IF_ERROR(answer.status());
    listing_is_whole_ = answer->listing_is_whole;
    return answer->page.status();
  }

  // Has the child do what `request` asks, and its successors if it dies.
  template <typename Request>
  absl::StatusOr<DraftPage> Work(Request request) {
    while (true) {
      std::string death;
      const bool fresh = process_ == nullptr;
      if (fresh) {
        PARFOCAL_ASSIGN_OR_RETURN(const absl::Status ready, StartChild(&death));
        if (!death.empty()) return Dead(death);
        PARFOCAL_RETURN_IF_ERROR(ready);
      }
      process_->AllowOnePage();
      const auto [kind, body] = request();
      absl::StatusOr<PageAnswer> answer = Converse(kind, body, MessageKind::kDone, &death);
      if (!death.empty()) {
        PARFOCAL_RETURN_IF_ERROR(LearnFrom(death, fresh));
        continue;
      }
      PARFOCAL_RETURN_IF_ERROR(answer.status());
      listing_is_whole_ = answer->listing_is_whole;
      lists_all_ = answer->lists_all;
      return std::move(answer->page);
    }
  }

  // Notes what the child died of, so that its successor passes it over.
  absl::Status LearnFrom(const std::string& death, bool fresh) {
    const std::optional<ParseUnit> unit = process_->UnitInHand();
    process_.reset();
    // One that had served before may have been ended from outside, between two pages.
    if (!unit) return fresh ? Dead(death) : absl::OkStatus();
    for (const DeadlyUnit& known : refuse_) {
      if (known.document == unit->document && known.number == unit->number)
        return Dead(
            absl::StrCat(death, ", of what it was told to leave alone (", unit->document, ")"));
    }
    if (static_cast<int>(refuse_.size()) >= options_.limits.deaths) {
      return Dead(absl::StrCat(death, "; it is the ", refuse_.size() + 1,
                               "th of this run, and a run bears ", options_.limits.deaths));
    }
    refuse_.push_back({unit->document, unit->number, death});
    return absl::OkStatus();
  }

  // Sends a message and serves the child until it sends `end`. If it dies instead, `*death` says of
  // what, and the result means nothing. A failure is the node's.
  absl::StatusOr<PageAnswer> Converse(MessageKind kind, const std::string& body, MessageKind end,
                                      std::string* death) {
    Channel& channel = process_->channel();
    absl::Status status = channel.Send(kind, body);
    while (status.ok()) {
      const absl::StatusOr<Message> message = channel.Receive();
      status = message.status();
      if (!status.ok()) break;
      if (message->kind == end) {
        PageAnswer answer;
        status = Decode(message->body, source_.id, &answer);
        if (status.ok()) return answer;
      } else if (message->kind == MessageKind::kFetch) {
        status = ServeFetch(message->body, &channel);
      } else if (message->kind == MessageKind::kHeld && context_.held) {
        status = ServeHeld(&channel);
      } else {
        status = absl::DataLossError("a message out of turn");
      }
    }
    *death = process_->WhyItDied(status);
    return status;
  }

  absl::Status ServeFetch(const std::string& body, Channel* channel) {
    FetchRequest request;
    PARFOCAL_RETURN_IF_ERROR(Decode(body, &request));
    const auto kept = kept_.find(body);
    if (kept != kept_.end()) return channel->Send(MessageKind::kFetched, kept->second);
    absl::StatusOr<FetchResponse> response =
        context_.fetcher == nullptr
            ? absl::PermissionDeniedError("this node reads local files only")
            : context_.fetcher->Fetch(request);
    std::string answer = Encode(response);
    const absl::Status sent = channel->Send(MessageKind::kFetched, answer);
    if (response.ok() && kept_bytes_ + answer.size() <= kMaxKeptBytes) {
      kept_bytes_ += answer.size();
      kept_.emplace(body, std::move(answer));
    }
    return sent;
  }

  // The child is told of a failure of the store; what is returned is the channel's.
  absl::Status ServeHeld(Channel* channel) {
    absl::Status sent;
    const absl::Status held = context_.held([&](std::string raw) {
      if (sent.ok()) sent = channel->Send(MessageKind::kHeldRecord, raw);
    });
    if (sent.ok()) sent = channel->Send(MessageKind::kHeldEnd, Encode(held));
    return sent;
  }

  const Source source_;
  const ConnectorContext context_;
  const SandboxOptions options_;
  std::unique_ptr<ParserProcess> process_;
  std::vector<DeadlyUnit> refuse_;           // Of the run.
  std::map<std::string, std::string> kept_;  // Of the page: encoded request -> encoded answer.
  size_t kept_bytes_ = 0;
  bool listing_is_whole_ = false;
  bool lists_all_ = true;
};

}  // namespace

ConnectorRegistry Sandboxed(const ConnectorRegistry& kinds, const SandboxOptions& options) {
  ConnectorRegistry sandboxed;
  for (const auto& [kind, factory] : kinds) {
    sandboxed[kind] =
        [options](const Source& source,
                  const ConnectorContext& context) -> absl::StatusOr<std::unique_ptr<Connector>> {
      auto connector = std::make_unique<SandboxedConnector>(source, context, options);
      PARFOCAL_RETURN_IF_ERROR(connector->Begin());
      return connector;
    };
  }
  return sandboxed;
}

}  // namespace parfocal
