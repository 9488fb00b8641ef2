// parfocal harvest, runs, rejections
#include <deque>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/time/time.h"
#include "command.h"
#include "google/protobuf/util/time_util.h"
#include "parfocal/cli/terminal_text.h"
#include "progress.h"
#include "short_names.h"

namespace parfocal::cli {
namespace {

constexpr int kRejectionsWithoutAll = 25;

std::string StateOf(const v1::Run& run) { return v1::Run::State_Name(run.state()); }

std::string TookOf(const v1::Run& run) {
  if (!run.has_end_time()) return "";
  const double seconds =
      google::protobuf::util::TimeUtil::DurationToMilliseconds(run.end_time() - run.start_time()) /
      1000.0;
  return absl::StrFormat("%.1f s", seconds);
}

void PrintLedger(const Session& session, const v1::Run& run) {
  const v1::Ledger& ledger = run.ledger();
  session.out() << session.Bold(
      absl::StrCat("run ", EscapeForTerminal(ShortName(run.name())), "  ", StateOf(run)));
  if (run.has_end_time()) session.out() << " in " << TookOf(run);
  if (run.resumed()) session.out() << ", resumed";
  session.out() << '\n';
  Table table({{"", true}, {""}});
  auto row = [&](int64_t count, const char* what) { table.AddRow({FormatCount(count), what}); };
  row(ledger.fetched(), "records fetched, of which:");
  row(ledger.new_records(), "new");
  row(ledger.changed(), "changed");
  row(ledger.unchanged(), "unchanged");
  row(ledger.quarantined(), "quarantined");
  row(ledger.skipped(), "skipped");
  row(ledger.deleted(), "deleted (not fetched)");
  if (ledger.restored() > 0) row(ledger.restored(), "restored (also new or changed)");
  if (ledger.rows_read() > 0) {
    row(ledger.rows_read(), "rows of tables read, of which:");
    row(ledger.rows_accepted(), "accepted");
    row(ledger.rows_rejected(), "rejected");
  }
  if (ledger.label_conflicts() > 0)
    row(ledger.label_conflicts(), "values whose id and words disagree");
  session.Print(table, 2);
  session.out() << (ledger.adds_up() ? "The ledger adds up.\n" : "THE LEDGER DOES NOT ADD UP.\n");
  if (!run.message().empty()) session.out() << EscapeForTerminal(run.message()) << '\n';
}

// Exit code of an ended run; says on the error stream why it is not complete.
int EndOfRun(const Session& session, const v1::Run& run) {
  if (run.state() == v1::Run::COMPLETE && run.ledger().adds_up()) return kOk;
  const std::string source = ShortName(run.name().substr(0, run.name().find("/runs/")));
  std::string way_out = absl::StrCat("parfocal rejections ", source, " shows what was refused");
  if (run.state() == v1::Run::HELD) {
    way_out = absl::StrCat("if the deletions are right: parfocal release ", ShortName(run.name()),
                           " --by NAME --because WHY");
  }
  return session.Fail(kNotComplete, absl::StrCat("harvest ", source),
                      absl::StrCat(StateOf(run), run.message().empty() ? "" : ": ", run.message()),
                      way_out);
}

// Starts a harvest. `run` is then the run as it began.
absl::Status Start(Client& client, const std::string& source, bool accept_deletions, v1::Run* run) {
  v1::StartRunRequest start;
  start.set_parent(SourceName(source));
  start.set_accept_deletions(accept_deletions);
  return client.Call(client.harvest(), &v1::HarvestService::Stub::StartRun, start, run);
}

// Waits until `run` has ended.
absl::Status Watch(const Session& session, Client& client, const std::string& what, v1::Run* run) {
  v1::WatchRunRequest watch;
  watch.set_name(run->name());
  grpc::ClientContext context;
  auto stream = client.harvest().WatchRun(&context, watch);
  Progress progress(session.screen, what);
  while (stream->Read(run)) {
    if (!session.json && run->state() == v1::Run::RUNNING) {
      progress.Update(run->progress_done(), run->progress_total(),
                      absl::StrCat(FormatCount(run->ledger().fetched()),
                                   run->ledger().fetched() == 1 ? " record" : " records"));
    }
  }
  return FromGrpc(stream->Finish());
}

int Harvest(const Session& session, const std::string& source, bool accept_deletions, bool wait) {
  Client client = session.Connect();
  const std::string what = absl::StrCat("harvest ", source);
  v1::Run run;
  absl::Status status = Start(client, source, accept_deletions, &run);
  if (!status.ok()) return session.Fail(what, status);
  if (!wait) {
    if (!session.PrintedJson(run))
      session.out() << "Started " << EscapeForTerminal(ShortName(run.name())) << '\n';
    return kOk;
  }
  status = Watch(session, client, what, &run);
  if (!status.ok()) return session.Fail(what, status);
  if (run.state() == v1::Run::RUNNING) {
    return session.Fail(kNotComplete, what, "the node ended the watch before the run ended",
                        absl::StrCat("parfocal runs ", source, " shows how it stands"));
  }
  if (!session.PrintedJson(run)) PrintLedger(session, run);
  return EndOfRun(session, run);
}

absl::Status ListSources(Client& client, std::vector<std::string>* names) {
  v1::ListSourcesRequest request;
  request.set_page_size(200);
  do {
    v1::ListSourcesResponse page;
    const absl::Status status =
        client.Call(client.harvest(), &v1::HarvestService::Stub::ListSources, request, &page);
    if (!status.ok()) return status;
    for (const v1::Source& source : page.sources()) names->push_back(ShortName(source.name()));
    request.set_page_token(page.next_page_token());
  } while (!request.page_token().empty());
  return absl::OkStatus();
}

// A row for each run and one for all of them.
void PrintRuns(const Session& session, const v1::ListRunsResponse& runs) {
  Table table({{"source"},
               {"state"},
               {"took", true},
               {"fetched", true},
               {"new", true},
               {"changed", true},
               {"unchanged", true},
               {"deleted", true},
               {"quarantined", true},
               {"skipped", true},
               {"why", false, true}});
  int64_t sums[7] = {};
  for (const v1::Run& run : runs.runs()) {
    const v1::Ledger& l = run.ledger();
    const int64_t counts[7] = {l.fetched(), l.new_records(), l.changed(), l.unchanged(),
                               l.deleted(), l.quarantined(), l.skipped()};
    std::vector<std::string> row = {ShortName(run.name().substr(0, run.name().find("/runs/"))),
                                    StateOf(run), TookOf(run)};
    for (int i = 0; i < 7; ++i) {
      sums[i] += counts[i];
      row.push_back(FormatCount(counts[i]));
    }
    row.push_back(run.message());
    table.AddRow(row);
  }
  std::vector<std::string> all = {absl::StrCat(runs.runs_size(), " sources"), "", ""};
  for (const int64_t sum : sums) all.push_back(FormatCount(sum));
  all.push_back("");
  table.AddRow(all);
  session.Print(table);
}

// So many sources are harvested at once; each is a host of its own, mostly.
constexpr size_t kSourcesAtOnce = 4;

int HarvestAll(const Session& session, bool accept_deletions) {
  Client client = session.Connect();
  std::vector<std::string> names;
  const absl::Status listed = ListSources(client, &names);
  if (!listed.ok()) return session.Fail("harvest --all", listed);
  if (names.empty()) {
    return session.Fail(kNotComplete, "harvest --all", "there are no sources",
                        "parfocal source add NAME --connector K --location PATH");
  }
  v1::ListRunsResponse runs;
  bool complete = true;
  std::deque<std::pair<std::string, v1::Run>> going;
  // A source that cannot be harvested is told with the others, not instead of them.
  const auto end = [&](const std::string& name, v1::Run run, const absl::Status& status) {
    run.set_name(absl::StrCat(SourceName(name), "/runs/-"));
    if (!status.ok()) {
      run.set_state(v1::Run::FAILED);
      run.set_message(std::string(status.message()));
    }
    complete = complete && run.state() == v1::Run::COMPLETE && run.ledger().adds_up();
    *runs.add_runs() = std::move(run);
  };
  for (size_t next = 0; next < names.size() || !going.empty();) {
    if (next < names.size() && going.size() < kSourcesAtOnce) {
      v1::Run run;
      const absl::Status status = Start(client, names[next], accept_deletions, &run);
      if (status.ok()) {
        going.emplace_back(names[next], std::move(run));
      } else {
        end(names[next], std::move(run), status);
      }
      ++next;
      continue;
    }
    auto [name, run] = std::move(going.front());
    going.pop_front();
    const absl::Status status = Watch(session, client, absl::StrCat("harvest ", name), &run);
    end(name, std::move(run), status);
  }
  if (!session.PrintedJson(runs)) PrintRuns(session, runs);
  if (complete) return kOk;
  return session.Fail(kNotComplete, "harvest --all", "not every run is COMPLETE",
                      "parfocal rejections NAME shows what was refused");
}

int Runs(const Session& session, const std::string& source) {
  Client client = session.Connect();
  v1::ListRunsRequest request;
  request.set_parent(SourceName(source));
  v1::ListRunsResponse response;
  absl::Status status =
      client.Call(client.harvest(), &v1::HarvestService::Stub::ListRuns, request, &response);
  if (!status.ok()) return session.Fail(absl::StrCat("runs ", source), status);
  if (session.PrintedJson(response)) return kOk;
  Table table({{"run"},
               {"state"},
               {"started"},
               {"took", true},
               {"fetched", true},
               {"new", true},
               {"changed", true},
               {"unchanged", true},
               {"deleted", true},
               {"quarantined", true},
               {"why", false, true}});
  for (const v1::Run& run : response.runs()) {
    const v1::Ledger& ledger = run.ledger();
    table.AddRow(
        {ShortName(run.name()), StateOf(run),
         absl::FormatTime("%Y-%m-%d %H:%M:%S", absl::FromUnixSeconds(run.start_time().seconds()),
                          absl::UTCTimeZone()),
         TookOf(run), FormatCount(ledger.fetched()), FormatCount(ledger.new_records()),
         FormatCount(ledger.changed()), FormatCount(ledger.unchanged()),
         FormatCount(ledger.deleted()), FormatCount(ledger.quarantined()), run.message()});
  }
  session.Print(table);
  if (!response.next_page_token().empty()) session.out() << "Older runs are not shown.\n";
  return kOk;
}

int Rejections(const Session& session, const std::string& parent, bool everything) {
  Client client = session.Connect();
  v1::ListRejectionsRequest request;
  request.set_parent(SourceOrRunName(parent));
  request.set_page_size(everything ? 200 : kRejectionsWithoutAll);
  v1::ListRejectionsResponse all;
  do {
    v1::ListRejectionsResponse page;
    absl::Status status =
        client.Call(client.harvest(), &v1::HarvestService::Stub::ListRejections, request, &page);
    if (!status.ok()) return session.Fail(absl::StrCat("rejections ", parent), status);
    all.mutable_rejections()->MergeFrom(page.rejections());
    all.set_next_page_token(page.next_page_token());
    request.set_page_token(page.next_page_token());
  } while (everything && !request.page_token().empty());
  if (session.PrintedJson(all)) return kOk;
  Table table({{"place", false, true}, {"record", false, true}, {"reason", false, true}});
  for (const v1::Rejection& rejection : all.rejections()) {
    table.AddRow({rejection.place(), ShortName(rejection.record()), rejection.reason()});
  }
  if (!table.empty()) session.Print(table);
  if (table.empty()) session.out() << "Nothing was refused.\n";
  if (!all.next_page_token().empty()) {
    session.out() << "More: parfocal rejections " << EscapeForTerminal(parent) << " --all\n";
  }
  return kOk;
}

}  // namespace

void AddHarvestCommands(CLI::App& app, Session& session) {
  auto name = std::make_shared<std::string>();
  auto flag = std::make_shared<bool>(false);
  auto no_wait = std::make_shared<bool>(false);
  auto all = std::make_shared<bool>(false);
  CLI::App* harvest = AddCommand(
      app, session, "harvest",
      "Harvests a source, waits, and prints the ledger; exits 0 only if the run is COMPLETE",
      "parfocal harvest gide", [&session, name, flag, no_wait, all] {
        if (*all) return HarvestAll(session, *flag);
        return Harvest(session, *name, *flag, !*no_wait);
      });
  CLI::Option_group* which = harvest->add_option_group("which", "What is harvested");
  which->add_option("SOURCE", *name, "The source");
  which->add_flag("--all", *all, "Every source, four at a time; prints a table of their ledgers");
  which->require_option(1);
  harvest->add_flag("--accept-deletions", *flag,
                    "Delete even if it is so much that the run would be HELD");
  harvest->add_flag("--no-wait", *no_wait, "Start the run and return at once");
  CLI::App* runs =
      AddCommand(app, session, "runs", "Lists the harvests of a source, newest first",
                 "parfocal runs gide", [&session, name] { return Runs(session, *name); });
  runs->add_option("SOURCE", *name, "The source")->required();
  CLI::App* rejections =
      AddCommand(app, session, "rejections", "Lists what a harvest refused, and why",
                 "parfocal rejections idr --all",
                 [&session, name, flag] { return Rejections(session, *name, *flag); });
  rejections->add_option("SOURCE|RUN", *name, "A source (its newest run), or SOURCE/RUN")
      ->required();
  rejections->add_flag("--all", *flag, "All of them, not only the first 25");
}

}  // namespace parfocal::cli
