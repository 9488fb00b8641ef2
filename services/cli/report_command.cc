// parfocal report normalisation
#include <memory>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_replace.h"
#include "command.h"
#include "json_text.h"
#include "parfocal/cli/terminal_text.h"

namespace parfocal::cli {
namespace {

struct Options {
  std::string source;
  bool differences = false;
};

std::string Parent(const Options& options) {
  return options.source.empty() ? "" : absl::StrCat("sources/", options.source);
}

std::string Share(int64_t part, int64_t whole) {
  return whole == 0 ? "" : absl::StrFormat("%.1f %%", 100.0 * part / whole);
}

std::string RuleWords(v1::TermRule rule) {
  return absl::StrReplaceAll(absl::AsciiStrToLower(v1::TermRule_Name(rule)), {{"_", " "}});
}

int Fields(const Session& session, const Options& options) {
  Client client = session.ConnectPatiently();
  v1::ReportNormalisationRequest request;
  request.set_parent(Parent(options));
  v1::ReportNormalisationResponse response;
  absl::Status status =
      client.Call(client.admin(), &v1::AdminService::Stub::ReportNormalisation, request, &response);
  if (!status.ok()) return session.Fail("report normalisation", status);
  if (session.PrintedJson(response)) return kOk;
  Table table({{"field"}, {"rule"}, {"words", true}, {"", true}, {"statements", true}, {"", true}});
  for (const v1::FieldNormalisation& field : response.fields()) {
    const v1::NormalisationTally& all = field.all();
    table.AddRow({EscapeForTerminal(field.field()), "", FormatCount(all.words()), "",
                  FormatCount(all.statements()), ""});
    const auto row = [&](const std::string& name, const v1::NormalisationTally& tally) {
      table.AddRow({"", name, FormatCount(tally.words()), Share(tally.words(), all.words()),
                    FormatCount(tally.statements()), Share(tally.statements(), all.statements())});
    };
    for (const auto& rule : field.rules()) row(RuleWords(rule.rule()), rule.tally());
    if (field.flagged().statements() > 0) row("flagged", field.flagged());
    if (field.differing() > 0) {
      table.AddRow({"", "differ from the stated id", "", "", FormatCount(field.differing()),
                    Share(field.differing(), all.statements())});
    }
  }
  session.Print(table);
  session.out() << FormatCount(response.records()) << " records"
                << (response.complete() ? "" : "; too many distinct words, their counts are minima")
                << '\n';
  return kOk;
}

int Differences(const Session& session, const Options& options) {
  Client client = session.ConnectPatiently();
  v1::ListDifferencesRequest request;
  request.set_parent(Parent(options));
  request.set_page_size(1000);
  do {
    v1::ListDifferencesResponse response;
    absl::Status status =
        client.Call(client.admin(), &v1::AdminService::Stub::ListDifferences, request, &response);
    if (!status.ok()) return session.Fail("report normalisation", status);
    for (const auto& difference : response.differences()) {
      if (session.json) {
        session.out() << ToJsonLine(difference);
        continue;
      }
      for (const v1::Statement& s : difference.statements()) {
        session.out() << EscapeForTerminal(difference.record()) << '\t'
                      << EscapeForTerminal(s.field()) << '\t' << EscapeForTerminal(s.value())
                      << '\t' << EscapeForTerminal(s.stated_id()) << '\t'
                      << EscapeForTerminal(s.term()) << '\t' << RuleWords(s.rule()) << '\t'
                      << EscapeForTerminal(s.evidence()) << '\n';
      }
    }
    request.set_page_token(response.next_page_token());
  } while (!request.page_token().empty());
  return kOk;
}

}  // namespace

void AddReportCommands(CLI::App& app, Session& session) {
  auto options = std::make_shared<Options>();
  CLI::App* report =
      AddGroup(app, "report", "Reports on the catalogue", "parfocal report normalisation");
  CLI::App* normalisation = AddCommand(
      *report, session, "normalisation",
      "How many words of each field became terms, by which rule; or every statement whose term is "
      "not the stated one, one line each: record, field, words, stated id, term, rule, evidence",
      "parfocal report normalisation", [&session, options] {
        return options->differences ? Differences(session, *options) : Fields(session, *options);
      });
  normalisation->add_option("--source", options->source, "Only records of this source");
  normalisation->add_flag("--differences", options->differences,
                          "List the statements whose term is not the stated one");
}

}  // namespace parfocal::cli
