#include "parfocal/terms/curie.h"

#include <string>
#include <utility>

#include "absl/container/flat_hash_map.h"
#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "prefix_table.h"

namespace parfocal {
namespace {

using internal::BaseRow;
using internal::BaseRows;
using internal::LocalForm;
using internal::PrefixRow;
using internal::PrefixRows;

// Longest id that is looked at; longer text is no id (RELIABILITY: IRIs of at most 2 KiB).
constexpr size_t kMaxIdBytes = 2048;
constexpr size_t kMaxPrefixBytes = 32;
constexpr size_t kMaxLocalBytes = 128;
// How often an id may be wrapped in another: a page of an IRI of a CURIE ("RRID:", "obo:").
constexpr int kMaxUnwrap = 8;

bool AllDigits(absl::string_view text) {
  if (text.empty()) return false;
  for (char c : text) {
    if (!absl::ascii_isdigit(c)) return false;
  }
  return true;
}

// Lower case, letters and digits only: "PSI-MI" and "psi_mi" are one spelling.
std::string FoldPrefix(absl::string_view text) {
  std::string out;
  for (char c : text) {
    if (absl::ascii_isalnum(c)) out.push_back(absl::ascii_tolower(c));
  }
  return out;
}

const absl::flat_hash_map<std::string, const PrefixRow*>& Spellings() {
  static const auto* const map = [] {
    auto* out = new absl::flat_hash_map<std::string, const PrefixRow*>();
    for (const PrefixRow& row : PrefixRows()) {
      out->emplace(FoldPrefix(row.name), &row);
      for (absl::string_view other : absl::StrSplit(row.spellings, ' ', absl::SkipEmpty())) {
        out->emplace(FoldPrefix(other), &row);
      }
    }
    return out;
  }();
  return *map;
}

// "SNOMEDCT_US_2015_03_01" without its date: the edition is no part of the name.
absl::string_view WithoutDate(absl::string_view prefix) {
  constexpr absl::string_view kForm = "_dddd_dd_dd";
  if (prefix.size() <= kForm.size()) return prefix;
  const absl::string_view tail = prefix.substr(prefix.size() - kForm.size());
  for (size_t i = 0; i < kForm.size(); ++i) {
    if (kForm[i] == '_' ? tail[i] != '_' : !absl::ascii_isdigit(tail[i])) return prefix;
  }
  return prefix.substr(0, prefix.size() - kForm.size());
}

const PrefixRow* FindPrefix(absl::string_view text) {
  if (text.empty() || text.size() > kMaxPrefixBytes) return nullptr;
  for (char c : text) {
    if (!absl::ascii_isalnum(c) && c != '_' && c != '-' && c != '.' && c != ' ') return nullptr;
  }
  text = WithoutDate(text);
  auto it = Spellings().find(FoldPrefix(text));
  return it == Spellings().end() ? nullptr : it->second;
}

// Letters, digits, '_', '.' and '-', beginning and ending with a letter or digit.
bool IsLocalName(absl::string_view text) {
  if (text.empty() || text.size() > kMaxLocalBytes) return false;
  if (!absl::ascii_isalnum(text.front()) || !absl::ascii_isalnum(text.back())) return false;
  for (char c : text) {
    if (!absl::ascii_isalnum(c) && c != '_' && c != '.' && c != '-') return false;
  }
  return true;
}

bool HasDigit(absl::string_view text) {
  for (char c : text) {
    if (absl::ascii_isdigit(c)) return true;
  }
  return false;
}

std::string SetWidth(absl::string_view digits, size_t width) {
  while (digits.size() > width && digits.front() == '0') digits.remove_prefix(1);
  std::string out(digits.size() < width ? width - digits.size() : 0, '0');
  out.append(digits.data(), digits.size());
  return out;
}

// The canonical local id, or "" if `local` cannot be one of `row`.
std::string CanonicalLocal(const PrefixRow& row, absl::string_view local) {
  if (row.form == LocalForm::kNumber && absl::StartsWithIgnoreCase(local, "txid")) {
    local.remove_prefix(4);
  }
  if (!IsLocalName(local)) return "";
  std::string led;
  if (!row.lead.empty()) {
    if (absl::StartsWithIgnoreCase(local, row.lead)) local.remove_prefix(row.lead.size());
    if (absl::StrContains(local, '_')) return "";
    led = absl::StrCat(row.lead, local);
    local = led;
  }
  const bool digits = AllDigits(local);
  switch (row.form) {
    case LocalForm::kFixedWidth:
      if (digits) return SetWidth(local, static_cast<size_t>(row.width));
      break;
    case LocalForm::kNumber:
      return digits ? SetWidth(local, 1) : std::string();
    case LocalForm::kDigits:
      break;
    case LocalForm::kCode:
      if (row.lead.empty() && absl::StrContains(local, '_')) return "";
      break;
    case LocalForm::kName:
      return std::string(local);
  }
  // Not a number: a root ("root_00000000"), or an id of a kind of its own ("HOM0000001").
  return HasDigit(local) ? std::string(local) : std::string();
}

std::string Join(const PrefixRow& row, absl::string_view local) {
  const std::string canonical = CanonicalLocal(row, local);
  return canonical.empty() ? std::string() : absl::StrCat(row.name, ":", canonical);
}

bool IsAbsoluteIri(absl::string_view text);
std::string FromText(absl::string_view id, int unwrap);
std::string FromIri(absl::string_view iri, int unwrap);
std::string FromUnderscoreForm(absl::string_view id, int unwrap);

// EDAM writes its branches where others write a prefix: "data:NNNN", "topic_NNNN"; identifiers.org
// makes "edam.topic:NNNN" of it.
absl::string_view EdamBranch(absl::string_view prefix, absl::string_view local) {
  if (local.size() != 4 || !AllDigits(local)) return "";
  if (absl::StartsWithIgnoreCase(prefix, "edam.")) prefix.remove_prefix(5);
  return prefix == "data" || prefix == "topic" || prefix == "operation" || prefix == "format"
             ? prefix
             : absl::string_view();
}

// "GO:GO_0000001" and "obo:GO_0000001": what stands behind the prefix is an id by itself.
std::string FromPair(absl::string_view prefix, absl::string_view local, int unwrap) {
  const std::string folded = FoldPrefix(prefix);
  if (folded == "obo" || folded == "owl" || folded == "rrid" || folded == "curie") {
    std::string inner = FromText(local, unwrap - 1);
    if (!inner.empty() || folded != "rrid") return inner;
  }
  if (const absl::string_view branch = EdamBranch(prefix, local); !branch.empty()) {
    return absl::StrCat("EDAM:", branch, "_", local);
  }
  const PrefixRow* row = FindPrefix(prefix);
  if (row == nullptr) {
    // OBO files write a root "B_root:0" whose IRI ends in "B_root_0".
    if (!absl::StrContains(prefix, '_')) return "";
    return FromUnderscoreForm(absl::StrCat(prefix, "_", local), unwrap - 1);
  }
  if (local.find_first_of(":_") != absl::string_view::npos) {
    std::string inner = FromText(local, unwrap - 1);
    if (!inner.empty()) return inner;
  }
  return Join(*row, local);
}

// "NCBITaxon 1": a blank is a weak separator, so the rest must look very much like an id.
std::string FromBlankForm(absl::string_view id) {
  const size_t at = id.find(' ');
  const absl::string_view prefix = id.substr(0, at);
  const absl::string_view local = absl::StripLeadingAsciiWhitespace(id.substr(at));
  const PrefixRow* row = FindPrefix(prefix);
  if (row == nullptr || !AllDigits(local)) return "";
  const bool sure = row->form == LocalForm::kFixedWidth
                        ? local.size() == static_cast<size_t>(row->width)
                        : prefix.size() >= 4;
  return sure ? Join(*row, local) : std::string();
}

std::string FromUnderscoreForm(absl::string_view id, int unwrap) {
  // The last underscore whose left side is a prefix: both "A_Union_1" and "B_root_0" must come out.
  for (size_t at = id.rfind('_'); at != absl::string_view::npos && at > 0;
       at = id.rfind('_', at - 1)) {
    // Shorter prefixes are tried here, so FromPair gets none that it would split again.
    if (FindPrefix(id.substr(0, at)) == nullptr && absl::StrContains(id.substr(0, at), '_'))
      continue;
    std::string curie = FromPair(id.substr(0, at), id.substr(at + 1), unwrap);
    if (!curie.empty()) return curie;
  }
  return "";
}

// Without the hint: CURIE, underscore form, blank form. "" if it is none.
std::string FromText(absl::string_view id, int unwrap) {
  if (unwrap <= 0) return "";
  id = absl::StripAsciiWhitespace(id);
  if (absl::StrContains(id, "://")) {
    return IsAbsoluteIri(id) ? FromIri(id, unwrap - 1) : std::string();
  }
  const size_t colon = id.find(':');
  if (colon != absl::string_view::npos) {
    return FromPair(absl::StripTrailingAsciiWhitespace(id.substr(0, colon)),
                    absl::StripLeadingAsciiWhitespace(id.substr(colon + 1)), unwrap);
  }
  if (absl::StrContains(id, ' ')) return FromBlankForm(id);
  if (absl::StartsWithIgnoreCase(id, "txid") && AllDigits(id.substr(4))) {
    return FromPair("txid", id.substr(4), unwrap);
  }
  return FromUnderscoreForm(id, unwrap);
}

std::string PercentDecode(absl::string_view text) {
  const auto nibble = [](char c) {
    if (absl::ascii_isdigit(c)) return c - '0';
    const char lower = absl::ascii_tolower(c);
    return lower >= 'a' && lower <= 'f' ? lower - 'a' + 10 : -1;
  };
  std::string out;
  for (size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '%' && i + 2 < text.size() && nibble(text[i + 1]) >= 0 &&
        nibble(text[i + 2]) >= 0) {
      out.push_back(static_cast<char>(nibble(text[i + 1]) * 16 + nibble(text[i + 2])));
      i += 2;
    } else {
      out.push_back(text[i]);
    }
  }
  return out;
}

// The term that a page of OLS or BioPortal is about, or "".
std::string FromOntologyPage(absl::string_view rest, absl::string_view lower, int unwrap) {
  if (!absl::StartsWith(lower, "ebi.ac.uk/ols") &&
      !absl::StartsWith(lower, "bioportal.bioontology.org/") &&
      !absl::StartsWith(lower, "ontobee.org/")) {
    return "";
  }
  for (absl::string_view key :
       {"conceptid=", "obo_id=", "short_form=", "iri=", "/classes/", "/terms/", "/term/"}) {
    const size_t at = lower.find(key);
    if (at == absl::string_view::npos) continue;
    absl::string_view value = rest.substr(at + key.size());
    value = value.substr(0, value.find_first_of("&?"));
    // The new pages encode twice.
    std::string curie = FromText(PercentDecode(PercentDecode(value)), unwrap - 1);
    if (!CuriePrefix(curie).empty()) return curie;
  }
  return "";
}

// The CURIE of an absolute IRI, or "" if its base is unknown or what follows is no id.
std::string FromIri(absl::string_view iri, int unwrap) {
  if (unwrap <= 0) return "";
  const size_t scheme_end = iri.find("://");
  if (scheme_end == absl::string_view::npos) return "";
  absl::string_view rest = iri.substr(scheme_end + 3);
  if (absl::StartsWithIgnoreCase(rest, "www.")) rest.remove_prefix(4);
  const std::string lower = absl::AsciiStrToLower(rest);
  std::string page = FromOntologyPage(rest, lower, unwrap);
  if (!page.empty()) return page;
  const BaseRow* best = nullptr;
  for (const BaseRow& row : BaseRows()) {
    if (absl::StartsWith(lower, row.base) &&
        (best == nullptr || row.base.size() > best->base.size())) {
      best = &row;
    }
  }
  if (best == nullptr) return "";
  absl::string_view local = rest.substr(best->base.size());
  if (!best->name.empty()) {
    std::string curie = FromPair(best->name, local, unwrap);
    if (!curie.empty()) return curie;
  }
  // "owl/UO#UO_0000001", "ex/EX:0000001": the last part names prefix and id.
  const size_t slash = local.find_last_of("/#");
  if (slash != absl::string_view::npos) local = local.substr(slash + 1);
  if (local.empty() || absl::StrContains(local, "://")) return "";
  return FromText(local, unwrap - 1);
}

bool IsAbsoluteIri(absl::string_view text) {
  const size_t scheme_end = text.find("://");
  const bool urn = absl::StartsWith(text, "urn:");
  if (!urn && (scheme_end == absl::string_view::npos || scheme_end == 0)) return false;
  if (!absl::ascii_isalpha(text.front())) return false;
  const size_t scheme_bytes = urn ? 3 : scheme_end;
  for (size_t i = 0; i < scheme_bytes; ++i) {
    const char c = text[i];
    if (!absl::ascii_isalnum(c) && c != '+' && c != '-' && c != '.') return false;
  }
  if (text.size() <= scheme_bytes + (urn ? 1 : 3)) return false;
  for (char c : text) {
    if (static_cast<unsigned char>(c) <= ' ' || c == 0x7f || c == '<' || c == '>' || c == '"' ||
        c == '{' || c == '}' || c == '|' || c == '\\' || c == '^' || c == '`') {
      return false;
    }
  }
  return true;
}

// FromText until nothing changes. Ids wrapped in ids of ids come out step by step, and what this
// returns is canonical for certain.
std::string Settle(std::string curie) {
  for (int i = 0; i < kMaxUnwrap && !curie.empty(); ++i) {
    std::string next = FromText(curie, kMaxUnwrap);
    if (next == curie) return curie;
    curie = std::move(next);
  }
  return "";
}

// U+00A0 at the ends, as UTF-8 or as the one byte of Latin-1, is white space, too.
absl::string_view StripNoBreakSpace(absl::string_view id) {
  while (absl::ConsumeSuffix(&id, "\xc2\xa0")) {
  }
  // Behind any other byte of UTF-8 it is the end of a letter.
  while (id.size() >= 2 && absl::ascii_isascii(id[id.size() - 2]) &&
         absl::ConsumeSuffix(&id, "\xa0")) {
  }
  while (absl::ConsumePrefix(&id, "\xc2\xa0") || absl::ConsumePrefix(&id, "\xa0")) {
  }
  return absl::StripAsciiWhitespace(id);
}

absl::string_view Trim(absl::string_view id) {
  id = StripNoBreakSpace(absl::StripAsciiWhitespace(id));
  if (id.size() > 2 && id.front() == '<' && id.back() == '>') {
    id = absl::StripAsciiWhitespace(id.substr(1, id.size() - 2));
  }
  while (!id.empty() && (id.back() == ',' || id.back() == ';' || absl::ascii_isspace(id.back()))) {
    id.remove_suffix(1);
  }
  return id;
}

}  // namespace

std::string CanonicalCurie(absl::string_view id, absl::string_view ontology) {
  if (id.size() > kMaxIdBytes) return "";
  id = Trim(id);
  if (id.empty()) return "";
  std::string curie = Settle(FromText(id, kMaxUnwrap));
  if (!curie.empty()) return curie;
  if (IsAbsoluteIri(id)) return std::string(id);
  const PrefixRow* row = FindPrefix(absl::StripAsciiWhitespace(ontology));
  // A prefix of its own that we do not know is never replaced by the hint.
  if (row == nullptr || id.find_first_of(": ") != absl::string_view::npos) return "";
  if (row->form != LocalForm::kName && id.find('_') != absl::string_view::npos) return "";
  return row->form == LocalForm::kName && !HasDigit(id) ? std::string() : Settle(Join(*row, id));
}

absl::string_view CuriePrefix(absl::string_view curie) {
  const size_t colon = curie.find(':');
  if (colon == absl::string_view::npos || colon == 0 || colon + 1 == curie.size()) return "";
  if (absl::StartsWith(curie.substr(colon), "://") || absl::StartsWith(curie, "urn:")) return "";
  const absl::string_view prefix = curie.substr(0, colon);
  for (char c : prefix) {
    if (!absl::ascii_isalnum(c) && c != '_' && c != '.' && c != '-') return "";
  }
  return prefix;
}

}  // namespace parfocal
