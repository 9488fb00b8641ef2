#include "plain_text.h"

#include <algorithm>
#include <cstdint>
#include <iterator>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"

namespace parfocal::oai {
namespace {

constexpr size_t kNone = absl::string_view::npos;

enum class Effect : uint8_t { kNothing, kLine, kParagraph, kItem, kDropContent };

struct HtmlTag {
  absl::string_view name;
  Effect effect;
};

// Sorted by name.
constexpr HtmlTag kTags[] = {
    {"a", Effect::kNothing},
    {"b", Effect::kNothing},
    {"blockquote", Effect::kParagraph},
    {"br", Effect::kLine},
    {"center", Effect::kLine},
    {"cite", Effect::kNothing},
    {"code", Effect::kNothing},
    {"dd", Effect::kLine},
    {"div", Effect::kLine},
    {"dl", Effect::kLine},
    {"dt", Effect::kLine},
    {"em", Effect::kNothing},
    {"figure", Effect::kLine},
    {"font", Effect::kNothing},
    {"h1", Effect::kParagraph},
    {"h2", Effect::kParagraph},
    {"h3", Effect::kParagraph},
    {"h4", Effect::kParagraph},
    {"h5", Effect::kParagraph},
    {"h6", Effect::kParagraph},
    {"hr", Effect::kParagraph},
    {"i", Effect::kNothing},
    {"img", Effect::kNothing},
    {"jats:italic", Effect::kNothing},
    {"jats:p", Effect::kParagraph},
    {"li", Effect::kItem},
    {"ol", Effect::kLine},
    {"p", Effect::kParagraph},
    {"pre", Effect::kParagraph},
    {"s", Effect::kNothing},
    {"script", Effect::kDropContent},
    {"small", Effect::kNothing},
    {"span", Effect::kNothing},
    {"strike", Effect::kNothing},
    {"strong", Effect::kNothing},
    {"style", Effect::kDropContent},
    {"sub", Effect::kNothing},
    {"sup", Effect::kNothing},
    {"table", Effect::kParagraph},
    {"tbody", Effect::kNothing},
    {"td", Effect::kItem},
    {"th", Effect::kItem},
    {"thead", Effect::kNothing},
    {"title", Effect::kNothing},
    {"tr", Effect::kLine},
    {"tt", Effect::kNothing},
    {"u", Effect::kNothing},
    {"ul", Effect::kLine},
};

const HtmlTag* FindTag(absl::string_view name) {
  constexpr size_t kLongest = 11;
  if (name.empty() || name.size() > kLongest) return nullptr;
  const std::string lower = absl::AsciiStrToLower(name);
  const auto at = std::lower_bound(
      std::begin(kTags), std::end(kTags), lower,
      [](const HtmlTag& tag, const std::string& wanted) { return tag.name < wanted; });
  return at != std::end(kTags) && at->name == lower ? at : nullptr;
}

struct Entity {
  absl::string_view name, text;
};

// Sorted by name, capitals first.
constexpr Entity kEntities[] = {
    {"Aring", "Å"},  {"Auml", "Ä"},   {"Delta", "Δ"},  {"Eacute", "É"}, {"Omega", "Ω"},
    {"Ouml", "Ö"},   {"Uuml", "Ü"},   {"aacute", "á"}, {"agrave", "à"}, {"alpha", "α"},
    {"amp", "&"},    {"apos", "'"},   {"asymp", "≈"},  {"auml", "ä"},   {"beta", "β"},
    {"bull", "•"},   {"ccedil", "ç"}, {"copy", "©"},   {"deg", "°"},    {"delta", "δ"},
    {"eacute", "é"}, {"egrave", "è"}, {"euml", "ë"},   {"gamma", "γ"},  {"ge", "≥"},
    {"gt", ">"},     {"hellip", "…"}, {"iacute", "í"}, {"kappa", "κ"},  {"lambda", "λ"},
    {"laquo", "«"},  {"ldquo", "“"},  {"le", "≤"},     {"lsquo", "‘"},  {"lt", "<"},
    {"mdash", "—"},  {"micro", "µ"},  {"middot", "·"}, {"mu", "μ"},     {"nbsp", " "},
    {"ndash", "–"},  {"ntilde", "ñ"}, {"oacute", "ó"}, {"ouml", "ö"},   {"pi", "π"},
    {"plusmn", "±"}, {"quot", "\""},  {"raquo", "»"},  {"rarr", "→"},   {"rdquo", "”"},
    {"reg", "®"},    {"rsquo", "’"},  {"shy", ""},     {"sigma", "σ"},  {"sup2", "²"},
    {"sup3", "³"},   {"szlig", "ß"},  {"thinsp", " "}, {"times", "×"},  {"trade", "™"},
    {"uuml", "ü"},
};

void AppendCharacter(uint32_t code, std::string* out) {
  if (code == 0xa0 || code < 0x20 || (code >= 0x7f && code < 0xa0) ||
      (code >= 0xd800 && code < 0xe000) || code > 0x10ffff) {
    out->push_back(code == '\n' ? '\n' : ' ');
  } else if (code < 0x80) {
    out->push_back(static_cast<char>(code));
  } else if (code < 0x800) {
    out->push_back(static_cast<char>(0xc0 | (code >> 6)));
    out->push_back(static_cast<char>(0x80 | (code & 0x3f)));
  } else if (code < 0x10000) {
    out->push_back(static_cast<char>(0xe0 | (code >> 12)));
    out->push_back(static_cast<char>(0x80 | ((code >> 6) & 0x3f)));
    out->push_back(static_cast<char>(0x80 | (code & 0x3f)));
  } else {
    out->push_back(static_cast<char>(0xf0 | (code >> 18)));
    out->push_back(static_cast<char>(0x80 | ((code >> 12) & 0x3f)));
    out->push_back(static_cast<char>(0x80 | ((code >> 6) & 0x3f)));
    out->push_back(static_cast<char>(0x80 | (code & 0x3f)));
  }
}

// Appends what `name` (between `&` and `;`) stands for; false if it is no entity.
bool AppendEntity(absl::string_view name, std::string* out) {
  if (absl::ConsumePrefix(&name, "#")) {
    const bool hex = absl::ConsumePrefix(&name, "x") || absl::ConsumePrefix(&name, "X");
    uint32_t code = 0;
    if (!(hex ? absl::SimpleHexAtoi(name, &code) : absl::SimpleAtoi(name, &code))) return false;
    AppendCharacter(code, out);
    return true;
  }
  const auto at = std::lower_bound(std::begin(kEntities), std::end(kEntities), name,
                                   [](const Entity& e, absl::string_view n) { return e.name < n; });
  if (at == std::end(kEntities) || at->name != name) return false;
  absl::StrAppend(out, at->text);
  return true;
}

std::string WithoutEntities(absl::string_view text) {
  constexpr size_t kLongest = 10;
  std::string out;
  out.reserve(text.size());
  for (size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '&') {
      const size_t end = text.substr(i, kLongest).find(';');
      if (end != kNone && AppendEntity(text.substr(i + 1, end - 1), &out)) {
        i += end;
        continue;
      }
    }
    out.push_back(text[i]);
  }
  return out;
}

// The tag that begins at `at`, and the length of its text; nullptr if there is none of HTML.
const HtmlTag* TagAt(absl::string_view text, size_t at, size_t* length, bool* closing) {
  size_t name = at + 1;
  *closing = name < text.size() && text[name] == '/';
  if (*closing) ++name;
  size_t end = name;
  while (end < text.size() &&
         (absl::ascii_isalnum(static_cast<unsigned char>(text[end])) || text[end] == ':'))
    ++end;
  const HtmlTag* tag = FindTag(text.substr(name, end - name));
  if (tag == nullptr) return nullptr;
  // Another `<` before the `>` says that this was no tag.
  const size_t close = text.find_first_of("<>", end);
  if (close == kNone || text[close] == '<') return nullptr;
  *length = close + 1 - at;
  return tag;
}

std::string WithoutTags(absl::string_view text) {
  std::string out;
  out.reserve(text.size());
  bool unclosed = false;  // No closing tag from here on: looked for once.
  for (size_t i = 0; i < text.size(); ++i) {
    size_t length = 0;
    bool closing = false;
    const HtmlTag* tag = text[i] == '<' ? TagAt(text, i, &length, &closing) : nullptr;
    if (tag == nullptr) {
      out.push_back(text[i]);
      continue;
    }
    i += length - 1;
    if (tag->effect == Effect::kLine && (!closing || tag->name == "div")) out.push_back('\n');
    if (tag->effect == Effect::kParagraph) out.append("\n\n");
    if (tag->effect == Effect::kItem) out.append(tag->name == "li" ? (closing ? "" : "\n") : " ");
    if (tag->effect != Effect::kDropContent || closing || unclosed) continue;
    const size_t end = text.find("</", i);
    unclosed = end == kNone;
    if (!unclosed) i = end - 1;
  }
  return out;
}

bool HoldsEscapedTag(absl::string_view text) {
  for (size_t at = 0; (at = text.find("&lt;", at)) != kNone; at += 4) {
    const char next = at + 4 < text.size() ? text[at + 4] : ' ';
    if (next == '/' || absl::ascii_isalpha(static_cast<unsigned char>(next))) return true;
  }
  return false;
}

// Blanks in runs, and more than one empty line, carry nothing.
std::string Tidy(absl::string_view text) {
  std::string out;
  out.reserve(text.size());
  int breaks = 0;
  bool blank = false;
  for (size_t i = 0; i < text.size(); ++i) {
    const auto c = static_cast<unsigned char>(text[i]);
    if (c == '\n') {
      ++breaks;
    } else if (c <= ' ' || c == 0x7f) {
      blank = true;
    } else if (c == 0xc2 && i + 1 < text.size() &&
               static_cast<unsigned char>(text[i + 1]) == 0xa0) {
      blank = true;
      ++i;
    } else {
      if (!out.empty() && breaks > 0) {
        out.append(breaks > 1 ? "\n\n" : "\n");
      } else if (!out.empty() && blank) {
        out.push_back(' ');
      }
      breaks = 0;
      blank = false;
      out.push_back(static_cast<char>(c));
    }
  }
  return out;
}

}  // namespace

std::string PlainText(absl::string_view text) {
  std::string out(text);
  for (int level = 0; level < 2 && HoldsEscapedTag(out); ++level) out = WithoutEntities(out);
  if (absl::StrContains(out, '<')) out = WithoutTags(out);
  if (absl::StrContains(out, '&')) out = WithoutEntities(out);
  return Tidy(out);
}

std::string Printable(absl::string_view text) {
  std::string out;
  for (char c : text) out.push_back(absl::ascii_isprint(static_cast<unsigned char>(c)) ? c : '?');
  return out;
}

absl::string_view CutText(absl::string_view text, size_t limit) {
  if (text.size() <= limit) return text;
  while (limit > 0 && (static_cast<unsigned char>(text[limit]) & 0xc0) == 0x80) --limit;
  return text.substr(0, limit);
}

}  // namespace parfocal::oai
