// parfocal suggest
#include <memory>

#include "absl/strings/str_cat.h"
#include "command.h"
#include "parfocal/cli/terminal_text.h"
#include "short_names.h"

namespace parfocal::cli {
namespace {

struct SuggestArguments {
  std::string prefix;
  std::vector<std::string> fields;
  std::string query;
  std::string filter;
  int limit = 10;
  bool everything = false;
};

const char* NameOf(v1::Suggestion::Kind kind) {
  switch (kind) {
    case v1::Suggestion::TERM:
      return "term";
    case v1::Suggestion::SYNONYM:
      return "synonym";
    case v1::Suggestion::GENE:
      return "gene";
    case v1::Suggestion::ACCESSION:
      return "accession";
    case v1::Suggestion::PERSON:
      return "person";
    case v1::Suggestion::ATTRIBUTE_KEY:
      return "attribute key";
    case v1::Suggestion::ATTRIBUTE_VALUE:
      return "attribute value";
    default:
      return "value";
  }
}

int Suggest(const Session& session, const SuggestArguments& arguments) {
  v1::SuggestRequest request;
  request.set_prefix(arguments.prefix);
  for (const std::string& field : arguments.fields) request.add_fields(field);
  request.set_limit(arguments.limit);
  request.set_query(arguments.query);
  request.set_filter(arguments.filter);
  request.set_everything(arguments.everything);
  Client client = session.Connect();
  v1::SuggestResponse response;
  const absl::Status status =
      client.Call(client.search(), &v1::SearchService::Stub::Suggest, request, &response);
  if (!status.ok()) return session.Fail("suggest", status);
  if (session.PrintedJson(response)) return kOk;
  Table table({{"text", false, true},
               {"kind"},
               {"because of", false, true, true},
               {"rows", true},
               {"filter", false, true}});
  for (const v1::Suggestion& found : response.suggestions()) {
    table.AddRow({found.text(), NameOf(found.kind()), found.matched(), FormatCount(found.rows()),
                  found.filter().empty() ? found.field() : found.filter()});
  }
  session.Print(table);
  return response.suggestions_size() > 0 ? kOk : kNotComplete;
}

}  // namespace

void AddSuggestCommand(CLI::App& app, Session& session) {
  auto arguments = std::make_shared<SuggestArguments>();
  CLI::App* suggest =
      AddCommand(app, session, "suggest", "Completes what is being typed, from what records hold",
                 "parfocal suggest 'light sh' --filter 'organism = \"Mus musculus\"' --everything",
                 [&session, arguments] { return Suggest(session, *arguments); });
  suggest->add_option("PREFIX", arguments->prefix, "At least 2 characters")->required();
  suggest->add_option("--field", arguments->fields, "Only values of this field; may be repeated")
      ->allow_extra_args(false)
      ->multi_option_policy(CLI::MultiOptionPolicy::TakeAll);
  suggest->add_option("--query", arguments->query, "Only what occurs among what these words find");
  suggest->add_option("--filter", arguments->filter, "Only what occurs among what this finds");
  suggest->add_option("--limit", arguments->limit, "At most 20")->capture_default_str();
  suggest->add_flag("--everything", arguments->everything,
                    "Synonyms, keys and values of attributes, too");
}

}  // namespace parfocal::cli
