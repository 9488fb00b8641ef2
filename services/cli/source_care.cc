// parfocal source ping|resume, release, restore, quarantine list|show|replay
#include "source_care.h"

#include <memory>

#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/time/time.h"
#include "parfocal/cli/terminal_text.h"
#include "short_names.h"

namespace parfocal::cli {
namespace {

constexpr int kShownWithoutAll = 25;

struct Act {
  std::string name, by, because;
  bool all = false;
};

// Options of an act that is written down with a name and a reason.
void AddActOptions(CLI::App* command, Act* act) {
  command->add_option("--by", act->by, "Who does it")->required();
  command->add_option("--because", act->because, "Why; both are kept in the audit log")->required();
}

template <typename Request>
Request RequestOf(const Act& act, const std::string& name) {
  Request request;
  request.set_name(name);
  request.set_actor(act.by);
  request.set_reason(act.because);
  return request;
}

int Ping(const Session& session, const std::string& name) {
  Client client = session.Connect();
  v1::PingSourceRequest request;
  request.set_name(SourceName(name));
  v1::Source source;
  absl::Status status =
      client.Call(client.harvest(), &v1::HarvestService::Stub::PingSource, request, &source);
  if (!status.ok()) return session.Fail(absl::StrCat("source ping ", name), status);
  if (!session.PrintedJson(source)) {
    session.out() << EscapeForTerminal(ShortName(source.name()))
                  << " is harvested as soon as its window and the pause since its last run allow\n";
  }
  return kOk;
}

int Resume(const Session& session, const Act& act) {
  Client client = session.Connect();
  v1::Source source;
  absl::Status status =
      client.Call(client.harvest(), &v1::HarvestService::Stub::ResumeSource,
                  RequestOf<v1::ResumeSourceRequest>(act, SourceName(act.name)), &source);
  if (!status.ok()) return session.Fail(absl::StrCat("source resume ", act.name), status);
  if (!session.PrintedJson(source)) {
    session.out() << EscapeForTerminal(ShortName(source.name())) << " is harvested again; next run "
                  << TimeOr(source.freshness().has_next_run(), source.freshness().next_run(),
                            "by hand")
                  << '\n';
  }
  return kOk;
}

int Release(const Session& session, const Act& act) {
  Client client = session.Connect();
  v1::Run run;
  absl::Status status =
      client.Call(client.harvest(), &v1::HarvestService::Stub::ReleaseRun,
                  RequestOf<v1::ReleaseRunRequest>(act, SourceOrRunName(act.name)), &run);
  if (!status.ok()) return session.Fail(absl::StrCat("release ", act.name), status);
  if (!session.PrintedJson(run)) {
    session.out() << "Started " << EscapeForTerminal(ShortName(run.name()))
                  << ", which may delete what the held run would have deleted\n";
  }
  return kOk;
}

int Restore(const Session& session, const Act& act) {
  Client client = session.ConnectPatiently();
  v1::RestoreRecordsResponse response;
  absl::Status status =
      client.Call(client.harvest(), &v1::HarvestService::Stub::RestoreRecords,
                  RequestOf<v1::RestoreRecordsRequest>(act, SourceOrRunName(act.name)), &response);
  if (!status.ok()) return session.Fail(absl::StrCat("restore ", act.name), status);
  if (!session.PrintedJson(response))
    session.out() << FormatCount(response.restored()) << " records are live again\n";
  return kOk;
}

// Lists what was refused and kept; remarks on accepted records are none of it.
int ListQuarantine(const Session& session, const Act& act) {
  Client client = session.Connect();
  v1::ListRejectionsRequest request;
  request.set_parent(SourceOrRunName(act.name));
  request.set_page_size(act.all ? 200 : kShownWithoutAll);
  v1::ListRejectionsResponse kept;
  do {
    v1::ListRejectionsResponse page;
    absl::Status status =
        client.Call(client.harvest(), &v1::HarvestService::Stub::ListRejections, request, &page);
    if (!status.ok()) return session.Fail(absl::StrCat("quarantine list ", act.name), status);
    for (v1::Rejection& rejection : *page.mutable_rejections()) {
      if (!rejection.data().empty()) kept.add_rejections()->Swap(&rejection);
    }
    kept.set_next_page_token(page.next_page_token());
    request.set_page_token(page.next_page_token());
  } while (!request.page_token().empty() && (act.all || kept.rejections_size() < kShownWithoutAll));
  if (session.PrintedJson(kept)) return kOk;
  Table table({{"number", true}, {"place", false, true}, {"reason", false, true}, {"replay"}});
  for (const v1::Rejection& rejection : kept.rejections()) {
    table.AddRow({absl::StrCat(rejection.number()), rejection.place(), rejection.reason(),
                  rejection.can_replay() ? "yes" : ""});
  }
  if (table.empty()) {
    session.out() << "Nothing is in quarantine.\n";
  } else {
    session.Print(table);
    session.out() << "Run " << EscapeForTerminal(ShortName(kept.rejections(0).run()))
                  << "; one with its bytes: parfocal quarantine show "
                  << EscapeForTerminal(ShortName(kept.rejections(0).run())) << " NUMBER\n";
  }
  if (!kept.next_page_token().empty()) {
    session.out() << "More: parfocal quarantine list " << EscapeForTerminal(act.name) << " --all\n";
  }
  return kOk;
}

int ShowQuarantined(const Session& session, const std::string& run, int64_t number) {
  Client client = session.Connect();
  v1::GetRejectionRequest request;
  request.set_parent(SourceOrRunName(run));
  request.set_number(number);
  v1::Rejection rejection;
  absl::Status status =
      client.Call(client.harvest(), &v1::HarvestService::Stub::GetRejection, request, &rejection);
  if (!status.ok()) return session.Fail(absl::StrCat("quarantine show ", run), status);
  if (session.PrintedJson(rejection)) return kOk;
  Table table({{""}, {"", false, true}});
  table.AddRow({"run", ShortName(rejection.run())});
  table.AddRow({"place", rejection.place()});
  if (!rejection.record().empty()) table.AddRow({"record", ShortName(rejection.record())});
  table.AddRow({"reason", rejection.reason()});
  table.AddRow({"read by", rejection.reader()});
  table.AddRow({"can be replayed", rejection.can_replay() ? "yes" : "no"});
  session.Print(table);
  session.out() << EscapeForTerminal(rejection.data()) << '\n';
  return kOk;
}

int Replay(const Session& session, const std::string& parent) {
  Client client = session.Connect();
  v1::ReplayRejectionsRequest request;
  request.set_parent(SourceOrRunName(parent));
  v1::Run run;
  absl::Status status =
      client.Call(client.harvest(), &v1::HarvestService::Stub::ReplayRejections, request, &run);
  if (!status.ok()) return session.Fail(absl::StrCat("quarantine replay ", parent), status);
  if (!session.PrintedJson(run)) {
    session.out() << "Started " << EscapeForTerminal(ShortName(run.name()))
                  << "; how it ends: parfocal runs "
                  << EscapeForTerminal(ShortName(run.name().substr(0, run.name().find("/runs/"))))
                  << '\n';
  }
  return kOk;
}

absl::StatusOr<absl::Duration> ParseEvery(absl::string_view text) {
  // Days are what people say and absl does not.
  int64_t days = 0;
  if (absl::EndsWith(text, "d") && absl::SimpleAtoi(text.substr(0, text.size() - 1), &days) &&
      days > 0 && days <= 366)
    return absl::Hours(24 * days);
  absl::Duration duration;
  if (absl::ParseDuration(text, &duration)) return duration;
  return absl::InvalidArgumentError(
      absl::StrCat("'", text, "' is no duration; one is 7d, 24h or 90m"));
}

}  // namespace

std::string TimeOr(bool there, const google::protobuf::Timestamp& time, const char* otherwise) {
  if (!there) return otherwise;
  return absl::FormatTime("%Y-%m-%d %H:%M", absl::FromUnixSeconds(time.seconds()),
                          absl::UTCTimeZone());
}

void AddScheduleOptions(CLI::App* command, ScheduleArguments* arguments) {
  command->add_option("--every", arguments->every,
                      "Harvest it by itself: 7d, 24h, 90m; 0 ends that");
  command->add_option("--window", arguments->window,
                      "Times of the day (UTC) at which a run may begin: 22:00-05:30");
  command->add_option(
      "--jitter", arguments->jitter,
      "At most so much is added to each pause, so that sources do not begin at once");
}

absl::Status SetSchedule(const ScheduleArguments& arguments, v1::Schedule* schedule) {
  const auto set = [](const std::string& text, auto* out) {
    if (text.empty()) return absl::OkStatus();
    const absl::StatusOr<absl::Duration> duration = ParseEvery(text);
    if (duration.ok()) out->set_seconds(absl::ToInt64Seconds(*duration));
    return duration.status();
  };
  if (absl::Status status = set(arguments.every, schedule->mutable_interval()); !status.ok())
    return status;
  if (!arguments.window.empty()) schedule->set_window(arguments.window);
  return set(arguments.jitter, schedule->mutable_jitter());
}

void AddUpkeepRows(const v1::Source& source, Table* table) {
  const v1::Freshness& fresh = source.freshness();
  table->AddRow({"last seen whole", TimeOr(fresh.has_last_seen(), fresh.last_seen(), "never")});
  table->AddRow(
      {"last change there", TimeOr(fresh.has_last_changed(), fresh.last_changed(), "none yet")});
  table->AddRow({"last attempt", TimeOr(fresh.has_last_attempt(), fresh.last_attempt(), "never")});
  if (fresh.has_stale_since())
    table->AddRow({"stale since", TimeOr(true, fresh.stale_since(), "")});
  if (source.has_schedule()) {
    const v1::Schedule& schedule = source.schedule();
    std::string text = absl::FormatDuration(absl::Seconds(schedule.interval().seconds()));
    if (!schedule.window().empty()) absl::StrAppend(&text, ", ", schedule.window(), " UTC");
    if (schedule.jitter().seconds() > 0) {
      absl::StrAppend(&text, ", up to ",
                      absl::FormatDuration(absl::Seconds(schedule.jitter().seconds())), " later");
    }
    table->AddRow({"harvested every", text});
    table->AddRow({"next run", TimeOr(fresh.has_next_run(), fresh.next_run(), "not planned")});
  }
  if (source.state() == v1::Source::SUSPENDED) table->AddRow({"suspended", source.state_reason()});
}

void AddSourceCare(CLI::App& group, Session& session) {
  auto act = std::make_shared<Act>();
  CLI::App* ping = AddCommand(
      group, session, "ping", "Says that a source has something new; it is harvested soon",
      "parfocal source ping gide", [&session, act] { return Ping(session, act->name); });
  ping->add_option("NAME", act->name, "The source")->required();
  CLI::App* resume =
      AddCommand(group, session, "resume", "Lets a source be harvested again that failed too often",
                 "parfocal source resume gide --by ada --because 'the server is back'",
                 [&session, act] { return Resume(session, *act); });
  resume->add_option("NAME", act->name, "The source")->required();
  AddActOptions(resume, act.get());
}

void AddCareCommands(CLI::App& app, Session& session) {
  auto act = std::make_shared<Act>();
  auto number = std::make_shared<int64_t>(0);
  CLI::App* release = AddCommand(
      app, session, "release", "Lets a HELD run have its way: harvests anew and deletes",
      "parfocal release gide/00000012 --by ada --because 'the archive closed a collection'",
      [&session, act] { return Release(session, *act); });
  release->add_option("RUN", act->name, "SOURCE/RUN")->required();
  AddActOptions(release, act.get());
  CLI::App* restore =
      AddCommand(app, session, "restore", "Brings back what a run deleted, within 30 days",
                 "parfocal restore gide/00000012 --by ada --because 'the feed was cut off'",
                 [&session, act] { return Restore(session, *act); });
  restore->add_option("RUN", act->name, "SOURCE/RUN")->required();
  AddActOptions(restore, act.get());

  CLI::App* group = AddGroup(app, "quarantine", "What harvests refused, with its bytes",
                             "parfocal quarantine list gide");
  CLI::App* list = AddCommand(*group, session, "list", "Lists what a harvest refused and kept",
                              "parfocal quarantine list gide --all",
                              [&session, act] { return ListQuarantine(session, *act); });
  list->add_option("SOURCE|RUN", act->name, "A source (its newest run), or SOURCE/RUN")->required();
  list->add_flag("--all", act->all, "All of it, not only the first 25");
  CLI::App* show = AddCommand(*group, session, "show", "Shows one with its bytes",
                              "parfocal quarantine show gide/00000012 3", [&session, act, number] {
                                return ShowQuarantined(session, act->name, *number);
                              });
  show->add_option("RUN", act->name, "SOURCE/RUN")->required();
  show->add_option("NUMBER", *number, "Its number, from quarantine list")->required();
  CLI::App* replay = AddCommand(
      *group, session, "replay", "Parses what a run refused anew, from the bytes that were kept",
      "parfocal quarantine replay gide", [&session, act] { return Replay(session, act->name); });
  replay->add_option("SOURCE|RUN", act->name, "A source (its newest run), or SOURCE/RUN")
      ->required();
}

}  // namespace parfocal::cli
