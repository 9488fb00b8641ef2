// parfocal export: the whole result of a query, streamed.
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <list>
#include <memory>
#include <optional>
#include <unordered_map>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "absl/time/clock.h"
#include "command.h"
#include "export_columns.h"
#include "json_text.h"
#include "parfocal/cli/terminal_text.h"
#include "progress.h"
#include "search_request.h"
#include "short_names.h"

namespace parfocal::cli {
namespace {

constexpr int kMaxRetries = 5;  // In a row, without a hit in between.
constexpr size_t kStudiesKept =
    1024;  // Of which lines of image sets take title, licence, citation.

struct ExportArguments {
  QueryArguments query;
  std::string format = "jsonl";
  std::string columns;
  std::string file;
};

// Writes hits in one format. At image set level it fetches each study once.
class HitWriter {
 public:
  HitWriter(Client& client, std::ostream& out, const std::string& format, bool escape,
            std::vector<ExportColumn> columns)
      : client_(client),
        out_(out),
        format_(format),
        escape_(escape),
        columns_(std::move(columns)) {}

  void WriteHeader() {
    if (format_ == "jsonl") return;
    std::vector<std::string> cells;
    for (const ExportColumn& column : columns_) cells.push_back(column.name);
    WriteLine(cells);
  }

  absl::Status Write(const v1::SearchHit& hit) {
    if (format_ == "jsonl") {
      out_ << ToJsonLine(hit);
    } else if (hit.record().has_study()) {
      WriteRow({hit, hit.record().study()});
    } else {
      absl::StatusOr<const v1::Study*> study = StudyOf(hit.name());
      if (!study.ok()) return study.status();
      WriteRow({hit, **study});
    }
    return out_.good() ? absl::OkStatus()
                       : absl::DataLossError(absl::StrCat("cannot write: ", std::strerror(errno)));
  }

 private:
  void WriteRow(const ExportRow& row) {
    std::vector<std::string> cells;
    for (const ExportColumn& column : columns_) cells.push_back(column.cell(row, column.argument));
    WriteLine(cells);
  }

  void WriteLine(const std::vector<std::string>& cells) {
    const bool csv = format_ != "tsv";
    std::string line;
    for (size_t i = 0; i < cells.size(); ++i) {
      if (i > 0) line.push_back(csv ? ',' : '\t');
      absl::StrAppend(&line, csv ? CsvCell(cells[i]) : TsvCell(cells[i]));
    }
    // On a terminal a tab is the only control character that is meant.
    if (escape_) {
      std::string safe;
      for (absl::string_view part : absl::StrSplit(line, '\t')) {
        absl::StrAppend(&safe, safe.empty() ? "" : "\t", EscapeForTerminal(part));
      }
      line = std::move(safe);
    }
    out_ << line << '\n';
  }

  absl::StatusOr<const v1::Study*> StudyOf(const std::string& hit_name) {
    const std::string name = hit_name.substr(0, hit_name.find("/imageSets/"));
    const auto found = by_name_.find(name);
    if (found != by_name_.end()) {
      studies_.splice(studies_.begin(), studies_, found->second);
      return &studies_.front();
    }
    v1::GetRecordRequest request;
    request.set_name(name);
    request.set_view(v1::FULL);
    v1::Record record;
    absl::Status status =
        client_.Call(client_.catalogue(), &v1::CatalogueService::Stub::GetRecord, request, &record);
    if (!status.ok()) return status;
    if (studies_.size() >= kStudiesKept) {
      by_name_.erase(studies_.back().name());
      studies_.pop_back();
    }
    studies_.push_front(std::move(*record.mutable_study()));
    by_name_[name] = studies_.begin();
    return &studies_.front();
  }

  Client& client_;
  std::ostream& out_;
  const std::string format_;
  const bool escape_;
  const std::vector<ExportColumn> columns_;
  std::list<v1::Study> studies_;  // Last used first.
  std::unordered_map<std::string, std::list<v1::Study>::iterator> by_name_;
};

// Reads the stream to its end. When the node goes away it comes back with the last token that was
// sent; hits that it had already been given since that token come again and are passed over.
class ResumingReader {
 public:
  ResumingReader(Client& client, v1::SearchRequest request)
      : client_(client), request_(std::move(request)) {}

  absl::Status ReadAll(const std::function<absl::Status(const v1::SearchHit&)>& visit) {
    int retries = 0;
    while (true) {
      bool moved = false;
      absl::Status status = ReadOnce(visit, &moved);
      if (status.code() != absl::StatusCode::kUnavailable) return status;
      retries = moved ? 1 : retries + 1;
      if (retries > kMaxRetries) return status;
      // 80 ms, 320 ms, ... 20 s: long enough for a node that is started again.
      absl::SleepFor(absl::Milliseconds(20) * (1 << (2 * retries)));
    }
  }

 private:
  absl::Status ReadOnce(const std::function<absl::Status(const v1::SearchHit&)>& visit,
                        bool* moved) {
    grpc::ClientContext context;
    auto stream = client_.search().StreamSearch(&context, request_);
    size_t again = 0;
    v1::SearchHit hit;
    absl::Status failure;
    while (stream->Read(&hit)) {
      if (again < since_token_.size()) {
        if (hit.name() != since_token_[again]) {
          failure =
              absl::DataLossError(absl::StrCat("the answer changed while it was read: expected ",
                                               since_token_[again], ", got ", hit.name()));
          break;
        }
        ++again;
      } else {
        failure = visit(hit);
        if (!failure.ok()) break;
        *moved = true;
        since_token_.push_back(hit.name());
        again = since_token_.size();
      }
      if (!hit.page_token().empty()) {
        request_.set_page_token(hit.page_token());
        since_token_.clear();
        again = 0;
      }
    }
    if (!failure.ok()) {
      context.TryCancel();
      stream->Finish().ok();
      return failure;
    }
    return FromGrpc(stream->Finish());
  }

  Client& client_;
  v1::SearchRequest request_;
  std::vector<std::string> since_token_;
};

int Export(const Session& session, const ExportArguments& arguments) {
  const bool image_sets = arguments.query.level == "imageset";
  absl::StatusOr<std::vector<ExportColumn>> columns = ParseColumns(arguments.columns, image_sets);
  if (!columns.ok()) {
    return session.Fail(kUsage, "export", columns.status().message(),
                        "parfocal export --help lists columns");
  }
  if (arguments.format == "bff") {
    std::vector<ExportColumn> all = BioFileFinderColumns();
    for (ExportColumn& column : *columns) all.push_back(std::move(column));
    columns = std::move(all);
  }
  v1::SearchRequest request = RequestFrom(arguments.query);
  request.set_view(v1::FULL);
  Client client = session.Connect();
  // Into a file beside the wanted one: a broken export is never taken for a whole one.
  const std::string partial = absl::StrCat(arguments.file, ".part");
  std::ofstream file;
  if (!arguments.file.empty()) {
    file.open(partial, std::ios::binary | std::ios::trunc);
    if (!file) {
      return session.Fail(kRefused, "export", absl::StrCat(partial, ": ", std::strerror(errno)),
                          "give a file in a folder that can be written");
    }
  }
  std::ostream& out = arguments.file.empty() ? session.out() : file;
  const bool escape = arguments.file.empty() && session.screen.out_is_terminal;
  HitWriter writer(client, out, arguments.format, escape, *std::move(columns));
  ResumingReader reader(client, request);
  int64_t written = 0;
  absl::Status status;
  {
    std::optional<Progress> progress;
    if (!arguments.file.empty()) progress.emplace(session.screen, "export");
    writer.WriteHeader();
    status = reader.ReadAll([&](const v1::SearchHit& hit) {
      absl::Status result = writer.Write(hit);
      ++written;
      if (progress && written % 256 == 0) progress->Update(written, 0, "");
      return result;
    });
  }
  if (!status.ok()) return session.Fail("export", status);
  if (arguments.file.empty()) return kOk;
  file.close();
  std::error_code error;
  if (file) std::filesystem::rename(partial, arguments.file, error);
  if (!file || error) {
    return session.Fail(kRefused, "export", absl::StrCat(arguments.file, ": cannot be written"),
                        "is the disk full?");
  }
  session.err() << "Wrote " << FormatCount(written)
                << (written == 1 ? " record to " : " records to ")
                << EscapeForTerminal(arguments.file) << '\n';
  return kOk;
}

}  // namespace

void AddExportCommand(CLI::App& app, Session& session) {
  auto arguments = std::make_shared<ExportArguments>();
  CLI::App* command =
      AddCommand(app, session, "export",
                 "Writes everything that a query finds; goes on where it was if the node restarts",
                 "parfocal export --filter 'organism = \"Mus musculus\"' --format csv --columns "
                 "name,title,licence,citation -o mouse.csv",
                 [&session, arguments] { return Export(session, *arguments); });
  AddQueryOptions(*command, &arguments->query);
  command
      ->add_option("--format", arguments->format,
                   "jsonl (whole records), csv, tsv, or bff: a csv that BioFile Finder opens")
      ->check(CLI::IsMember({"jsonl", "csv", "tsv", "bff"}))
      ->capture_default_str();
  command->add_option(
      "--columns", arguments->columns,
      absl::StrCat("For csv, tsv and bff, with commas: ", absl::StrJoin(FixedColumnNames(), ", "),
                   ", a field of docs/fields.md on biology or the experiment (organism, "
                   "organism.id, stated_organism, perturbed_gene, phenotype) or "
                   "attribute[\"key\"]"));
  command->add_option("-o,--output", arguments->file,
                      "File to write; standard output if not given");
}

}  // namespace parfocal::cli
