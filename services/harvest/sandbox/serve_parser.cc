// The life of a parser child: it locks itself in, makes the connector, and answers for pages until
// the node lets go of the channel.
#include <linux/close_range.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <map>
#include <new>
#include <utility>

#include "channel.h"
#include "confinement.h"
#include "messages.h"
#include "parfocal/sandbox/sandbox.h"
#include "parser_process.h"
#include "unit_page.h"

namespace parfocal {
namespace {

using namespace sandbox;  // NOLINT: this file is the child's end of that namespace.

constexpr int kGoneCode = 0;  // The node let go: nothing is wrong.
constexpr int kBadCode =
    70;  // The node said what it never says, or the child cannot lock itself in.
constexpr int kMemoryCode = 71;

// Where tables of character sets lie; libxml2 loads them when a page names one.
constexpr const char* kCharacterSets[] = {"/usr/lib/x86_64-linux-gnu/gconv",
                                          "/usr/lib/aarch64-linux-gnu/gconv", "/usr/lib64/gconv",
                                          "/usr/lib/gconv"};

UnitPage* g_units = nullptr;  // For the handler below, which is told nothing.

[[noreturn]] void OutOfMemory() {
  g_units->SetOutOfMemory();
  _exit(kMemoryCode);
}

// Fetches by asking the node to.
class AskingFetcher final : public Fetcher {
 public:
  explicit AskingFetcher(Channel* channel) : channel_(channel) {}

  absl::StatusOr<FetchResponse> Fetch(const FetchRequest& request) override {
    PARFOCAL_RETURN_IF_ERROR(channel_->Send(MessageKind::kFetch, Encode(request)));
    PARFOCAL_ASSIGN_OR_RETURN(const Message answer, channel_->Receive());
    if (answer.kind != MessageKind::kFetched) return absl::InternalError("no answer to a fetch");
    absl::StatusOr<FetchResponse> response = absl::UnknownError("");
    PARFOCAL_RETURN_IF_ERROR(Decode(answer.body, &response));
    return response;
  }

 private:
  Channel* const channel_;
};

class RefusingGuard final : public ParseGuard {
 public:
  explicit RefusingGuard(UnitPage* page) : page_(page) {}

  void Refuse(const std::vector<DeadlyUnit>& units) {
    refused_.clear();
    for (const DeadlyUnit& unit : units) refused_[{unit.document, unit.number}] = unit.reason;
  }
  absl::Status Enter(absl::string_view document, int64_t number) override {
    page_->Enter(document, number);
    if (refused_.empty()) return absl::OkStatus();
    const auto found = refused_.find({std::string(document.substr(0, kMaxDocumentBytes)), number});
    if (found == refused_.end()) return absl::OkStatus();
    return absl::ResourceExhaustedError(
        absl::StrCat("ended the parser that read it: ", found->second));
  }
  void Leave() override { page_->Leave(); }

 private:
  UnitPage* const page_;
  std::map<std::pair<std::string, int64_t>, std::string> refused_;
};

absl::Status LockIn(const BeginRequest& begin) {
  std::vector<std::string> readable = {begin.share_dir};
  const std::string& location = begin.source.location;
  if (location.rfind("http://", 0) != 0 && location.rfind("https://", 0) != 0)
    readable.push_back(location);
  // An option that is a path names a file of the operator's.
  for (const auto& [key, value] : begin.source.options) {
    if (value.find('/') != std::string::npos) readable.push_back(value);
  }
  for (const char* folder : kCharacterSets) readable.push_back(folder);
  if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0 || prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) != 0)
    return absl::InternalError("parser: prctl failed");
  PARFOCAL_RETURN_IF_ERROR(ForbidFiles(readable));
  PARFOCAL_RETURN_IF_ERROR(LimitResources(begin.memory_bytes, begin.open_files));
  return ForbidCalls(kChannelDescriptor);
}

// What stands between the node's messages and a connector.
class Child {
 public:
  explicit Child(UnitPage* units) : units_(units), guard_(units) {}

  int Live(const ConnectorRegistry& connectors) {
    Channel channel(kChannelDescriptor, /*most=*/0);
    absl::StatusOr<Message> begin = channel.Receive();
    if (!begin.ok()) return kGoneCode;
    BeginRequest request;
    if (begin->kind != MessageKind::kBegin || !Decode(begin->body, &request).ok()) return kBadCode;
    channel_ = &channel;
    const absl::Status ready = Prepare(request, connectors);
    PageAnswer answer;
    answer.page = ready.ok() ? absl::StatusOr<DraftPage>(DraftPage()) : ready;
    if (ready.ok()) answer.listing_is_whole = connector_->ListingIsWhole();
    if (!channel.Send(MessageKind::kReady, Encode(answer)).ok() || !ready.ok()) return kGoneCode;
    while (true) {
      const absl::StatusOr<Message> message = channel.Receive();
      if (!message.ok()) return kGoneCode;
      if (!Answer(*message, &answer)) return kBadCode;
      if (!channel.Send(MessageKind::kDone, Encode(answer)).ok()) return kGoneCode;
    }
  }

 private:
  absl::Status Prepare(const BeginRequest& request, const ConnectorRegistry& connectors) {
    PARFOCAL_RETURN_IF_ERROR(LockIn(request));
    const auto found = connectors.find(request.source.connector);
    if (found == connectors.end()) return absl::InternalError("the parser has no such connector");
    fetcher_ = std::make_unique<AskingFetcher>(channel_);
    ConnectorContext context;
    if (request.has_fetcher) context.fetcher = fetcher_.get();
    context.share_dir = request.share_dir;
    context.mark = request.mark;
    context.guard = &guard_;
    if (request.has_held) {
      context.held = [this](const std::function<void(std::string)>& visit) { return Held(visit); };
    }
    PARFOCAL_ASSIGN_OR_RETURN(connector_, found->second(request.source, context));
    return absl::OkStatus();
  }

  absl::Status Held(const std::function<void(std::string)>& visit) {
    PARFOCAL_RETURN_IF_ERROR(channel_->Send(MessageKind::kHeld, ""));
    while (true) {
      PARFOCAL_ASSIGN_OR_RETURN(Message message, channel_->Receive());
      if (message.kind == MessageKind::kHeldRecord) {
        visit(std::move(message.body));
        continue;
      }
      if (message.kind != MessageKind::kHeldEnd) return absl::InternalError("no held record");
      absl::Status end;
      PARFOCAL_RETURN_IF_ERROR(Decode(message.body, &end));
      return end;
    }
  }

  // False for a message that the node never sends.
  bool Answer(const Message& message, PageAnswer* answer) {
    PageRequest page;
    ReplayRequest replay;
    if (message.kind == MessageKind::kPage && Decode(message.body, &page).ok()) {
      guard_.Refuse(page.refuse);
      answer->page = connector_->NextPage(page.cursor);
    } else if (message.kind == MessageKind::kReplay && Decode(message.body, &replay).ok()) {
      guard_.Refuse(replay.refuse);
      answer->page = connector_->Replay(replay.rejection);
    } else {
      return false;
    }
    units_->Leave();
    answer->listing_is_whole = connector_->ListingIsWhole();
    answer->lists_all = connector_->ListsAll();
    return true;
  }

  UnitPage* const units_;
  RefusingGuard guard_;
  Channel* channel_ = nullptr;
  std::unique_ptr<AskingFetcher> fetcher_;
  std::unique_ptr<Connector> connector_;
};

}  // namespace

void ServeParser(const ConnectorRegistry& connectors) {
  // A stop of the node is told by the channel; until then a page in hand is finished.
  for (int number : {SIGINT, SIGTERM, SIGHUP}) signal(number, SIG_IGN);
  syscall(SYS_close_range, kUnitDescriptor + 1, ~0U, 0);
  auto units = UnitPage::Open(kUnitDescriptor);
  if (!units.ok()) _exit(kBadCode);
  g_units = units->get();
  std::set_new_handler(OutOfMemory);
  // Nothing is torn down: the memory goes with the process, and what a connector holds open is read
  // only.
  _exit(Child(units->get()).Live(connectors));
}

}  // namespace parfocal
