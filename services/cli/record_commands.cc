// parfocal show
#include <memory>

#include "absl/strings/str_cat.h"
#include "command.h"
#include "parfocal/cli/terminal_text.h"
#include "record_page.h"
#include "short_names.h"

namespace parfocal::cli {
namespace {

int ShowRaw(const Session& session, Client& client, const std::string& name) {
  v1::GetRawRecordRequest request;
  request.set_name(name);
  v1::RawRecord raw;
  absl::Status status =
      client.Call(client.catalogue(), &v1::CatalogueService::Stub::GetRawRecord, request, &raw);
  if (!status.ok()) return session.Fail(absl::StrCat("show ", ShortName(name)), status);
  if (session.PrintedJson(raw)) return kOk;
  if (session.screen.out_is_terminal) {
    session.out() << EscapeForTerminal(raw.data(), /*keep_lines=*/true) << '\n';
  } else {
    session.out().write(raw.data().data(), static_cast<std::streamsize>(raw.data().size()));
  }
  if (raw.masked() > 0) {
    session.err() << "parfocal: " << raw.masked()
                  << " e-mail addresses or telephone numbers are masked\n";
  }
  return kOk;
}

int Show(const Session& session, const std::string& text, bool raw) {
  Client client = session.Connect();
  absl::StatusOr<std::string> name = FindRecord(client, text);
  if (!name.ok()) return session.Fail(absl::StrCat("show ", text), name.status());
  if (raw) return ShowRaw(session, client, *name);
  v1::GetRecordRequest request;
  request.set_name(*name);
  request.set_view(v1::FULL);
  v1::Record record;
  absl::Status status =
      client.Call(client.catalogue(), &v1::CatalogueService::Stub::GetRecord, request, &record);
  if (!status.ok()) return session.Fail(absl::StrCat("show ", text), status);
  if (!session.PrintedJson(record)) PrintRecord(session, record);
  return kOk;
}

}  // namespace

void AddRecordCommands(CLI::App& app, Session& session) {
  auto name = std::make_shared<std::string>();
  auto raw = std::make_shared<bool>(false);
  CLI::App* show = AddCommand(
      app, session, "show", "Shows a study or an image set with its evidence",
      "parfocal show gide/ABC-1", [&session, name, raw] { return Show(session, *name, *raw); });
  show->add_option("RECORD", *name,
                   "SOURCE/ACCESSION, SOURCE/ACCESSION/IMAGESET, a full name, or an accession that "
                   "only one source has")
      ->required();
  show->add_flag("--raw", *raw, "The bytes as harvested, e-mail addresses masked");
}

}  // namespace parfocal::cli
