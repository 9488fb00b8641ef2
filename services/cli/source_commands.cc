// parfocal source add|list|show|update|remove; try is in source_try.cc, the rest in source_care.cc
#include <memory>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "command.h"
#include "parfocal/cli/terminal_text.h"
#include "short_names.h"
#include "source_care.h"
#include "source_try.h"

namespace parfocal::cli {
namespace {

struct SourceArguments {
  std::string name;
  std::string connector;
  std::string location;
  std::string title;
  std::vector<std::string> options;
  ScheduleArguments schedule;
};

void SetOptions(const std::vector<std::string>& options, v1::Source* source) {
  for (const std::string& option : options) {
    const std::pair<std::string, std::string> pair =
        absl::StrSplit(option, absl::MaxSplits('=', 1));
    (*source->mutable_options())[pair.first] = pair.second;
  }
}

std::string CheckOption(const std::string& text) {
  const size_t equals = text.find('=');
  return equals == std::string::npos || equals == 0 ? absl::StrCat("'", text, "' is not KEY=VALUE")
                                                    : std::string();
}

void PrintSource(const Session& session, const v1::Source& source) {
  Table table({{""}, {"", false, true}});
  table.AddRow({"source", ShortName(source.name())});
  table.AddRow({"title", source.title()});
  table.AddRow({"connector", source.connector()});
  table.AddRow({"location", source.location()});
  for (const auto& [key, value] : source.options())
    table.AddRow({"option", absl::StrCat(key, " = ", value)});
  table.AddRow({"last complete run", source.last_complete_run().empty()
                                         ? "never"
                                         : ShortName(source.last_complete_run())});
  table.AddRow({"last run", source.last_run().empty() ? "never" : ShortName(source.last_run())});
  if (source.consecutive_failures() > 0) {
    table.AddRow({"not complete since", absl::StrCat(source.consecutive_failures(), " runs")});
  }
  AddUpkeepRows(source, &table);
  session.Print(table);
}

int Add(const Session& session, const SourceArguments& arguments) {
  v1::CreateSourceRequest request;
  request.set_source_id(arguments.name);
  v1::Source* source = request.mutable_source();
  source->set_title(arguments.title.empty() ? arguments.name : arguments.title);
  source->set_connector(arguments.connector);
  source->set_location(AbsoluteLocation(arguments.location));
  SetOptions(arguments.options, source);
  if (arguments.schedule.Given()) {
    absl::Status status = SetSchedule(arguments.schedule, source->mutable_schedule());
    if (!status.ok()) return session.Fail("source add", status);
  }
  Client client = session.Connect();
  v1::Source response;
  absl::Status status =
      client.Call(client.harvest(), &v1::HarvestService::Stub::CreateSource, request, &response);
  if (!status.ok()) return session.Fail(absl::StrCat("source add ", arguments.name), status);
  if (!session.PrintedJson(response)) PrintSource(session, response);
  return kOk;
}

int Update(const Session& session, const SourceArguments& arguments) {
  v1::UpdateSourceRequest request;
  v1::Source* source = request.mutable_source();
  source->set_name(SourceName(arguments.name));
  if (!arguments.title.empty()) {
    source->set_title(arguments.title);
    request.mutable_update_mask()->add_paths("title");
  }
  if (!arguments.location.empty()) {
    source->set_location(AbsoluteLocation(arguments.location));
    request.mutable_update_mask()->add_paths("location");
  }
  if (!arguments.options.empty()) {
    SetOptions(arguments.options, source);
    request.mutable_update_mask()->add_paths("options");
  }
  if (arguments.schedule.Given()) {
    absl::Status status = SetSchedule(arguments.schedule, source->mutable_schedule());
    if (!status.ok()) return session.Fail("source update", status);
    request.mutable_update_mask()->add_paths("schedule");
  }
  if (request.update_mask().paths().empty()) {
    return session.Fail(kUsage, "source update", "nothing to change",
                        "give --title, --location, --option or --every");
  }
  Client client = session.Connect();
  v1::Source response;
  absl::Status status =
      client.Call(client.harvest(), &v1::HarvestService::Stub::UpdateSource, request, &response);
  if (!status.ok()) return session.Fail(absl::StrCat("source update ", arguments.name), status);
  if (!session.PrintedJson(response)) PrintSource(session, response);
  return kOk;
}

int List(const Session& session) {
  Client client = session.Connect();
  v1::ListSourcesRequest request;
  request.set_page_size(200);
  v1::ListSourcesResponse all;
  do {
    v1::ListSourcesResponse page;
    absl::Status status =
        client.Call(client.harvest(), &v1::HarvestService::Stub::ListSources, request, &page);
    if (!status.ok()) return session.Fail("source list", status);
    all.mutable_sources()->MergeFrom(page.sources());
    request.set_page_token(page.next_page_token());
  } while (!request.page_token().empty());
  if (session.PrintedJson(all)) return kOk;
  if (all.sources().empty()) {
    session.err() << "No sources yet: parfocal source add NAME --connector K --location PATH\n";
    return kOk;
  }
  Table table({{"source"},
               {"connector"},
               {"title", false, true},
               {"location", false, true},
               {"last complete run"},
               {"last seen"},
               {"failures", true},
               {"state"}});
  for (const v1::Source& source : all.sources()) {
    table.AddRow(
        {ShortName(source.name()), source.connector(), source.title(), source.location(),
         source.last_complete_run().empty() ? "never" : ShortName(source.last_complete_run()),
         TimeOr(source.freshness().has_last_seen(), source.freshness().last_seen(), "never"),
         FormatCount(source.consecutive_failures()),
         source.state() == v1::Source::SUSPENDED ? "suspended"
         : source.freshness().has_stale_since()  ? "stale"
                                                 : ""});
  }
  session.Print(table);
  return kOk;
}

int Show(const Session& session, const std::string& name) {
  Client client = session.Connect();
  v1::GetSourceRequest request;
  request.set_name(SourceName(name));
  v1::Source response;
  absl::Status status =
      client.Call(client.harvest(), &v1::HarvestService::Stub::GetSource, request, &response);
  if (!status.ok()) return session.Fail(absl::StrCat("source show ", name), status);
  if (!session.PrintedJson(response)) PrintSource(session, response);
  return kOk;
}

int Remove(const Session& session, const std::string& name) {
  Client client = session.Connect();
  v1::DeleteSourceRequest request;
  request.set_name(SourceName(name));
  google::protobuf::Empty response;
  absl::Status status =
      client.Call(client.harvest(), &v1::HarvestService::Stub::DeleteSource, request, &response);
  if (!status.ok()) return session.Fail(absl::StrCat("source remove ", name), status);
  if (!session.PrintedJson(response)) {
    session.out() << "Removed " << EscapeForTerminal(ShortName(request.name()))
                  << "; its records are tombstones now\n";
  }
  return kOk;
}

}  // namespace

void AddSourceCommands(CLI::App& app, Session& session) {
  CLI::App* group = AddGroup(app, "source", "Sources: the archives that the node harvests",
                             "parfocal source list");
  auto arguments = std::make_shared<SourceArguments>();
  auto add_options = [arguments](CLI::App* command) {
    command->add_option("--title", arguments->title, "Name for people");
    command
        ->add_option("--option", arguments->options, "KEY=VALUE for the connector; may be repeated")
        ->check(CLI::Validator(CheckOption, "KEY=VALUE"))
        ->allow_extra_args(false)
        ->multi_option_policy(CLI::MultiOptionPolicy::TakeAll);
    AddScheduleOptions(command, &arguments->schedule);
  };
  CLI::App* add = AddCommand(
      *group, session, "add", "Registers a source; it is harvested by parfocal harvest NAME",
      "parfocal source add gide --connector ro-crate --location ./crates.tar.gz",
      [&session, arguments] { return Add(session, *arguments); });
  add->add_option("NAME", arguments->name, "1 to 63 of a-z, 0-9 and '-', beginning with a letter")
      ->required();
  add->add_option("--connector", arguments->connector,
                  "ro-crate, idr or oai-pmh; with a source definition: json-rest, xml-rest, table, "
                  "rdf, json-ld-pages or git-folder")
      ->required();
  add->add_option("--location", arguments->location,
                  "A path on the node's machine, or an http(s) address")
      ->required();
  add_options(add);
  CLI::App* update = AddCommand(*group, session, "update",
                                "Changes title, location, options or schedule of a source",
                                "parfocal source update gide --location ./crates-2026.tar.gz",
                                [&session, arguments] { return Update(session, *arguments); });
  update->add_option("NAME", arguments->name, "The source")->required();
  update->add_option("--location", arguments->location,
                     "A path on the node's machine, or an http(s) address");
  add_options(update);
  AddCommand(*group, session, "list", "Lists the sources", "parfocal source list --json",
             [&session] { return List(session); });
  CLI::App* show =
      AddCommand(*group, session, "show", "Shows a source", "parfocal source show gide",
                 [&session, arguments] { return Show(session, arguments->name); });
  show->add_option("NAME", arguments->name, "The source")->required();
  CLI::App* remove =
      AddCommand(*group, session, "remove", "Removes a source; its records become tombstones",
                 "parfocal source remove gide",
                 [&session, arguments] { return Remove(session, arguments->name); });
  remove->add_option("NAME", arguments->name, "The source")->required();
  AddSourceCare(*group, session);
  AddSourceTry(*group, session);
}

}  // namespace parfocal::cli
