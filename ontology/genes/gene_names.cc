#include "gene_names.h"

#include <array>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "parfocal/terms/text_fold.h"

namespace parfocal::internal {
namespace {

struct SystemRow {
  IdSystem system;
  absl::string_view prefix;
  bool numbered;
  absl::string_view spellings;  // Other prefixes in use, folded, divided by bars.
};

constexpr SystemRow kSystems[] = {
    {IdSystem::kNone, "", false, ""},
    {IdSystem::kNcbiGene, "NCBIGene", true,
     "|ncbigene|ncbi gene|ncbi_gene|entrez|entrez gene|entrezgene|entrez_gene|geneid|gene id|"
     "locuslink|gene|"},
    {IdSystem::kEnsembl, "ENSEMBL", false,
     "|ensembl|ensembl gene|ensembl_gene|ensemblgene|ensembl.gene|"},
    {IdSystem::kHgnc, "HGNC", true, "|hgnc|"},
    {IdSystem::kUniProt, "UniProtKB", false, "|uniprotkb|uniprot|swissprot|swiss-prot|trembl|"},
    {IdSystem::kRefSeq, "RefSeq", false, "|refseq|"},
    {IdSystem::kMgi, "MGI", true, "|mgi|"},
    {IdSystem::kFlyBase, "FlyBase", false, "|flybase|fb|flybasecgid|"},
    {IdSystem::kWormBase, "WormBase", false, "|wormbase|wb|"},
    {IdSystem::kSgd, "SGD", false, "|sgd|"},
    {IdSystem::kPomBase, "PomBase", false, "|pombase|genedb_spombe|genedb|"},
};
static_assert(std::size(kSystems) == kIdSystems);

struct GreekRow {
  absl::string_view name;
  absl::string_view iso;  // The entity of ISO 8879 (added Greek 1), as older databases wrote it.
};
// In the order of Unicode from U+03B1 on; the final sigma stands for itself.
constexpr std::array<GreekRow, 25> kGreek = {{
    {"alpha", "agr"},   {"beta", "bgr"}, {"gamma", "ggr"},  {"delta", "dgr"}, {"epsilon", "egr"},
    {"zeta", "zgr"},    {"eta", "eegr"}, {"theta", "thgr"}, {"iota", "igr"},  {"kappa", "kgr"},
    {"lambda", "lgr"},  {"mu", "mgr"},   {"nu", "ngr"},     {"xi", "xgr"},    {"omicron", "ogr"},
    {"pi", "pgr"},      {"rho", "rgr"},  {"sigma", "sfgr"}, {"sigma", "sgr"}, {"tau", "tgr"},
    {"upsilon", "ugr"}, {"phi", "phgr"}, {"chi", "khgr"},   {"psi", "psgr"},  {"omega", "ohgr"},
}};

// The Greek letter of the two bytes at the front of `text`, or empty. U+0391..03A9, 03B1..03C9.
absl::string_view GreekLetter(absl::string_view text) {
  if (text.size() < 2) return "";
  const auto first = static_cast<unsigned char>(text[0]);
  const auto second = static_cast<unsigned char>(text[1]);
  if ((first != 0xCE && first != 0xCF) || (second & 0xC0) != 0x80) return "";
  const int code = ((first & 0x1F) << 6) | (second & 0x3F);
  if (code >= 0x3B1 && code <= 0x3C9) return kGreek[code - 0x3B1].name;
  if (code >= 0x391 && code <= 0x3A9) return kGreek[code - 0x391].name;
  return "";
}

// The longest entity of a Greek letter at the front of `text`, which begins with '&'.
absl::string_view GreekEntity(absl::string_view text, size_t* length) {
  absl::string_view best;
  *length = 0;
  const absl::string_view rest = text.substr(1);
  for (const GreekRow& row : kGreek) {
    for (absl::string_view entity : {row.name, row.iso}) {
      if (!absl::StartsWithIgnoreCase(rest, entity) || entity.size() + 1 <= *length) continue;
      if (rest.size() > entity.size() && absl::ascii_isalpha(rest[entity.size()])) continue;
      *length = entity.size() + 1;
      best = row.name;
    }
  }
  if (!best.empty() && text.size() > *length && text[*length] == ';') ++*length;
  return best;
}

bool NeedsSpelling(absl::string_view text) {
  for (char c : text) {
    if (c == '&' || static_cast<unsigned char>(c) >= 0x80) return true;
  }
  return false;
}

IdSystem SystemNamed(absl::string_view prefix) {
  const std::string folded = absl::StrCat("|", absl::AsciiStrToLower(prefix), "|");
  for (const SystemRow& row : kSystems) {
    if (absl::StrContains(row.spellings, folded)) return row.system;
  }
  return IdSystem::kNone;
}

size_t CountWhile(absl::string_view text, bool (*is)(unsigned char)) {
  size_t n = 0;
  while (n < text.size() && is(static_cast<unsigned char>(text[n]))) ++n;
  return n;
}
size_t Digits(absl::string_view text) { return CountWhile(text, absl::ascii_isdigit); }

// `PREFIX` and `local` of `https://host/prefix/local` and `https://host/PREFIX:local`.
IdText ParseIri(absl::string_view iri) {
  while (absl::ConsumeSuffix(&iri, "/")) {
  }
  const size_t slash = iri.rfind('/');
  const absl::string_view last = iri.substr(slash + 1);
  if (absl::StrContains(last, ":")) return ParseIdText(last);
  absl::string_view before = iri.substr(0, slash);
  before = before.substr(before.rfind('/') + 1);
  const IdSystem system = SystemNamed(before);
  return {system, std::string(WithoutVersion(last))};
}

}  // namespace

absl::string_view PrefixOf(IdSystem system) { return kSystems[static_cast<int>(system)].prefix; }

std::string CurieOf(IdSystem system, absl::string_view local) {
  return absl::StrCat(PrefixOf(system), ":", local);
}

bool IsNumbered(IdSystem system) { return kSystems[static_cast<int>(system)].numbered; }

std::string SpellGreek(absl::string_view text) {
  if (!NeedsSpelling(text)) return std::string(text);
  std::string out;
  out.reserve(text.size() + 8);
  for (size_t i = 0; i < text.size();) {
    size_t length = 2;
    absl::string_view letter = GreekLetter(text.substr(i));
    if (text[i] == '&') letter = GreekEntity(text.substr(i), &length);
    if (letter.empty()) {
      out.push_back(text[i++]);
    } else {
      absl::StrAppend(&out, letter);
      i += length;
    }
  }
  return out;
}

std::string FoldGeneName(absl::string_view text) {
  return NeedsSpelling(text) ? FoldText(SpellGreek(text)) : FoldText(text);
}

absl::string_view TrimName(absl::string_view text) {
  const absl::string_view no_break = "\xc2\xa0";
  for (bool changed = true; changed;) {
    const size_t before = text.size();
    text = absl::StripAsciiWhitespace(text);
    while (absl::ConsumePrefix(&text, no_break) || absl::ConsumeSuffix(&text, no_break)) {
    }
    changed = text.size() != before;
  }
  if (text.size() >= 2 && text.front() == '"' && text.back() == '"') {
    text = absl::StripAsciiWhitespace(text.substr(1, text.size() - 2));
  }
  return text;
}

bool AllDigits(absl::string_view text) { return !text.empty() && Digits(text) == text.size(); }

absl::string_view WithoutVersion(absl::string_view id) {
  const size_t at = id.find_last_of(".-");
  if (at == absl::string_view::npos || at == 0 || !AllDigits(id.substr(at + 1))) return id;
  const absl::string_view stem = id.substr(0, at);
  if (id[at] == '-') {  // An isoform: six or ten letters and digits, as UniProt gives them out.
    const bool shape = (stem.size() == 6 || stem.size() == 10) && absl::ascii_isupper(stem[0]) &&
                       absl::ascii_isdigit(stem[1]) && absl::ascii_isdigit(stem.back()) &&
                       CountWhile(stem, absl::ascii_isalnum) == stem.size();
    return shape ? stem : id;
  }
  if (absl::StartsWithIgnoreCase(stem, "ENS") && Digits(stem.substr(stem.size() - 1)) == 1 &&
      stem.size() >= 15) {
    return stem;
  }
  const bool refseq = stem.size() > 3 && stem[2] == '_' && absl::ascii_isalpha(stem[0]) &&
                      absl::ascii_isalpha(stem[1]) && AllDigits(stem.substr(3));
  return refseq ? stem : id;
}

IdText ParseIdText(absl::string_view text) {
  text = TrimName(text);
  if (absl::StartsWithIgnoreCase(text, "http://") || absl::StartsWithIgnoreCase(text, "https://")) {
    return ParseIri(text);
  }
  IdText out;
  for (int repeated = 0; repeated < 2; ++repeated) {  // `HGNC:HGNC:5` is in use.
    const size_t colon = text.find(':');
    if (colon == absl::string_view::npos || colon > 16) break;
    const IdSystem system = SystemNamed(absl::StripAsciiWhitespace(text.substr(0, colon)));
    if (system == IdSystem::kNone) break;
    out.system = system;
    text = absl::StripAsciiWhitespace(text.substr(colon + 1));
  }
  out.local = std::string(WithoutVersion(text));
  return out;
}

bool IsFlyBaseGene(absl::string_view text) {
  return text.size() == 11 && absl::StartsWith(text, "FBgn") && AllDigits(text.substr(4));
}

bool IsFlyAnnotation(absl::string_view text) {
  return (absl::StartsWith(text, "CG") || absl::StartsWith(text, "CR")) &&
         AllDigits(text.substr(2));
}

bool IsWormSequenceName(absl::string_view text) {
  const size_t dot = text.find('.');
  if (dot == absl::string_view::npos || dot < 2 || !absl::ascii_isupper(text[0])) return false;
  bool digit = false;
  for (char c : text.substr(0, dot)) {
    if (!absl::ascii_isupper(c) && !absl::ascii_isdigit(c) && c != '_') return false;
    digit = digit || absl::ascii_isdigit(c);
  }
  absl::string_view local = text.substr(dot + 1);
  const size_t number = Digits(local);
  local.remove_prefix(number);
  // A number, a letter for its transcript, or (in old names) letters alone.
  return digit && local.size() <= 2 && (number > 0 || !local.empty()) &&
         CountWhile(local, absl::ascii_islower) == local.size();
}

bool IsPombeSystematic(absl::string_view text) {
  const size_t dot = text.find('.');
  return dot != absl::string_view::npos && absl::StartsWith(text, "SP") && dot >= 4 &&
         Digits(text.substr(dot + 1)) > 0 && CountWhile(text, absl::ascii_isupper) >= 3;
}

bool IsYeastSystematic(absl::string_view text) {
  if (text.size() >= 5 && text[0] == 'Q' && AllDigits(text.substr(1, 4))) return true;
  return text.size() >= 7 && text[0] == 'Y' && text[1] >= 'A' && text[1] <= 'P' &&
         (text[2] == 'L' || text[2] == 'R') && AllDigits(text.substr(3, 3)) &&
         (text[6] == 'W' || text[6] == 'C');
}

}  // namespace parfocal::internal
