// parfocal mappings import|export|sets|list|accept|reject
#include <algorithm>
#include <filesystem>
#include <fstream>
#include <memory>
#include <sstream>

#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "command.h"
#include "json_text.h"
#include "parfocal/cli/terminal_text.h"
#include "short_names.h"

namespace parfocal::cli {
namespace {

struct MappingsArguments {
  std::string file, set, metadata, out;
  std::string term, words, study, field, author, comment;
  bool term_requests = false, no_term = false, history = false;
  int limit = 100;
};

// Larger files are read by the node itself, from the same path: messages have a limit.
constexpr std::uintmax_t kMaxSent = 3 << 20;
absl::StatusOr<std::string> ReadFile(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  std::ostringstream text;
  if (!in || !(text << in.rdbuf()))
    return absl::NotFoundError(absl::StrCat(path, " cannot be read, or is empty"));
  return text.str();
}

int Import(const Session& session, const MappingsArguments& arguments) {
  const std::string what = absl::StrCat("mappings import ", arguments.file);
  v1::ImportMappingsRequest request;
  request.set_mapping_set(arguments.set);
  if (!arguments.metadata.empty()) {
    absl::StatusOr<std::string> metadata = ReadFile(arguments.metadata);
    if (!metadata.ok()) return session.Fail(what, metadata.status());
    request.set_metadata(*std::move(metadata));
  }
  std::error_code error;
  const std::uintmax_t size = std::filesystem::file_size(arguments.file, error);
  if (!error && size > kMaxSent) {
    request.set_path(std::filesystem::absolute(arguments.file).lexically_normal().string());
  } else {
    absl::StatusOr<std::string> content = ReadFile(arguments.file);
    if (!content.ok()) return session.Fail(what, content.status());
    request.set_content(*std::move(content));
  }
  Client client = session.ConnectPatiently();
  v1::ImportMappingsResponse response;
  absl::Status status = client.Call(client.ontology(), &v1::OntologyService::Stub::ImportMappings,
                                    request, &response);
  if (!status.ok()) return session.Fail(what, status);
  if (!session.PrintedJson(response)) {
    session.out() << EscapeForTerminal(response.mapping_set()) << ": "
                  << FormatCount(response.accepted()) << " of " << CountOf(response.rows(), "row")
                  << " taken, " << CountOf(response.records_changed(), "record") << " changed\n";
    Table table({{"line", true}, {"left out because", false, true, true}});
    for (const auto& row : response.errors())
      table.AddRow({absl::StrCat(row.line()), row.reason()});
    if (!table.empty()) session.Print(table, 2);
  }
  if (response.accepted() == response.rows()) return kOk;
  if (session.json) return kNotComplete;
  return session.Fail(kNotComplete, what, "not every row could be used",
                      "the table says which and why");
}

int Export(const Session& session, const MappingsArguments& arguments) {
  const std::string what = "mappings export";
  Client client = session.Connect();
  v1::ExportMappingsRequest request;
  request.set_mapping_set(arguments.set);
  request.set_term_requests(arguments.term_requests);
  grpc::ClientContext context;
  auto stream = client.ontology().ExportMappings(&context, request);
  std::string text;
  v1::ExportMappingsResponse part;
  while (stream->Read(&part)) text += part.content();
  const absl::Status status = FromGrpc(stream->Finish());
  if (!status.ok()) return session.Fail(what, status);
  if (arguments.out.empty() || arguments.out == "-") {
    session.out() << text << std::flush;
    return kOk;
  }
  std::ofstream out(arguments.out, std::ios::binary);
  out << text;
  out.close();
  if (out) return kOk;
  return session.Fail(kRefused, what, absl::StrCat(arguments.out, " cannot be written"),
                      "name a file in a folder that is there, with -o");
}

std::string UsesOf(const v1::MappingSet& set) {
  std::vector<std::string> uses;
  for (const int use : set.uses())
    uses.push_back(use == v1::MappingSet::WORDS ? "words" : "foreign ids");
  return uses.empty() ? "bridges" : absl::StrJoin(uses, ", ");
}

int Sets(const Session& session) {
  Client client = session.Connect();
  v1::ListMappingSetsResponse response;
  absl::Status status = client.Call(client.ontology(), &v1::OntologyService::Stub::ListMappingSets,
                                    v1::ListMappingSetsRequest(), &response);
  if (!status.ok()) return session.Fail("mappings sets", status);
  if (session.PrintedJson(response)) return kOk;
  Table table({{"set", false, true}, {"rows", true}, {"used for"}, {"licence", false, true, true}});
  for (const v1::MappingSet& set : response.sets())
    table.AddRow({set.id(), FormatCount(set.rows()), UsesOf(set), set.licence()});
  if (!table.empty()) session.Print(table);
  session.out() << CountOf(response.decisions(), "decision") << " of curators.\n";
  return kOk;
}

std::string SubjectOf(const v1::Mapping& mapping) {
  if (mapping.subject().empty()) return mapping.subject_label();
  return mapping.subject_label().empty()
             ? mapping.subject()
             : absl::StrCat(mapping.subject(), " ", mapping.subject_label());
}

std::string ObjectOf(const v1::Mapping& mapping) {
  if (mapping.object().empty()) return "no term exists";
  return mapping.object_label().empty()
             ? mapping.object()
             : absl::StrCat(mapping.object(), " ", mapping.object_label());
}

void PrintMappings(const Session& session, const v1::ListMappingsResponse& response) {
  Table table({{"subject", false, true},
               {"field"},
               {"", false, false},
               {"object", false, true},
               {"set", false, true},
               {"who and why", false, true, true}});
  for (const v1::Mapping& mapping : response.mappings()) {
    std::vector<std::string> why;
    for (const std::string& part : {mapping.author(), mapping.date(), mapping.comment(),
                                    std::string(mapping.superseded() ? "no longer holds" : "")}) {
      if (!part.empty()) why.push_back(part);
    }
    table.AddRow({SubjectOf(mapping), mapping.field(),
                  absl::StrCat(mapping.negated() ? "not " : "", mapping.predicate()),
                  ObjectOf(mapping), mapping.mapping_set(), absl::StrJoin(why, ", ")});
  }
  if (!table.empty()) session.Print(table);
}

int List(const Session& session, const MappingsArguments& arguments) {
  Client client = session.Connect();
  v1::ListMappingsRequest request;
  request.set_term(arguments.term);
  request.set_words(arguments.words);
  request.set_mapping_set(arguments.set);
  request.set_history(arguments.history);
  v1::ListMappingsResponse all;
  while (true) {
    request.set_page_size(std::min(1000, arguments.limit - all.mappings_size()));
    v1::ListMappingsResponse page;
    absl::Status status =
        client.Call(client.ontology(), &v1::OntologyService::Stub::ListMappings, request, &page);
    if (!status.ok()) return session.Fail("mappings list", status);
    all.mutable_mappings()->MergeFrom(page.mappings());
    all.set_next_page_token(page.next_page_token());
    if (page.next_page_token().empty() || all.mappings_size() >= arguments.limit) break;
    request.set_page_token(page.next_page_token());
  }
  if (session.PrintedJson(all)) return kOk;
  PrintMappings(session, all);
  if (all.mappings().empty()) session.out() << "No mapping fits.\n";
  if (!all.next_page_token().empty()) session.out() << "There are more: --limit shows them.\n";
  return kOk;
}

int Tell(const Session& session, const std::string& what, const absl::Status& status,
         const v1::MappingDecision& decision) {
  if (!status.ok()) return session.Fail(what, status);
  if (session.PrintedJson(decision)) return kOk;
  const v1::Mapping& mapping = decision.mapping();
  session.out() << EscapeForTerminal(
      absl::StrCat("'", mapping.subject_label(), "' (", mapping.field(),
                   "): ", mapping.negated() ? "not " : "", ObjectOf(mapping), ". "));
  session.out() << CountOf(decision.records_changed(), "record") << " changed";
  if (decision.records_changed() > 0) session.out() << ", sequence " << decision.sequence();
  session.out() << ".\n";
  return kOk;
}

// The words of a decision. About what the texts of a study name (fields "mined_...") is decided for
// that study, which may be given as `show` takes it.
absl::StatusOr<std::string> WordsOf(Client& client, const MappingsArguments& arguments) {
  if (arguments.study.empty() && arguments.words.empty())
    return absl::InvalidArgumentError("say what is decided about: --words, or --study");
  if (arguments.study.empty()) return arguments.words;
  return FindRecord(client, arguments.study);
}

int Accept(const Session& session, const MappingsArguments& arguments) {
  if (arguments.no_term == !arguments.term.empty()) {
    return session.Fail(kUsage, "mappings accept", "say what the words mean",
                        "either --term ID or --no-term");
  }
  Client client = session.ConnectPatiently();
  const absl::StatusOr<std::string> words = WordsOf(client, arguments);
  if (!words.ok()) return session.Fail("mappings accept", words.status());
  v1::AcceptMappingRequest request;
  request.set_field(arguments.field);
  request.set_words(*words);
  request.set_term(arguments.term);
  request.set_no_term(arguments.no_term);
  request.set_author(arguments.author);
  request.set_comment(arguments.comment);
  v1::MappingDecision decision;
  const absl::Status status =
      client.Call(client.ontology(), &v1::OntologyService::Stub::AcceptMapping, request, &decision);
  return Tell(session, "mappings accept", status, decision);
}

int Reject(const Session& session, const MappingsArguments& arguments) {
  Client client = session.ConnectPatiently();
  const absl::StatusOr<std::string> words = WordsOf(client, arguments);
  if (!words.ok()) return session.Fail("mappings reject", words.status());
  v1::RejectMappingRequest request;
  request.set_field(arguments.field);
  request.set_words(*words);
  request.set_term(arguments.term);
  request.set_author(arguments.author);
  request.set_comment(arguments.comment);
  v1::MappingDecision decision;
  const absl::Status status =
      client.Call(client.ontology(), &v1::OntologyService::Stub::RejectMapping, request, &decision);
  return Tell(session, "mappings reject", status, decision);
}

void AddDecisionOptions(CLI::App* command, MappingsArguments& arguments) {
  command->add_option("--field", arguments.field, "Schema field, such as phenotype")->required();
  CLI::Option* words = command->add_option("--words", arguments.words, "The source's words");
  CLI::Option* study = command->add_option(
      "--study", arguments.study,
      "The study whose texts name the term, with a field such as mined_organism");
  words->excludes(study);
  command->add_option("--author", arguments.author, "Who decides: a name, or orcid:0000-...")
      ->required();
  command->add_option("--comment", arguments.comment, "Why");
}

}  // namespace

void AddMappingsCommands(CLI::App& app, Session& session) {
  CLI::App* group = AddGroup(app, "mappings", "Mapping sets and what curators decided",
                             "parfocal mappings list --words 'large cells'");
  auto arguments = std::make_shared<MappingsArguments>();
  CLI::App* import = AddCommand(*group, session, "import", "Loads a mapping set (SSSOM table)",
                                "parfocal mappings import ./mine.sssom.tsv --metadata ./mine.yml",
                                [&session, arguments] { return Import(session, *arguments); });
  import->add_option("FILE", arguments->file, "The table, plain or gzip")->required();
  import->add_option("--set", arguments->set,
                     "Id of the set; `curator` takes its rows as decisions");
  import->add_option("--metadata", arguments->metadata, "Its metadata, if they are apart (YAML)");
  CLI::App* exported =
      AddCommand(*group, session, "export", "Writes curators' decisions, or a set, as SSSOM table",
                 "parfocal mappings export --term-requests -o requests.sssom.tsv",
                 [&session, arguments] { return Export(session, *arguments); });
  exported->add_option("--set", arguments->set, "A set, instead of the decisions");
  exported->add_flag("--term-requests", arguments->term_requests,
                     "Only words for which no term exists");
  exported->add_option("-o,--output", arguments->out, "File to write; standard output without it");
  AddCommand(*group, session, "sets", "Lists the loaded sets and what they are used for",
             "parfocal mappings sets", [&session] { return Sets(session); });
  CLI::App* list = AddCommand(*group, session, "list", "Lists decisions and rows of sets",
                              "parfocal mappings list --term EX:0000001",
                              [&session, arguments] { return List(session, *arguments); });
  list->add_option("--term", arguments->term, "Only of this term, in any spelling of its id");
  list->add_option("--words", arguments->words, "Only of these words");
  list->add_option("--set", arguments->set, "Only of this set; `curator` for decisions");
  list->add_flag("--history", arguments->history, "Also decisions that no longer hold");
  list->add_option("--limit", arguments->limit, "Mappings to show")
      ->capture_default_str()
      ->check(CLI::Range(1, 1'000'000));
  CLI::App* accept = AddCommand(*group, session, "accept",
                                "Decides that words mean a term, or that no term exists",
                                "parfocal mappings accept --field phenotype --words 'big cells' "
                                "--term EX:0000001 --author 'A. "
                                "Curator'",
                                [&session, arguments] { return Accept(session, *arguments); });
  AddDecisionOptions(accept, *arguments);
  accept->add_option("--term", arguments->term, "What the words mean: an id, in any spelling");
  accept->add_flag("--no-term", arguments->no_term, "No term exists for the words");
  CLI::App* reject = AddCommand(*group, session, "reject", "Decides that words do not mean a term",
                                "parfocal mappings reject --field phenotype --words 'big cells' "
                                "--term EX:0000001 --author 'A. "
                                "Curator'",
                                [&session, arguments] { return Reject(session, *arguments); });
  AddDecisionOptions(reject, *arguments);
  reject->add_option("--term", arguments->term, "What the words do not mean")->required();
}

}  // namespace parfocal::cli
