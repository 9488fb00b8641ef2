#include "parfocal/connector_idr/table_source.h"

#include <algorithm>
#include <utility>

#include "absl/container/flat_hash_map.h"
#include "absl/strings/str_cat.h"
#include "parfocal/connector_idr/cell_text.h"
#include "parfocal/connector_idr/table_plan.h"

namespace parfocal::idr {
namespace {

int IndexOf(const std::vector<std::string>& header, absl::string_view name) {
  for (size_t i = 0; i < header.size(); ++i) {
    if (Matches(name, header[i])) return static_cast<int>(i);
  }
  return -1;
}

// One file as it is.
class FileSource final : public TableSource {
 public:
  static absl::StatusOr<std::unique_ptr<FileSource>> Open(const std::string& path,
                                                          Dialect dialect) {
    PARFOCAL_ASSIGN_OR_RETURN(DelimitedReader::Source bytes, OpenTableFile(path));
    auto source = std::make_unique<FileSource>(DelimitedReader(std::move(bytes), dialect));
    PARFOCAL_ASSIGN_OR_RETURN(const bool some, source->reader_.Next(&source->row_));
    if (!some || !source->row_.problem.empty()) {
      return absl::InvalidArgumentError(
          absl::StrCat(path, ":1: no header line ", source->row_.problem));
    }
    source->header_ = CleanHeader(source->row_.cells);
    source->header_raw_ = std::string(source->row_.raw);
    return source;
  }
  explicit FileSource(DelimitedReader reader) : reader_(std::move(reader)) {}

  absl::StatusOr<bool> Next(SourceRow* row) override {
    PARFOCAL_ASSIGN_OR_RETURN(const bool some, reader_.Next(&row_));
    if (!some) return false;
    row->raw = row_.raw;
    row->cells = row_.cells;
    row->line = row_.line;
    row->problem = row_.problem;
    return true;
  }

 private:
  DelimitedReader reader_;
  DelimitedRow row_;
};

// Library rows, each with the processed row of the same key.
class JoinedSource final : public TableSource {
 public:
  static absl::StatusOr<std::unique_ptr<JoinedSource>> Open(const TableFiles& files,
                                                            const std::string& join) {
    auto source = std::make_unique<JoinedSource>();
    PARFOCAL_ASSIGN_OR_RETURN(source->library_, FileSource::Open(files.library, Dialect::kTsv));
    source->header_ = source->library_->header();
    source->header_raw_ = source->library_->header_raw();
    source->library_width_ = source->header_.size();
    if (files.processed.empty()) return source;
    source->key_ = IndexOf(source->header_, join);
    if (join.empty() || source->key_ < 0) {
      return absl::InvalidArgumentError(
          absl::StrCat(files.library, ":1: no column '", join,
                       "', by which the study file joins the processed data"));
    }
    PARFOCAL_RETURN_IF_ERROR(source->ReadProcessed(files.processed, join));
    return source;
  }

  absl::StatusOr<bool> Next(SourceRow* row) override {
    PARFOCAL_ASSIGN_OR_RETURN(const bool some, library_->Next(row));
    if (!some || !row->problem.empty() || row->cells.size() != library_width_ || key_ < 0)
      return some;
    row->cells.resize(header_.size());
    auto it = processed_.find(Trim(row->cells[static_cast<size_t>(key_)]));
    if (it == processed_.end()) return true;
    it->second.used = true;
    for (const Mapping& m : mappings_) {
      const absl::string_view theirs = it->second.cells[m.from];
      if (Trim(theirs).empty()) continue;
      if (m.library_copy >= 0 && !Trim(row->cells[m.to]).empty() &&
          Trim(row->cells[m.to]) != Trim(theirs)) {
        row->cells[static_cast<size_t>(m.library_copy)] = row->cells[m.to];
      }
      row->cells[m.to] = theirs;
    }
    return true;
  }

  std::vector<LeftOver> LeftOvers() const override {
    std::vector<LeftOver> out = left_;
    for (const auto& [key, row] : processed_) {
      if (row.used) continue;
      out.push_back({row.line,
                     absl::StrCat("no row of the library has the key '", CutUtf8(key, 200), "'"),
                     row.raw});
    }
    std::sort(out.begin(), out.end(),
              [](const LeftOver& a, const LeftOver& b) { return a.line < b.line; });
    return out;
  }

 private:
  struct Processed {
    std::vector<std::string> cells;
    std::string raw;
    int64_t line = 0;
    bool used = false;
  };
  struct Mapping {
    size_t from = 0, to = 0;
    int library_copy = -1;  // Where the library's own cell goes if the two differ.
  };

  absl::Status ReadProcessed(const std::string& path, const std::string& join) {
    PARFOCAL_ASSIGN_OR_RETURN(std::unique_ptr<FileSource> file,
                              FileSource::Open(path, Dialect::kTsv));
    const std::vector<std::string>& theirs = file->header();
    const int key = IndexOf(theirs, join);
    if (key < 0)
      return absl::InvalidArgumentError(absl::StrCat(path, ":1: no column '", join, "'"));
    for (size_t i = 0; i < theirs.size(); ++i) {
      if (static_cast<int>(i) == key) continue;
      Mapping m{i, 0, -1};
      const auto at = std::find(header_.begin(),
                                header_.begin() + static_cast<long>(library_width_), theirs[i]);
      if (at == header_.begin() + static_cast<long>(library_width_)) {
        m.to = header_.size();
        header_.push_back(theirs[i]);
      } else {
        m.to = static_cast<size_t>(at - header_.begin());
      }
      mappings_.push_back(m);
    }
    for (Mapping& m : mappings_) {
      if (m.to >= library_width_) continue;
      m.library_copy = static_cast<int>(header_.size());
      header_.push_back(absl::StrCat(header_[m.to], " (library)"));
    }
    SourceRow row;
    while (true) {
      PARFOCAL_ASSIGN_OR_RETURN(const bool some, file->Next(&row));
      if (!some) return absl::OkStatus();
      if (row.problem.empty() && row.cells.size() != theirs.size()) {
        row.problem =
            absl::StrCat("the row has ", row.cells.size(), " cells, its header ", theirs.size());
      }
      if (!row.problem.empty()) {
        left_.push_back({row.line, row.problem, std::string(row.raw)});
        continue;
      }
      Processed p{{row.cells.begin(), row.cells.end()}, std::string(row.raw), row.line, false};
      const std::string value(Trim(row.cells[static_cast<size_t>(key)]));
      if (value.empty()) {
        left_.push_back({row.line, "the row has no key", p.raw});
      } else if (!processed_.emplace(value, std::move(p)).second) {
        left_.push_back(
            {row.line,
             absl::StrCat("second row with the key '", CutUtf8(value, 200), "'; the first holds"),
             std::string(row.raw)});
      }
    }
  }

  std::unique_ptr<FileSource> library_;
  size_t library_width_ = 0;
  int key_ = -1;
  absl::flat_hash_map<std::string, Processed> processed_;
  std::vector<Mapping> mappings_;
  std::vector<LeftOver> left_;
};

}  // namespace

absl::StatusOr<std::unique_ptr<TableSource>> OpenTable(const TableFiles& files,
                                                       const std::string& join_column) {
  if (!files.annotation.empty()) return FileSource::Open(files.annotation, Dialect::kCsv);
  if (!files.library.empty()) return JoinedSource::Open(files, join_column);
  return FileSource::Open(files.processed, Dialect::kTsv);
}

}  // namespace parfocal::idr
