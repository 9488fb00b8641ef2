// parfocal genes resolve|show; the rest of the group is in gene_images.cc
#include <algorithm>
#include <fstream>
#include <memory>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_replace.h"
#include "command.h"
#include "gene_commands.h"
#include "json_text.h"
#include "parfocal/cli/terminal_text.h"
#include "short_names.h"

namespace parfocal::cli {
namespace {

// Of one request: well below the 256 KiB that the node takes.
constexpr size_t kBatchTexts = 1000;
constexpr size_t kBatchBytes = 128 * 1024;
constexpr size_t kMaxFileBytes = size_t{64} << 20;

struct GenesArguments {
  std::string gene;
  std::vector<std::string> texts;
  std::string file;
  std::string organism;
};

std::string Words(const std::string& enum_name) {
  return absl::AsciiStrToLower(absl::StrReplaceAll(enum_name, {{"_", " "}}));
}

std::string CandidatesText(const v1::GeneResolution& resolution) {
  std::vector<std::string> out;
  for (const auto& candidate : resolution.candidates()) {
    if (candidate.gene() != resolution.gene())
      out.push_back(absl::StrCat(candidate.symbol(), " ", candidate.gene()));
  }
  return absl::StrJoin(out, ", ");
}

// One line of the file is one text, empty ones as well: the answers keep the lines' order.
bool ReadTexts(const std::string& path, std::vector<std::string>* texts) {
  std::ifstream in(path, std::ios::binary);
  std::string line;
  size_t bytes = 0;
  while (std::getline(in, line)) {
    if (!line.empty() && line.back() == '\r') line.pop_back();
    bytes += line.size() + 1;
    if (bytes > kMaxFileBytes) return false;
    texts->push_back(line);
  }
  return in.eof() && !in.bad();
}

// Asks for texts from `*next` on, as many as one request takes.
absl::Status ResolveBatch(const GenesArguments& arguments, Client* client, size_t* next,
                          v1::ResolveGenesResponse* response) {
  v1::ResolveGenesRequest request;
  request.set_organism(arguments.organism);
  size_t bytes = 0;
  while (*next < arguments.texts.size() &&
         static_cast<size_t>(request.texts_size()) < kBatchTexts && bytes < kBatchBytes) {
    const std::string& text = arguments.texts[(*next)++];
    bytes += text.size();
    request.add_texts(text);
  }
  return client->Call(client->ontology(), &v1::OntologyService::Stub::ResolveGenes, request,
                      response);
}

int Resolve(const Session& session, GenesArguments arguments) {
  if (!arguments.file.empty() && !ReadTexts(arguments.file, &arguments.texts)) {
    return session.Fail(kUsage, "genes resolve", absl::StrCat(arguments.file, " cannot be read"),
                        "--file names a text file of at most 64 MiB, one name in each line");
  }
  if (arguments.texts.empty()) {
    return session.Fail(kUsage, "genes resolve", "no names given",
                        "name genes on the command line, or a file of them with --file");
  }
  Client client = session.Connect();
  Table table({{"name", false, true},
               {"outcome"},
               {"gene"},
               {"symbol"},
               {"candidates", false, true, true},
               {"reason", false, true, true}});
  for (size_t next = 0; next < arguments.texts.size();) {
    v1::ResolveGenesResponse response;
    const absl::Status status = ResolveBatch(arguments, &client, &next, &response);
    if (!status.ok()) return session.Fail("genes resolve", status);
    for (const v1::GeneResolution& resolution : response.resolutions()) {
      if (session.json) {
        session.out() << ToJsonLine(resolution);
        continue;
      }
      table.AddRow({resolution.text(),
                    Words(v1::GeneResolution::Outcome_Name(resolution.outcome())),
                    resolution.gene().empty() ? "-" : resolution.gene(), resolution.symbol(),
                    CandidatesText(resolution), resolution.reason()});
    }
  }
  if (!session.json) session.Print(table);
  return kOk;
}

void PrintOrthologs(const Session& session, const v1::Gene& gene) {
  Table table({{"organism"}, {"ortholog"}, {"symbol"}, {"sources", true}, {"", false, true}});
  for (const v1::GeneOrtholog& ortholog : gene.orthologs()) {
    table.AddRow({ortholog.organism(), ortholog.gene(), ortholog.symbol(),
                  FormatCount(ortholog.sources_size()), absl::StrJoin(ortholog.sources(), ", ")});
  }
  if (table.empty()) return;
  session.out() << '\n';
  session.Print(table, 2);
}

int Show(const Session& session, const GenesArguments& arguments) {
  Client client = session.Connect();
  v1::GetGeneRequest request;
  request.set_name(absl::StartsWith(arguments.gene, "genes/") ? arguments.gene
                                                              : "genes/" + arguments.gene);
  v1::Gene gene;
  const absl::Status status =
      client.Call(client.ontology(), &v1::OntologyService::Stub::GetGene, request, &gene);
  if (!status.ok()) return session.Fail(absl::StrCat("genes show ", arguments.gene), status);
  if (session.PrintedJson(gene)) return kOk;
  session.out() << session.Bold(EscapeForTerminal(absl::StrCat(gene.symbol(), "  ", gene.id())))
                << '\n';
  Table table({{""}, {"", false, true}});
  const auto row = [&](const char* what, const std::string& text) {
    if (!text.empty()) table.AddRow({what, text});
  };
  row("organism", gene.organism());
  row("name", gene.full_name());
  row("previous symbols", absl::StrJoin(gene.previous_symbols(), ", "));
  row("aliases", absl::StrJoin(gene.aliases(), ", "));
  row("other ids", absl::StrJoin(gene.cross_ids(), ", "));
  row("interactions", CountOf(gene.interaction_count(), "partner"));
  session.Print(table, 2);
  PrintOrthologs(session, gene);
  return kOk;
}

}  // namespace

void AddGenesCommands(CLI::App& app, Session& session) {
  CLI::App* group = AddGroup(app, "genes", "Genes, their names, ids and orthologs",
                             "parfocal genes resolve --organism human TP53 2-Sep");
  auto arguments = std::make_shared<GenesArguments>();
  CLI::App* resolve =
      AddCommand(*group, session, "resolve", "Turns symbols or ids into genes, and says why",
                 "parfocal genes resolve --organism 'Homo sapiens' TP53 2-Sep",
                 [&session, arguments] { return Resolve(session, *arguments); });
  resolve->add_option("TEXT", arguments->texts, "Symbols, identifiers, cells of a table");
  resolve->add_option("--organism", arguments->organism,
                      "Whose genes: a label, a common name or an NCBITaxon id; without it only "
                      "identifiers that no two species share resolve");
  resolve->add_option("--file", arguments->file, "A file of them, one in each line");
  CLI::App* show =
      AddCommand(*group, session, "show", "Shows a gene with its names, ids and orthologs",
                 "parfocal genes show HGNC:11998",
                 [&session, arguments] { return Show(session, *arguments); });
  show->add_option("GENE", arguments->gene, "Its id in any system")->required();
  AddGeneImagesCommand(*group, session);
}

}  // namespace parfocal::cli
