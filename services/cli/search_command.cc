// parfocal search
#include <algorithm>
#include <memory>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_replace.h"
#include "command.h"
#include "parfocal/cli/terminal_text.h"
#include "record_page.h"
#include "search_request.h"
#include "search_tables.h"
#include "short_names.h"

namespace parfocal::cli {
namespace {

struct SearchArguments {
  QueryArguments query;
  std::vector<std::string> facets;
  int facet_limit = 10;
  int64_t facet_offset = 0;
  std::string facet_sort = "count";
  std::string facet_contains;
  TableArguments tables;
  int page_size = 20;
  std::string page_token;
  bool explain = false;
  bool snippets = false;
  bool collapse_copies = false;
};

std::string ImagesOf(const v1::Counts& counts) {
  if (counts.images() == 0 && counts.unknown_image_sets() > 0) return "?";
  return absl::StrCat(FormatCount(counts.images()), counts.unknown_image_sets() > 0 ? "+?" : "");
}

void PrintTotals(const Session& session, const v1::SearchRequest& request,
                 const v1::SearchResponse& response) {
  const bool image_sets = request.level() == v1::IMAGE_SET;
  std::string line =
      absl::StrCat(CountOf(response.total_size(), image_sets ? "image set" : "study"), " (",
                   image_sets ? CountOf(response.total().studies(), "study")
                              : CountOf(response.total().image_sets(), "image set"),
                   "); ", CountOf(response.total_images(), "known image"));
  if (response.unknown_image_sets() > 0) {
    absl::StrAppend(&line, ", ", FormatCount(response.unknown_image_sets()), " uncounted");
  }
  if (response.works() > 0 && response.works() < response.total().studies()) {
    absl::StrAppend(&line, "; ", CountOf(response.works(), "distinct work"));
  }
  session.out() << session.Bold(line) << "  (revision " << response.revision().sequence() << ")\n";
}

void PrintStudies(const Session& session, const v1::SearchResponse& response) {
  Table table({{"study"},
               {"title", false, true},
               {"organism", false, true},
               {"released"},
               {"image sets", true},
               {"images", true},
               {"also in", false, true, true}});
  for (const v1::SearchHit& hit : response.hits()) {
    const v1::Study& study = hit.record().study();
    std::vector<std::string> copies;
    for (const std::string& copy : hit.copies()) copies.push_back(ShortName(copy));
    table.AddRow({ShortName(hit.name()), study.title(), FieldLabels(study.statements(), "organism"),
                  study.release_date(), FormatCount(hit.counts().image_sets()),
                  ImagesOf(hit.counts()), absl::StrJoin(copies, ", ")});
  }
  session.Print(table);
}

void PrintImageSets(const Session& session, const v1::SearchResponse& response) {
  Table table({{"image set", false, true},
               {"gene", false, true, true},
               {"compound", false, true, true},
               {"phenotype", false, true, true},
               {"control", false, true, true},
               {"images", true}});
  for (const v1::SearchHit& hit : response.hits()) {
    const v1::ImageSet& set = hit.record().image_set();
    table.AddRow({ShortName(hit.name()), GeneLabels(set), CompoundLabels(set), FindingLabels(set),
                  ControlLabel(set), ImagesOf(hit.counts())});
  }
  session.Print(table);
}

void PrintSnippets(const Session& session, const v1::SearchResponse& response) {
  for (const v1::SearchHit& hit : response.hits()) {
    if (hit.snippet().empty()) continue;
    // The marks are private characters: they become bold or brackets, and only these two places do.
    const bool colour = session.screen.colour;
    std::string text = absl::StrReplaceAll(
        EscapeForTerminal(hit.snippet()),
        {{"\\ue000", colour ? "\x1b[1m" : "["}, {"\\ue001", colour ? "\x1b[0m" : "]"}});
    session.out() << "  " << EscapeForTerminal(ShortName(hit.name())) << ": " << text << '\n';
  }
}

void PrintFacet(const Session& session, const v1::Facet& facet) {
  session.out() << '\n' << session.Bold(EscapeForTerminal(facet.field()));
  session.out() << "  (" << FormatCount(facet.total_values()) << " values, "
                << FormatCount(facet.missing_count()) << " without)\n";
  Table table({{"value", false, true},
               {"id", false, false, true},
               {"exact", true},
               {"with all below", true},
               {"images", true}});
  for (const v1::FacetValue& value : facet.values()) {
    const bool same = value.label().empty() || value.label() == value.value();
    // A tree is shown as one.
    const std::string indent(static_cast<size_t>(2 * std::clamp(value.depth(), 0, 20)), ' ');
    table.AddRow({absl::StrCat(indent, same ? value.value() : value.label()),
                  same ? "" : value.value(), FormatCount(value.exact_count()),
                  FormatCount(value.count()), FormatCount(value.image_count())});
  }
  session.Print(table, 2);
}

// What words that occur nowhere may have meant.
void PrintCorrections(const Session& session, const v1::SearchResponse& response) {
  for (const v1::Correction& correction : response.did_you_mean()) {
    session.out() << "No record has \"" << EscapeForTerminal(correction.text())
                  << "\". Did you mean: " << EscapeForTerminal(correction.query()) << '\n';
  }
}

void PrintExplain(const Session& session, const v1::SearchResponse& response) {
  session.out() << '\n' << session.Bold("how it was understood") << '\n';
  Table table({{"words", false, true},
               {"field"},
               {"term"},
               {"label", false, true},
               {"rule"},
               {"terms", true},
               {"rows", true},
               {"added", true},
               {"note", false, true}});
  for (const v1::ExplainStep& step : response.explain()) {
    table.AddRow({step.text(), step.field().empty() ? "any" : step.field(), step.term(),
                  step.label(),
                  step.rule() == v1::TERM_RULE_UNSPECIFIED ? "" : v1::TermRule_Name(step.rule()),
                  FormatCount(step.expanded_terms()), FormatCount(step.rows()),
                  FormatCount(step.added_rows()), step.note()});
  }
  session.Print(table, 2);
}

v1::SearchRequest MakeRequest(const SearchArguments& arguments) {
  v1::SearchRequest request = RequestFrom(arguments.query);
  request.set_page_size(arguments.page_size);
  request.set_page_token(arguments.page_token);
  request.set_explain(arguments.explain);
  request.set_snippets(arguments.snippets);
  request.set_collapse_copies(arguments.collapse_copies);
  request.set_view(v1::BASIC);
  for (const std::string& field : arguments.facets) {
    v1::FacetSpec* spec = request.add_facets();
    spec->set_field(field);
    spec->set_limit(arguments.facet_limit);
    spec->set_offset(arguments.facet_offset);
    spec->set_contains(arguments.facet_contains);
    spec->set_sort(arguments.facet_sort == "label"  ? v1::FacetSpec::BY_LABEL
                   : arguments.facet_sort == "tree" ? v1::FacetSpec::BY_TREE
                                                    : v1::FacetSpec::BY_COUNT);
  }
  return request;
}

int Search(const Session& session, const SearchArguments& arguments) {
  v1::SearchRequest request = MakeRequest(arguments);
  absl::Status tables = AddTables(arguments.tables, &request);
  if (!tables.ok()) {
    return session.Fail(kUsage, "search", tables.message(), "parfocal search --help shows both");
  }
  Client client = session.Connect();
  v1::SearchResponse response;
  absl::Status status =
      client.Call(client.search(), &v1::SearchService::Stub::Search, request, &response);
  if (!status.ok()) return session.Fail("search", status);
  if (session.PrintedJson(response)) return kOk;
  PrintTotals(session, request, response);
  PrintCorrections(session, response);
  if (response.hits_size() > 0) {
    if (request.level() == v1::IMAGE_SET) {
      PrintImageSets(session, response);
    } else {
      PrintStudies(session, response);
    }
  }
  if (arguments.snippets) PrintSnippets(session, response);
  for (const v1::Facet& facet : response.facets()) PrintFacet(session, facet);
  PrintTables(session, response);
  if (arguments.explain) PrintExplain(session, response);
  if (!response.next_page_token().empty()) {
    session.out() << "\nMore: the same with --page-token "
                  << EscapeForTerminal(response.next_page_token()) << '\n';
  }
  return kOk;
}

}  // namespace

v1::SearchRequest RequestFrom(const QueryArguments& arguments) {
  v1::SearchRequest request;
  request.set_query(arguments.query);
  request.set_filter(arguments.filter);
  request.set_order_by(arguments.order_by);
  request.set_exact(arguments.exact);
  request.set_level(arguments.level == "imageset" ? v1::IMAGE_SET : v1::STUDY);
  if (!arguments.similar_to.empty()) request.set_similar_to(RecordNameFrom(arguments.similar_to));
  return request;
}

void AddQueryOptions(CLI::App& command, QueryArguments* arguments) {
  command.add_option("QUERY", arguments->query,
                     "Words, \"phrases\", AND, OR, NOT, brackets, field:word, begin*");
  command.add_option(
      "--filter", arguments->filter,
      "Conditions, such as 'organism = \"Mus musculus\" AND release_date >= \"2020\"'");
  command.add_flag("--exact", arguments->exact,
                   "Words mean themselves: none becomes a term, a gene or another word");
  command.add_option("--similar-to", arguments->similar_to,
                     "A study, SOURCE/ACCESSION: what is like it, first what is most alike");
  command.add_option("--level", arguments->level, "What to find: study or imageset")
      ->check(CLI::IsMember({"study", "imageset"}))
      ->capture_default_str();
  command.add_option("--order-by", arguments->order_by,
                     "relevance, 'release_date desc', release_date, title, 'image_count desc', "
                     "'bytes desc' or name");
}

void AddSearchCommand(CLI::App& app, Session& session) {
  auto arguments = std::make_shared<SearchArguments>();
  CLI::App* search =
      AddCommand(app, session, "search", "Finds studies or image sets; totals and facets are exact",
                 "parfocal search 'light sheet' --filter 'organism = \"Mus musculus\"' --facet "
                 "organism --facet imaging_method",
                 [&session, arguments] { return Search(session, *arguments); });
  AddQueryOptions(*search, &arguments->query);
  search
      ->add_option("--facet", arguments->facets,
                   "A field to count the values of; '*': every facet; may be repeated")
      ->allow_extra_args(false)
      ->multi_option_policy(CLI::MultiOptionPolicy::TakeAll);
  search->add_option("--facet-limit", arguments->facet_limit, "Values of each facet")
      ->capture_default_str();
  search->add_option("--facet-offset", arguments->facet_offset,
                     "Values of each facet to pass over first");
  search
      ->add_option("--facet-sort", arguments->facet_sort,
                   "Order of the values: count, label, or tree (each below what it is a kind of)")
      ->check(CLI::IsMember({"count", "label", "tree"}))
      ->capture_default_str();
  search->add_option("--facet-contains", arguments->facet_contains,
                     "Only values whose label or id contains this");
  AddTableOptions(*search, &arguments->tables);
  search->add_option("--page-size", arguments->page_size, "Hits of a page, at most 200")
      ->capture_default_str();
  search->add_option("--page-token", arguments->page_token, "Continue behind an earlier page");
  search->add_flag("--collapse-copies", arguments->collapse_copies,
                   "Of studies that are copies of one work show only the best");
  search->add_flag("--explain", arguments->explain, "Show how the query was understood");
  search->add_flag("--snippets", arguments->snippets,
                   "Show the text around the words that were found");
}

}  // namespace parfocal::cli
