#include "source_try.h"

#include <filesystem>
#include <fstream>
#include <iterator>
#include <memory>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "parfocal/cli/terminal_text.h"

namespace parfocal::cli {
namespace {

struct TryArguments {
  std::string file;
  std::string location;
  int pages = 0;
};

std::string Percent(int64_t part, int64_t whole) {
  return whole == 0 ? "" : absl::StrFormat("%.1f %%", 100.0 * part / whole);
}

void PrintFields(const Session& session, const v1::TrySourceResponse& tried) {
  Table table({{"level"},
               {"field"},
               {"records", true},
               {"share", true},
               {"values", true},
               {"with a term", true}});
  for (const auto& field : tried.fields()) {
    const bool terms = field.values() > 0;
    table.AddRow({field.level(), field.field(), FormatCount(field.records()),
                  Percent(field.records(), field.total()),
                  terms ? FormatCount(field.values()) : std::string(),
                  Percent(field.mapped_values(), field.values())});
  }
  if (!table.empty()) session.Print(table);
}

void PrintProblems(const Session& session, const v1::TrySourceResponse& tried) {
  if (tried.unmapped_size() > 0) {
    session.out() << session.Bold("Words without a term") << '\n';
    Table table({{"field"}, {"words", false, true}, {"count", true}});
    for (const auto& word : tried.unmapped())
      table.AddRow({word.field(), word.value(), FormatCount(word.count())});
    session.Print(table, 2);
  }
  if (tried.total_duplicates() > 0) {
    session.out() << session.Bold(absl::StrCat("Probably one and the same: ",
                                               FormatCount(tried.total_duplicates()), " pairs"))
                  << '\n';
    Table table({{"study"}, {"earlier one"}, {"they have", false, true}});
    for (const auto& pair : tried.duplicates())
      table.AddRow({pair.accession(), pair.other(), pair.reason()});
    session.Print(table, 2);
  }
  if (tried.total_rejections() == 0) {
    session.out() << "Nothing was refused.\n";
    return;
  }
  session.out() << session.Bold(absl::StrCat("Refused or remarked on: ",
                                             FormatCount(tried.total_rejections())))
                << '\n';
  Table table({{"place", false, true}, {"reason", false, true}});
  for (const v1::Rejection& rejection : tried.rejections())
    table.AddRow({rejection.place(), rejection.reason()});
  session.Print(table, 2);
}

int Try(const Session& session, const TryArguments& arguments) {
  std::ifstream in(arguments.file, std::ios::binary);
  if (!in) {
    return session.Fail(kUsage, "source try", absl::StrCat(arguments.file, " cannot be read"),
                        "give the path of a source definition");
  }
  v1::TrySourceRequest request;
  request.set_definition(
      std::string(std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()));
  request.set_definition_name(std::filesystem::path(arguments.file).filename().string());
  request.set_location(AbsoluteLocation(arguments.location));
  request.set_max_pages(arguments.pages);
  Client client = session.ConnectPatiently();
  v1::TrySourceResponse tried;
  absl::Status status =
      client.Call(client.harvest(), &v1::HarvestService::Stub::TrySource, request, &tried);
  if (!status.ok()) return session.Fail("source try", status);
  const bool sound =
      tried.stopped().empty() && tried.ledger().quarantined() == 0 && tried.ledger().skipped() == 0;
  if (session.PrintedJson(tried)) return sound ? kOk : kNotComplete;
  const v1::Ledger& ledger = tried.ledger();
  session.out() << FormatCount(tried.studies()) << " studies, " << FormatCount(tried.image_sets())
                << " image sets, " << FormatCount(tried.observations()) << " observations from "
                << FormatCount(ledger.rows_read()) << " records on " << FormatCount(ledger.pages())
                << " pages (" << FormatCount(tried.bytes()) << " bytes); "
                << FormatCount(tried.left_out()) << " left out by the definition, "
                << FormatCount(ledger.quarantined()) << " refused, "
                << FormatCount(ledger.skipped()) << " files that cannot be read. "
                << (tried.complete() ? "The list is complete.\n"
                                     : "There is more: --pages N reads on.\n");
  session.out() << "It took " << FormatCount(tried.documents()) << " files or answers of "
                << FormatCount(tried.document_bytes()) << " bytes.\n";
  if (!tried.stopped().empty())
    session.out() << "Stopped: " << EscapeForTerminal(tried.stopped()) << '\n';
  PrintFields(session, tried);
  PrintProblems(session, tried);
  session.out() << "Nothing was written.\n";
  return sound ? kOk : kNotComplete;
}

}  // namespace

std::string AbsoluteLocation(const std::string& location) {
  if (absl::StartsWith(location, "http://") || absl::StartsWith(location, "https://"))
    return location;
  std::error_code error;
  const std::filesystem::path path = std::filesystem::absolute(location, error);
  return error ? location : path.lexically_normal().string();
}

void AddSourceTry(CLI::App& group, Session& session) {
  auto arguments = std::make_shared<TryArguments>();
  CLI::App* command = AddCommand(
      group, session, "try",
      "Rehearses a source definition: what a harvest would give, field by field; writes nothing",
      "parfocal source try deploy/sources/impc.yaml --location ./impc",
      [&session, arguments] { return Try(session, *arguments); });
  command->add_option("FILE", arguments->file, "The source definition (YAML)")->required();
  command
      ->add_option("--location", arguments->location,
                   "A path on the node's machine, or an http(s) address")
      ->required();
  command->add_option("--pages", arguments->pages, "At most so many pages (20)")
      ->check(CLI::Range(1, 1000));
}

}  // namespace parfocal::cli
