#include <algorithm>
#include <cstring>
#include <map>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "parfocal/connector_idr/cell_text.h"
#include "parfocal/connector_idr/delimited_reader.h"
#include "parfocal/connector_idr/text_decoding.h"
#include "records.h"

namespace parfocal::defined {
namespace {

using definition::Item;

class RowsReader final : public RecordReader {
 public:
  RowsReader(absl::string_view document, idr::Dialect dialect)
      : reader_(
            [document, at = size_t{0}](char* data, size_t size) mutable -> absl::StatusOr<size_t> {
              const size_t n = std::min(size, document.size() - at);
              std::memcpy(data, document.data() + at, n);
              at += n;
              return n;
            },
            dialect) {}

  absl::Status ReadHeader() {
    idr::DelimitedRow row;
    PARFOCAL_ASSIGN_OR_RETURN(const bool some, reader_.Next(&row));
    if (!some) return absl::InvalidArgumentError("has no header line");
    if (!row.problem.empty()) return absl::InvalidArgumentError(row.problem);
    header_raw_ = std::string(row.raw);
    std::map<std::string, int> times;
    for (absl::string_view cell : row.cells) {
      std::string name(idr::Trim(cell));
      if (!idr::IsCleanUtf8(name)) name = idr::DecodeText(name).text;
      // A column of the same name is another column.
      if (const int n = ++times[name]; n > 1) absl::StrAppend(&name, "#", n);
      header_.push_back(std::move(name));
    }
    return absl::OkStatus();
  }

  absl::StatusOr<bool> Next(FoundRecord* record) override {
    PARFOCAL_ASSIGN_OR_RETURN(const bool some, reader_.Next(&row_));
    if (!some) return false;
    *record = FoundRecord();
    record->raw = row_.raw;
    record->place = absl::StrCat(":", row_.line);
    record->problem = row_.problem;
    if (record->problem.empty() && row_.cells.size() != header_.size()) {
      record->problem =
          absl::StrCat("the row has ", row_.cells.size(), " cells, its header ", header_.size());
    }
    if (!record->problem.empty()) return true;
    record->item.kind = Item::Kind::kObject;
    for (size_t i = 0; i < header_.size(); ++i) {
      const absl::string_view cell = idr::Trim(row_.cells[i]);
      if (!cell.empty()) record->item.fields.emplace_back(header_[i], Item::Text(cell));
    }
    return true;
  }
  absl::string_view context() const override { return header_raw_; }

 private:
  idr::DelimitedReader reader_;
  idr::DelimitedRow row_;
  std::string header_raw_;
  std::vector<std::string> header_;
};

}  // namespace

absl::StatusOr<std::unique_ptr<RecordReader>> OpenRows(absl::string_view document,
                                                       const std::string& separator) {
  auto reader = std::make_unique<RowsReader>(
      document, separator == "," ? idr::Dialect::kCsv : idr::Dialect::kTsv);
  PARFOCAL_RETURN_IF_ERROR(reader->ReadHeader());
  return reader;
}

}  // namespace parfocal::defined
