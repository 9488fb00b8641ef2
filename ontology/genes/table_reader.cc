#include "table_reader.h"

#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_split.h"

namespace parfocal::internal {
namespace {

constexpr size_t kMaxColumns = 256;

absl::Status BeyondLimit(absl::string_view what, int64_t limit) {
  return WithReason(
      absl::ResourceExhaustedError(absl::StrCat("genes: more than ", limit, " ", what)),
      "LIMIT_EXCEEDED", absl::StrCat("genes.", what));
}

void Split(absl::string_view line, std::vector<absl::string_view>* out) {
  out->clear();
  while (out->size() < kMaxColumns) {
    const size_t tab = line.find('\t');
    out->push_back(line.substr(0, tab));
    if (tab == absl::string_view::npos) return;
    line.remove_prefix(tab + 1);
  }
}

void CountBad(absl::string_view reason, int64_t line, GeneTableReport* report) {
  ++report->bad;
  ++report->reasons[std::string(reason)];
  if (report->first_bad.empty()) report->first_bad = absl::StrCat("line ", line, ": ", reason);
}

absl::Status Unknown() {
  return absl::InvalidArgumentError(
      "genes: the first line is of no known table of genes, orthologs or interactions");
}

void NoteDate(const TableFormat& format, Columns row, GeneTableReport* report) {
  if (format.date_column < 0) return;
  const absl::string_view date = row[static_cast<size_t>(format.date_column)];
  if (date.size() == 10 && date > report->date) report->date = std::string(date);
}

}  // namespace

absl::Status ReadGeneTable(ByteStream* in, const GeneReadLimits& limits, RowSink* sink,
                           GeneTableReport* report) {
  const TableFormat* format = nullptr;
  std::vector<absl::string_view> row;
  int64_t number = 0;
  PARFOCAL_RETURN_IF_ERROR(ForEachLine(in, limits.line_bytes,
                                       [&](absl::string_view line, bool too_long) -> absl::Status {
                                         ++number;
                                         absl::ConsumeSuffix(&line, "\r");
                                         if (line.empty() && !too_long) return absl::OkStatus();
                                         Split(line, &row);
                                         if (format == nullptr) {
                                           format = too_long ? nullptr : Recognise(row);
                                           if (format == nullptr) return Unknown();
                                           report->format = std::string(format->name);
                                           if (!format->header.empty()) return absl::OkStatus();
                                         }
                                         if (++report->rows > limits.rows)
                                           return BeyondLimit("rows", limits.rows);
                                         absl::string_view wrong;
                                         if (too_long) {
                                           wrong = "the line is too long";
                                         } else if (row.size() < format->columns) {
                                           wrong = "too few columns";
                                         } else {
                                           wrong = format->parse(row, sink);
                                           NoteDate(*format, row, report);
                                         }
                                         if (!wrong.empty()) CountBad(wrong, number, report);
                                         return absl::OkStatus();
                                       }));
  return format == nullptr ? Unknown() : absl::OkStatus();
}

}  // namespace parfocal::internal
