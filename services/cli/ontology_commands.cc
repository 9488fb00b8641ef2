// parfocal ontology load|list
#include <filesystem>
#include <memory>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "command.h"
#include "json_text.h"
#include "parfocal/cli/terminal_text.h"
#include "progress.h"
#include "short_names.h"

namespace parfocal::cli {
namespace {

using FileReport = v1::LoadOntologyProgress::FileReport;
using ReleaseReport = v1::LoadOntologyProgress::ReleaseReport;

Table FileTable() {
  return Table({{"file", false, true},
                {"version", false, true, true},
                {"classes", true},
                {"labels", true},
                {"exact", true},
                {"narrow", true},
                {"broad", true},
                {"related", true},
                {"obsolete", true},
                {"replaced", true},
                {"defined", true},
                {"xrefs", true},
                {"languages", false, true, true},
                {"not loaded", false, true, true}});
}

void AddFile(const FileReport& file, Table* table) {
  if (!file.error().empty()) {
    std::vector<std::string> row(14);
    row.front() = file.path();
    row.back() = file.error();
    table->AddRow(std::move(row));
    return;
  }
  const std::string languages =
      absl::StrJoin(file.languages(), ", ", [](std::string* out, const auto& language) {
        absl::StrAppend(out, language.tag(), " ", FormatCount(language.count()));
      });
  table->AddRow({file.path(), file.version(), FormatCount(file.classes()),
                 FormatCount(file.labels()), FormatCount(file.exact_synonyms()),
                 FormatCount(file.narrow_synonyms()), FormatCount(file.broad_synonyms()),
                 FormatCount(file.related_synonyms()), FormatCount(file.obsolete()),
                 FormatCount(file.replacements()), FormatCount(file.definitions()),
                 FormatCount(file.xrefs()), languages, ""});
}

void PrintRelease(const Session& session, const std::string& release, const ReleaseReport& report) {
  session.out() << "Release " << EscapeForTerminal(release) << " holds now.\n";
  Table table({{"", true}, {"", false, true}});
  const auto row = [&](int64_t count, absl::string_view what, bool always) {
    if (always || count > 0) table.AddRow({FormatCount(count), std::string(what)});
  };
  row(report.terms(), "terms", true);
  row(report.labelled(), "with a label", true);
  row(report.edges(), "links to parents", true);
  row(report.bad_edges(), "links left out: bad edges", false);
  row(report.obsolete(), "obsolete", true);
  row(report.replaced(), "of them replaced by a live term", true);
  row(report.broken_chains(), "replacements that loop or end nowhere", false);
  row(report.orphans(), "without parent and child", false);
  row(report.mentioned(), "parents that no file describes", false);
  row(report.cycles(),
      absl::StrCat("cycles of ", FormatCount(report.cycle_terms()), " terms, each taken as one"),
      false);
  session.Print(table, 2);
  for (const std::string& warning : report.warnings()) {
    session.out() << "  " << EscapeForTerminal(warning) << '\n';
  }
}

int Load(const Session& session, const std::vector<std::string>& paths) {
  Client client = session.Connect();
  v1::LoadOntologyRequest request;
  for (const std::string& path : paths) {
    std::error_code error;
    const std::filesystem::path whole = std::filesystem::absolute(path, error);
    request.add_paths(error ? path : whole.lexically_normal().string());
  }
  grpc::ClientContext context;
  auto stream = client.ontology().LoadOntology(&context, request);
  v1::LoadOntologyProgress message;
  Table table = FileTable();
  std::vector<std::string> warnings;
  bool failed = false;
  {
    Progress progress(session.screen, "ontology load");
    while (stream->Read(&message)) {
      if (session.json) {
        session.out() << ToJsonLine(message) << std::flush;
      } else {
        progress.Update(message.files_done(), message.files_total(), "reading files");
      }
      if (!message.has_file()) continue;
      failed = failed || !message.file().error().empty();
      AddFile(message.file(), &table);
      for (const std::string& warning : message.file().warnings()) {
        warnings.push_back(absl::StrCat(message.file().path(), ": ", warning));
      }
    }
  }
  absl::Status status = FromGrpc(stream->Finish());
  if (!session.json && !table.empty()) {
    session.Print(table);
    for (const std::string& warning : warnings) {
      session.out() << "warning: " << EscapeForTerminal(warning) << '\n';
    }
  }
  if (!status.ok()) return session.Fail("ontology load", status);
  if (!session.json) PrintRelease(session, message.release(), message.report());
  if (failed) {
    return session.Fail(kNotComplete, "ontology load", "not every file could be read",
                        "the table says which and why");
  }
  return kOk;
}

int List(const Session& session) {
  Client client = session.Connect();
  v1::ListOntologiesResponse response;
  absl::Status status = client.Call(client.ontology(), &v1::OntologyService::Stub::ListOntologies,
                                    v1::ListOntologiesRequest(), &response);
  if (!status.ok()) return session.Fail("ontology list", status);
  if (session.PrintedJson(response)) return kOk;
  if (response.files().empty()) {
    return session.Fail(kNotComplete, "ontology list", "no ontology is loaded",
                        "load some with parfocal ontology load PATH");
  }
  Table files(
      {{"file", false, true}, {"of"}, {"version", false, true, true}, {"format"}, {"terms", true}});
  for (const auto& file : response.files()) {
    files.AddRow(
        {file.name(), file.prefix(), file.version(), file.format(), FormatCount(file.terms())});
  }
  session.Print(files);
  session.out() << '\n';
  Table ontologies(
      {{"ontology"}, {"terms", true}, {"labelled", true}, {"obsolete", true}, {"alone", true}});
  for (const auto& ontology : response.ontologies()) {
    ontologies.AddRow({ontology.prefix().empty() ? "(IRIs)" : ontology.prefix(),
                       FormatCount(ontology.terms()), FormatCount(ontology.labelled()),
                       FormatCount(ontology.obsolete()), FormatCount(ontology.orphans())});
  }
  session.Print(ontologies);
  session.out() << "Release " << EscapeForTerminal(response.release())
                << "; \"alone\": without parent and child.\n";
  return kOk;
}

}  // namespace

void AddOntologyCommands(CLI::App& app, Session& session) {
  CLI::App* ontology =
      AddGroup(app, "ontology", "Ontologies of the node", "parfocal ontology load ./cmpo.obo");
  auto paths = std::make_shared<std::vector<std::string>>();
  CLI::App* load =
      AddCommand(*ontology, session, "load",
                 "Loads ontology files; the new release is swapped in when all is built",
                 "parfocal ontology load ./cmpo.obo ./fbbi.owl.gz",
                 [&session, paths] { return Load(session, *paths); });
  load->add_option("PATH", *paths, "Files or folders on the node's machine")->required();
  AddCommand(*ontology, session, "list", "Lists the loaded files and the ontologies in them",
             "parfocal ontology list", [&session] { return List(session); });
}

}  // namespace parfocal::cli
