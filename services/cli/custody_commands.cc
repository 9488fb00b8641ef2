#include "custody_commands.h"

#include <memory>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "absl/time/time.h"
#include "json_text.h"
#include "parfocal/cli/terminal_text.h"
#include "short_names.h"

namespace parfocal::cli {
namespace {

struct Arguments {
  std::string source, type, from, to, author, note, reason;
  bool rejected = false, tsv = false;
  int limit = 100;
};

// `same_paper` of SAME_PAPER and back.
std::string TypeWord(v1::Relation::Type type) {
  return absl::AsciiStrToLower(v1::Relation::Type_Name(type));
}

const std::vector<std::string>& TypeWords() {
  static const auto* const words = new std::vector<std::string>{
      "copy", "conversion", "subset", "same_specimen", "same_paper", "other"};
  return *words;
}

v1::Relation::Type TypeOf(const std::string& word) {
  v1::Relation::Type type = v1::Relation::TYPE_UNSPECIFIED;
  (void)v1::Relation::Type_Parse(absl::AsciiStrToUpper(word), &type);
  return type;
}

// A cell of a table with tabs: none within it.
std::string Cell(absl::string_view text) {
  return EscapeForTerminal(absl::StrReplaceAll(text, {{"\t", " "}, {"\n", " "}, {"\r", " "}}));
}

int ListRelations(const Session& session, const Arguments& arguments) {
  Client client = session.ConnectPatiently();
  v1::ListRelationsRequest request;
  if (!arguments.source.empty()) request.set_parent(SourceName(arguments.source));
  if (!arguments.from.empty()) {
    absl::StatusOr<std::string> name = FindRecord(client, arguments.from);
    if (!name.ok()) return session.Fail(absl::StrCat("relations ", arguments.from), name.status());
    request.set_parent(*name);
  }
  request.set_type(TypeOf(arguments.type));
  request.set_show_rejected(arguments.rejected);
  request.set_page_size(1000);
  int64_t relations = 0;
  do {
    v1::ListRelationsResponse response;
    absl::Status status = client.Call(
        client.catalogue(), &v1::CatalogueService::Stub::ListRelations, request, &response);
    if (!status.ok()) return session.Fail("relations list", status);
    for (const auto& study : response.studies()) {
      if (session.json) {
        session.out() << ToJsonLine(study);
        continue;
      }
      for (const v1::Relation& relation : study.relations()) {
        ++relations;
        session.out()
            << Cell(ShortName(study.name())) << '\t' << TypeWord(relation.type())
            << (relation.inverse() ? " (inverse)" : "") << '\t'
            << Cell(relation.record().empty() ? relation.target() : ShortName(relation.record()))
            << '\t' << relation.confidence() << '\t'
            << (relation.verdict() == v1::Relation::VERDICT_UNSPECIFIED
                    ? ""
                    : absl::AsciiStrToLower(v1::Relation::Verdict_Name(relation.verdict())))
            << '\t' << Cell(relation.because()) << '\n';
      }
    }
    request.set_page_token(response.next_page_token());
  } while (!request.page_token().empty());
  if (!session.json) session.err() << FormatCount(relations) << " relations\n";
  return kOk;
}

int Decide(const Session& session, const Arguments& arguments, v1::Relation::Verdict verdict) {
  Client client = session.Connect();
  v1::DecideRelationRequest request;
  for (const auto& [text, set] :
       {std::pair(&arguments.from, &v1::DecideRelationRequest::mutable_name),
        std::pair(&arguments.to, &v1::DecideRelationRequest::mutable_target)}) {
    absl::StatusOr<std::string> name = FindRecord(client, *text);
    if (!name.ok()) return session.Fail(absl::StrCat("relations ", *text), name.status());
    *(request.*set)() = *name;
  }
  request.set_type(TypeOf(arguments.type));
  request.set_verdict(verdict);
  request.set_author(arguments.author);
  request.set_note(arguments.note);
  v1::DecideRelationResponse response;
  absl::Status status =
      client.Call(client.admin(), &v1::AdminService::Stub::DecideRelation, request, &response);
  if (!status.ok()) return session.Fail("relations", status);
  if (session.PrintedJson(response)) return kOk;
  if (!response.has_relation()) {
    session.out() << "Nothing relates the two now.\n";
    return kOk;
  }
  session.out() << EscapeForTerminal(absl::StrCat(
                       ShortName(request.name()), ": ", TypeWord(response.relation().type()),
                       response.relation().verdict() == v1::Relation::REJECTED ? " (rejected)" : "",
                       " of ", ShortName(request.target()), ", because ",
                       response.relation().because()))
                << '\n';
  return kOk;
}

int ExportCorrections(const Session& session, const Arguments& arguments) {
  Client client = session.ConnectPatiently();
  v1::ListCorrectionsRequest request;
  request.set_parent(SourceName(arguments.source));
  request.set_page_size(1000);
  if (!session.json) {
    session.out() << "kind\taccession\tplace\tplaces\tfield\tstated_value\tstated_id\t"
                     "proposed_value\tproposed_id\trule\tevidence\tconfidence\n";
  }
  do {
    v1::ListCorrectionsResponse response;
    absl::Status status =
        client.Call(client.admin(), &v1::AdminService::Stub::ListCorrections, request, &response);
    if (!status.ok()) return session.Fail("corrections export", status);
    for (const v1::CorrectionProposal& c : response.corrections()) {
      if (session.json) {
        session.out() << ToJsonLine(c);
        continue;
      }
      session.out() << absl::AsciiStrToLower(v1::CorrectionProposal::Kind_Name(c.kind())) << '\t'
                    << Cell(c.accession()) << '\t' << Cell(c.place()) << '\t' << c.places() << '\t'
                    << Cell(c.field()) << '\t' << Cell(c.stated_value()) << '\t'
                    << Cell(c.stated_id()) << '\t' << Cell(c.proposed_value()) << '\t'
                    << Cell(c.proposed_id()) << '\t'
                    << absl::AsciiStrToLower(v1::TermRule_Name(c.rule())) << '\t'
                    << Cell(c.evidence()) << '\t' << c.confidence() << '\n';
    }
    request.set_page_token(response.next_page_token());
  } while (!request.page_token().empty());
  return kOk;
}

int TakeDown(const Session& session, const Arguments& arguments) {
  Client client = session.ConnectPatiently();
  v1::TakeDownRequest request;
  request.set_name(absl::StrCat(SourceName(arguments.source), "/studies/",
                                absl::StrReplaceAll(arguments.from, {{"%", "%25"}, {"/", "%2F"}})));
  request.set_reason(arguments.reason);
  request.set_author(arguments.author);
  v1::TakeDownResponse response;
  absl::Status status =
      client.Call(client.admin(), &v1::AdminService::Stub::TakeDown, request, &response);
  if (!status.ok()) return session.Fail("takedown", status);
  if (session.PrintedJson(response)) return kOk;
  session.out() << "Removed " << FormatCount(response.records()) << " records, "
                << FormatBytes(response.raw_bytes()) << " of raw bytes on "
                << FormatCount(response.raw_pages()) << " pages, and what "
                << FormatCount(response.rejections()) << " rejections held.\n";
  for (const std::string& text : response.unreachable())
    session.out() << "Not reached: " << EscapeForTerminal(text) << '\n';
  return kOk;
}

int Audit(const Session& session, const Arguments& arguments) {
  Client client = session.Connect();
  v1::ListAuditRequest request;
  int left = arguments.limit;
  do {
    request.set_page_size(std::min(left, 1000));
    v1::ListAuditResponse response;
    absl::Status status =
        client.Call(client.admin(), &v1::AdminService::Stub::ListAudit, request, &response);
    if (!status.ok()) return session.Fail("audit", status);
    for (const v1::AuditEntry& entry : response.entries()) {
      if (session.json) {
        session.out() << ToJsonLine(entry);
        continue;
      }
      session.out() << entry.number() << '\t'
                    << absl::FormatTime("%Y-%m-%dT%H:%M:%SZ",
                                        absl::FromUnixSeconds(entry.time().seconds()),
                                        absl::UTCTimeZone())
                    << '\t' << Cell(entry.action()) << '\t' << Cell(entry.subject()) << '\t'
                    << Cell(entry.author()) << '\t' << Cell(entry.detail()) << '\n';
    }
    left -= response.entries_size();
    request.set_page_token(response.next_page_token());
  } while (left > 0 && !request.page_token().empty());
  return kOk;
}

void AddRelationCommands(CLI::App& app, Session& session,
                         const std::shared_ptr<Arguments>& arguments) {
  CLI::App* group = AddGroup(app, "relations", "Copies, conversions and parts among studies",
                             "parfocal relations list --type copy");
  CLI::App* list = AddCommand(
      *group, session, "list",
      "Lists what was found between studies, one line each: study, what it is, of which, how sure, "
      "what a curator says, why",
      "parfocal relations list --type copy",
      [&session, arguments] { return ListRelations(session, *arguments); });
  list->add_option("STUDY", arguments->from, "Only of this study");
  list->add_option("--source", arguments->source, "Only of studies of this source");
  list->add_option("--type", arguments->type, "Only of this type")
      ->check(CLI::IsMember(TypeWords()));
  list->add_flag("--rejected", arguments->rejected, "Also those that a curator rejected");
  const struct {
    const char* name;
    const char* description;
    const char* example;
    v1::Relation::Verdict verdict;
  } kDecisions[] = {
      {"assert", "Says what one study is of another, whatever the rules find",
       "parfocal relations assert s/A t/B --type copy --author 'A. Curator'",
       v1::Relation::ASSERTED},
      {"reject", "Says that two studies are not related, whatever the rules find",
       "parfocal relations reject s/A t/B --author 'A. Curator'", v1::Relation::REJECTED},
      {"withdraw", "Takes back what was asserted or rejected",
       "parfocal relations withdraw s/A t/B --author 'A. Curator'",
       v1::Relation::VERDICT_UNSPECIFIED}};
  for (const auto& decision : kDecisions) {
    const v1::Relation::Verdict verdict = decision.verdict;
    CLI::App* command =
        AddCommand(*group, session, decision.name, decision.description, decision.example,
                   [&session, arguments, verdict] { return Decide(session, *arguments, verdict); });
    command->add_option("STUDY", arguments->from, "The study")->required();
    command->add_option("OF", arguments->to, "The other one")->required();
    command->add_option("--author", arguments->author, "Who decides: a name, or orcid:0000-...")
        ->required();
    command->add_option("--note", arguments->note, "Why");
    if (verdict == v1::Relation::ASSERTED) {
      command->add_option("--type", arguments->type, "What the first is of the other")
          ->required()
          ->check(CLI::IsMember(TypeWords()));
    }
  }
}

}  // namespace

void AddCustodyCommands(CLI::App& app, Session& session) {
  auto arguments = std::make_shared<Arguments>();
  AddRelationCommands(app, session, arguments);
  CLI::App* corrections = AddGroup(app, "corrections", "What an archive may want to correct",
                                   "parfocal corrections export --source idr");
  CLI::App* exporting = AddCommand(
      *corrections, session, "export",
      "Prints what we mapped, flagged or repaired in the records of an archive, for its curators, "
      "as a table with tabs",
      "parfocal corrections export --source idr > idr.tsv",
      [&session, arguments] { return ExportCorrections(session, *arguments); });
  exporting->add_option("--source", arguments->source, "Whose records")->required();
  CLI::App* takedown = AddCommand(
      app, session, "takedown",
      "Removes a study for good: records, raw bytes, history, index; harvests do not bring it back",
      "parfocal takedown SOURCE ACCESSION --reason 'withdrawn by the authors'",
      [&session, arguments] { return TakeDown(session, *arguments); });
  takedown->add_option("SOURCE", arguments->source, "Its source")->required();
  takedown->add_option("ACCESSION", arguments->from, "Its accession there")->required();
  takedown->add_option("--reason", arguments->reason, "Why; goes into the audit log")->required();
  takedown->add_option("--author", arguments->author, "Who demands it");
  CLI::App* audit = AddCommand(
      app, session, "audit", "Lists takedowns and decisions about relations, newest first",
      "parfocal audit --limit 10", [&session, arguments] { return Audit(session, *arguments); });
  audit->add_option("--limit", arguments->limit, "Entries to show")
      ->check(CLI::Range(1, 1000000))
      ->capture_default_str();
}

}  // namespace parfocal::cli
