// How names and identifiers of genes are compared: folding, the systems of identifiers, and what a
// text says when read as an identifier. Knows no gene. Functions of their arguments alone.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"

namespace parfocal::internal {

// Who gives out an identifier. The numbers are stored: add, never change.
enum class IdSystem : uint8_t {
  kNone = 0,
  kNcbiGene,
  kEnsembl,
  kHgnc,
  kUniProt,
  kRefSeq,
  kMgi,
  kFlyBase,
  kWormBase,
  kSgd,
  kPomBase,
};
inline constexpr int kIdSystems = 11;

// The prefix of a system's CURIEs ("HGNC").
absl::string_view PrefixOf(IdSystem system);
// PREFIX:local.
std::string CurieOf(IdSystem system, absl::string_view local);
// Whether its identifiers are bare numbers, which say nothing without their prefix.
bool IsNumbered(IdSystem system);

// What a name is to its gene. The numbers are stored. Identifiers begin at kFirstId: two for each
// system, the second for retired ones.
using NameKind = uint8_t;
inline constexpr NameKind kSymbolName = 0;    // Current.
inline constexpr NameKind kFormerName = 1;    // Was current in an older table that is loaded, too.
inline constexpr NameKind kPreviousName = 2;  // Retired, as a table says.
inline constexpr NameKind kAliasName = 3;
inline constexpr NameKind kFirstId = 16;
inline constexpr NameKind IdName(IdSystem system, bool retired) {
  return static_cast<NameKind>(kFirstId + 2 * static_cast<int>(system) + (retired ? 1 : 0));
}
inline constexpr bool IsId(NameKind kind) { return kind >= kFirstId; }
inline constexpr bool IsRetiredId(NameKind kind) { return IsId(kind) && (kind & 1) != 0; }
inline constexpr IdSystem SystemOf(NameKind kind) {
  return static_cast<IdSystem>((kind - kFirstId) / 2);
}

// The form under which names meet: case folded (Unicode), white space made single blanks, Greek
// letters and their entities (`&bgr`, `&epsilon;`, U+03B1) spelled out as `alpha`.
std::string FoldGeneName(absl::string_view text);
// `text` with the entities of Greek letters spelled out, all else kept.
std::string SpellGreek(absl::string_view text);
// Without white space (U+00A0, too) and one pair of double quotes around it.
absl::string_view TrimName(absl::string_view text);
bool AllDigits(absl::string_view text);

// A text read as an identifier.
struct IdText {
  IdSystem system = IdSystem::kNone;  // That its prefix names.
  std::string local;                  // Without prefix and version.
};
// Understands bare ids, CURIEs with the usual prefixes in any case (`Entrez Gene:1`, `MGI:MGI:1`)
// and the last steps of an IRI (`.../ncbigene/1`). A prefix that is none of ours stays in `local`.
IdText ParseIdText(absl::string_view text);
// Without the version or isoform that Ensembl, RefSeq and UniProt ids may have: `ENSG01.2`,
// `NM_1.2`, `P12345-2`.
absl::string_view WithoutVersion(absl::string_view id);

// Shapes of the identifiers that stand in columns of aliases.
bool IsFlyBaseGene(absl::string_view text);       // FBgn0000001
bool IsFlyAnnotation(absl::string_view text);     // CG1234, CR1234
bool IsWormSequenceName(absl::string_view text);  // F22B3.1
bool IsPombeSystematic(absl::string_view text);   // SPAC1002.02, SPBC1C7.05c
bool IsYeastSystematic(absl::string_view text);   // YAL069W, YAL068W-A, Q0045

}  // namespace parfocal::internal
