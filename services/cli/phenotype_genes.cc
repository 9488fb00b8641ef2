// parfocal phenotype profile|similar|compare|enrich
#include <algorithm>
#include <map>
#include <memory>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "gene_list.h"
#include "parfocal/cli/terminal_text.h"
#include "phenotype_background.h"
#include "phenotype_commands.h"
#include "phenotype_pages.h"
#include "phenotype_request.h"

namespace parfocal::cli {
namespace {

using Stub = v1::PhenotypeService::Stub;

// Of one call; the node takes 10,000 names and 256 KiB, and answers 500 genes with a profile.
constexpr size_t kProfilesPerCall = 500;
constexpr size_t kNamesPerCall = 10'000;
constexpr size_t kNameBytesPerCall = 200 * 1024;
constexpr int kMostRestarts = 5;

struct GeneArguments {
  std::vector<std::string> genes;
  std::string file;
  std::string organism;
  ScopeArguments scope;
  TermArguments terms;
  BackgroundArguments background;
  std::string measure = "simgic";
  int limit = -1;
  double max_q = 0;
  bool explain = false;
};

// The names of the command line and of the file, in this order.
absl::StatusOr<GeneList> NamesOf(const GeneArguments& arguments) {
  GeneList list;
  if (!arguments.file.empty()) {
    absl::StatusOr<GeneList> read = ReadGeneList(arguments.file);
    if (!read.ok()) return read.status();
    list = *std::move(read);
  }
  for (auto it = arguments.genes.rbegin(); it != arguments.genes.rend(); ++it) {
    if (std::find(list.names.begin(), list.names.end(), *it) == list.names.end())
      list.names.insert(list.names.begin(), *it);
  }
  if (list.names.empty()) {
    return absl::InvalidArgumentError(
        list.lines == 0 ? "no genes: name them, or give --genes FILE"
                        : absl::StrCat(arguments.file, ": no gene in it; ", Summary(list)));
  }
  return list;
}

// What could not be sent is an answer too.
v1::GeneProfile Unusable(const std::string& beginning) {
  v1::GeneProfile profile;
  // A cut may have gone through a character.
  profile.set_asked(absl::StrCat(EscapeForTerminal(beginning), "..."));
  profile.mutable_resolution()->set_text(profile.asked());
  profile.mutable_resolution()->set_outcome(v1::GeneResolution::UNKNOWN);
  profile.mutable_resolution()->set_reason("too long or not text: no gene is called so");
  return profile;
}

bool IsCut(const v1::GeneProfile& profile) {
  return profile.resolution().outcome() == v1::GeneResolution::ONE && profile.gene().empty() &&
         profile.source_identifiers().empty();
}

// Asks in calls within the node's limits; a profile that did not fit into an answer is asked for
// again in the next one. If the node shows another revision meanwhile, all are asked for again.
absl::Status ReadProfiles(const Session& session, const GeneArguments& arguments,
                          const std::vector<std::string>& names,
                          v1::BatchGetGeneProfilesResponse* all) {
  Client client = session.Connect();
  size_t begin = 0;
  int restarts = 0;
  while (begin < names.size()) {
    const size_t end = EndOfCall(names, begin, kProfilesPerCall, kNameBytesPerCall);
    v1::BatchGetGeneProfilesRequest request;
    for (size_t i = begin; i < end; ++i) request.add_genes(names[i]);
    request.set_organism(arguments.organism);
    FillScope(arguments.scope, request.mutable_scope());
    v1::BatchGetGeneProfilesResponse page;
    const absl::Status status =
        client.Call(client.phenotype(), &Stub::BatchGetGeneProfiles, request, &page);
    if (!status.ok()) return status;
    if (static_cast<size_t>(page.profiles_size()) != end - begin)
      return absl::InternalError("the node answered another number of genes than it was asked for");
    if (begin > 0 && page.revision() != all->revision()) {
      if (++restarts > kMostRestarts)
        return absl::AbortedError("the records change faster than the list is read; ask again");
      all->Clear();
      begin = 0;
      continue;
    }
    all->set_revision(page.revision());
    *all->mutable_explain() = std::move(*page.mutable_explain());
    int taken = 0;
    while (taken < page.profiles_size() && (taken == 0 || !IsCut(page.profiles(taken)))) {
      *all->add_profiles() = std::move(*page.mutable_profiles(taken));
      ++taken;
    }
    begin += static_cast<size_t>(taken);
  }
  return absl::OkStatus();
}

std::string StudiesOf(const google::protobuf::RepeatedPtrField<v1::TermEvidence>& evidence) {
  std::vector<std::string> screens;
  for (const v1::TermEvidence& row : evidence) {
    std::string screen = ScreenName(row.study(), row.block());
    if (std::find(screens.begin(), screens.end(), screen) == screens.end())
      screens.push_back(std::move(screen));
  }
  return absl::StrJoin(screens, ", ");
}

void PrintProfile(const Session& session, const v1::GeneProfile& profile) {
  const std::string note = ResolutionText(profile.resolution());
  session.out() << session.Bold(EscapeForTerminal(
                       absl::StrCat(profile.symbol().empty() ? profile.asked() : profile.symbol(),
                                    "  ", profile.gene(), "  ", profile.organism())))
                << '\n';
  if (!note.empty()) session.out() << "  " << EscapeForTerminal(note) << '\n';
  session.out() << "  as the sources write it: "
                << EscapeForTerminal(absl::StrJoin(profile.source_identifiers(), ", ")) << '\n';
  Table terms({{"term"},
               {"label", false, true},
               {"direction", false, false, true},
               {"positive", true},
               {"negative", true},
               {"screens", false, true}});
  for (const auto& entry : profile.terms()) {
    terms.AddRow({entry.term(), entry.label(), entry.direction(), FormatCount(entry.positive()),
                  FormatCount(entry.negative()), StudiesOf(entry.evidence())});
  }
  if (!terms.empty()) session.Print(terms, 2);
  Table above({{"of the terms below"}, {"label", false, true}, {"negative"}});
  constexpr int kAncestorsShown = 10;
  for (const auto& ancestor : profile.ancestors()) {
    if (above.empty()) session.out() << '\n';
    above.AddRow({ancestor.term(), ancestor.label(),
                  absl::StrCat(ancestor.negative(), " of ", ancestor.scored(), " scored")});
    if (&ancestor - &profile.ancestors(0) + 1 == kAncestorsShown) break;
  }
  if (!above.empty()) session.Print(above, 2);
  session.out() << '\n';
  Table screens({{"screen"},
                 {"perturbation", false, true},
                 {"image sets", true},
                 {"with finding", true},
                 {"as control", true},
                 {"failed", true},
                 {"identifiers", false, true}});
  for (const auto& screen : profile.screens()) {
    screens.AddRow({ScreenName(screen.study(), screen.block()),
                    absl::StrJoin(screen.perturbation_types(), ", "),
                    FormatCount(screen.image_sets()), FormatCount(screen.with_finding()),
                    FormatCount(screen.controls()), FormatCount(screen.failed()),
                    absl::StrJoin(screen.source_identifiers(), ", ")});
  }
  if (!screens.empty()) session.Print(screens, 2);
}

void PrintProfiles(const Session& session, const v1::BatchGetGeneProfilesResponse& response) {
  Table table({{"asked", false, true},
               {"gene"},
               {"id"},
               {"organism"},
               {"positive terms", true},
               {"negative only", true},
               {"screens", true},
               {"as control", true},
               {"note", false, true, true}});
  for (const v1::GeneProfile& profile : response.profiles()) {
    int64_t positive = 0, negative = 0, controls = 0;
    for (const auto& entry : profile.terms()) {
      positive += entry.positive() > 0;
      negative += entry.positive() == 0 && entry.negative() > 0;
    }
    for (const auto& screen : profile.screens()) controls += screen.controls();
    table.AddRow({profile.asked(), profile.symbol().empty() ? "-" : profile.symbol(),
                  profile.gene().empty() ? "-" : profile.gene(), profile.organism(),
                  FormatCount(positive), FormatCount(negative), FormatCount(profile.screens_size()),
                  FormatCount(controls), ResolutionText(profile.resolution())});
  }
  session.Print(table);
}

int Profile(const Session& session, const GeneArguments& arguments) {
  const absl::StatusOr<GeneList> list = NamesOf(arguments);
  if (!list.ok()) {
    return session.Fail(kUsage, "phenotype profile", list.status().message(),
                        "see parfocal phenotype profile --help");
  }
  v1::BatchGetGeneProfilesResponse all;
  const absl::Status status = ReadProfiles(session, arguments, list->names, &all);
  if (!status.ok()) return session.Fail("phenotype profile", status);
  for (const std::string& entry : list->unusable) *all.add_profiles() = Unusable(entry);
  int found = 0;
  for (const v1::GeneProfile& profile : all.profiles())
    found += profile.screens_size() > 0 || profile.terms_size() > 0;
  const ExitCode code = found > 0 ? kOk : kNotComplete;
  if (session.PrintedJson(all)) return code;
  if (all.profiles_size() == 1 && found == 1) {
    PrintProfile(session, all.profiles(0));
  } else {
    PrintProfiles(session, all);
    if (!arguments.file.empty()) session.out() << Summary(*list) << '\n';
    session.out() << FormatCount(found) << " of " << CountOf(all.profiles_size(), "name")
                  << " perturbed in a study\n";
  }
  if (arguments.explain) PrintExplain(session, all.explain());
  return code;
}

int Similar(const Session& session, const GeneArguments& arguments) {
  v1::SimilarGenesRequest request;
  request.set_gene(arguments.genes.front());
  request.set_organism(arguments.organism);
  FillScope(arguments.scope, request.mutable_scope());
  request.set_measure(arguments.measure == "resnik" ? v1::RESNIK_BMA : v1::SIM_GIC);
  absl::Status status =
      FillBackground(arguments.background, arguments.organism, request.mutable_background());
  if (!status.ok()) {
    return session.Fail(kUsage, "phenotype similar", status.message(),
                        "see parfocal phenotype similar --help");
  }
  Client client = session.Connect();
  v1::SimilarGenesResponse response;
  status = ReadPages(
      client, &Stub::SimilarGenes, request, RowLimit(session, arguments.limit),
      [](v1::SimilarGenesResponse* page) { return page->mutable_genes(); }, &response);
  if (!status.ok()) return session.Fail(absl::StrCat("phenotype similar ", request.gene()), status);
  if (session.PrintedJson(response)) return response.genes().empty() ? kNotComplete : kOk;
  if (response.genes().empty()) {
    const std::string why = ResolutionText(response.resolution());
    return session.Fail(kNotComplete, absl::StrCat("phenotype similar ", request.gene()),
                        why.empty() ? "no gene shares a finding with it" : why,
                        "parfocal phenotype profile shows what is known of it");
  }
  Table table({{"", true},
               {"gene"},
               {"id"},
               {"organism"},
               {arguments.measure, true},
               {"shared terms (bits)", false, true}});
  int rank = 0;
  for (const auto& match : response.genes()) {
    table.AddRow({FormatCount(++rank), match.symbol(), match.gene(), match.organism(),
                  absl::StrFormat("%.4f", match.score()), SharedText(match.shared())});
  }
  session.Print(table);
  PrintMore(session, response.genes_size(), response.total_size());
  PrintUnused(session, response.background_not_used());
  if (arguments.explain) PrintExplain(session, response.explain());
  return kOk;
}

int Compare(const Session& session, const GeneArguments& arguments) {
  v1::CompareProfilesRequest request;
  for (const absl::string_view name : absl::StrSplit(arguments.genes[0], ',', absl::SkipEmpty()))
    request.add_a(std::string(absl::StripAsciiWhitespace(name)));
  for (const absl::string_view name : absl::StrSplit(arguments.genes[1], ',', absl::SkipEmpty()))
    request.add_b(std::string(absl::StripAsciiWhitespace(name)));
  request.set_organism(arguments.organism);
  FillScope(arguments.scope, request.mutable_scope());
  absl::Status status =
      FillBackground(arguments.background, arguments.organism, request.mutable_background());
  if (!status.ok()) {
    return session.Fail(kUsage, "phenotype compare", status.message(),
                        "see parfocal phenotype compare --help");
  }
  Client client = session.Connect();
  v1::CompareProfilesResponse response;
  status = ReadPages(
      client, &Stub::CompareProfiles, request, RowLimit(session, arguments.limit),
      [](v1::CompareProfilesResponse* page) { return page->mutable_shared(); }, &response);
  if (!status.ok()) return session.Fail("phenotype compare", status);
  if (session.PrintedJson(response)) return kOk;
  for (const v1::GeneResolution* resolution :
       {&response.resolution_a(), &response.resolution_b()}) {
    const std::string note = ResolutionText(*resolution);
    if (!note.empty() && !resolution->text().empty()) {
      session.out() << EscapeForTerminal(absl::StrCat(resolution->text(), ": ", note)) << '\n';
    }
  }
  session.out() << absl::StrFormat("simGIC      %.6f\nResnik BMA  %.6f bits\n", response.sim_gic(),
                                   response.resnik_bma());
  Table table({{"shared term"}, {"label", false, true}, {"bits", true}});
  for (const v1::SharedTerm& term : response.shared())
    table.AddRow({term.term(), term.label(), absl::StrFormat("%.3f", term.information_content())});
  if (!table.empty()) session.Print(table);
  PrintMore(session, response.shared_size(), response.total_size());
  PrintUnused(session, response.background_not_used());
  if (arguments.explain) PrintExplain(session, response.explain());
  return kOk;
}

void PrintEnrichment(const Session& session,
                     const google::protobuf::RepeatedPtrField<v1::Enrichment>& rows,
                     const std::string& what, int64_t tested, int64_t total) {
  Table table({{what},
               {"label", false, true},
               {"in list", true},
               {"of", true},
               {"in background", true},
               {"of", true},
               {"p", true},
               {"q", true},
               {"genes", false, true, true}});
  for (const v1::Enrichment& row : rows) {
    table.AddRow({row.id(), row.label(), FormatCount(row.list_hits()), FormatCount(row.list_size()),
                  FormatCount(row.background_hits()), FormatCount(row.background_size()),
                  absl::StrFormat("%.3g", row.p()), absl::StrFormat("%.3g", row.q()),
                  absl::StrJoin(row.genes(), ", ")});
  }
  if (!table.empty()) session.Print(table);
  PrintMore(session, rows.size(), total);
  session.out() << CountOf(tested, "hypothesis tested")
                << "; q by Benjamini and Hochberg over them\n";
}

int EnrichTerms(const Session& session, const GeneArguments& arguments, const GeneList& list) {
  v1::EnrichTermsRequest request;
  for (const std::string& name : list.names) request.add_genes(name);
  request.set_organism(arguments.organism);
  FillScope(arguments.scope, request.mutable_scope());
  request.set_max_q(arguments.max_q);
  Client client = session.Connect();
  v1::EnrichTermsResponse response;
  const absl::Status status = ReadPages(
      client, &Stub::EnrichTerms, request, RowLimit(session, arguments.limit),
      [](v1::EnrichTermsResponse* page) { return page->mutable_terms(); }, &response);
  if (!status.ok()) return session.Fail("phenotype enrich", status);
  for (const std::string& entry : list.unusable)
    *response.add_not_used() = Unusable(entry).resolution();
  if (session.PrintedJson(response)) return kOk;
  PrintEnrichment(session, response.terms(), "term", response.tested(), response.total_size());
  if (!arguments.file.empty()) session.out() << Summary(list) << '\n';
  PrintUnused(session, response.not_used(), "not screened in these studies");
  if (arguments.explain) PrintExplain(session, response.explain());
  return kOk;
}

int EnrichGenes(const Session& session, const GeneArguments& arguments) {
  v1::EnrichGenesRequest request;
  request.set_expression(ExpressionOf(arguments.terms));
  request.set_exact(arguments.terms.exact);
  FillScope(arguments.scope, request.mutable_scope());
  request.set_max_q(arguments.max_q);
  Client client = session.Connect();
  v1::EnrichGenesResponse response;
  const absl::Status status = ReadPages(
      client, &Stub::EnrichGenes, request, RowLimit(session, arguments.limit),
      [](v1::EnrichGenesResponse* page) { return page->mutable_genes(); }, &response);
  if (!status.ok()) return session.Fail("phenotype enrich", status);
  if (session.PrintedJson(response)) return kOk;
  PrintEnrichment(session, response.genes(), "gene", response.tested(), response.total_size());
  if (arguments.explain) PrintExplain(session, response.explain());
  return kOk;
}

int Enrich(const Session& session, const GeneArguments& arguments) {
  if (!ExpressionOf(arguments.terms).empty()) return EnrichGenes(session, arguments);
  const absl::StatusOr<GeneList> list = NamesOf(arguments);
  absl::Status status = list.status();
  // The background is one: a list cannot be tested in pieces.
  if (status.ok() &&
      EndOfCall(list->names, 0, kNamesPerCall, kNameBytesPerCall) < list->names.size()) {
    status = absl::InvalidArgumentError(
        absl::StrCat(FormatCount(static_cast<int64_t>(list->names.size())),
                     " names are too many for one test; at most ", FormatCount(kNamesPerCall)));
  }
  if (!status.ok()) {
    return session.Fail(kUsage, "phenotype enrich", status.message(),
                        "see parfocal phenotype enrich --help");
  }
  return EnrichTerms(session, arguments, *list);
}

}  // namespace

void AddPhenotypeGeneCommands(CLI::App& group, Session& session) {
  auto arguments = std::make_shared<GeneArguments>();
  auto run = [&session, arguments](int (*command)(const Session&, const GeneArguments&)) {
    return [&session, arguments, command] { return command(session, *arguments); };
  };
  GeneArguments* a = arguments.get();
  const auto add_organism = [a](CLI::App* command) {
    command->add_option("--organism", a->organism,
                        "Organism of the names: an id, a name, a common name");
    AddScopeOptions(*command, &a->scope, /*organisms=*/false);
  };
  const auto add_file = [a](CLI::App* command) {
    command->add_option("--genes", a->file,
                        "File with one name a line, or a table with them in its first column; - "
                        "for standard input");
  };

  const auto add_limit = [a](CLI::App* command, const std::string& what) {
    command
        ->add_option("--limit", a->limit,
                     absl::StrCat(what,
                                  " to show; 0: all, which JSON always has unless this is "
                                  "given"))
        ->check(CLI::Range(0, 1'000'000));
  };
  const auto add_explain = [a](CLI::App* command) {
    command->add_flag("--explain", a->explain, "Show what it rests on");
  };
  CLI::App* profile = AddCommand(group, session, "profile",
                                 "Shows what is known of genes: found, tested, as controls",
                                 "parfocal phenotype profile KIF11 --organism human\n  "
                                 "parfocal phenotype profile --genes my-genes.txt --json",
                                 run(Profile));
  profile->add_option("GENE", a->genes, "Ids or symbols of genes");
  add_file(profile);
  add_explain(profile);
  add_organism(profile);

  CLI::App* similar =
      AddCommand(group, session, "similar", "Lists genes with findings like one's",
                 "parfocal phenotype similar KIF11 --organism human --limit 20", run(Similar));
  similar->add_option("GENE", a->genes, "Id or symbol of a gene")->required()->expected(1);
  similar->add_option("--measure", a->measure, "simgic, or resnik (best match average)")
      ->check(CLI::IsMember({"simgic", "resnik"}))
      ->capture_default_str();
  add_limit(similar, "Genes");
  AddBackgroundOptions(*similar, &a->background);
  add_explain(similar);
  add_organism(similar);

  CLI::App* compare =
      AddCommand(group, session, "compare", "Compares two genes, or two sets of terms",
                 "parfocal phenotype compare KIF11 INCENP --organism human", run(Compare));
  compare->add_option("A-B", a->genes, "Two genes; or two lists of term ids with commas")
      ->required()
      ->expected(2);
  add_limit(compare, "Shared terms");
  AddBackgroundOptions(*compare, &a->background);
  add_explain(compare);
  add_organism(compare);

  CLI::App* enrich = AddCommand(
      group, session, "enrich",
      "Terms that a list of genes has more often than the genes screened; or genes by a term",
      "parfocal phenotype enrich --genes my-genes.txt --organism human --max-q 0.05", run(Enrich));
  enrich->add_option("GENE", a->genes, "Ids or symbols of genes");
  add_file(enrich);
  AddTermOptions(*enrich, &a->terms);
  enrich->add_option("--max-q", a->max_q, "Largest corrected p to show")
      ->check(CLI::Range(0.0, 1.0));
  add_limit(enrich, "Rows");
  add_explain(enrich);
  add_organism(enrich);
}

}  // namespace parfocal::cli
