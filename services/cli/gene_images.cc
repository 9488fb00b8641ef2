// parfocal genes images: the image sets of one gene by imaging method, split by the gene's role.
#include <memory>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "command.h"
#include "gene_commands.h"
#include "json_text.h"
#include "parfocal/cli/terminal_text.h"

namespace parfocal::cli {
namespace {

// A role, as people call it, and the field of the schema that holds genes of it.
constexpr std::pair<const char*, const char*> kRoles[] = {
    {"perturbed", "perturbed_gene"},  {"background", "background_gene"},
    {"tagged", "tagged_gene"},        {"antibody target", "antibody_target"},
    {"probe target", "probe_target"}, {"compound target", "compound_target"},
};
constexpr int kMostMethods = 1000;
// A harvest may go on between the calls; they are then made again.
constexpr int kAttempts = 3;

struct ImagesArguments {
  std::string gene, organism;
};

struct RoleAnswer {
  const char* role = nullptr;
  std::string filter;
  v1::SearchResponse response;
};

std::string Quoted(const std::string& text) {
  return absl::StrCat("\"", absl::StrReplaceAll(text, {{"\\", "\\\\"}, {"\"", "\\\""}}), "\"");
}

// The gene's id, or the text itself where the tables name no single gene by it: archives write much
// that no table has.
absl::Status GeneToFind(const ImagesArguments& arguments, Client* client, std::string* gene,
                        std::string* note) {
  v1::ResolveGenesRequest request;
  request.add_texts(arguments.gene);
  request.set_organism(arguments.organism);
  v1::ResolveGenesResponse response;
  const absl::Status status = client->Call(
      client->ontology(), &v1::OntologyService::Stub::ResolveGenes, request, &response);
  if (!status.ok()) return status;
  *gene = arguments.gene;
  if (response.resolutions_size() == 1 &&
      response.resolutions(0).outcome() == v1::GeneResolution::ONE) {
    *gene = response.resolutions(0).gene();
  } else {
    *note = arguments.organism.empty()
                ? "no single gene without its organism: what any archive calls so"
                : "no single gene in the tables: what an archive calls so";
  }
  return absl::OkStatus();
}

// One search for each role, all of one state of the node.
absl::Status Ask(const std::string& gene, Client* client, std::vector<RoleAnswer>* answers) {
  for (int attempt = 0; attempt < kAttempts; ++attempt) {
    answers->clear();
    bool one_state = true;
    for (const auto& [role, field] : kRoles) {
      RoleAnswer& answer = answers->emplace_back();
      answer.role = role;
      answer.filter = absl::StrCat(field, " = ", Quoted(gene));
      v1::SearchRequest request;
      request.set_filter(answer.filter);
      request.set_level(v1::IMAGE_SET);
      request.set_page_size(1);
      v1::FacetSpec* methods = request.add_facets();
      methods->set_field("imaging_method");
      methods->set_limit(kMostMethods);
      const absl::Status status = client->Call(client->search(), &v1::SearchService::Stub::Search,
                                               request, &answer.response);
      if (!status.ok()) return status;
      const v1::Revision& first = answers->front().response.revision();
      one_state = one_state && answer.response.revision().sequence() == first.sequence() &&
                  answer.response.revision().ontology_release() == first.ontology_release();
    }
    if (one_state) return absl::OkStatus();
  }
  return absl::AbortedError("the records changed between the searches; ask again");
}

void AddRow(Table* table, const std::string& role, const std::string& method, const std::string& id,
            const v1::Counts& counts) {
  table->AddRow({role, method, id, FormatCount(counts.studies()), FormatCount(counts.image_sets()),
                 FormatCount(counts.images()), FormatCount(counts.unknown_image_sets())});
}

int Images(const Session& session, const ImagesArguments& arguments) {
  const std::string what = absl::StrCat("genes images ", arguments.gene);
  Client client = session.Connect();
  std::string gene, note;
  absl::Status status = GeneToFind(arguments, &client, &gene, &note);
  if (!status.ok()) return session.Fail(what, status);
  std::vector<RoleAnswer> answers;
  status = Ask(gene, &client, &answers);
  if (!status.ok()) return session.Fail(what, status);
  bool any = false;
  Table table({{"role", false, true},
               {"imaging method", false, true},
               {"id", false, true},
               {"studies", true},
               {"image sets", true},
               {"images", true},
               {"sets of unknown number", true}});
  for (const RoleAnswer& answer : answers) {
    any = any || answer.response.total_size() > 0;
    if (session.json) {
      session.out() << "{\"role\": \"" << answer.role << "\", \"answer\": "
                    << absl::StrReplaceAll(ToJsonLine(answer.response), {{"\n", ""}}) << "}\n";
      continue;
    }
    if (answer.response.total_size() == 0) continue;
    AddRow(&table, answer.role, "all", "", answer.response.total());
    for (const v1::Facet& facet : answer.response.facets()) {
      for (const v1::FacetValue& value : facet.values()) {
        // Classes above a method that nothing states itself add nothing.
        if (value.exact_count() == 0) continue;
        const bool same = value.label().empty() || value.label() == value.value();
        AddRow(&table, "", same ? value.value() : value.label(), same ? "" : value.value(),
               value.exact());
      }
      if (facet.missing_count() > 0) {
        table.AddRow({"", "not stated", "", "", FormatCount(facet.missing_count()), "", ""});
      }
    }
  }
  if (session.json) return any ? kOk : kNotComplete;
  if (!any) {
    return session.Fail(kNotComplete, what, note.empty() ? "no image set has it in any role" : note,
                        "parfocal genes resolve shows what the name means");
  }
  session.out() << EscapeForTerminal(absl::StrCat(gene, note.empty() ? "" : ": ", note)) << '\n';
  session.Print(table);
  return kOk;
}

}  // namespace

void AddGeneImagesCommand(CLI::App& group, Session& session) {
  auto arguments = std::make_shared<ImagesArguments>();
  CLI::App* images = AddCommand(group, session, "images",
                                "Counts a gene's images by imaging method, for each of its roles",
                                "parfocal genes images KIF11 --organism human",
                                [&session, arguments] { return Images(session, *arguments); });
  images->add_option("GENE", arguments->gene, "Its id, its symbol, or what an archive calls it")
      ->required();
  images->add_option("--organism", arguments->organism,
                     "Whose gene: a label, a common name or an NCBITaxon id");
}

}  // namespace parfocal::cli
