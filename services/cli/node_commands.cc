// parfocal status, index rebuild|check, checkpoint
#include <filesystem>
#include <memory>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "command.h"
#include "json_text.h"
#include "parfocal/cli/terminal_text.h"
#include "progress.h"
#include "short_names.h"
#include "source_care.h"

namespace parfocal::cli {
namespace {

// How far the records are, and what answers come from until they are there.
std::vector<std::string> NormalisationLines(const v1::NormalisationStatus& from) {
  const std::string release = absl::StrCat("release ", EscapeForTerminal(from.release()));
  switch (from.answers()) {
    case v1::NormalisationStatus::PRESENT:
      return {absl::StrCat("records are normalised with ", release)};
    case v1::NormalisationStatus::BEFORE:
    case v1::NormalisationStatus::MIXED:
      break;
    default:
      return {};
  }
  std::vector<std::string> lines;
  if (from.walking()) {
    lines.push_back(absl::StrCat("records are being normalised: ", FormatCount(from.examined()),
                                 " of ", FormatCount(from.records()), " looked at, ",
                                 FormatCount(from.changed()), " changed, towards ", release));
  } else {
    lines.push_back(
        absl::StrCat("the index is taking in records that are normalised with ", release));
  }
  lines.push_back(from.answers() == v1::NormalisationStatus::BEFORE
                      ? absl::StrCat("until then answers are those of release ",
                                     EscapeForTerminal(from.answers_release()))
                      : "until then answers mix records of this and of older releases");
  return lines;
}

// The sources that somebody should look at, and how fresh each is.
void PrintSources(const Session& session, const v1::NodeStatus& node) {
  if (node.sources().empty()) return;
  Table table(
      {{"source"}, {"last seen"}, {"last change"}, {"last attempt"}, {"failures", true}, {""}});
  for (const v1::SourceStatus& source : node.sources()) {
    table.AddRow({ShortName(source.name()),
                  TimeOr(source.has_last_seen(), source.last_seen(), "never"),
                  TimeOr(source.has_last_changed(), source.last_changed(), "none yet"),
                  TimeOr(source.has_last_attempt(), source.last_attempt(), "never"),
                  FormatCount(source.consecutive_failures()),
                  source.suspended()         ? "suspended"
                  : source.has_stale_since() ? "stale"
                                             : ""});
  }
  session.Print(table, 2);
}

int Status(const Session& session) {
  Client client = session.Connect();
  v1::NodeStatus node;
  absl::Status status = client.Call(client.catalogue(), &v1::CatalogueService::Stub::GetStatus,
                                    v1::GetStatusRequest(), &node);
  if (!status.ok()) return session.Fail("status", status);
  if (session.PrintedJson(node)) return kOk;
  session.out() << session.Bold(absl::StrCat("parfocald ", EscapeForTerminal(node.version()),
                                             " at ", EscapeForTerminal(session.node), "  ",
                                             EscapeForTerminal(node.state())))
                << '\n';
  Table table({{"", true}, {"", false, true}});
  table.AddRow({FormatCount(node.studies()), "studies"});
  table.AddRow({FormatCount(node.image_sets()), "image sets"});
  table.AddRow({FormatCount(node.tombstones()), "deleted records that are still known"});
  table.AddRow({FormatCount(node.values()), "distinct values in the index"});
  table.AddRow({FormatCount(node.segments()), "segments of the index"});
  table.AddRow({FormatCount(node.terms()),
                absl::StrCat("ontology terms, release ", node.ontology_release())});
  table.AddRow({FormatCount(node.catalogue_sequence()), "sequence of the catalogue"});
  table.AddRow({FormatCount(node.index_sequence()),
                absl::StrFormat("sequence of the index, %.1f s behind", node.index_lag_seconds())});
  table.AddRow({FormatBytes(node.resident_bytes()), "memory"});
  session.Print(table, 2);
  for (const std::string& line : NormalisationLines(node.normalisation()))
    session.out() << "  " << line << '\n';
  PrintSources(session, node);
  session.out() << "  data in " << EscapeForTerminal(node.data_dir()) << '\n';
  return kOk;
}

int Rebuild(const Session& session) {
  Client client = session.Connect();
  grpc::ClientContext context;
  auto stream = client.admin().RebuildIndex(&context, v1::RebuildIndexRequest());
  v1::RebuildIndexProgress message;
  {
    Progress progress(session.screen, "index rebuild");
    while (stream->Read(&message)) {
      if (!session.json)
        progress.Update(message.sequence(), message.newest_sequence(), "applying changes");
    }
  }
  absl::Status status = FromGrpc(stream->Finish());
  if (!status.ok()) return session.Fail("index rebuild", status);
  if (!message.done()) {
    return session.Fail(kNotComplete, "index rebuild",
                        "the node ended before the new index was swapped in",
                        "the old index still answers; try again");
  }
  if (!session.PrintedJson(message)) {
    session.out() << "The new index answers, at sequence " << FormatCount(message.sequence())
                  << '\n';
  }
  return kOk;
}

int Check(const Session& session) {
  Client client = session.ConnectPatiently();
  v1::CheckIndexResponse response;
  absl::Status status = client.Call(client.admin(), &v1::AdminService::Stub::CheckIndex,
                                    v1::CheckIndexRequest(), &response);
  if (!status.ok()) return session.Fail("index check", status);
  if (!session.PrintedJson(response)) {
    Table table({{""}, {"catalogue", true}, {"index", true}});
    table.AddRow({"sequence", FormatCount(response.catalogue_sequence()),
                  FormatCount(response.index_sequence())});
    table.AddRow({"studies", FormatCount(response.catalogue_studies()),
                  FormatCount(response.index_studies())});
    table.AddRow({"image sets", FormatCount(response.catalogue_image_sets()),
                  FormatCount(response.index_image_sets())});
    session.Print(table);
    for (const std::string& problem : response.problems())
      session.out() << "  " << EscapeForTerminal(problem) << '\n';
  }
  if (!response.problems().empty()) {
    return session.Fail(kNotComplete, "index check",
                        absl::StrCat(response.problems_size(), " problems"),
                        "parfocal index rebuild mends them");
  }
  if (!session.json) session.out() << "Nothing is wrong.\n";
  return kOk;
}

int MakeCheckpoint(const Session& session, const std::string& directory) {
  Client client = session.ConnectPatiently();
  v1::CreateCheckpointRequest request;
  std::error_code error;
  const std::filesystem::path whole = std::filesystem::absolute(directory, error);
  request.set_directory(error ? directory : whole.lexically_normal().string());
  v1::Checkpoint response;
  absl::Status status =
      client.Call(client.admin(), &v1::AdminService::Stub::CreateCheckpoint, request, &response);
  if (!status.ok()) return session.Fail("checkpoint", status);
  if (!session.PrintedJson(response)) {
    session.out() << "Checkpoint at sequence " << FormatCount(response.sequence()) << ": "
                  << FormatCount(response.files()) << " files, " << FormatBytes(response.bytes())
                  << ", verified, in " << EscapeForTerminal(response.directory()) << '\n';
  }
  return kOk;
}

}  // namespace

void AddNodeCommands(CLI::App& app, Session& session) {
  AddCommand(app, session, "status", "Shows what the node holds and how far its index is",
             "parfocal status --json", [&session] { return Status(session); });
  CLI::App* index = AddGroup(app, "index", "The search index of the node", "parfocal index check");
  AddCommand(*index, session, "rebuild",
             "Builds the index anew from the catalogue; the old one answers meanwhile",
             "parfocal index rebuild", [&session] { return Rebuild(session); });
  AddCommand(*index, session, "check",
             "Compares the index with the catalogue; exits 1 if something is wrong",
             "parfocal index check", [&session] { return Check(session); });
  auto directory = std::make_shared<std::string>();
  CLI::App* checkpoint =
      AddCommand(app, session, "checkpoint",
                 "Writes a verified copy of the catalogue while the node serves; "
                 "parfocald restore brings it back",
                 "parfocal checkpoint ./backup-1",
                 [&session, directory] { return MakeCheckpoint(session, *directory); });
  checkpoint
      ->add_option("DIR", *directory, "A directory on the node's machine that does not exist yet")
      ->required();
}

}  // namespace parfocal::cli
