#include <algorithm>
#include <utility>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "records.h"

namespace parfocal::defined {
namespace {

constexpr size_t kMaxScripts = 1000;

// Where `word` begins at or behind `at`, whatever its case; npos if it does not.
size_t FindWord(absl::string_view text, absl::string_view word, size_t at) {
  for (; (at = text.find(word[0], at)) != text.npos; ++at) {
    if (absl::StartsWithIgnoreCase(text.substr(at), word)) return at;
  }
  return text.npos;
}

// The contents of the script elements that hold JSON-LD, in order.
std::vector<absl::string_view> Scripts(absl::string_view page) {
  std::vector<absl::string_view> out;
  size_t at = 0;
  while (out.size() < kMaxScripts && (at = FindWord(page, "<script", at)) != page.npos) {
    const size_t begin = page.find('>', at);
    if (begin == page.npos) break;
    const absl::string_view tag = page.substr(at, begin - at);
    const size_t end = std::min(FindWord(page, "</script", begin), page.size());
    if (FindWord(tag, "application/ld+json", 0) != tag.npos)
      out.push_back(page.substr(begin + 1, end - begin - 1));
    at = end;
  }
  return out;
}

// Without the comment or the CDATA marks that some pages put around it.
absl::string_view Bare(absl::string_view script) {
  script = absl::StripAsciiWhitespace(script);
  for (const absl::string_view open : {"<!--", "//<![CDATA[", "<![CDATA[", "/*<![CDATA[*/"})
    absl::ConsumePrefix(&script, open);
  script = absl::StripAsciiWhitespace(script);
  for (const absl::string_view close : {"-->", "//]]>", "/*]]>*/", "]]>"})
    absl::ConsumeSuffix(&script, close);
  return absl::StripAsciiWhitespace(script);
}

// The records of one script after the other.
class PageReader final : public RecordReader {
 public:
  PageReader(std::vector<absl::string_view> scripts, const RecordLimits& limits)
      : scripts_(std::move(scripts)), limits_(limits) {}

  absl::StatusOr<bool> Next(FoundRecord* record) override {
    while (true) {
      if (reader_ != nullptr) {
        PARFOCAL_ASSIGN_OR_RETURN(const bool some, reader_->Next(record));
        if (some) {
          record->place = absl::StrCat(":#", given_++);
          return true;
        }
        reader_.reset();
      }
      if (next_ == scripts_.size()) return false;
      const absl::string_view script = scripts_[next_++];
      // What lies flat in a graph is taken apart; else the object, or the list's, is the record.
      absl::StatusOr<std::unique_ptr<RecordReader>> reader = OpenJson(script, "@graph", limits_);
      if (absl::IsNotFound(reader.status())) reader = OpenJson(script, "", limits_);
      if (!reader.ok()) {
        *record = FoundRecord();
        record->raw = script;
        record->place = absl::StrCat(":#", given_++);
        record->problem = absl::StrCat("the embedded JSON-LD ", reader.status().message());
        return true;
      }
      reader_ = *std::move(reader);
    }
  }

 private:
  const std::vector<absl::string_view> scripts_;
  const RecordLimits limits_;
  std::unique_ptr<RecordReader> reader_;
  size_t next_ = 0;
  size_t given_ = 0;
};

}  // namespace

absl::StatusOr<std::unique_ptr<RecordReader>> OpenPages(absl::string_view document,
                                                        const RecordLimits& limits) {
  absl::ConsumePrefix(&document, "\xef\xbb\xbf");
  const absl::string_view text = absl::StripAsciiWhitespace(document);
  std::vector<absl::string_view> scripts;
  if (absl::StartsWith(text, "{") || absl::StartsWith(text, "[")) {
    // Not a page but the answer of a server that was asked for JSON-LD.
    PARFOCAL_RETURN_IF_ERROR(ParseJson(text, limits).status());
    scripts.push_back(text);
  } else {
    for (const absl::string_view script : Scripts(text)) {
      if (const absl::string_view bare = Bare(script); !bare.empty()) scripts.push_back(bare);
    }
  }
  if (scripts.empty()) return absl::NotFoundError("has no embedded JSON-LD");
  return std::make_unique<PageReader>(std::move(scripts), limits);
}

}  // namespace parfocal::defined
