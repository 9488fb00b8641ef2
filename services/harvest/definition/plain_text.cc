#include "parfocal/definition/plain_text.h"

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "parfocal/connector_idr/cell_text.h"
#include "parfocal/connector_idr/text_decoding.h"
#include "parfocal/privacy/contacts.h"

namespace parfocal::definition {
namespace {

constexpr size_t kMostEntityBytes = 10;

bool BreaksLine(absl::string_view tag) {
  for (absl::string_view name : {"br", "p", "/p", "/div", "/li", "/h1", "/h2", "/h3", "/tr"}) {
    if (!absl::StartsWithIgnoreCase(tag, name)) continue;
    if (tag.size() == name.size() || !absl::ascii_isalnum(tag[name.size()])) return true;
  }
  return false;
}

void AppendCharacter(uint32_t code, std::string* out) {
  if (code < 0x20 || (code >= 0xd800 && code < 0xe000) || code > 0x10ffff) {
    out->push_back(' ');
  } else if (code < 0x80) {
    out->push_back(static_cast<char>(code));
  } else if (code < 0x800) {
    out->push_back(static_cast<char>(0xc0 | code >> 6));
    out->push_back(static_cast<char>(0x80 | (code & 0x3f)));
  } else if (code < 0x10000) {
    out->push_back(static_cast<char>(0xe0 | code >> 12));
    out->push_back(static_cast<char>(0x80 | (code >> 6 & 0x3f)));
    out->push_back(static_cast<char>(0x80 | (code & 0x3f)));
  } else {
    out->push_back(static_cast<char>(0xf0 | code >> 18));
    out->push_back(static_cast<char>(0x80 | (code >> 12 & 0x3f)));
    out->push_back(static_cast<char>(0x80 | (code >> 6 & 0x3f)));
    out->push_back(static_cast<char>(0x80 | (code & 0x3f)));
  }
}

// Appends what `name` (between `&` and `;`) stands for; false if it is no entity.
bool AppendEntity(absl::string_view name, std::string* out) {
  constexpr struct {
    absl::string_view name, text;
  } kNamed[] = {{"amp", "&"},   {"lt", "<"},   {"gt", ">"},
                {"quot", "\""}, {"apos", "'"}, {"nbsp", " "}};
  for (const auto& row : kNamed) {
    if (row.name != name) continue;
    out->append(row.text.data(), row.text.size());
    return true;
  }
  if (!absl::StartsWith(name, "#")) return false;
  uint32_t code = 0;
  const bool hex = name.size() > 1 && (name[1] == 'x' || name[1] == 'X');
  const bool read =
      hex ? absl::SimpleHexAtoi(name.substr(2), &code) : absl::SimpleAtoi(name.substr(1), &code);
  if (read) AppendCharacter(code, out);
  return read;
}

}  // namespace

std::string WithoutMarkup(absl::string_view text) {
  std::string out;
  out.reserve(text.size());
  size_t unclosed = 0;  // No `>` from here on: looked for once, so that the whole stays linear.
  for (size_t i = 0; i < text.size(); ++i) {
    const unsigned char next = i + 1 < text.size() ? static_cast<unsigned char>(text[i + 1]) : ' ';
    if (text[i] == '<' && (absl::ascii_isalpha(next) || next == '/' || next == '!') &&
        unclosed == 0) {
      const size_t end = text.find('>', i);
      if (end == text.npos) {
        unclosed = i + 1;
      } else {
        if (BreaksLine(text.substr(i + 1, end - i - 1))) out.push_back('\n');
        i = end;
        continue;
      }
    }
    if (text[i] == '&') {
      const size_t end = text.substr(i, kMostEntityBytes).find(';');
      if (end != text.npos && AppendEntity(text.substr(i + 1, end - 1), &out)) {
        i += end;
        continue;
      }
    }
    out.push_back(text[i]);
  }
  return std::string(idr::Trim(out));
}

std::string StoredText(absl::string_view text, size_t limit) {
  std::string clean;
  if (!idr::IsCleanUtf8(text)) {
    clean = idr::DecodeText(text).text;
    text = clean;
  }
  std::string out = WithoutContacts(idr::CutUtf8(text, limit));
  for (char& c : out) {
    const auto u = static_cast<unsigned char>(c);
    if (u == 0x7f || (u < 0x20 && c != '\n' && c != '\t')) c = ' ';
  }
  return std::string(idr::Trim(idr::CutUtf8(out, limit)));
}

}  // namespace parfocal::definition
