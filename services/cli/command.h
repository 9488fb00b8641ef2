// What every command shares: the session (where to write, which node), its options, and the one way
// in which failures are told. A command is added to the tree by AddXCommands; parsing only chooses
// session.action, which RunCommandLine then runs.
#pragma once

#include <algorithm>
#include <functional>
#include <string>
#include <vector>

#include "CLI/CLI.hpp"
#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "client.h"
#include "google/protobuf/message.h"
#include "parfocal/cli/cli.h"
#include "parfocal/cli/table.h"

namespace parfocal::cli {

struct Session {
  Screen screen;
  std::string node = "127.0.0.1:7470";
  double timeout_seconds = 30;
  static constexpr double kPatienceSeconds = 1800;
  bool json = false;
  std::function<int()> action;

  Client Connect() const { return Client(node, absl::Seconds(timeout_seconds)); }
  // For calls whose work grows with what the node holds: waits as long as the node allows them.
  Client ConnectPatiently() const {
    return Client(node, absl::Seconds(std::max(timeout_seconds, kPatienceSeconds)));
  }
  std::ostream& out() const { return *screen.out; }
  std::ostream& err() const { return *screen.err; }
  // Prints the table at the width of the terminal.
  void Print(const Table& table, int indent = 0) const {
    table.Print(out(), screen.columns, screen.colour, indent);
  }
  // Prints `message` if JSON is wanted, and says whether it was.
  bool PrintedJson(const google::protobuf::Message& message) const;
  std::string Bold(absl::string_view text) const;

  // Prints `parfocal: <what>: <where>: <way out>` in one line and returns the exit code that
  // belongs to `status`.
  int Fail(absl::string_view what, const absl::Status& status) const;
  // The same for a mistake that was found here.
  int Fail(ExitCode code, absl::string_view what, absl::string_view where,
           absl::string_view way_out) const;
};

// Adds a command with its example and the options that every command has. `run` is kept.
CLI::App* AddCommand(CLI::App& parent, Session& session, const std::string& name,
                     const std::string& description, const std::string& example,
                     std::function<int()> run);
// Adds a group of commands, one of which must be given.
CLI::App* AddGroup(CLI::App& parent, const std::string& name, const std::string& description,
                   const std::string& example);

void AddSourceCommands(CLI::App& app, Session& session);
void AddHarvestCommands(CLI::App& app, Session& session);
void AddSearchCommand(CLI::App& app, Session& session);
void AddSuggestCommand(CLI::App& app, Session& session);
void AddCiteCommands(CLI::App& app, Session& session);
void AddExportCommand(CLI::App& app, Session& session);
void AddRecordCommands(CLI::App& app, Session& session);
void AddTermsCommands(CLI::App& app, Session& session);
void AddOntologyCommands(CLI::App& app, Session& session);
void AddWorklistCommand(CLI::App& app, Session& session);
void AddGenesCommands(CLI::App& app, Session& session);
void AddMappingsCommands(CLI::App& app, Session& session);
void AddPhenotypeCommands(CLI::App& app, Session& session);
void AddReportCommands(CLI::App& app, Session& session);
void AddCareCommands(CLI::App& app, Session& session);
void AddNodeCommands(CLI::App& app, Session& session);
void AddCompletionCommand(CLI::App& app, Session& session);

}  // namespace parfocal::cli
