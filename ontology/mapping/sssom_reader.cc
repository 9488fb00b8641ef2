#include <simdjson.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <set>
#include <sstream>

#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_join.h"
#include "absl/strings/strip.h"
#include "id_canonical.h"
#include "mapping_set_builder.h"
#include "parfocal/mapping/sssom.h"
#include "parfocal/rdf/byte_stream.h"
#include "set_metadata.h"
#include "table_cells.h"

namespace parfocal {
namespace {

// Of the distinct texts of a set; numbers of 32 bits reach further.
constexpr size_t kMaxTextBytes = size_t{2} << 30;

// The columns of Biomappings before it took up SSSOM, and what they are called now.
constexpr absl::string_view kOldHeader[] = {
    "source prefix",     "source identifier", "source name", "relation", "target prefix",
    "target identifier", "target name",       "type",        "source"};
constexpr absl::string_view kOldColumns[] = {"subject_id",    "subject_label", "predicate_id",
                                             "object_id",     "object_label",  "match_type",
                                             "mapping_source"};

absl::Status Refused(absl::string_view what) {
  return WithReason(absl::InvalidArgumentError(what), "MAPPING_SET", "content");
}

class Reader {
 public:
  Reader(ByteStream* stream, const SssomOptions& options, SssomReport* report)
      : options_(options), report_(report), stream_(stream) {}

  absl::StatusOr<MappingSet> Read();

 private:
  absl::Status ReadLine(absl::string_view line);
  absl::Status ReadBlockLine(absl::string_view line);
  // What follows the block: a header, or the first row if the metadata name the columns.
  absl::Status ReadHeader(absl::string_view line);
  absl::Status CheckHeader() const;
  void FindColumns();
  absl::Status ReadRow(absl::string_view line);
  int64_t Long(size_t limit) const { return static_cast<int64_t>(limit); }
  // What the row means, or why it cannot be used.
  std::string Understand(const std::vector<std::string>& cells, RowMeaning* meaning);
  std::string UnderstandNumbers(const std::vector<std::string>& cells, RowMeaning* meaning);
  void JoinOldIds(std::vector<std::string>* cells) const;
  void Warn();

  absl::string_view Cell(const std::vector<std::string>& cells, int column,
                         const std::string& fallback) const {
    if (column < 0 || cells[static_cast<size_t>(column)].empty()) return fallback;
    return cells[static_cast<size_t>(column)];
  }
  bool Has(absl::string_view slot) const {
    return std::find(columns_.begin(), columns_.end(), slot) != columns_.end() ||
           metadata_.info.defaults.count(std::string(slot)) > 0;
  }

  // A slot that rows are read by: its column, or -1, and what the set says for all rows.
  struct Slot {
    absl::string_view name;
    int column = -1;
    std::string fallback;
  };

  const SssomOptions& options_;
  SssomReport* report_;
  ByteStream* stream_;
  int64_t number_ = 0;  // Of the line at hand.
  std::string block_;
  SetMetadata metadata_;
  std::vector<std::string> columns_;
  bool old_layout_ = false;
  std::unique_ptr<IdCanonical> ids_;
  std::unique_ptr<MappingSetBuilder> builder_;  // Once the header is read.
  std::vector<std::string> cells_;
  Slot subject_{"subject_id"}, subject_label_{"subject_label"}, subject_type_{"subject_type"},
      object_{"object_id"}, object_label_{"object_label"}, object_type_{"object_type"},
      predicate_{"predicate_id"}, modifier_{"predicate_modifier"}, confidence_{"confidence"};
};

absl::Status Reader::ReadLine(absl::string_view line) {
  absl::ConsumeSuffix(&line, "\r");
  if (builder_ != nullptr) return line.empty() ? absl::OkStatus() : ReadRow(line);
  return absl::StartsWith(line, "#") ? ReadBlockLine(line.substr(1)) : ReadHeader(line);
}

absl::Status Reader::ReadBlockLine(absl::string_view line) {
  absl::StrAppend(&block_, line, "\n");
  const size_t limit = options_.limits.metadata_bytes;
  if (block_.size() <= limit) return absl::OkStatus();
  return LimitExceeded(
      "mapping.metadata_bytes", Long(limit), "content",
      absl::StrCat("line ", number_, ": the metadata block is larger than ", limit, " bytes"));
}

absl::Status Reader::ReadHeader(absl::string_view line) {
  PARFOCAL_ASSIGN_OR_RETURN(metadata_,
                            ReadSetMetadata(block_, options_.metadata, options_.id, options_.name));
  ids_ = std::make_unique<IdCanonical>(metadata_.prefixes);
  columns_ = metadata_.columns;
  const bool declared = !columns_.empty();
  for (const auto& [slot, value] : metadata_.constants) columns_.push_back(slot);
  if (!declared) {
    for (const absl::string_view start : {"{", "[", "<", "@prefix"}) {
      if (absl::StartsWith(line, start))
        return Refused("it is JSON or RDF; of SSSOM only the tab-separated form is read here");
    }
    SplitCells(line, &columns_);
    old_layout_ =
        std::equal(columns_.begin(), columns_.end(), std::begin(kOldHeader), std::end(kOldHeader));
  }
  if (old_layout_) {
    columns_.clear();
    for (const absl::string_view column : kOldColumns) columns_.emplace_back(column);
  }
  PARFOCAL_RETURN_IF_ERROR(CheckHeader());
  FindColumns();
  builder_ = std::make_unique<MappingSetBuilder>(metadata_.info, columns_);
  return declared ? ReadRow(line) : absl::OkStatus();
}

absl::Status Reader::CheckHeader() const {
  const std::string found = absl::StrCat(
      "found ", columns_.size(), " columns: ", absl::StrJoin(columns_, ", ").substr(0, 300));
  if (columns_.size() > options_.limits.columns) {
    return LimitExceeded("mapping.columns", static_cast<int64_t>(options_.limits.columns),
                         "content",
                         absl::StrCat("the header has ", columns_.size(), " columns; at most ",
                                      options_.limits.columns));
  }
  std::set<std::string> seen;
  for (const std::string& column : columns_) {
    if (!column.empty() && !seen.insert(column).second)
      return Refused(absl::StrCat("the column '", column.substr(0, 100), "' stands twice"));
  }
  std::vector<std::string> missing;
  if (!Has("predicate_id")) missing.push_back("predicate_id");
  if (!Has("subject_id") && !Has("subject_label")) missing.push_back("subject_id or subject_label");
  if (!Has("object_id")) missing.push_back("object_id");
  if (missing.empty()) return absl::OkStatus();
  return Refused(absl::StrCat(
      "its first line is no SSSOM header: ", absl::StrJoin(missing, ", "), " is not there; ", found,
      ". A table without a header is read with separate metadata that name its columns "
      "(`columns: [subject_id, ...]`) and give the rest for all rows (`predicate_id: ...`)"));
}

void Reader::FindColumns() {
  for (Slot* slot : {&subject_, &subject_label_, &subject_type_, &object_, &object_label_,
                     &object_type_, &predicate_, &modifier_, &confidence_}) {
    const auto at = std::find(columns_.begin(), columns_.end(), slot->name);
    if (at != columns_.end()) slot->column = static_cast<int>(at - columns_.begin());
    const auto it = metadata_.info.defaults.find(std::string(slot->name));
    if (it != metadata_.info.defaults.end()) slot->fallback = it->second;
  }
}

// Prefix and local id, which stood in columns of their own, become one id.
void Reader::JoinOldIds(std::vector<std::string>* cells) const {
  cells->resize(std::size(kOldHeader));
  for (const size_t prefix : {size_t{4}, size_t{0}}) {
    std::string& local = (*cells)[prefix + 1];
    if (!absl::StrContains(local, ":") && !local.empty())
      local = absl::StrCat((*cells)[prefix], ":", local);
    cells->erase(cells->begin() + static_cast<ptrdiff_t>(prefix));
  }
}

std::string Reader::UnderstandNumbers(const std::vector<std::string>& cells, RowMeaning* meaning) {
  const absl::string_view modifier = Cell(cells, modifier_.column, modifier_.fallback);
  if (!modifier.empty() && modifier != "Not")
    return absl::StrCat("predicate_modifier '", modifier.substr(0, 100),
                        "': expected Not or nothing");
  meaning->negated = !modifier.empty();
  const absl::string_view confidence = Cell(cells, confidence_.column, confidence_.fallback);
  meaning->confidence = 1.0f;
  if (confidence.empty()) return "";
  double value = 0;
  if (!absl::SimpleAtod(confidence, &value) || !(value >= 0 && value <= 1))
    return absl::StrCat("confidence '", confidence.substr(0, 100),
                        "': expected a number from 0 to 1");
  meaning->confidence = static_cast<float>(value);
  return "";
}

std::string Reader::Understand(const std::vector<std::string>& cells, RowMeaning* meaning) {
  const absl::string_view predicate = Cell(cells, predicate_.column, predicate_.fallback);
  if (predicate.empty()) return "predicate_id is empty";
  meaning->relation = ids_->RelationOf(predicate);
  const absl::string_view subject = Cell(cells, subject_.column, subject_.fallback);
  const absl::string_view label = Cell(cells, subject_label_.column, subject_label_.fallback);
  meaning->literal = subject.empty() ||
                     Cell(cells, subject_type_.column, subject_type_.fallback) == "rdfs literal";
  if (meaning->literal && label.empty())
    return subject.empty() ? "subject_id and subject_label are empty"
                           : "the subject is a literal and subject_label is empty";
  meaning->subject = meaning->literal || ids_->IsNoTerm(subject) ? "" : ids_->Of(subject);
  const absl::string_view object = Cell(cells, object_.column, object_.fallback);
  const bool literal_object =
      Cell(cells, object_type_.column, object_type_.fallback) == "rdfs literal";
  if (object.empty() &&
      !(literal_object && !Cell(cells, object_label_.column, object_label_.fallback).empty()))
    return "object_id is empty";
  meaning->no_term = ids_->IsNoTerm(object);
  meaning->object = object.empty() || meaning->no_term ? "" : ids_->Of(object);
  return UnderstandNumbers(cells, meaning);
}

absl::Status Reader::ReadRow(absl::string_view line) {
  if (static_cast<size_t>(++report_->rows) > options_.limits.rows ||
      builder_->text_bytes() > kMaxTextBytes) {
    return LimitExceeded("mapping.rows", Long(options_.limits.rows), "content",
                         absl::StrCat("line ", number_, ": more than ", options_.limits.rows,
                                      " rows, or too much text"));
  }
  SplitCells(line, &cells_);
  std::string reason;
  if (!simdjson::validate_utf8(line.data(), line.size())) reason = "is not UTF-8";
  const size_t constants = columns_.size() - metadata_.constants.size();
  const size_t width = old_layout_ ? std::size(kOldHeader) : constants;
  for (size_t i = width; i < cells_.size() && reason.empty(); ++i) {
    if (!cells_[i].empty())
      reason = absl::StrCat(cells_.size(), " cells, but the header has ", width);
  }
  if (old_layout_) JoinOldIds(&cells_);
  cells_.resize(constants);
  for (const auto& [slot, value] : metadata_.constants) cells_.push_back(value);
  RowMeaning meaning;
  if (reason.empty()) reason = Understand(cells_, &meaning);
  if (reason.empty()) {
    builder_->Add(cells_, meaning);
    if (options_.keep_lines) report_->lines.push_back(number_);
  } else if (report_->errors.size() < SssomReport::kListedErrors) {
    report_->errors.push_back({number_, std::move(reason)});
  }
  return absl::OkStatus();
}

void Reader::Warn() {
  report_->warnings = metadata_.warnings;
  if (old_layout_)
    report_->warnings.push_back("the layout that Biomappings used before SSSOM; read as SSSOM");
  if (!Has("mapping_justification") && !Has("match_type"))
    report_->warnings.push_back("no mapping_justification; taken as semapv:UnspecifiedMatching");
  if (!ids_->undeclared().empty()) {
    report_->warnings.push_back(
        absl::StrCat("prefixes that curie_map does not declare, taken by their name: ",
                     absl::StrJoin(ids_->undeclared(), ", ").substr(0, 300)));
  }
}

absl::StatusOr<MappingSet> Reader::Read() {
  const size_t limit = options_.limits.line_bytes;
  PARFOCAL_RETURN_IF_ERROR(
      ForEachLine(stream_, Long(limit), [&](absl::string_view line, bool too_long) -> absl::Status {
        ++number_;
        if (!too_long) return ReadLine(line);
        return LimitExceeded("mapping.line_bytes", Long(limit), "content",
                             absl::StrCat("line ", number_, ": longer than ", limit, " bytes"));
      }));
  if (builder_ == nullptr) return Refused("it holds no table: no line but metadata");
  report_->accepted = static_cast<int64_t>(builder_->size());
  Warn();
  return std::move(*builder_).Build();
}

absl::StatusOr<MappingSet> ReadFrom(ByteStream* stream, const SssomOptions& options,
                                    SssomReport* report) {
  *report = {};
  if (options.metadata.size() > options.limits.metadata_bytes) {
    return LimitExceeded("mapping.metadata_bytes",
                         static_cast<int64_t>(options.limits.metadata_bytes), "metadata",
                         absl::StrCat("the metadata have ", options.metadata.size(),
                                      " bytes; at most ", options.limits.metadata_bytes));
  }
  absl::StatusOr<MappingSet> set = Reader(stream, options, report).Read();
  if (set.ok()) return set;
  return Annotate(set.status(),
                  absl::StrCat("mapping set ", options.name.empty() ? options.id : options.name));
}

}  // namespace

absl::StatusOr<MappingSet> ReadSssom(absl::string_view bytes, const SssomOptions& options,
                                     SssomReport* report) {
  const std::unique_ptr<ByteStream> stream =
      ByteStream::OpenBytes(bytes, options.limits.file_bytes, "mapping set");
  return ReadFrom(stream.get(), options, report);
}

absl::StatusOr<MappingSet> ReadSssomFile(const std::string& path, const SssomOptions& options,
                                         SssomReport* report) {
  PARFOCAL_ASSIGN_OR_RETURN(const std::unique_ptr<ByteStream> stream,
                            ByteStream::OpenFile(path, options.limits.file_bytes, "mapping set"));
  SssomOptions of_file = options;
  if (of_file.name.empty()) of_file.name = MappingFileName(path);
  if (of_file.metadata.empty())
    of_file.metadata = MetadataBeside(path, options.limits.metadata_bytes);
  return ReadFrom(stream.get(), of_file, report);
}

std::string MappingFileName(const std::string& path) {
  std::string name = std::filesystem::path(path).filename().string();
  absl::string_view stem = name;
  absl::ConsumeSuffix(&stem, ".gz");
  absl::ConsumeSuffix(&stem, ".tsv");
  absl::ConsumeSuffix(&stem, ".sssom");
  return stem.empty() ? name : std::string(stem);
}

std::string MetadataBeside(const std::string& path, size_t limit) {
  const std::filesystem::path folder = std::filesystem::path(path).parent_path();
  for (const char* ending : {".yml", ".yaml", ".sssom.yml", ".sssom.yaml"}) {
    std::ifstream in(folder / (MappingFileName(path) + ending), std::ios::binary);
    if (!in) continue;
    std::string text(limit + 1, '\0');
    in.read(text.data(), static_cast<std::streamsize>(text.size()));
    text.resize(static_cast<size_t>(in.gcount()));
    return text;
  }
  return "";
}

std::vector<std::string> SplitSssomValues(absl::string_view cell) {
  std::vector<std::string> values;
  std::string value;
  for (size_t i = 0; i < cell.size(); ++i) {
    if (cell[i] == '\\' && i + 1 < cell.size() && cell[i + 1] == '|') {
      value.push_back(cell[++i]);
    } else if (cell[i] == '|') {
      values.push_back(std::string(absl::StripAsciiWhitespace(value)));
      value.clear();
    } else {
      value.push_back(cell[i]);
    }
  }
  values.push_back(std::string(absl::StripAsciiWhitespace(value)));
  values.erase(std::remove(values.begin(), values.end(), ""), values.end());
  return values;
}

}  // namespace parfocal
