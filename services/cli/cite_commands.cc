// parfocal cite, parfocal cited: answers that are kept, so that a paper can name them.
#include <memory>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "command.h"
#include "parfocal/cli/terminal_text.h"
#include "search_request.h"
#include "short_names.h"

namespace parfocal::cli {
namespace {

constexpr absl::string_view kPrefix = "searchCitations/";

struct CitedArguments {
  std::string name;
  bool differences = false;
  int page_size = 20;
  std::string page_token;
};

std::string Told(const v1::SearchRequest& search) {
  std::string out;
  const auto add = [&out](absl::string_view part) {
    absl::StrAppend(&out, out.empty() ? "" : "; ", part);
  };
  if (!search.query().empty()) add(absl::StrCat("words: ", search.query()));
  if (!search.filter().empty()) add(absl::StrCat("filter: ", search.filter()));
  if (!search.similar_to().empty()) add(absl::StrCat("like ", ShortName(search.similar_to())));
  if (search.exact()) add("exact");
  add(search.level() == v1::IMAGE_SET ? "image sets" : "studies");
  return out;
}

int Cite(const Session& session, const QueryArguments& arguments) {
  v1::CiteSearchRequest request;
  *request.mutable_search() = RequestFrom(arguments);
  Client client = session.Connect();
  v1::SearchCitation citation;
  const absl::Status status =
      client.Call(client.search(), &v1::SearchService::Stub::CiteSearch, request, &citation);
  if (!status.ok()) return session.Fail("cite", status);
  if (session.PrintedJson(citation)) return kOk;
  session.out() << EscapeForTerminal(citation.name()) << "  (" << FormatCount(citation.total_size())
                << " records, revision " << citation.revision().sequence() << ", "
                << EscapeForTerminal(citation.create_time()) << ")\n";
  return kOk;
}

const char* NameOf(v1::CitedRecord::Since since) {
  switch (since) {
    case v1::CitedRecord::ADDED:
      return "added";
    case v1::CitedRecord::CHANGED:
      return "changed";
    case v1::CitedRecord::REMOVED:
      return "removed";
    default:
      return "";
  }
}

int Cited(const Session& session, const CitedArguments& arguments) {
  v1::GetSearchCitationRequest request;
  request.set_name(absl::StartsWith(arguments.name, kPrefix)
                       ? arguments.name
                       : absl::StrCat(kPrefix, arguments.name));
  request.set_differences_only(arguments.differences);
  request.set_page_size(arguments.page_size);
  request.set_page_token(arguments.page_token);
  Client client = session.Connect();
  v1::SearchCitation citation;
  const absl::Status status =
      client.Call(client.search(), &v1::SearchService::Stub::GetSearchCitation, request, &citation);
  if (!status.ok()) return session.Fail("cited", status);
  if (session.PrintedJson(citation)) return kOk;
  session.out() << session.Bold(EscapeForTerminal(Told(citation.search()))) << '\n'
                << FormatCount(citation.total_size()) << " records at revision "
                << citation.revision().sequence() << " ("
                << EscapeForTerminal(citation.create_time()) << "); at revision "
                << citation.current_revision().sequence() << ": "
                << FormatCount(citation.added_count()) << " added, "
                << FormatCount(citation.changed_count()) << " changed, "
                << FormatCount(citation.removed_count()) << " removed\n";
  Table table({{"record", false, true}, {"since then", false, false, true}});
  for (const v1::CitedRecord& record : citation.records()) {
    table.AddRow({ShortName(record.name()), NameOf(record.since())});
  }
  session.Print(table);
  if (!citation.next_page_token().empty()) {
    session.out() << "\nMore: the same with --page-token "
                  << EscapeForTerminal(citation.next_page_token()) << '\n';
  }
  return kOk;
}

}  // namespace

void AddCiteCommands(CLI::App& app, Session& session) {
  auto query = std::make_shared<QueryArguments>();
  CLI::App* cite = AddCommand(app, session, "cite",
                              "Keeps the answer of a search under a name that a paper can give",
                              "parfocal cite 'light sheet' --filter 'organism = \"Mus musculus\"'",
                              [&session, query] { return Cite(session, *query); });
  AddQueryOptions(*cite, query.get());
  auto arguments = std::make_shared<CitedArguments>();
  CLI::App* cited = AddCommand(
      app, session, "cited", "Shows a kept answer, and what was added, changed or removed since",
      "parfocal cited searchCitations/0123456789abcdef0123456789abcdef --differences",
      [&session, arguments] { return Cited(session, *arguments); });
  cited->add_option("NAME", arguments->name, "As 'parfocal cite' printed it")->required();
  cited->add_flag("--differences", arguments->differences,
                  "List only what was added, changed or removed");
  cited->add_option("--page-size", arguments->page_size, "At most 1000")->capture_default_str();
  cited->add_option("--page-token", arguments->page_token, "Continue behind an earlier page");
}

}  // namespace parfocal::cli
