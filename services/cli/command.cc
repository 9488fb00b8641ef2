#include "command.h"

#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <iostream>

#include "absl/strings/str_cat.h"
#include "custody_commands.h"
#include "json_text.h"
#include "parfocal/cli/terminal_text.h"
#include "parfocal/status.h"

namespace parfocal::cli {
namespace {

constexpr int kFallbackColumns = 80;

// The way out, by reason and then by code. Every reason of proto/parfocal/v1/errors.proto that a
// person can do something about is here.
absl::string_view WayOut(absl::string_view reason, absl::StatusCode code) {
  static constexpr struct {
    absl::string_view reason;
    absl::string_view way_out;
  } kByReason[] = {
      {"RESOURCE_NAME", "give SOURCE/ACCESSION, or a full name such as sources/s/studies/a"},
      {"RESOURCE_NOT_FOUND", "parfocal source list and parfocal search show what there is"},
      {"RESOURCE_EXISTS", "parfocal source update changes it, parfocal source remove removes it"},
      {"FILTER_SYNTAX", "parfocal search --help shows filters"},
      {"FILTER_UNKNOWN_FIELD", "the fields are listed in docs/fields.md"},
      {"FILTER_TYPE", "docs/fields.md says of what kind each field is"},
      {"QUERY_SYNTAX", "parfocal search --help shows queries"},
      {"LIMIT_EXCEEDED", "ask for less at a time"},
      {"PAGE_TOKEN_MISMATCH", "send the token with the very query that gave it"},
      {"CURSOR_EXPIRED", "begin again without --page-token"},
      {"VALUE_OUT_OF_RANGE", "see --help of the command"},
      {"INDEX_BEHIND", "try again in a moment; parfocal status shows how far the index is"},
      {"RUN_IN_PROGRESS", "wait for it: parfocal runs SOURCE shows it"},
      {"SOURCE_DEFINITION", "see parfocal source add --help"},
      {"OVERLOADED", "try again in a moment"},
      {"ONTOLOGY_FILE", "the node reads OBO, RDF/XML and Turtle, also with .gz"},
      {"EXPRESSION_SYNTAX", "terms with AND, OR, NOT and brackets; labels in double quotes"},
      {"TERM_UNKNOWN", "parfocal terms search finds terms by their words"},
      {"GENES_NOT_LOADED", "the node has no gene table of that organism"},
  };
  for (const auto& row : kByReason) {
    if (row.reason == reason) return row.way_out;
  }
  switch (code) {
    case absl::StatusCode::kUnavailable:
      return "is a node running there? deploy/run.sh starts one, --node says where it is";
    case absl::StatusCode::kDeadlineExceeded:
      return "ask for less, or wait longer with --timeout";
    case absl::StatusCode::kUnimplemented:
      return "this node is older or newer than this program: parfocal status shows its version";
    case absl::StatusCode::kInvalidArgument:
      return "see --help of the command";
    default:
      return "the log of the node says more";
  }
}

ExitCode CodeFor(const absl::Status& status) {
  switch (status.code()) {
    case absl::StatusCode::kOk:
      return kOk;
    case absl::StatusCode::kNotFound:
      return kNotComplete;
    case absl::StatusCode::kUnavailable:
      // With a reason somebody answered.
      return ReasonOf(status).empty() ? kUnreachable : kRefused;
    case absl::StatusCode::kDeadlineExceeded:
      return kUnreachable;
    default:
      return kRefused;
  }
}

int ColumnsOf(int descriptor) {
  winsize size{};
  if (ioctl(descriptor, TIOCGWINSZ, &size) == 0 && size.ws_col > 0) return size.ws_col;
  return kFallbackColumns;
}

}  // namespace

Screen ScreenOfProcess() {
  Screen screen;
  screen.out = &std::cout;
  screen.err = &std::cerr;
  screen.out_is_terminal = isatty(STDOUT_FILENO) == 1;
  screen.err_is_terminal = isatty(STDERR_FILENO) == 1;
  if (screen.out_is_terminal) screen.columns = ColumnsOf(STDOUT_FILENO);
  const char* no_colour = std::getenv("NO_COLOR");
  const char* terminal = std::getenv("TERM");
  screen.colour = screen.out_is_terminal && (no_colour == nullptr || *no_colour == '\0') &&
                  !(terminal != nullptr && std::string(terminal) == "dumb");
  return screen;
}

bool Session::PrintedJson(const google::protobuf::Message& message) const {
  if (json) out() << ToJsonDocument(message);
  return json;
}

std::string Session::Bold(absl::string_view text) const {
  return screen.colour ? absl::StrCat("\x1b[1m", text, "\x1b[0m") : std::string(text);
}

int Session::Fail(absl::string_view what, const absl::Status& status) const {
  const std::string reason = ReasonOf(status);
  const std::string field = FieldOf(status);
  std::string where(status.message());
  if (where.empty()) where = absl::StatusCodeToString(status.code());
  const ExitCode code = CodeFor(status);
  if (code == kUnreachable) where = absl::StrCat("node ", node, ": ", where);
  if (!reason.empty()) absl::StrAppend(&where, " [", reason, field.empty() ? "" : " ", field, "]");
  return Fail(code, what, where, WayOut(reason, status.code()));
}

int Session::Fail(ExitCode code, absl::string_view what, absl::string_view where,
                  absl::string_view way_out) const {
  err() << "parfocal: " << EscapeForTerminal(what) << ": " << EscapeForTerminal(where);
  if (!way_out.empty()) err() << ": " << EscapeForTerminal(way_out);
  err() << std::endl;
  return code;
}

CLI::App* AddCommand(CLI::App& parent, Session& session, const std::string& name,
                     const std::string& description, const std::string& example,
                     std::function<int()> run) {
  CLI::App* command = parent.add_subcommand(name, description);
  command->footer(absl::StrCat("Example:\n  ", example));
  // On every command and not only on the root, so that they may stand behind it.
  command->add_option("--node", session.node, "Address of the node")
      ->group("Node")
      ->capture_default_str();
  command->add_option("--timeout", session.timeout_seconds, "Seconds to wait for an answer")
      ->group("Node")
      ->capture_default_str()
      ->check(CLI::Range(0.001, 86400.0));
  command->add_flag("--json", session.json, "Print the response as protobuf JSON")->group("Node");
  command->callback([&session, run = std::move(run)] { session.action = run; });
  return command;
}

CLI::App* AddGroup(CLI::App& parent, const std::string& name, const std::string& description,
                   const std::string& example) {
  CLI::App* group = parent.add_subcommand(name, description);
  group->footer(absl::StrCat("Example:\n  ", example));
  group->require_subcommand(1);
  return group;
}

namespace {

constexpr char kRootFooter[] =
    "Example:\n"
    "  parfocal search 'light sheet' --filter 'organism = \"Mus musculus\"' --facet "
    "imaging_method\n\n"
    "Exit codes: 0 done; 1 not complete or not found; 2 wrong command line;\n"
    "3 node not reachable or no answer in time; 4 refused by the node.";

// The one place where exceptions of the command line library are caught.
int ParseAndRun(CLI::App& app, Session& session, std::vector<std::string> arguments) {
  std::reverse(arguments.begin(), arguments.end());  // As CLI11 wants them.
  try {
    app.parse(arguments);
  } catch (const CLI::Success& asked_for_help) {
    app.exit(asked_for_help, session.out(), session.err());
    return kOk;
  } catch (const CLI::Error& error) {
    return session.Fail(kUsage, "command line", error.what(), "see parfocal --help");
  }
  if (!session.action)
    return session.Fail(kUsage, "command line", "no command given", "see parfocal --help");
  const int code = session.action();
  session.out().flush();
  if (!session.out().good() && code == kOk) {
    return session.Fail(kRefused, "output", "cannot be written",
                        "is the disk full, or the reader gone?");
  }
  return code;
}

}  // namespace

int RunCommandLine(const std::vector<std::string>& arguments, const Screen& screen) {
  Session session;
  session.screen = screen;
  CLI::App app("Searches and feeds a Parfocal node: one catalogue over every image archive.",
               "parfocal");
  app.footer(kRootFooter);
  app.require_subcommand(0, 1);
  app.set_version_flag("--version", PARFOCAL_VERSION);
  app.add_option("--node", session.node, "Address of the node")
      ->group("Node")
      ->capture_default_str();
  app.add_option("--timeout", session.timeout_seconds, "Seconds to wait for an answer")
      ->group("Node")
      ->capture_default_str()
      ->check(CLI::Range(0.001, 86400.0));
  app.add_flag("--json", session.json, "Print the response as protobuf JSON")->group("Node");
  AddSourceCommands(app, session);
  AddHarvestCommands(app, session);
  AddSearchCommand(app, session);
  AddRecordCommands(app, session);
  AddSuggestCommand(app, session);
  AddExportCommand(app, session);
  AddCiteCommands(app, session);
  AddTermsCommands(app, session);
  AddOntologyCommands(app, session);
  AddWorklistCommand(app, session);
  AddGenesCommands(app, session);
  AddMappingsCommands(app, session);
  AddPhenotypeCommands(app, session);
  AddReportCommands(app, session);
  AddCareCommands(app, session);
  AddCustodyCommands(app, session);
  AddNodeCommands(app, session);
  AddCompletionCommand(app, session);
  return ParseAndRun(app, session, arguments);
}

}  // namespace parfocal::cli
