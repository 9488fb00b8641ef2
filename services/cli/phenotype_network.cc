// parfocal phenotype network
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <memory>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "gene_list.h"
#include "json_text.h"
#include "parfocal/cli/terminal_text.h"
#include "parfocal/network/network_text.h"
#include "phenotype_commands.h"
#include "phenotype_request.h"

namespace parfocal::cli {
namespace {

struct NetworkArguments {
  TermArguments terms;
  std::vector<std::string> genes;
  std::string file;
  std::string profile_of, organism;
  ScopeArguments scope;
  double min_information_content = 0;
  int min_studies = 0, min_ortholog_sources = 0, max_nodes = 0, max_edges = 0;
  std::string pool_to;
  bool interactions = false, bridges = false;
  std::string format = "json";
  std::string output;
};

absl::StatusOr<v1::BuildNetworkRequest> RequestFrom(const NetworkArguments& arguments) {
  v1::BuildNetworkRequest request;
  request.set_expression(ExpressionOf(arguments.terms));
  request.set_exact(arguments.terms.exact);
  request.set_profile_of(arguments.profile_of);
  request.set_organism(arguments.organism);
  for (const std::string& name : arguments.genes) request.add_genes(name);
  if (!arguments.file.empty()) {
    absl::StatusOr<GeneList> list = ReadGeneList(arguments.file);
    if (!list.ok()) return list.status();
    for (const std::string& name : list->names) request.add_genes(name);
  }
  if (request.expression().empty() && request.genes().empty() && request.profile_of().empty())
    return absl::InvalidArgumentError(
        "no genes: give --term, --expression, --genes or --profile-of");
  FillScope(arguments.scope, request.mutable_scope());
  // Without names it is the findings that the organism restricts.
  if (request.genes().empty() && request.profile_of().empty() && !arguments.organism.empty())
    request.mutable_scope()->add_organisms(arguments.organism);
  request.set_min_information_content(arguments.min_information_content);
  request.set_min_studies(arguments.min_studies);
  request.set_pool_to(arguments.pool_to);
  request.set_min_ortholog_sources(arguments.min_ortholog_sources);
  request.set_interactions(arguments.interactions);
  request.set_bridges(arguments.bridges);
  request.set_max_nodes(arguments.max_nodes);
  request.set_max_edges(arguments.max_edges);
  return request;
}

NetworkCaption CaptionOf(const v1::BuildNetworkRequest& request, const v1::Network& network) {
  std::vector<std::string> labels;
  for (const auto& term : network.explain().terms()) labels.push_back(term.label());
  std::string title = absl::StrJoin(labels, ", ");
  if (title.empty() && !request.profile_of().empty())
    title = absl::StrCat("genes like ", request.profile_of());
  if (title.empty()) title = CountOf(request.genes_size(), "gene");
  return {title, absl::StrCat("Genes joined by the phenotypes they share. Request: ",
                              request.ShortDebugString(),
                              ". Rules: ", absl::StrJoin(network.explain().rules(), " "))};
}

// The whole file or none: written beside it and renamed.
absl::Status WriteFile(const std::string& path, const std::string& text) {
  const std::string partial = absl::StrCat(path, ".part");
  std::ofstream file(partial, std::ios::binary | std::ios::trunc);
  if (!file) return absl::PermissionDeniedError(absl::StrCat(partial, ": ", std::strerror(errno)));
  file << text;
  file.close();
  std::error_code error;
  if (file) std::filesystem::rename(partial, path, error);
  if (file && !error) return absl::OkStatus();
  std::filesystem::remove(partial, error);
  return absl::PermissionDeniedError(absl::StrCat(path, ": cannot be written"));
}

// net.tsv -> net-nodes.tsv
std::string NodeFile(const std::string& path) {
  const std::filesystem::path whole(path);
  const std::string extension = whole.extension().string();
  return (whole.parent_path() / absl::StrCat(whole.stem().string(), "-nodes", extension)).string();
}

std::string TextOf(const std::string& format, const v1::Network& network,
                   const NetworkCaption& caption) {
  if (format == "graphml") return ToGraphMl(network, caption);
  if (format == "cx2") return ToCx2(network, caption);
  if (format == "sif") return ToSif(network);
  if (format == "tsv") return ToEdgeTable(network);
  return ToJsonDocument(network);
}

// All pages: nodes, edges, credits.
absl::Status ReadNetwork(Client& client, v1::BuildNetworkRequest request, v1::Network* all) {
  bool first = true;
  do {
    v1::Network page;
    absl::Status status =
        client.Call(client.phenotype(), &v1::PhenotypeService::Stub::BuildNetwork, request, &page);
    if (!status.ok()) return status;
    request.set_page_token(page.next_page_token());
    if (first) {
      *all = std::move(page);
    } else {
      all->mutable_nodes()->MergeFrom(page.nodes());
      all->mutable_edges()->MergeFrom(page.edges());
      all->mutable_credits()->MergeFrom(page.credits());
    }
    all->clear_next_page_token();
    first = false;
  } while (!request.page_token().empty());
  return absl::OkStatus();
}

int Network(const Session& session, const NetworkArguments& arguments) {
  const absl::StatusOr<v1::BuildNetworkRequest> request = RequestFrom(arguments);
  if (!request.ok()) {
    return session.Fail(kUsage, "phenotype network", request.status().message(),
                        "see parfocal phenotype network --help");
  }
  Client client = session.Connect();
  v1::Network network;
  absl::Status status = ReadNetwork(client, *request, &network);
  if (!status.ok()) return session.Fail("phenotype network", status);
  const std::string text = TextOf(arguments.format, network, CaptionOf(*request, network));
  if (arguments.output.empty()) {
    // A terminal gets nothing that it would obey: the formats hold no control characters but line
    // ends and tabs; bidirectional overrides are escaped all the same.
    if (session.screen.out_is_terminal) {
      session.out() << EscapeForTerminal(text, /*keep_lines=*/true);
    } else {
      session.out() << text;
    }
    return kOk;
  }
  status = WriteFile(arguments.output, text);
  std::vector<std::string> files = {arguments.output};
  if (status.ok() && arguments.format == "tsv") {
    files.push_back(NodeFile(arguments.output));
    status = WriteFile(files.back(), ToNodeTable(network));
  }
  if (!status.ok()) {
    return session.Fail(kRefused, "phenotype network", status.message(),
                        "give a file in a folder that can be written");
  }
  session.err() << "Wrote " << EscapeForTerminal(absl::StrJoin(files, " and ")) << ": "
                << CountOf(network.nodes_size(), "gene") << ", "
                << CountOf(network.edges_size(), "edge");
  if (network.edges_left_out() > 0)
    session.err() << " (" << FormatCount(network.edges_left_out()) << " weaker ones left out)";
  session.err() << "; credit " << CountOf(network.credits_size(), "study") << '\n';
  for (const v1::GeneResolution& name : network.not_used()) {
    const std::string why = ResolutionText(name);
    session.err() << "not used: "
                  << EscapeForTerminal(absl::StrCat(name.text(), ": ",
                                                    why.empty() ? "perturbed in no study" : why))
                  << '\n';
  }
  return kOk;
}

}  // namespace

void AddPhenotypeNetworkCommand(CLI::App& group, Session& session) {
  auto arguments = std::make_shared<NetworkArguments>();
  NetworkArguments* a = arguments.get();
  CLI::App* command = AddCommand(
      group, session, "network", "Writes a network of genes that share phenotypes",
      "parfocal phenotype network --term 'elongated cell' --pool-to human --format graphml -o "
      "elongated.graphml\n  parfocal phenotype network --genes my-genes.txt --interactions "
      "--format cx2 -o mine.cx2",
      [&session, arguments] { return Network(session, *arguments); });
  AddTermOptions(*command, &a->terms);
  command->add_option("GENE", a->genes, "Ids or symbols of genes, at most 500");
  command->add_option("--genes", a->file,
                      "File with one name a line, or a table with them in its first column; - for "
                      "standard input");
  command->add_option("--profile-of", a->profile_of, "A gene and those most like it");
  command->add_option("--organism", a->organism,
                      "Organism of the names, or of the findings if there are none");
  AddScopeOptions(*command, &a->scope, /*organisms=*/false);
  command->add_option("--min-information", a->min_information_content,
                      "Bits that a shared term must have at least; 0 means 3");
  command->add_option("--min-studies", a->min_studies, "Edges with support in so many studies");
  command->add_option("--pool-to", a->pool_to, "Species whose orthologs stand for the genes");
  command->add_option("--min-ortholog-sources", a->min_ortholog_sources,
                      "With --pool-to: orthologs that at least so many sources assert");
  command->add_flag("--interactions", a->interactions,
                    "Also edges of the interaction table of the node");
  command->add_flag("--bridges", a->bridges,
                    "Also terms of other ontologies, by the mappings of the node");
  command->add_option("--max-nodes", a->max_nodes, "0 means 500; at most 2000");
  command->add_option("--max-edges", a->max_edges, "The strongest; 0 means 5000; at most 20,000");
  command
      ->add_option("--format", a->format,
                   "graphml, cx2, sif, tsv (edges, and nodes beside them) or json")
      ->check(CLI::IsMember({"graphml", "cx2", "sif", "tsv", "json"}))
      ->capture_default_str();
  command->add_option("-o,--output", a->output, "File to write; standard output if not given");
}

void AddPhenotypeCommands(CLI::App& app, Session& session) {
  CLI::App* group = AddGroup(app, "phenotype", "Genes and compounds by phenotype, and networks",
                             "parfocal phenotype genes --term 'elongated cell'");
  AddPhenotypeFindCommands(*group, session);
  AddPhenotypeGeneCommands(*group, session);
  AddPhenotypeNetworkCommand(*group, session);
}

}  // namespace parfocal::cli
