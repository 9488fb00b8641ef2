// Names of resources: `sources/{source}`, `sources/{source}/studies/{accession}`,
// `sources/{source}/studies/{accession}/imageSets/{id}`. Accession and id are percent-encoded where
// they hold `/`, `%`, control characters or white space other than a plain space at neither end;
// an ImageSet id may keep its `/`, since it is the last part.
#pragma once

#include <cstddef>
#include <optional>
#include <string>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "parfocal/record.h"
#include "parfocal/status.h"

namespace parfocal {

inline constexpr size_t kMaxIdBytes = 2048;  // Of an accession or an ImageSet id, before encoding.

struct RecordName {
  std::string source;
  std::string accession;  // Empty: the name of a source.
  std::string image_set;  // Empty: the name of a study.
  friend bool operator==(const RecordName&, const RecordName&) = default;
  friend auto operator<=>(const RecordName&, const RecordName&) = default;
};

namespace record_name_internal {

inline std::string Encode(absl::string_view text, bool keep_slash) {
  static constexpr char kHex[] = "0123456789ABCDEF";
  std::string out;
  out.reserve(text.size());
  for (unsigned char c : text) {
    const bool plain = c > 0x20 && c != 0x7f && c != '%' && (c != '/' || keep_slash);
    if (plain) {
      out.push_back(static_cast<char>(c));
    } else {
      out.push_back('%');
      out.push_back(kHex[c >> 4]);
      out.push_back(kHex[c & 15]);
    }
  }
  return out;
}

inline std::optional<std::string> Decode(absl::string_view text) {
  auto digit = [](char c) -> int {
    if (c >= '0' && c <= '9') return c - '0';
    if (c >= 'A' && c <= 'F') return c - 'A' + 10;
    if (c >= 'a' && c <= 'f') return c - 'a' + 10;
    return -1;
  };
  std::string out;
  out.reserve(text.size());
  for (size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '%') {
      out.push_back(text[i]);
      continue;
    }
    if (i + 2 >= text.size()) return std::nullopt;
    const int high = digit(text[i + 1]);
    const int low = digit(text[i + 2]);
    if (high < 0 || low < 0) return std::nullopt;
    out.push_back(static_cast<char>(high * 16 + low));
    i += 2;
  }
  return out;
}

}  // namespace record_name_internal

// Returns whether `id` may name a source: 1 to 63 of [a-z0-9-], beginning with a letter.
inline bool IsSourceId(absl::string_view id) {
  if (id.empty() || id.size() > 63 || !absl::ascii_islower(static_cast<unsigned char>(id[0])))
    return false;
  for (unsigned char c : id) {
    if (!absl::ascii_islower(c) && !absl::ascii_isdigit(c) && c != '-') return false;
  }
  return true;
}

inline std::string FormatRecordName(const RecordName& name) {
  using record_name_internal::Encode;
  std::string out = absl::StrCat("sources/", name.source);
  if (name.accession.empty()) return out;
  absl::StrAppend(&out, "/studies/", Encode(name.accession, /*keep_slash=*/false));
  if (!name.image_set.empty())
    absl::StrAppend(&out, "/imageSets/", Encode(name.image_set, /*keep_slash=*/true));
  return out;
}

// Parses what FormatRecordName prints. INVALID_ARGUMENT (reason RESOURCE_NAME) otherwise.
inline absl::StatusOr<RecordName> ParseRecordName(absl::string_view text) {
  using record_name_internal::Decode;
  auto fail = [&](absl::string_view why) {
    return WithReason(
        absl::InvalidArgumentError(absl::StrCat("record name '", text.substr(0, 200), "': ", why)),
        "RESOURCE_NAME", "name");
  };
  absl::string_view rest = text;
  if (!absl::ConsumePrefix(&rest, "sources/")) return fail("does not begin with sources/");
  RecordName name;
  const size_t slash = rest.find('/');
  name.source = std::string(rest.substr(0, slash));
  if (!IsSourceId(name.source)) return fail("the source id is not 1-63 of a-z, 0-9 and '-'");
  if (slash == absl::string_view::npos) return name;
  rest.remove_prefix(slash + 1);
  if (!absl::ConsumePrefix(&rest, "studies/")) return fail("expected /studies/ after the source");
  const size_t end = rest.find('/');
  auto accession = Decode(rest.substr(0, end));
  if (!accession || accession->empty() || accession->size() > kMaxIdBytes)
    return fail("bad accession");
  name.accession = *std::move(accession);
  if (end == absl::string_view::npos) return name;
  rest.remove_prefix(end + 1);
  if (!absl::ConsumePrefix(&rest, "imageSets/"))
    return fail("expected /imageSets/ after the accession");
  auto id = Decode(rest);
  if (!id || id->empty() || id->size() > kMaxIdBytes) return fail("bad ImageSet id");
  name.image_set = *std::move(id);
  return name;
}

inline RecordName NameOf(const Study& study) { return {study.source, study.accession, ""}; }
inline RecordName NameOf(const ImageSet& set) { return {set.source, set.study, set.id}; }
inline RecordName NameOf(const Record& record) {
  return std::visit([](const auto& r) { return NameOf(r); }, record);
}

}  // namespace parfocal
