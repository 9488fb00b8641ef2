#include "search_tables.h"

#include <algorithm>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "parfocal/cli/terminal_text.h"
#include "parfocal/status.h"
#include "short_names.h"

namespace parfocal::cli {
namespace {

constexpr int kBarWidth = 40;

// The key in attribute["..."] may hold what parts the rest.
size_t FindOutsideOfQuotes(const std::string& text, char wanted) {
  bool quoted = false;
  for (size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '\\' && quoted) {
      ++i;
    } else if (text[i] == '"') {
      quoted = !quoted;
    } else if (text[i] == wanted && !quoted) {
      return i;
    }
  }
  return std::string::npos;
}

std::string LabelOf(const v1::FacetValue& value) {
  return value.label().empty() ? value.value() : value.label();
}

void PrintTable(const Session& session, const v1::Table& table) {
  session.out() << '\n'
                << session.Bold(EscapeForTerminal(
                       absl::StrCat(table.row_field(), " by ", table.column_field())))
                << "  (" << FormatCount(table.total_rows()) << " by "
                << FormatCount(table.total_columns()) << " values)\n";
  std::vector<Table::Column> columns = {{table.row_field(), false, true}};
  for (const v1::FacetValue& column : table.columns()) columns.push_back({LabelOf(column), true});
  columns.push_back({"all", true});
  Table out(std::move(columns));
  for (const v1::TableRow& row : table.rows()) {
    std::vector<std::string> cells = {LabelOf(row.value())};
    for (int i = 0; i < table.columns_size(); ++i) {
      cells.push_back(FormatCount(i < row.counts_size() ? row.counts(i) : 0));
    }
    cells.push_back(FormatCount(row.value().count()));
    out.AddRow(std::move(cells));
  }
  session.Print(out, 2);
}

void PrintHistogram(const Session& session, const v1::Histogram& histogram) {
  session.out() << '\n'
                << session.Bold(EscapeForTerminal(histogram.field())) << "  ("
                << FormatCount(histogram.missing_count()) << " without)\n";
  int64_t most = 1;
  for (const v1::HistogramBin& bin : histogram.bins()) most = std::max(most, bin.count());
  Table out({{"value"}, {"count", true}, {""}});
  for (const v1::HistogramBin& bin : histogram.bins()) {
    const int64_t bar = bin.count() == 0 ? 0 : std::max<int64_t>(1, bin.count() * kBarWidth / most);
    out.AddRow({bin.label(), FormatCount(bin.count()), std::string(static_cast<size_t>(bar), '#')});
  }
  session.Print(out, 2);
}

}  // namespace

void AddTableOptions(CLI::App& command, TableArguments* arguments) {
  command
      .add_option("--table", arguments->tables,
                  "Two facet fields to count at once: imaging_method,source; may be repeated")
      ->allow_extra_args(false)
      ->multi_option_policy(CLI::MultiOptionPolicy::TakeAll);
  command
      .add_option("--histogram", arguments->histograms,
                  "A field of numbers or dates, with the width of a bin if wanted: year, "
                  "size_z:10, 'attribute[\"Dose\"]'; may be repeated")
      ->allow_extra_args(false)
      ->multi_option_policy(CLI::MultiOptionPolicy::TakeAll);
  command.add_flag("--months", arguments->months, "Histograms of dates by months, not years");
}

absl::Status AddTables(const TableArguments& arguments, v1::SearchRequest* request) {
  for (const std::string& text : arguments.tables) {
    const size_t comma = FindOutsideOfQuotes(text, ',');
    if (comma == std::string::npos) {
      return absl::InvalidArgumentError(
          absl::StrCat("--table ", text, ": two fields with a comma between them"));
    }
    v1::TableSpec* spec = request->add_tables();
    spec->set_row_field(text.substr(0, comma));
    spec->set_column_field(text.substr(comma + 1));
  }
  for (const std::string& text : arguments.histograms) {
    v1::HistogramSpec* spec = request->add_histograms();
    const size_t colon = FindOutsideOfQuotes(text, ':');
    double width = 0;
    if (colon != std::string::npos &&
        (!absl::SimpleAtod(text.substr(colon + 1), &width) || !(width > 0))) {
      return absl::InvalidArgumentError(
          absl::StrCat("--histogram ", text, ": the width is not a positive number"));
    }
    spec->set_field(text.substr(0, colon));
    spec->set_width(width);
    spec->set_months(arguments.months);
  }
  return absl::OkStatus();
}

void PrintTables(const Session& session, const v1::SearchResponse& response) {
  for (const v1::Table& table : response.tables()) PrintTable(session, table);
  for (const v1::Histogram& histogram : response.histograms()) PrintHistogram(session, histogram);
}

}  // namespace parfocal::cli
