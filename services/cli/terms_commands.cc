// parfocal terms show|search|ancestors|descendants|resolve
#include <algorithm>
#include <fstream>
#include <iostream>
#include <memory>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_replace.h"
#include "command.h"
#include "json_text.h"
#include "parfocal/cli/terminal_text.h"
#include "parfocal/status.h"
#include "short_names.h"

namespace parfocal::cli {
namespace {

// As the node's limits: a longer line or list would be refused as a whole.
constexpr size_t kMaxLineBytes = 2048;
constexpr int kLinesAtOnce = 500;
// Candidates in the table; JSON has them all.
constexpr size_t kOthersShown = 3;

struct TermsArguments {
  std::string file;
  int candidates = 10;
  std::string term;
  std::vector<std::string> texts;
  std::vector<std::string> ontologies;
  int limit = 25;
};

std::string CountsText(const v1::Counts& counts) {
  std::string text = absl::StrCat(CountOf(counts.studies(), "study"), ", ",
                                  CountOf(counts.image_sets(), "image set"), ", ",
                                  CountOf(counts.images(), "image"));
  if (counts.unknown_image_sets() > 0) {
    absl::StrAppend(&text, " and ", CountOf(counts.unknown_image_sets(), "set"),
                    " of unknown number");
  }
  return text;
}

int Show(const Session& session, const TermsArguments& arguments) {
  Client client = session.Connect();
  v1::GetTermRequest request;
  request.set_name(TermName(arguments.term));
  v1::Term term;
  absl::Status status =
      client.Call(client.ontology(), &v1::OntologyService::Stub::GetTerm, request, &term);
  if (!status.ok()) return session.Fail(absl::StrCat("terms show ", arguments.term), status);
  if (session.PrintedJson(term)) return kOk;
  session.out() << session.Bold(EscapeForTerminal(absl::StrCat(term.label(), "  ", term.id())))
                << '\n';
  Table table({{""}, {"", false, true}});
  if (term.obsolete())
    table.AddRow({"obsolete",
                  term.replaced_by().empty() ? "yes" : absl::StrCat("use ", term.replaced_by())});
  if (!term.definition().empty()) table.AddRow({"definition", term.definition()});
  for (const v1::Synonym& synonym : term.synonyms()) {
    table.AddRow(
        {absl::StrCat(absl::AsciiStrToLower(v1::Synonym::Scope_Name(synonym.scope())), " synonym"),
         synonym.text()});
  }
  if (!term.parents().empty()) table.AddRow({"parents", absl::StrJoin(term.parents(), ", ")});
  if (!term.xrefs().empty()) table.AddRow({"cross-references", absl::StrJoin(term.xrefs(), ", ")});
  table.AddRow({"this very term", CountsText(term.exact())});
  table.AddRow({"with all below", CountsText(term.rolled_up())});
  session.Print(table, 2);
  return kOk;
}

void PrintTerms(const Session& session, const google::protobuf::RepeatedPtrField<v1::Term>& terms) {
  Table table({{"id"}, {"label", false, true}, {"", false, true, true}});
  for (const v1::Term& term : terms) {
    table.AddRow({term.id(), term.label(),
                  term.obsolete() ? absl::StrCat("obsolete ", term.replaced_by()) : ""});
  }
  if (!table.empty()) session.Print(table);
}

int Find(const Session& session, const TermsArguments& arguments) {
  Client client = session.Connect();
  v1::ListTermsRequest request;
  request.set_query(arguments.term);
  for (const std::string& ontology : arguments.ontologies) request.add_ontologies(ontology);
  request.set_page_size(arguments.limit);
  v1::ListTermsResponse response;
  absl::Status status =
      client.Call(client.ontology(), &v1::OntologyService::Stub::ListTerms, request, &response);
  if (!status.ok()) return session.Fail(absl::StrCat("terms search ", arguments.term), status);
  if (session.PrintedJson(response)) return kOk;
  if (response.terms().empty()) {
    return session.Fail(kNotComplete, "terms search",
                        absl::StrCat("no label or synonym fits '", arguments.term, "'"),
                        "fewer letters find more");
  }
  PrintTerms(session, response.terms());
  return kOk;
}

using ClosureMethod = grpc::Status (v1::OntologyService::Stub::*)(grpc::ClientContext*,
                                                                  const v1::ClosureRequest&,
                                                                  v1::ClosureResponse*);

int Closure(const Session& session, const std::string& what, ClosureMethod method,
            const TermsArguments& arguments) {
  Client client = session.Connect();
  v1::ClosureRequest request;
  request.set_name(TermName(arguments.term));
  request.set_page_size(10000);
  v1::ClosureResponse all;
  do {
    v1::ClosureResponse page;
    absl::Status status = client.Call(client.ontology(), method, request, &page);
    if (!status.ok())
      return session.Fail(absl::StrCat("terms ", what, " ", arguments.term), status);
    all.mutable_terms()->MergeFrom(page.terms());
    all.set_total_size(page.total_size());
    request.set_page_token(page.next_page_token());
  } while (!request.page_token().empty());
  if (session.PrintedJson(all)) return kOk;
  PrintTerms(session, all.terms());
  session.out() << CountOf(all.total_size(), "term") << ", itself included\n";
  return kOk;
}

v1::ResolveRequest ResolveRequestOf(const TermsArguments& arguments) {
  v1::ResolveRequest request;
  for (const std::string& ontology : arguments.ontologies) request.add_ontologies(ontology);
  request.set_candidates(arguments.candidates);
  return request;
}

// `--file`: asks in batches, prints one line of JSON for each line read.
int ResolveLines(const Session& session, const TermsArguments& arguments, std::istream& in) {
  Client client = session.Connect();
  v1::ResolveRequest request = ResolveRequestOf(arguments);
  int64_t asked = 0;
  const auto ask = [&]() -> absl::Status {
    if (request.texts().empty()) return absl::OkStatus();
    v1::ResolveResponse response;
    PARFOCAL_RETURN_IF_ERROR(
        client.Call(client.ontology(), &v1::OntologyService::Stub::Resolve, request, &response));
    for (const v1::Resolution& resolution : response.resolutions())
      session.out() << ToJsonLine(resolution);
    asked += request.texts_size();
    request.clear_texts();
    return absl::OkStatus();
  };
  absl::Status status;
  for (std::string line; status.ok() && std::getline(in, line);) {
    if (!line.empty() && line.back() == '\r') line.pop_back();
    if (line.size() > kMaxLineBytes) {
      status = ask();
      if (!status.ok()) break;
      return session.Fail(
          kUsage, "terms resolve",
          absl::StrCat(arguments.file, ", line ", asked + 1, ": ", line.size(), " bytes"),
          absl::StrCat("a line has at most ", kMaxLineBytes, " bytes"));
    }
    request.add_texts(line);
    if (request.texts_size() == kLinesAtOnce) status = ask();
  }
  if (status.ok()) status = ask();
  if (!status.ok())
    return session.Fail(absl::StrCat("terms resolve ", arguments.file, " from line ", asked + 1),
                        status);
  return kOk;
}

int ResolveFile(const Session& session, const TermsArguments& arguments) {
  if (arguments.file == "-") return ResolveLines(session, arguments, std::cin);
  std::ifstream in(arguments.file, std::ios::binary);
  if (in) return ResolveLines(session, arguments, in);
  return session.Fail(kUsage, "terms resolve", absl::StrCat(arguments.file, " cannot be read"),
                      "name a text file with one label a line, or - for standard input");
}

void PrintResolutions(const Session& session, const v1::ResolveResponse& response) {
  Table table({{"words", false, true},
               {"term"},
               {"label", false, true},
               {"rule"},
               {"also fits", false, true, true}});
  for (const v1::Resolution& resolution : response.resolutions()) {
    std::vector<std::string> others;
    for (const v1::Candidate& candidate : resolution.candidates()) {
      const bool accepted = std::find(resolution.accepted().begin(), resolution.accepted().end(),
                                      candidate.id()) != resolution.accepted().end();
      if (!accepted && others.size() < kOthersShown)
        others.push_back(
            absl::StrFormat("%s %s (%.2f)", candidate.id(), candidate.label(), candidate.score()));
    }
    table.AddRow({resolution.text(),
                  resolution.accepted().empty() ? "-" : absl::StrJoin(resolution.accepted(), " "),
                  resolution.label(),
                  absl::AsciiStrToLower(
                      absl::StrReplaceAll(v1::TermRule_Name(resolution.rule()), {{"_", " "}})),
                  absl::StrJoin(others, ", ")});
  }
  session.Print(table);
}

int Resolve(const Session& session, const TermsArguments& arguments) {
  if (!arguments.file.empty()) return ResolveFile(session, arguments);
  if (arguments.texts.empty()) {
    return session.Fail(kUsage, "terms resolve", "no words", "give TEXT or --file FILE");
  }
  Client client = session.Connect();
  v1::ResolveRequest request = ResolveRequestOf(arguments);
  for (const std::string& text : arguments.texts) request.add_texts(text);
  v1::ResolveResponse response;
  absl::Status status =
      client.Call(client.ontology(), &v1::OntologyService::Stub::Resolve, request, &response);
  if (!status.ok()) return session.Fail("terms resolve", status);
  if (!session.PrintedJson(response)) PrintResolutions(session, response);
  return kOk;
}

}  // namespace

void AddTermsCommands(CLI::App& app, Session& session) {
  CLI::App* group = AddGroup(app, "terms", "Terms of the loaded ontologies",
                             "parfocal terms search 'light sheet'");
  auto arguments = std::make_shared<TermsArguments>();
  auto add_ontology_option = [arguments](CLI::App* command) {
    command
        ->add_option("--ontology", arguments->ontologies,
                     "Only terms of this prefix; may be repeated")
        ->allow_extra_args(false)
        ->multi_option_policy(CLI::MultiOptionPolicy::TakeAll);
  };
  CLI::App* show = AddCommand(*group, session, "show", "Shows a term and how often it occurs",
                              "parfocal terms show EX:0000001",
                              [&session, arguments] { return Show(session, *arguments); });
  show->add_option("TERM", arguments->term, "Its id, in any spelling")->required();
  CLI::App* find = AddCommand(*group, session, "search", "Finds terms by label or synonym",
                              "parfocal terms search 'light sheet' --ontology FBbi",
                              [&session, arguments] { return Find(session, *arguments); });
  find->add_option("WORDS", arguments->term, "Words or the beginning of one")->required();
  find->add_option("--limit", arguments->limit, "Terms to show, at most 200")
      ->capture_default_str();
  add_ontology_option(find);
  CLI::App* ancestors = AddCommand(
      *group, session, "ancestors", "Lists a term and all that it is or is part of",
      "parfocal terms ancestors EX:0000001", [&session, arguments] {
        return Closure(session, "ancestors", &v1::OntologyService::Stub::Ancestors, *arguments);
      });
  ancestors->add_option("TERM", arguments->term, "Its id, in any spelling")->required();
  CLI::App* descendants = AddCommand(
      *group, session, "descendants", "Lists a term and all below it",
      "parfocal terms descendants EX:0000001", [&session, arguments] {
        return Closure(session, "descendants", &v1::OntologyService::Stub::Descendants, *arguments);
      });
  descendants->add_option("TERM", arguments->term, "Its id, in any spelling")->required();
  CLI::App* resolve = AddCommand(*group, session, "resolve",
                                 "Turns words or ids into terms, and says by which rule",
                                 "parfocal terms resolve 'elongated cell' HeLa",
                                 [&session, arguments] { return Resolve(session, *arguments); });
  resolve->add_option("TEXT", arguments->texts, "Words or ids, at most 1000");
  resolve->add_option("--file", arguments->file,
                      "A file with one label a line (- is standard input); prints one line of JSON "
                      "for each, blank lines included");
  resolve->add_option("--candidates", arguments->candidates, "Candidates for each, at most 50")
      ->capture_default_str();
  add_ontology_option(resolve);
}

}  // namespace parfocal::cli
