#include "parfocal/connector_idr/idr_connector.h"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "parfocal/connector_idr/cell_text.h"
#include "parfocal/connector_idr/row_draft.h"
#include "parfocal/connector_idr/rules.h"
#include "parfocal/connector_idr/study_draft.h"
#include "parfocal/connector_idr/table_plan.h"
#include "parfocal/connector_idr/table_source.h"
#include "parfocal/privacy/contacts.h"

namespace parfocal {
namespace {

namespace fs = std::filesystem;
using namespace idr;  // NOLINT: this file is the face of that namespace.

constexpr int64_t kRowsPerPage = 5000;
constexpr size_t kMaxPageBytes = 16 << 20;  // A page ends early rather than grow beyond this.
constexpr size_t kMaxRejectedBytes = 64 << 10;

// One table of a study: the folder below it and the files there.
struct TablePlace {
  std::string folder;  // "screenA", "experimentA/run_01"
  std::string
      name;  // Path of the row file below the location; orders tables and names them in cursors.
  std::string prefix;  // Of the ids of its rows.
  TableFiles files;
};

struct StudyPlace {
  std::string folder;
  std::string study_file;          // Empty: none.
  std::vector<TablePlace> tables;  // By name.
};

// Where a page begins. An empty table: the study's own page.
struct Cursor {
  std::string study, table;
  int64_t row = 0;
};

constexpr absl::string_view kCursorVersion = "1";

std::string Format(const Cursor& c) {
  return absl::StrJoin({std::string(kCursorVersion), c.study, c.table, absl::StrCat(c.row)}, "\n");
}

absl::StatusOr<Cursor> ParseCursor(const std::string& text) {
  if (text.empty()) return Cursor{};
  const std::vector<std::string> parts = absl::StrSplit(text, '\n');
  Cursor c;
  if (parts.size() != 4 || parts[0] != kCursorVersion || !absl::SimpleAtoi(parts[3], &c.row) ||
      c.row < 0) {
    return absl::InvalidArgumentError("idr: this is no cursor of the connector; start a new run");
  }
  c.study = parts[1];
  c.table = parts[2];
  return c;
}

bool IsTable(absl::string_view name, absl::string_view kind, absl::string_view extension) {
  absl::ConsumeSuffix(&name, ".gz");
  return absl::EndsWith(name, extension) && absl::StrContains(name, kind);
}

// The tables of the files in one folder. An annotation table makes library and processed data
// needless.
void AddTables(const std::string& study_path, const std::string& folder,
               const std::vector<std::string>& names, StudyPlace* place) {
  const std::string dir = folder.empty() ? study_path : absl::StrCat(study_path, "/", folder);
  std::vector<TableFiles> found;
  TableFiles parts;
  for (const std::string& name : names) {
    const std::string path = absl::StrCat(dir, "/", name);
    if (IsTable(name, "-annotation", ".csv")) found.push_back({path, "", ""});
    if (IsTable(name, "-library", ".txt")) parts.library = path;
    if (IsTable(name, "-processed", ".txt")) parts.processed = path;
  }
  if (found.empty() && !parts.rows().empty()) found.push_back(parts);
  for (size_t i = 0; i < found.size(); ++i) {
    TablePlace table;
    table.folder = folder;
    const std::string file = fs::path(found[i].rows()).filename().string();
    table.name = absl::StrCat(place->folder, "/", folder, "/", file);
    // A second table in one folder has ids of its own.
    table.prefix = i == 0 ? folder : absl::StrCat(folder, "/", file);
    table.files = std::move(found[i]);
    place->tables.push_back(std::move(table));
  }
}

absl::StatusOr<std::vector<StudyPlace>> ListStudies(const std::string& location) {
  std::vector<StudyPlace> studies;
  std::error_code error;
  for (auto it = fs::directory_iterator(location, error); !error && it != fs::directory_iterator();
       it.increment(error)) {
    if (!it->is_directory(error)) continue;
    StudyPlace place;
    place.folder = it->path().filename().string();
    if (place.folder.empty() || place.folder[0] == '.' || absl::StrContains(place.folder, "\n"))
      continue;
    std::map<std::string, std::vector<std::string>> by_folder;
    for (auto sub = fs::recursive_directory_iterator(it->path(), error);
         !error && sub != fs::recursive_directory_iterator(); sub.increment(error)) {
      if (!sub->is_regular_file(error) || sub.depth() > 8) continue;
      const std::string name = sub->path().filename().string();
      const std::string folder =
          sub.depth() == 0
              ? ""
              : fs::relative(sub->path().parent_path(), it->path(), error).generic_string();
      if (absl::StrContains(name, "\n") || absl::StrContains(folder, "\n")) continue;
      if (folder.empty() && absl::EndsWith(name, "-study.txt"))
        place.study_file = sub->path().string();
      if (!folder.empty()) by_folder[folder].push_back(name);
    }
    if (error) break;
    for (auto& [folder, names] : by_folder) {
      std::sort(names.begin(), names.end());
      AddTables(it->path().string(), folder, names, &place);
    }
    std::sort(place.tables.begin(), place.tables.end(),
              [](const auto& a, const auto& b) { return a.name < b.name; });
    if (!place.study_file.empty() || !place.tables.empty()) studies.push_back(std::move(place));
  }
  if (error)
    return absl::UnavailableError(absl::StrCat(location, ": cannot be listed: ", error.message()));
  std::sort(studies.begin(), studies.end(),
            [](const auto& a, const auto& b) { return a.folder < b.folder; });
  return studies;
}

absl::StatusOr<std::string> ReadWhole(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  if (!file) return absl::UnavailableError(absl::StrCat(path, ": cannot be read"));
  std::string bytes;
  // One byte more than the limit tells too long from long.
  bytes.resize(kMaxStudyFileBytes + 1);
  file.read(bytes.data(), static_cast<std::streamsize>(bytes.size()));
  bytes.resize(static_cast<size_t>(file.gcount()));
  return bytes;
}

std::string BlockOf(const std::string& folder) { return folder.substr(0, folder.find('/')); }

class IdrConnector final : public Connector {
 public:
  IdrConnector(std::string source, Rules rules, std::vector<StudyPlace> studies, ParseGuard* guard)
      : source_(std::move(source)),
        rules_(std::move(rules)),
        studies_(std::move(studies)),
        guard_(guard) {
    for (const StudyPlace& study : studies_)
      units_ += 1 + static_cast<int64_t>(study.tables.size());
  }

  bool ListingIsWhole() const override { return true; }

  absl::StatusOr<DraftPage> NextPage(const std::string& cursor) override {
    PARFOCAL_ASSIGN_OR_RETURN(Cursor at, ParseCursor(cursor));
    // A study or table that is gone since: the next one.
    size_t s = static_cast<size_t>(
        std::lower_bound(studies_.begin(), studies_.end(), at.study,
                         [](const StudyPlace& p, const std::string& f) { return p.folder < f; }) -
        studies_.begin());
    DraftPage page;
    if (s == studies_.size()) {
      page.last = true;
      return page;
    }
    if (studies_[s].folder != at.study) at = Cursor{studies_[s].folder, "", 0};
    PARFOCAL_RETURN_IF_ERROR(UseStudy(s));
    if (at.table.empty()) {
      StudyPage(&page);
      Advance(s, 0, &page);
      return page;
    }
    const std::vector<TablePlace>& tables = studies_[s].tables;
    const size_t t = static_cast<size_t>(
        std::lower_bound(tables.begin(), tables.end(), at.table,
                         [](const TablePlace& p, const std::string& n) { return p.name < n; }) -
        tables.begin());
    if (t == tables.size()) {
      Advance(s, t, &page);
      return page;
    }
    PARFOCAL_RETURN_IF_ERROR(TablePage(s, t, tables[t].name == at.table ? at.row : 0, &page));
    return page;
  }

 private:
  // The study whose pages are being read.
  struct OpenStudy {
    size_t index = 0;
    std::string bytes;
    StudyFile file;
    StudyDraft draft;
    std::map<std::string, BlockFacts> facts;  // By block.
    bool usable = false;
  };
  // The table whose pages are being read.
  struct OpenRows {
    std::string name;
    std::unique_ptr<TableSource> source;
    std::unique_ptr<TablePlan> plan;
    ColumnWitness witness;
    std::unique_ptr<RowReader> reader;
    int64_t row = 0;  // Rows read so far.
  };

  absl::Status UseStudy(size_t s);
  void StudyPage(DraftPage* page);
  absl::Status TablePage(size_t s, size_t t, int64_t row, DraftPage* page);
  absl::Status UseTable(size_t t, int64_t row);
  void ReadRow(const TablePlace& table, const SourceRow& row, size_t offset, DraftPage* page);
  void Reject(const std::string& file, int64_t line, const std::string& reason,
              absl::string_view raw, DraftPage* page) const;
  // Counts units, studies and tables, of which the first `s` studies and `tables_done` of the next
  // are done.
  void Progress(size_t s, size_t tables_done, DraftPage* page) const;
  void Advance(size_t s, size_t next_table, DraftPage* page) const;

  const std::string source_;
  const Rules rules_;
  const std::vector<StudyPlace> studies_;
  ParseGuard* const guard_;
  int64_t units_ = 0;
  std::unique_ptr<OpenStudy> study_;
  std::unique_ptr<OpenRows> rows_;
};

absl::Status IdrConnector::UseStudy(size_t s) {
  if (study_ != nullptr && study_->index == s) return absl::OkStatus();
  rows_.reset();
  const StudyPlace& place = studies_[s];
  auto open = std::make_unique<OpenStudy>();
  open->index = s;
  if (!place.study_file.empty()) {
    PARFOCAL_ASSIGN_OR_RETURN(open->bytes, ReadWhole(place.study_file));
    const absl::Status entered = EnterUnit(guard_, place.study_file, 0);
    open->usable = open->bytes.size() <= kMaxStudyFileBytes && entered.ok();
    if (entered.ok()) open->file = ParseStudyFile(open->bytes);
    StudyContext context{source_, place.folder, {}};
    for (const TablePlace& table : place.tables) context.with_rows.insert(BlockOf(table.folder));
    open->draft = MakeStudyDraft(open->file, context, rules_);
    if (!entered.ok()) {
      open->draft.problems = {{0, absl::StrCat("the study file ", entered.message()), open->bytes}};
    }
    for (const BlockFacts& facts : open->draft.blocks) open->facts[facts.id] = facts;
  }
  for (const TablePlace& table : place.tables) {
    const std::string block = BlockOf(table.folder);
    if (open->facts.count(block) > 0) continue;
    open->facts[block] = FactsWithoutBlock(open->draft.study.accession, block, open->file, rules_);
  }
  study_ = std::move(open);
  return absl::OkStatus();
}

void IdrConnector::Reject(const std::string& file, int64_t line, const std::string& reason,
                          absl::string_view raw, DraftPage* page) const {
  Rejection rejection;
  rejection.source = source_;
  rejection.place = line > 0 ? absl::StrCat(file, ":", line) : file;
  rejection.reason = reason;
  // A study file's lines may hold contact data of people.
  rejection.raw = WithoutContacts(CutUtf8(raw, kMaxRejectedBytes));
  page->rejections.push_back(std::move(rejection));
}

void IdrConnector::StudyPage(DraftPage* page) {
  const StudyPlace& place = studies_[study_->index];
  page->ledger.pages = 1;
  page->ledger.fetched = 1;
  if (!study_->usable) {
    page->ledger.quarantined = 1;
    if (place.study_file.empty()) {
      Reject(place.folder, 0,
             "the folder has no study file (idr...-study.txt); its tables are not read", "", page);
      return;
    }
  }
  const std::string file =
      absl::StrCat(place.folder, "/", fs::path(place.study_file).filename().string());
  for (const StudyProblem& problem : study_->draft.problems)
    Reject(file, problem.line, problem.reason, problem.raw, page);
  if (!study_->usable) return;
  page->raw.push_back(study_->bytes);
  Draft draft;
  draft.raw = {0, 0, study_->bytes.size(), 0, 0};
  draft.record = study_->draft.study;
  page->drafts.push_back(std::move(draft));
}

absl::Status IdrConnector::UseTable(size_t t, int64_t row) {
  const TablePlace& table = studies_[study_->index].tables[t];
  if (rows_ != nullptr && rows_->name == table.name && rows_->row == row) return absl::OkStatus();
  if (const absl::Status entered = EnterUnit(guard_, table.name, 0); !entered.ok())
    return absl::InvalidArgumentError(absl::StrCat("the table ", entered.message()));
  auto open = std::make_unique<OpenRows>();
  open->name = table.name;
  const BlockFacts& facts = study_->facts.at(BlockOf(table.folder));
  PARFOCAL_ASSIGN_OR_RETURN(open->source, OpenTable(table.files, facts.join_column));
  TableIdentity identity{source_, study_->draft.study.accession, table.prefix,
                         table.files.annotation.empty()};
  open->plan = std::make_unique<TablePlan>(
      TablePlan::Make(open->source->header(), std::move(identity), facts, rules_));
  if (ColumnWitness::Needed(*open->plan)) {
    PARFOCAL_ASSIGN_OR_RETURN(const std::unique_ptr<TableSource> whole,
                              OpenTable(table.files, facts.join_column));
    PARFOCAL_ASSIGN_OR_RETURN(open->witness, ColumnWitness::Count(whole.get(), *open->plan));
  }
  open->reader = std::make_unique<RowReader>(open->plan.get(), &open->witness);
  // Up to the cursor only ids are given, as they were when those pages were read.
  SourceRow skipped;
  for (; open->row < row; ++open->row) {
    PARFOCAL_ASSIGN_OR_RETURN(const bool some, open->source->Next(&skipped));
    if (!some) break;
    if (skipped.problem.empty() && open->reader->Problem(skipped.cells).empty())
      open->reader->NextId(skipped.cells);
  }
  rows_ = std::move(open);
  return absl::OkStatus();
}

void IdrConnector::ReadRow(const TablePlace& table, const SourceRow& row, size_t offset,
                           DraftPage* page) {
  ++page->ledger.rows_read;
  ++page->ledger.fetched;
  std::string problem = row.problem;
  if (const absl::Status entered = EnterUnit(guard_, table.name, row.line); !entered.ok())
    problem = absl::StrCat("the row ", entered.message());
  if (problem.empty()) problem = rows_->reader->Problem(row.cells);
  if (!problem.empty()) {
    ++page->ledger.rows_rejected;
    ++page->ledger.quarantined;
    return Reject(table.name, row.line, problem, row.raw, page);
  }
  Draft draft;
  draft.raw = {0, offset, row.raw.size(), 0, rows_->source->header_raw().size()};
  draft.record = rows_->reader->Draft(row.cells, rows_->reader->NextId(row.cells));
  page->drafts.push_back(std::move(draft));
  ++page->ledger.rows_accepted;
}

absl::Status IdrConnector::TablePage(size_t s, size_t t, int64_t row, DraftPage* page) {
  const TablePlace& table = studies_[s].tables[t];
  page->ledger.pages = 1;
  absl::Status opened = UseTable(t, row);
  if (absl::IsInvalidArgument(opened)) {  // The table makes no sense; the others may.
    Reject(table.name, 1, std::string(opened.message()), "", page);
    Advance(s, t + 1, page);
    return absl::OkStatus();
  }
  PARFOCAL_RETURN_IF_ERROR(opened);
  page->raw.push_back(rows_->source->header_raw());
  page->drafts.reserve(kRowsPerPage);
  std::string& raw = page->raw[0];
  SourceRow source_row;
  bool some = true;
  for (int64_t n = 0; n < kRowsPerPage && raw.size() < kMaxPageBytes; ++n) {
    // Not refused: it was entered so when the table was opened.
    (void)EnterUnit(guard_, table.name, 0);
    PARFOCAL_ASSIGN_OR_RETURN(some, rows_->source->Next(&source_row));
    if (!some) break;
    const size_t offset = raw.size();
    raw.append(source_row.raw.data(), source_row.raw.size());
    ReadRow(table, source_row, offset, page);
    ++rows_->row;
  }
  if (some) {
    page->next_cursor = Format({studies_[s].folder, table.name, rows_->row});
    Progress(s, t, page);
    return absl::OkStatus();
  }
  const std::string processed = fs::path(table.files.processed).filename().string();
  for (const LeftOver& left : rows_->source->LeftOvers()) {
    Reject(absl::StrCat(studies_[s].folder, "/", table.folder, "/", processed), left.line,
           left.reason, left.raw, page);
  }
  rows_.reset();
  Advance(s, t + 1, page);
  return absl::OkStatus();
}

void IdrConnector::Progress(size_t s, size_t tables_done, DraftPage* page) const {
  page->progress_total = units_;
  for (size_t i = 0; i < s; ++i)
    page->progress_done += 1 + static_cast<int64_t>(studies_[i].tables.size());
  page->progress_done += 1 + static_cast<int64_t>(tables_done);
}

void IdrConnector::Advance(size_t s, size_t next_table, DraftPage* page) const {
  Progress(s, next_table, page);
  const bool has_study = study_ != nullptr && study_->index == s && study_->usable;
  if (has_study && next_table < studies_[s].tables.size()) {
    page->next_cursor = Format({studies_[s].folder, studies_[s].tables[next_table].name, 0});
  } else if (s + 1 < studies_.size()) {
    page->next_cursor = Format({studies_[s + 1].folder, "", 0});
  } else {
    page->last = true;
  }
}

}  // namespace

absl::StatusOr<std::unique_ptr<Connector>> MakeIdrConnector(const Source& source,
                                                            const ConnectorContext& context) {
  std::string rules_path = context.share_dir + "/sources/idr.yaml";
  for (const auto& [key, value] : source.options) {
    if (key != "rules")
      return absl::InvalidArgumentError(
          absl::StrCat("source ", source.id, ": unknown option '", key, "'; known: rules"));
    rules_path = value;
  }
  std::error_code error;
  if (!fs::is_directory(source.location, error)) {
    return absl::InvalidArgumentError(
        absl::StrCat("source ", source.id, ": location '", source.location,
                     "' is no folder; the connector idr reads a folder of study folders"));
  }
  PARFOCAL_ASSIGN_OR_RETURN(Rules rules, LoadRules(rules_path));
  PARFOCAL_ASSIGN_OR_RETURN(std::vector<StudyPlace> studies, ListStudies(source.location));
  return std::make_unique<IdrConnector>(source.id, std::move(rules), std::move(studies),
                                        context.guard);
}

}  // namespace parfocal
