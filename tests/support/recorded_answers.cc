#include "support/recorded_answers.h"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <functional>
#include <sstream>

#include "absl/strings/ascii.h"
#include "absl/strings/escaping.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"

namespace parfocal::testing {
namespace {

using Query = std::vector<std::pair<std::string, std::string>>;

std::string Decoded(absl::string_view text) {
  std::string out;
  for (size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '%' && i + 2 < text.size()) {
      out += absl::HexStringToBytes(text.substr(i + 1, 2));
      i += 2;
    } else {
      out.push_back(text[i] == '+' ? ' ' : text[i]);
    }
  }
  return out;
}

std::string Split(const std::string& target, Query* query) {
  const size_t mark = target.find('?');
  if (mark != std::string::npos) {
    for (absl::string_view part : absl::StrSplit(target.substr(mark + 1), '&', absl::SkipEmpty())) {
      const std::pair<absl::string_view, absl::string_view> pair =
          absl::StrSplit(part, absl::MaxSplits('=', 1));
      query->emplace_back(Decoded(pair.first), Decoded(pair.second));
    }
    std::sort(query->begin(), query->end());
  }
  return Decoded(target.substr(0, mark));
}

bool Fits(const Query& wanted, const Query& asked) {
  if (wanted.size() != asked.size()) return false;
  for (size_t i = 0; i < wanted.size(); ++i) {
    absl::string_view value = wanted[i].second;
    const bool open = absl::ConsumeSuffix(&value, "*");
    if (wanted[i].first != asked[i].first) return false;
    if (open ? !absl::StartsWith(asked[i].second, value) : asked[i].second != value) return false;
  }
  return true;
}

bool ReadNumber(absl::string_view text, absl::string_view name, int* number) {
  return absl::ConsumePrefix(&text, name) && absl::ConsumePrefix(&text, "=") &&
         absl::SimpleAtoi(text, number) && *number >= 0;
}

bool ReadOption(absl::string_view option, AnswerLine* line) {
  ServedReply& reply = line->reply;
  int number = 0;
  if (option == "gzip") return line->gzip = true;
  if (option == "chunked") return reply.chunked = true;
  if (option == "no-length") return reply.no_length = true;
  if (option == "endless") return reply.endless = true;
  if (ReadNumber(option, "status", &reply.status)) return true;
  if (ReadNumber(option, "first", &line->first)) return line->first > 0;
  if (ReadNumber(option, "cut", &number)) {
    reply.cut_after = static_cast<size_t>(number);
    return true;
  }
  if (ReadNumber(option, "silence", &number)) {
    reply.silence = std::chrono::milliseconds(number);
    return true;
  }
  if (ReadNumber(option, "drip", &number)) {
    reply.drip = std::chrono::milliseconds(number);
    return true;
  }
  if (!absl::ConsumePrefix(&option, "header=")) return false;
  const size_t colon = option.find(':');
  if (colon == absl::string_view::npos || colon == 0) return false;
  reply.headers.emplace_back(option.substr(0, colon),
                             absl::StripAsciiWhitespace(option.substr(colon + 1)));
  return true;
}

std::string Contents(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  std::ostringstream out;
  out << in.rdbuf();
  return out.str();
}

}  // namespace

absl::StatusOr<std::unique_ptr<RecordedAnswers>> RecordedAnswers::Load(
    const std::string& folder, const std::string& manifest) {
  std::vector<AnswerLine> lines;
  int number = 0;
  for (absl::string_view text : absl::StrSplit(manifest, '\n')) {
    ++number;
    if (text.empty() || text[0] == '#') continue;
    const std::vector<std::string> fields = absl::StrSplit(text, '\t');
    auto bad = [&](absl::string_view why) {
      return absl::InvalidArgumentError(absl::StrCat("manifest, line ", number, ": ", why));
    };
    if (fields.size() < 2 || !absl::StartsWith(fields[0], "/"))
      return bad("expected PATH?QUERY, a tab and a file");
    AnswerLine line;
    line.path = Split(fields[0], &line.query);
    if (fields[1] != "-") {
      line.file = absl::StrCat(folder, "/", fields[1]);
      if (!std::filesystem::is_regular_file(line.file)) return bad(line.file + " is not there");
    }
    for (size_t i = 2; i < fields.size(); ++i) {
      if (!ReadOption(fields[i], &line)) return bad(absl::StrCat("option '", fields[i], "'"));
    }
    lines.push_back(std::move(line));
  }
  return std::unique_ptr<RecordedAnswers>(new RecordedAnswers(std::move(lines)));
}

const AnswerLine* RecordedAnswers::Find(const ServedRequest& request) {
  Query query;
  const std::string path = Split(request.path, &query);
  const std::lock_guard<std::mutex> lock(mu_);
  ++counts_.requests;
  for (size_t i = 0; i < lines_.size(); ++i) {
    const AnswerLine& line = lines_[i];
    if (line.path != path || !Fits(line.query, query)) continue;
    if (line.first > 0 && asked_[i] >= line.first) continue;
    ++asked_[i];
    return &line;
  }
  ++counts_.unknown;
  return nullptr;
}

ServedReply RecordedAnswers::Answer(const ServedRequest& request) {
  const AnswerLine* line = Find(request);
  if (line == nullptr) {
    ServedReply reply;
    reply.status = 404;
    reply.body = absl::StrCat("no answer was recorded for ", request.path, "\n");
    return reply;
  }
  ServedReply reply = line->reply;
  if (!line->file.empty()) reply.body = Contents(line->file);
  if (reply.status == 200) {
    const std::string tag = absl::StrCat("\"", std::hash<std::string>()(reply.body), "\"");
    reply.headers.emplace_back("ETag", tag);
    const auto known = request.headers.find("if-none-match");
    if (known != request.headers.end() && known->second == tag) {
      reply.status = 304;
      reply.body.clear();
    }
    const std::lock_guard<std::mutex> lock(mu_);
    ++(reply.status == 304 ? counts_.not_modified : counts_.bodies);
  }
  const auto accepted = request.headers.find("accept-encoding");
  if (line->gzip && !reply.body.empty() && accepted != request.headers.end() &&
      absl::StrContains(accepted->second, "gzip")) {
    reply.body = Gzip(reply.body);
    reply.headers.emplace_back("Content-Encoding", "gzip");
  }
  return reply;
}

AnswerCounts RecordedAnswers::counts() const {
  const std::lock_guard<std::mutex> lock(mu_);
  return counts_;
}

}  // namespace parfocal::testing
