// The seam to the gene tables: which gene a name means in an organism, what else it is called, its
// orthologs and its interactions, in one release.
//
// Organisms are canonical CURIEs of NCBITaxon; a strain is taken as its species. A gene's id
// is the CURIE of the database that names the genes of its species (HGNC, MGI, FlyBase, WormBase,
// SGD, PomBase), or NCBIGene where there is none.
//
// Thread safety: a GeneLookup is immutable; any thread may call it.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"

namespace parfocal {

struct Gene {
  std::string id;      // Canonical CURIE.
  std::string taxon;   // Of the species.
  std::string symbol;  // The current one, or the systematic name of a gene that has none.
  std::string name;
  std::vector<std::string> previous_symbols;
  std::vector<std::string> aliases;
  // CURIEs of other databases, without versions, and systematic and retired ids of its own; sorted.
  std::vector<std::string> cross_ids;
};

// How a text names a gene; the first that holds decides, previous symbols and aliases as one kind.
enum class GeneMatch : uint8_t {
  kId = 0,          // An identifier of any system.
  kSymbol,          // The current symbol.
  kFoldedSymbol,    // The same without regard to case.
  kPreviousSymbol,  // A retired one.
  kAlias,           // A synonym.
  kRepairedSymbol,  // A symbol that a spreadsheet had turned into a date.
};

enum class GeneOutcome : uint8_t {
  kUnknown = 0,  // No gene of the organism is called so.
  kOne,          // One gene: `candidates` has it.
  kAmbiguous,    // Several: all in `candidates`, none chosen.
  kSeveral,      // A cell of several targets (`a;b;c`): resolve its parts.
  kControl,      // A word for a control, or nothing at all.
  kDamaged,      // Turned into a date or a number by a spreadsheet, beyond repair.
};

struct GeneCandidate {
  std::string id;
  std::string symbol;
  GeneMatch match = GeneMatch::kId;
};

struct GeneResolution {
  GeneOutcome outcome = GeneOutcome::kUnknown;
  std::vector<GeneCandidate> candidates;  // By match, then by id.
  // Why, in words: which name it is, what else it could be, what was repaired. May be empty for an
  // id or a current symbol.
  std::string reason;
};

struct Ortholog {
  std::string id;
  std::string symbol;
  std::vector<std::string> sources;  // That assert the pair; sorted, distinct.
};

struct Interaction {
  std::string id;
  std::string symbol;
  double score = 0;  // As its source scales it.
  std::string source;
};

class GeneLookup {
 public:
  virtual ~GeneLookup() = default;

  // Names the loaded content; equal releases answer equally.
  virtual std::string release() const = 0;
  // Species that there are genes of; sorted.
  virtual std::vector<std::string> Taxa() const = 0;
  // The species of a strain; the taxon itself for all others.
  virtual std::string SpeciesOf(absl::string_view taxon) const = 0;

  // What `text` means among the genes of `taxon`. With an empty taxon only identifiers that no two
  // species share resolve; symbols are then ambiguous across species or unknown. Texts longer than
  // 1 KiB are unknown.
  virtual GeneResolution Resolve(absl::string_view text, absl::string_view taxon) const = 0;
  // By its canonical id; nullopt if unknown.
  virtual std::optional<Gene> Find(absl::string_view id) const = 0;
  // Calls `visit` for each gene of a species by id, until it returns false.
  virtual void Visit(absl::string_view taxon,
                     const std::function<bool(const Gene&)>& visit) const = 0;
  // Orthologs of gene `id` in `taxon`, one hop and never chained through a third species; the best
  // supported first, then by id. Empty if there are none or the gene is unknown.
  virtual std::vector<Ortholog> Orthologs(absl::string_view id, absl::string_view taxon) const = 0;
  // Partners of gene `id`, the best score first, then by id.
  virtual std::vector<Interaction> Interactions(absl::string_view id) const = 0;
};

}  // namespace parfocal
