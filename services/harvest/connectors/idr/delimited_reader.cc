#include "parfocal/connector_idr/delimited_reader.h"

#include <zlib.h>

#include <algorithm>
#include <filesystem>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"

namespace parfocal::idr {
namespace {

constexpr size_t kChunk = 256 << 10;
constexpr int64_t kMaxUnpacked = int64_t{1} << 30;
constexpr int64_t kMaxRatio = 200;
constexpr int64_t kRatioFrom = 1 << 20;  // Small files may pack as well as they like.

struct GzFile {
  explicit GzFile(const std::string& path) : file(gzopen(path.c_str(), "rb")) {}
  ~GzFile() {
    if (file != nullptr) gzclose(file);
  }
  GzFile(const GzFile&) = delete;
  GzFile& operator=(const GzFile&) = delete;
  gzFile file;
  int64_t read = 0;
};

bool IsBlank(const DelimitedRow& row) { return row.cells.size() == 1 && row.cells[0].empty(); }

}  // namespace

absl::StatusOr<DelimitedReader::Source> OpenTableFile(const std::string& path) {
  std::error_code error;
  const auto packed = static_cast<int64_t>(std::filesystem::file_size(path, error));
  auto gz = std::make_shared<GzFile>(path);
  if (error || gz->file == nullptr)
    return absl::NotFoundError(absl::StrCat(path, ": cannot be read"));
  gzbuffer(gz->file, kChunk);
  return DelimitedReader::Source([gz, path, packed](char* data,
                                                    size_t size) -> absl::StatusOr<size_t> {
    const int n = gzread(gz->file, data, static_cast<unsigned>(size));
    int code = Z_OK;
    const char* message = gzerror(gz->file, &code);
    // A file that is cut off gives its bytes first and then Z_BUF_ERROR.
    if (n < 0 || (n == 0 && code != Z_OK && code != Z_STREAM_END)) {
      return absl::DataLossError(absl::StrCat(path, ": the file is damaged or cut off: ", message));
    }
    gz->read += n;
    if (gz->read > kMaxUnpacked || (gz->read > kRatioFrom && gz->read > packed * kMaxRatio)) {
      return WithReason(
          absl::ResourceExhaustedError(absl::StrCat(path, ": unpacks to more than ", kMaxUnpacked,
                                                    " bytes or ", kMaxRatio, " times its size")),
          "LIMIT_EXCEEDED", "table_unpacked_bytes");
    }
    return static_cast<size_t>(n);
  });
}

DelimitedReader::DelimitedReader(Source source, Dialect dialect)
    : source_(std::move(source)), dialect_(dialect) {}

absl::Status DelimitedReader::Fill() {
  buffer_.erase(0, begin_);
  begin_ = 0;
  const size_t old = buffer_.size();
  buffer_.resize(old + kChunk);
  PARFOCAL_ASSIGN_OR_RETURN(const size_t n, source_(&buffer_[old], kChunk));
  buffer_.resize(old + n);
  at_end_ = n == 0;
  return absl::OkStatus();
}

std::string* DelimitedReader::Scratch() {
  if (scratch_used_ == scratch_.size()) scratch_.emplace_back();
  std::string* text = &scratch_[scratch_used_++];
  text->clear();
  return text;
}

DelimitedReader::Scan DelimitedReader::ScanCsv(DelimitedRow* row, size_t* end) {
  const std::string& b = buffer_;
  const size_t size = b.size();
  size_t i = begin_;
  lines_in_record_ = 1;
  while (true) {
    // One cell.
    if (i < size && b[i] == '"') {
      std::string* text = Scratch();
      ++i;
      while (true) {
        const size_t quote = b.find('"', i);
        if (quote == std::string::npos) return at_end_ ? Scan::kUnclosed : Scan::kNeedMore;
        for (size_t k = i; k < quote; ++k) lines_in_record_ += b[k] == '\n';
        text->append(b, i, quote - i);
        i = quote + 1;
        if (i == size && !at_end_) return Scan::kNeedMore;
        if (i == size || b[i] != '"') break;
        text->push_back('"');
        ++i;
      }
      const size_t stop = std::min(b.find_first_of(",\r\n", i), size);
      text->append(b, i, stop - i);
      i = stop;
      row->cells.push_back(*text);
    } else {
      size_t stop = i;
      while (stop < size && b[stop] != ',' && b[stop] != '\n' && b[stop] != '\r') ++stop;
      row->cells.push_back(absl::string_view(b.data() + i, stop - i));
      i = stop;
    }
    if (i == size) {
      if (!at_end_) return Scan::kNeedMore;
      break;
    }
    if (b[i] == ',') {
      ++i;
      continue;
    }
    if (b[i] == '\r') {
      if (i + 1 == size && !at_end_) return Scan::kNeedMore;
      i += i + 1 < size && b[i + 1] == '\n' ? 2 : 1;
    } else {
      ++i;
    }
    break;
  }
  *end = i;
  return Scan::kDone;
}

DelimitedReader::Scan DelimitedReader::ScanTsv(DelimitedRow* row, size_t* end) {
  const std::string& b = buffer_;
  const size_t stop = std::min(b.find_first_of("\r\n", begin_), b.size());
  if (stop == b.size() && !at_end_) return Scan::kNeedMore;
  if (stop + 1 == b.size() && b[stop] == '\r' && !at_end_) return Scan::kNeedMore;
  lines_in_record_ = 1;
  for (size_t i = begin_; true;) {
    const size_t tab = std::min(b.find('\t', i), stop);
    absl::string_view cell(b.data() + i, tab - i);
    if (cell.size() >= 2 && cell.front() == '"' && cell.back() == '"') {
      std::string* text = Scratch();
      *text = absl::StrReplaceAll(cell.substr(1, cell.size() - 2), {{"\"\"", "\""}});
      cell = *text;
    }
    row->cells.push_back(cell);
    if (tab == stop) break;
    i = tab + 1;
  }
  *end = stop;
  if (*end < b.size() && b[*end] == '\r') ++*end;
  if (*end < b.size() && b[*end] == '\n') ++*end;
  return Scan::kDone;
}

absl::Status DelimitedReader::GiveUpRecord(DelimitedRow* row, std::string problem) {
  row->cells.clear();
  row->problem = std::move(problem);
  size_t stop = buffer_.find_first_of("\r\n", begin_);
  // A line that is itself beyond the limit is passed over piece by piece; its beginning is shown.
  while (stop == std::string::npos && !at_end_) {
    begin_ = std::max(begin_, buffer_.size() - std::min(buffer_.size(), kMaxRecordBytes));
    PARFOCAL_RETURN_IF_ERROR(Fill());
    stop = buffer_.find_first_of("\r\n", begin_);
  }
  size_t end = stop == std::string::npos ? buffer_.size() : stop + 1;
  if (stop != std::string::npos && buffer_[stop] == '\r' && end < buffer_.size() &&
      buffer_[end] == '\n')
    ++end;
  row->raw = absl::string_view(buffer_.data() + begin_, end - begin_);
  row->line = line_++;
  begin_ = end;
  return absl::OkStatus();
}

absl::StatusOr<bool> DelimitedReader::Next(DelimitedRow* row) {
  while (true) {
    row->cells.clear();
    row->problem.clear();
    scratch_used_ = 0;
    if (!started_) {
      while (buffer_.size() < 3 && !at_end_) PARFOCAL_RETURN_IF_ERROR(Fill());
      if (absl::string_view(buffer_).substr(0, 3) == "\xEF\xBB\xBF") begin_ = 3;
      started_ = true;
    }
    if (begin_ == buffer_.size()) {
      if (at_end_) return false;
      PARFOCAL_RETURN_IF_ERROR(Fill());
      continue;
    }
    size_t end = 0;
    const Scan scan = dialect_ == Dialect::kCsv ? ScanCsv(row, &end) : ScanTsv(row, &end);
    if (scan == Scan::kUnclosed ||
        (scan == Scan::kNeedMore && buffer_.size() - begin_ > kMaxRecordBytes) ||
        (scan == Scan::kDone && end - begin_ > kMaxRecordBytes)) {
      PARFOCAL_RETURN_IF_ERROR(
          GiveUpRecord(row, scan == Scan::kUnclosed
                                ? "a quote is opened and never closed"
                                : absl::StrCat("record of more than ", kMaxRecordBytes,
                                               " bytes; a quote may be opened and never closed")));
      return true;
    }
    if (scan == Scan::kNeedMore) {
      PARFOCAL_RETURN_IF_ERROR(Fill());
      continue;
    }
    row->raw = absl::string_view(buffer_.data() + begin_, end - begin_);
    row->line = line_;
    line_ += lines_in_record_;
    begin_ = end;
    if (!IsBlank(*row)) return true;
  }
}

}  // namespace parfocal::idr
