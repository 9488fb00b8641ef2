#include "parfocal/connector_idr/study_file.h"

#include <algorithm>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/str_split.h"
#include "parfocal/connector_idr/cell_text.h"
#include "parfocal/connector_idr/text_decoding.h"
#include "study_keys.h"

namespace parfocal::idr {
namespace {

// One physical line without its end.
struct Line {
  absl::string_view text;
  int number = 0;
};

// CR* LF and a CR that no LF follows end a line.
std::vector<Line> SplitLines(absl::string_view text) {
  std::vector<Line> lines;
  size_t begin = 0;
  int number = 1;
  while (begin < text.size() && lines.size() < kMaxStudyLines) {
    size_t end = text.find_first_of("\r\n", begin);
    if (end == absl::string_view::npos) end = text.size();
    lines.push_back({text.substr(begin, end - begin), number++});
    size_t after = end;
    while (after < text.size() && text[after] == '\r') ++after;
    // CR CR LF is one end; CR CR without LF are two.
    begin = after < text.size() && text[after] == '\n' ? after + 1 : end + 1;
  }
  return lines;
}

// Takes the enclosing pair of quotes off, or a quote that nothing closes.
std::string Unquote(absl::string_view cell) {
  cell = Trim(cell);
  if (cell.size() >= 2 && cell.front() == '"' && cell.back() == '"') {
    return absl::StrReplaceAll(Trim(cell.substr(1, cell.size() - 2)), {{"\"\"", "\""}});
  }
  const auto quotes = std::count(cell.begin(), cell.end(), '"');
  if (quotes == 1 && !cell.empty() && cell.front() == '"') return std::string(Trim(cell.substr(1)));
  if (quotes == 1 && !cell.empty() && cell.back() == '"') {
    return std::string(Trim(cell.substr(0, cell.size() - 1)));
  }
  return std::string(cell);
}

bool IsHint(absl::string_view cell) {
  cell = Trim(cell);
  while (!cell.empty() && cell.front() == '"') cell.remove_prefix(1);
  return !cell.empty() && cell.front() == '#';
}

class Reader {
 public:
  explicit Reader(StudyFile* out) : out_(out), section_(&out->study) { out_->study.kind = "study"; }

  void Read(const Line& line) {
    if (line.text.find('\0') != absl::string_view::npos) {
      return Fail(line, "line with a NUL character; the file is damaged here");
    }
    const std::vector<absl::string_view> cells = absl::StrSplit(line.text, '\t');
    if (std::all_of(cells.begin(), cells.end(), [](auto c) { return Trim(c).empty(); })) return;
    if (IsHint(cells[0])) {
      after_hint_ = true;
      return;
    }
    if (const std::string* key = FindKey(cells[0])) {
      return Begin(*key, line, {cells.begin() + 1, cells.end()});
    }
    size_t length = 0;
    if (const std::string* key = FindKeyPrefix(cells[0], &length))
      return BeginSpaced(*key, line, cells, length);
    if (Trim(cells[0]).empty())
      return Fail(line, "values without a key; name the key in the first cell");
    Continue(line, cells);
  }

  void Finish() {
    for (StudySection* section : Sections()) {
      for (StudyRow& row : section->rows) {
        for (std::string& value : row.values) {
          value = Unquote(value);
          if (IsHint(value)) value.clear();
        }
        while (!row.values.empty() && row.values.back().empty()) row.values.pop_back();
      }
    }
  }

 private:
  std::vector<StudySection*> Sections() {
    std::vector<StudySection*> all = {&out_->study};
    for (StudySection& block : out_->blocks) all.push_back(&block);
    return all;
  }

  void Fail(const Line& line, std::string reason) {
    out_->problems.push_back(
        {line.number, std::move(reason), std::string(CutUtf8(line.text, 64 << 10))});
  }

  void Begin(const std::string& key, const Line& line,
             const std::vector<absl::string_view>& cells) {
    after_hint_ = false;
    if (key == "Screen Number" || key == "Experiment Number") {
      out_->blocks.emplace_back();
      section_ = &out_->blocks.back();
      section_->kind = key == "Screen Number" ? "screen" : "experiment";
      section_->line = line.number;
    }
    StudyRow row{key, {}, line.number};
    for (absl::string_view cell : cells) row.values.emplace_back(Trim(cell));
    section_->rows.push_back(std::move(row));
  }

  // Key and values separated by spaces. Runs of four spaces stand for tabs, and behind one another
  // key may follow on the same line.
  void BeginSpaced(const std::string& key, const Line& line,
                   const std::vector<absl::string_view>& cells, size_t length) {
    std::string current = key;
    std::vector<absl::string_view> values;
    auto put = [&](absl::string_view value) {
      value = Trim(value);
      if (value.empty()) return;
      if (const std::string* next = FindKey(value)) {
        Begin(current, line, values);
        current = *next;
        values.clear();
        return;
      }
      values.push_back(value);
    };
    for (absl::string_view part :
         absl::StrSplit(cells[0].substr(length), absl::string_view("    ")))
      put(part);
    for (size_t i = 1; i < cells.size(); ++i) {
      const bool last = i + 1 == cells.size();
      if (Trim(cells[i]).empty() && !last) values.push_back("");
      put(cells[i]);
    }
    Begin(current, line, values);
  }

  // The rest of a value that was broken over several lines; further cells are further values.
  void Continue(const Line& line, const std::vector<absl::string_view>& cells) {
    if (after_hint_) return Fail(line, "no known key; continues a form hint");
    if (section_->rows.empty())
      return Fail(line, "no known key, and no value before it to continue");
    std::vector<std::string>& values = section_->rows.back().values;
    while (!values.empty() && values.back().empty()) values.pop_back();
    if (values.empty()) values.emplace_back();
    std::string& value = values.back();
    absl::StrAppend(&value, value.empty() ? "" : "\n", Trim(cells[0]));
    for (size_t i = 1; i < cells.size(); ++i) values.emplace_back(Trim(cells[i]));
  }

  StudyFile* out_;
  StudySection* section_;
  bool after_hint_ = false;
};

}  // namespace

const std::vector<std::string>& StudySection::Values(absl::string_view key) const {
  static const auto* const none = new std::vector<std::string>;
  for (const StudyRow& row : rows) {
    if (row.key == key && !row.values.empty()) return row.values;
  }
  return *none;
}

const std::vector<std::string>& StudySection::Nth(absl::string_view key, int n) const {
  static const auto* const none = new std::vector<std::string>;
  for (const StudyRow& row : rows) {
    if (row.key == key && n-- == 0) return row.values;
  }
  return *none;
}

std::string StudySection::First(absl::string_view key) const {
  for (const std::string& value : Values(key)) {
    if (!value.empty()) return value;
  }
  return "";
}

StudyFile ParseStudyFile(absl::string_view bytes) {
  StudyFile file;
  if (bytes.size() > kMaxStudyFileBytes) {
    file.problems.push_back(
        {0, absl::StrCat("study file of ", bytes.size(), " bytes; at most ", kMaxStudyFileBytes),
         ""});
    return file;
  }
  DecodedText decoded = DecodeText(bytes);
  file.encoding = std::move(decoded.encoding);
  Reader reader(&file);
  const std::vector<Line> lines = SplitLines(decoded.text);
  for (const Line& line : lines) reader.Read(line);
  if (lines.size() == kMaxStudyLines) {
    file.problems.push_back(
        {static_cast<int>(kMaxStudyLines), "lines beyond this one are not read", ""});
  }
  reader.Finish();
  return file;
}

}  // namespace parfocal::idr
