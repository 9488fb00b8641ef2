// parfocal phenotype genes|compounds|terms|coverage|unattributed|evidence
#include <algorithm>
#include <cstdint>
#include <map>
#include <memory>
#include <set>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"
#include "parfocal/cli/terminal_text.h"
#include "phenotype_commands.h"
#include "phenotype_pages.h"
#include "phenotype_request.h"
#include "short_names.h"

namespace parfocal::cli {
namespace {

using Stub = v1::PhenotypeService::Stub;

constexpr int kCoveragePage = 1000;

struct FindArguments {
  TermArguments terms;
  ScopeArguments scope;
  int min_studies = 0;
  std::string pool_to;
  int min_ortholog_sources = 0;
  bool bridges = false;
  bool without_effect = false;
  int limit = -1;
  bool explain = false;
  std::string subject, organism, which = "positives";
};

absl::Status NoTerm() { return absl::InvalidArgumentError("no term: give --term or --expression"); }

std::string PooledText(const v1::GeneHit& hit) {
  return absl::StrJoin(hit.pooled_from(), ", ", [](std::string* out, const v1::PooledGene& gene) {
    absl::StrAppend(out, gene.symbol().empty() ? gene.gene() : gene.symbol(), " ", gene.organism());
    if (gene.orthologs() > 1) absl::StrAppend(out, " (1 of ", gene.orthologs(), ")");
    if (gene.co_orthologs() > 1) absl::StrAppend(out, " (with ", gene.co_orthologs() - 1, " more)");
  });
}

int Genes(const Session& session, const FindArguments& arguments) {
  const std::string expression = ExpressionOf(arguments.terms);
  if (expression.empty()) {
    return session.Fail(kUsage, "phenotype genes", NoTerm().message(),
                        "see parfocal phenotype genes --help");
  }
  v1::FindGenesRequest request;
  request.set_expression(expression);
  request.set_exact(arguments.terms.exact);
  FillScope(arguments.scope, request.mutable_scope());
  request.set_min_studies(arguments.min_studies);
  request.set_pool_to(arguments.pool_to);
  request.set_min_ortholog_sources(arguments.min_ortholog_sources);
  request.set_bridges(arguments.bridges);
  Client client = session.Connect();
  v1::FindGenesResponse all;
  const absl::Status status = ReadPages(
      client, &Stub::FindGenes, request, RowLimit(session, arguments.limit),
      [](v1::FindGenesResponse* response) { return response->mutable_genes(); }, &all);
  if (!status.ok()) return session.Fail("phenotype genes", status);
  if (session.PrintedJson(all)) return kOk;
  Table table({{"gene", false, true},
               {"id"},
               {"organism"},
               {"studies", true},
               {"identifiers", false, true},
               {"evidence (image sets)", false, true},
               {"pooled from", false, true, true}});
  for (const v1::GeneHit& hit : all.genes()) {
    table.AddRow({NameOf(hit), hit.gene().empty() ? "-" : hit.gene(), hit.organism(),
                  FormatCount(hit.studies()), absl::StrJoin(hit.source_identifiers(), ", "),
                  EvidenceText(hit.evidence()), PooledText(hit)});
  }
  if (!table.empty()) session.Print(table);
  PrintMore(session, all.genes_size(), all.total_size());
  session.out() << CountOf(all.total_size(), "gene") << " by "
                << CountOf(all.total_source_identifiers(), "source identifier") << " ("
                << FormatCount(all.total_single_target_identifiers())
                << " of reagents with one target), " << CountOf(all.total_image_sets(), "image set")
                << '\n';
  if (arguments.explain) PrintExplain(session, all.explain());
  return kOk;
}

int Compounds(const Session& session, const FindArguments& arguments) {
  v1::FindCompoundsRequest request;
  request.set_expression(ExpressionOf(arguments.terms));
  request.set_exact(arguments.terms.exact);
  FillScope(arguments.scope, request.mutable_scope());
  request.set_min_studies(arguments.min_studies);
  request.set_without_effect(arguments.without_effect);
  request.set_bridges(arguments.bridges);
  if (request.expression().empty() && !request.without_effect()) {
    return session.Fail(kUsage, "phenotype compounds", NoTerm().message(),
                        "or --without-effect for those that show nothing");
  }
  Client client = session.Connect();
  v1::FindCompoundsResponse all;
  const absl::Status status = ReadPages(
      client, &Stub::FindCompounds, request, RowLimit(session, arguments.limit),
      [](v1::FindCompoundsResponse* response) { return response->mutable_compounds(); }, &all);
  if (!status.ok()) return session.Fail("phenotype compounds", status);
  if (session.PrintedJson(all)) return kOk;
  Table table({{"compound", false, true},
               {"id", false, true},
               {"studies", true},
               {"image sets", true},
               {"controls", true},
               {"failed", true},
               {"evidence (image sets)", false, true}});
  for (const v1::CompoundHit& hit : all.compounds()) {
    table.AddRow({hit.name(), hit.compound().empty() ? "-" : hit.compound(),
                  FormatCount(hit.studies()), FormatCount(hit.image_sets()),
                  FormatCount(hit.controls()), FormatCount(hit.failed()),
                  EvidenceText(hit.evidence())});
  }
  if (!table.empty()) session.Print(table);
  PrintMore(session, all.compounds_size(), all.total_size());
  session.out() << CountOf(all.total_size(), "compound")
                << (arguments.without_effect ? " tested without the effect\n" : "\n");
  if (arguments.explain) PrintExplain(session, all.explain());
  return kOk;
}

int Terms(const Session& session, const FindArguments& arguments) {
  v1::SampleTermsRequest request;
  FillScope(arguments.scope, request.mutable_scope());
  Client client = session.Connect();
  v1::SampleTermsResponse all;
  const absl::Status status = ReadPages(
      client, &Stub::SampleTerms, request, RowLimit(session, arguments.limit),
      [](v1::SampleTermsResponse* response) { return response->mutable_terms(); }, &all);
  if (!status.ok()) return session.Fail("phenotype terms", status);
  if (session.PrintedJson(all)) return kOk;
  Table table({{"term"},
               {"label", false, true},
               {"category", false, true},
               {"genes", true},
               {"with below", true},
               {"positive", true},
               {"negative", true},
               {"controls", true},
               {"failed", true},
               {"screens", true},
               {"studies", true},
               {"bits", true}});
  for (const auto& row : all.terms()) {
    table.AddRow({row.term(), row.label(), row.category(), FormatCount(row.genes()),
                  FormatCount(row.genes_rolled_up()), FormatCount(row.positive()),
                  FormatCount(row.negative()), FormatCount(row.controls()),
                  FormatCount(row.failed()), FormatCount(row.screens()), FormatCount(row.studies()),
                  absl::StrFormat("%.2f", row.information_content())});
  }
  if (!table.empty()) session.Print(table);
  PrintMore(session, all.terms_size(), all.total_size());
  session.out() << CountOf(all.total_size(), "term") << '\n';
  if (arguments.explain) PrintExplain(session, all.explain());
  return kOk;
}

int Coverage(const Session& session, const FindArguments& arguments) {
  v1::CoverageReportRequest request;
  FillScope(arguments.scope, request.mutable_scope());
  Client client = session.Connect();
  v1::CoverageReportResponse response;
  // Species first, then screens; all of them, as the two tables are one report.
  do {
    v1::CoverageReportResponse page;
    request.set_page_size(kCoveragePage);
    const absl::Status status =
        client.Call(client.phenotype(), &Stub::CoverageReport, request, &page);
    if (!status.ok()) return session.Fail("phenotype coverage", status);
    request.set_page_token(page.next_page_token());
    if (response.revision().empty()) {
      response = std::move(page);
    } else {
      response.mutable_species()->MergeFrom(page.species());
      response.mutable_screens()->MergeFrom(page.screens());
    }
    response.clear_next_page_token();
  } while (!request.page_token().empty());
  if (session.PrintedJson(response)) return kOk;
  Table species({{"organism"},
                 {"", false, true},
                 {"genes assayed", true},
                 {"found in 1 study", true},
                 {"in 2", true},
                 {"in 3", true},
                 {"pairs in 2 studies", true},
                 {"unresolved ids", true}});
  for (const auto& row : response.species()) {
    species.AddRow({row.organism(), row.label(), FormatCount(row.assayed()),
                    FormatCount(row.in_one_study()), FormatCount(row.in_two_studies()),
                    FormatCount(row.in_three_studies()), FormatCount(row.pairs_in_two_studies()),
                    FormatCount(row.unresolved_identifiers())});
  }
  if (!species.empty()) session.Print(species);
  session.out() << '\n';
  Table screens({{"screen"},
                 {"organism", false, true},
                 {"image sets", true},
                 {"controls", true},
                 {"failed", true},
                 {"positive", true},
                 {"negative", true},
                 {"unattributed", true},
                 {"genes", true},
                 {"with finding", true}});
  for (const auto& row : response.screens()) {
    screens.AddRow({ScreenName(row.study(), row.block()), row.organism(),
                    FormatCount(row.perturbed()), FormatCount(row.controls()),
                    FormatCount(row.failed()), FormatCount(row.positive()),
                    FormatCount(row.negative()), FormatCount(row.unattributed()),
                    FormatCount(row.genes()), FormatCount(row.genes_with_finding())});
  }
  if (!screens.empty()) session.Print(screens);
  if (arguments.explain) PrintExplain(session, response.explain());
  return kOk;
}

int Unattributed(const Session& session, const FindArguments& arguments) {
  v1::ListUnattributedRequest request;
  FillScope(arguments.scope, request.mutable_scope());
  Client client = session.Connect();
  v1::ListUnattributedResponse all;
  const absl::Status status = ReadPages(
      client, &Stub::ListUnattributed, request, RowLimit(session, arguments.limit),
      [](v1::ListUnattributedResponse* response) { return response->mutable_rows(); }, &all);
  if (!status.ok()) return session.Fail("phenotype unattributed", status);
  if (session.PrintedJson(all)) return kOk;
  Table table({{"screen"},
               {"reason", false, true},
               {"finding", false, true},
               {"observations", true},
               {"for example", false, true}});
  for (const auto& row : all.rows()) {
    table.AddRow({ScreenName(row.study(), row.block()), row.reason(), row.finding(),
                  FormatCount(row.observations()), ShortName(row.example())});
  }
  if (!table.empty()) session.Print(table);
  PrintMore(session, all.rows_size(), all.total_size());
  session.out() << CountOf(all.total_size(), "kind") << " of finding that entered no count\n";
  if (arguments.explain) PrintExplain(session, all.explain());
  return kOk;
}

std::string PerturbationText(const v1::GetEvidenceResponse::Item& item) {
  std::set<std::string> texts;
  for (const v1::Perturbation& perturbation : item.perturbations()) {
    std::string text = absl::StrJoin(perturbation.genes(), ", ");
    for (const std::string& part :
         {perturbation.compound(), perturbation.reagent(), perturbation.allele(),
          perturbation.dose(), perturbation.time()}) {
      if (!part.empty()) absl::StrAppend(&text, text.empty() ? "" : " ", part);
    }
    texts.insert(text);
  }
  return absl::StrJoin(texts, "; ");
}

int Evidence(const Session& session, const FindArguments& arguments) {
  if (arguments.subject.empty() && arguments.scope.studies.empty()) {
    return session.Fail(kUsage, "phenotype evidence", "no subject: name a gene or compound",
                        "or --study for whatever was done there");
  }
  v1::GetEvidenceRequest request;
  request.set_bridges(arguments.bridges);
  request.set_subject(arguments.subject);
  request.set_organism(arguments.organism);
  request.set_expression(ExpressionOf(arguments.terms));
  request.set_exact(arguments.terms.exact);
  FillScope(arguments.scope, request.mutable_scope());
  static const auto& which = *new std::map<std::string, v1::GetEvidenceRequest::Which>{
      {"positives", v1::GetEvidenceRequest::WHICH_UNSPECIFIED},
      {"negatives", v1::GetEvidenceRequest::NEGATIVES},
      {"controls", v1::GetEvidenceRequest::CONTROLS},
      {"failed", v1::GetEvidenceRequest::FAILED}};
  request.set_which(which.at(arguments.which));
  Client client = session.Connect();
  v1::GetEvidenceResponse all;
  const absl::Status status = ReadPages(
      client, &Stub::GetEvidence, request, RowLimit(session, arguments.limit),
      [](v1::GetEvidenceResponse* response) { return response->mutable_items(); }, &all);
  if (!status.ok()) return session.Fail("phenotype evidence", status);
  if (session.PrintedJson(all)) return all.items().empty() ? kNotComplete : kOk;
  if (all.items().empty()) {
    const std::string why = ResolutionText(all.resolution());
    return session.Fail(kNotComplete, absl::StrCat("phenotype evidence ", arguments.subject),
                        why.empty() ? absl::StrCat("no ", arguments.which) : why,
                        "parfocal phenotype profile shows where it was perturbed");
  }
  Table table({{"image set", false, true},
               {"finding", false, true, true},
               {"term", false, false, true},
               {"level", false, false, true},
               {"score", false, true, true},
               {"perturbation", false, true},
               {"control", false, false, true},
               {"images", false, false, true},
               {"raw record SHA-256", false, true}});
  for (const auto& item : all.items()) {
    const v1::Observation& observation = item.observation();
    table.AddRow({ShortName(item.image_set()), observation.finding().value(),
                  observation.finding().term(), observation.level(), observation.score(),
                  PerturbationText(item), item.control(), item.without_image() ? "none" : "",
                  item.raw_sha256()});
  }
  session.Print(table);
  PrintMore(session, all.items_size(), all.total_size());
  session.out() << CountOf(all.total_size(), "image set")
                << "; parfocal show IMAGE-SET --raw prints the bytes as received\n";
  if (arguments.explain) PrintExplain(session, all.explain());
  return kOk;
}

void AddLimit(CLI::App& command, FindArguments* arguments, const std::string& what) {
  command
      .add_option(
          "--limit", arguments->limit,
          absl::StrCat(what, " to show; 0: all, which JSON always has unless this is given"))
      ->check(CLI::Range(0, 1'000'000));
}

void AddExplain(CLI::App& command, FindArguments* arguments) {
  command.add_flag("--explain", arguments->explain,
                   "Show terms, studies, rules and what was left out");
}

void AddBridges(CLI::App& command, FindArguments* arguments) {
  command.add_flag("--bridges", arguments->bridges,
                   "Also terms of other ontologies, by the mappings of the node");
}

void AddGenes(CLI::App& group, Session& session, const std::shared_ptr<FindArguments>& arguments) {
  FindArguments* a = arguments.get();
  CLI::App* command = AddCommand(
      group, session, "genes", "Finds genes by phenotype, with the evidence of each study",
      "parfocal phenotype genes --term 'elongated cell' --min-studies 2\n  "
      "parfocal phenotype genes --expression '\"elongated cell\" AND NOT \"round cell\"' "
      "--pool-to human",
      [&session, arguments] { return Genes(session, *arguments); });
  AddTermOptions(*command, &a->terms);
  AddScopeOptions(*command, &a->scope);
  command->add_option("--min-studies", a->min_studies, "Support in at least so many studies");
  command->add_option("--pool-to", a->pool_to,
                      "Species whose orthologs stand for the genes: an id, a name, a common name");
  command->add_option("--min-ortholog-sources", a->min_ortholog_sources,
                      "With --pool-to: orthologs that at least so many sources assert");
  AddBridges(*command, a);
  AddExplain(*command, a);
  AddLimit(*command, a, "Genes");
}

void AddCompounds(CLI::App& group, Session& session,
                  const std::shared_ptr<FindArguments>& arguments) {
  FindArguments* a = arguments.get();
  CLI::App* command = AddCommand(group, session, "compounds",
                                 "Finds compounds by phenotype, or those without effect",
                                 "parfocal phenotype compounds --without-effect --study S1",
                                 [&session, arguments] { return Compounds(session, *arguments); });
  AddTermOptions(*command, &a->terms);
  AddScopeOptions(*command, &a->scope);
  command->add_option("--min-studies", a->min_studies, "Support in at least so many studies");
  command->add_flag("--without-effect", a->without_effect,
                    "Those that were tested and never showed the terms");
  AddBridges(*command, a);
  AddExplain(*command, a);
  AddLimit(*command, a, "Compounds");
}

void AddLists(CLI::App& group, Session& session, const std::shared_ptr<FindArguments>& arguments) {
  FindArguments* a = arguments.get();
  CLI::App* terms =
      AddCommand(group, session, "terms", "Lists the terms that were seen, and how often",
                 "parfocal phenotype terms --study S1/screenA",
                 [&session, arguments] { return Terms(session, *arguments); });
  AddScopeOptions(*terms, &a->scope);
  AddLimit(*terms, a, "Terms");
  AddExplain(*terms, a);

  CLI::App* coverage = AddCommand(group, session, "coverage",
                                  "Counts genes assayed and found, by species and by screen",
                                  "parfocal phenotype coverage --organism human",
                                  [&session, arguments] { return Coverage(session, *arguments); });
  AddScopeOptions(*coverage, &a->scope);
  AddExplain(*coverage, a);

  CLI::App* unattributed =
      AddCommand(group, session, "unattributed", "Lists findings that entered no count, and why",
                 "parfocal phenotype unattributed --study S1",
                 [&session, arguments] { return Unattributed(session, *arguments); });
  AddScopeOptions(*unattributed, &a->scope);
  AddLimit(*unattributed, a, "Rows");
  AddExplain(*unattributed, a);
}

void AddEvidence(CLI::App& group, Session& session,
                 const std::shared_ptr<FindArguments>& arguments) {
  FindArguments* a = arguments.get();
  CLI::App* command = AddCommand(
      group, session, "evidence", "Lists the image sets behind a gene's or compound's findings",
      "parfocal phenotype evidence KIF11 --organism human --which negatives\n  "
      "parfocal phenotype evidence --study S1/screenA --which controls",
      [&session, arguments] { return Evidence(session, *arguments); });
  command->add_option(
      "SUBJECT", a->subject,
      "A gene (id, symbol, source's id) or a compound; without it whatever was done "
      "in --study");
  AddBridges(*command, a);
  command->add_option("--organism", a->organism, "Organism of the gene: an id or a name");
  AddTermOptions(*command, &a->terms);
  AddScopeOptions(*command, &a->scope, /*organisms=*/false);
  command->add_option("--which", a->which, "positives, negatives, controls or failed")
      ->check(CLI::IsMember({"positives", "negatives", "controls", "failed"}))
      ->capture_default_str();
  AddLimit(*command, a, "Image sets");
  AddExplain(*command, a);
}

}  // namespace

void AddPhenotypeFindCommands(CLI::App& group, Session& session) {
  auto arguments = std::make_shared<FindArguments>();
  AddGenes(group, session, arguments);
  AddCompounds(group, session, arguments);
  AddLists(group, session, arguments);
  AddEvidence(group, session, arguments);
}

}  // namespace parfocal::cli
