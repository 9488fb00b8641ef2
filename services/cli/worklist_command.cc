// parfocal worklist
#include <algorithm>
#include <memory>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "command.h"
#include "parfocal/cli/terminal_text.h"
#include "short_names.h"

namespace parfocal::cli {
namespace {

struct WorklistArguments {
  std::string field;
  std::string kind;
  int limit = 20;
};

// As a shell reads it back.
std::string Quoted(absl::string_view text) {
  return absl::StrCat("'", absl::StrReplaceAll(text, {{"'", "'\\''"}}), "'");
}

// Every page up to `limit` items; 0: all.
absl::StatusOr<v1::ListWorkItemsResponse> ListItems(Client& client,
                                                    const WorklistArguments& arguments) {
  v1::ListWorkItemsRequest request;
  request.set_field(arguments.field);
  if (arguments.kind == "unmapped") request.set_kind(v1::ListWorkItemsRequest::UNMAPPED_WORDS);
  if (arguments.kind == "flagged") request.set_kind(v1::ListWorkItemsRequest::FLAGGED);
  v1::ListWorkItemsResponse all;
  do {
    const int left = arguments.limit == 0 ? 500 : arguments.limit - all.items_size();
    request.set_page_size(std::min(left, 500));
    v1::ListWorkItemsResponse page;
    absl::Status status =
        client.Call(client.ontology(), &v1::OntologyService::Stub::ListWorkItems, request, &page);
    if (!status.ok()) return status;
    all.mutable_items()->MergeFrom(page.items());
    all.set_total_size(page.total_size());
    all.set_next_page_token(page.next_page_token());
    request.set_page_token(page.next_page_token());
    // The size of a page is no part of what a token is bound to.
  } while (!request.page_token().empty() &&
           (arguments.limit == 0 || all.items_size() < arguments.limit));
  return all;
}

std::string CandidateText(const v1::WorkItem& item) {
  if (item.candidates().empty()) return "";
  const v1::Candidate& best = item.candidates(0);
  return absl::StrCat(best.id(), " ", best.label());
}

// The organism beside `gene`: its names are decided for it alone.
std::string FieldText(const v1::WorkItem& item) {
  return item.organism().empty() ? item.field() : absl::StrCat(item.field(), "@", item.organism());
}

int List(const Session& session, const WorklistArguments& arguments) {
  Client client = session.Connect();
  const absl::StatusOr<v1::ListWorkItemsResponse> all = ListItems(client, arguments);
  if (!all.ok()) return session.Fail("worklist", all.status());
  if (session.PrintedJson(*all)) return kOk;
  if (all->items().empty()) {
    session.out() << "Nothing waits for a decision.\n";
    return kOk;
  }
  Table table({{"image sets", true},
               {"images", true},
               {"studies", true},
               {"field"},
               {"words", false, true},
               {"beside the id", false, true, true},
               {"perhaps", false, true, true},
               {"for example", false, true}});
  for (const v1::WorkItem& item : all->items()) {
    const std::string beside =
        item.stated_id().empty() ? "" : absl::StrCat(item.stated_id(), " ", item.stated_label());
    table.AddRow({FormatCount(item.records().image_sets()), FormatCount(item.records().images()),
                  FormatCount(item.records().studies()), FieldText(item), item.words(), beside,
                  CandidateText(item), ShortName(item.example())});
  }
  session.Print(table);
  const v1::WorkItem& first = all->items(0);
  const std::string term = first.candidates().empty() ? "TERM" : first.candidates(0).id();
  session.out() << CountOf(all->total_size(), "item") << " in all. To decide about the first:\n  "
                << EscapeForTerminal(absl::StrCat(
                       "parfocal mappings accept --field ", FieldText(first), " --words ",
                       Quoted(first.words()), " --term ", term, " --author YOU"))
                << '\n';
  return kOk;
}

}  // namespace

void AddWorklistCommand(CLI::App& app, Session& session) {
  auto arguments = std::make_shared<WorklistArguments>();
  CLI::App* list = AddCommand(
      app, session, "worklist",
      "Lists words that no term stands for, or that disagree with their id, by what a decision "
      "would unlock",
      "parfocal worklist --field phenotype --kind unmapped",
      [&session, arguments] { return List(session, *arguments); });
  list->add_option("--field", arguments->field, "Only of this field, such as phenotype");
  list->add_option("--kind", arguments->kind, "unmapped or flagged; without it both")
      ->check(CLI::IsMember({"unmapped", "flagged"}));
  list->add_option("--limit", arguments->limit, "Items to show; 0: all")
      ->check(CLI::Range(0, 1000000))
      ->capture_default_str();
}

}  // namespace parfocal::cli
