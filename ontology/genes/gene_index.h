// One release of genes as it lies on disk and in memory: flat arrays over the genes in the order of
// their ids, read in place. Immutable; any thread may read it.
//
// File: 32 bytes of header (magic, version, length and XXH3 of what follows), then sections, each a
// 64-bit length and the bytes, padded to 8. Integers are little-endian, as on every machine that
// this is built for. A file with another version is refused: it is built again from the tables.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "gene_names.h"
#include "parfocal/genes/gene_store.h"
#include "parfocal/status.h"

namespace parfocal::internal {

inline constexpr uint32_t kNoGene = UINT32_MAX;

// Many short texts, one behind the other.
struct TextArray {
  absl::string_view bytes;
  absl::Span<const uint32_t> ends;
  absl::string_view operator[](size_t i) const {
    const uint32_t begin = i == 0 ? 0 : ends[i - 1];
    return bytes.substr(begin, ends[i] - begin);
  }
  size_t size() const { return ends.size(); }
};

// The names that fold to the same hash, one entry for each.
struct NameEntry {
  uint32_t hash;
  uint32_t name;
  friend auto operator<=>(const NameEntry&, const NameEntry&) = default;
};
// An ortholog, and a bit for each of its sources.
struct OrthologEntry {
  uint32_t gene;
  uint32_t sources;
  friend auto operator<=>(const OrthologEntry&, const OrthologEntry&) = default;
};
struct InteractionEntry {
  uint32_t gene;
  uint32_t source;
  double score;
};

class GeneIndex {
 public:
  // An index without genes.
  GeneIndex();
  // Takes the bytes of a file. FAILED_PRECONDITION if they are of another version, DATA_LOSS if
  // they are damaged.
  static absl::StatusOr<std::unique_ptr<GeneIndex>> Parse(absl::string_view file);

  // What Load saw last time; compared, not read.
  absl::string_view fingerprint;
  absl::string_view release;
  TextArray taxa;                          // Sorted.
  absl::Span<const uint8_t> case_matters;  // By taxon.
  TextArray ids;                           // CURIEs, sorted: gene n is the n-th.
  absl::Span<const uint16_t> taxon;        // By gene: into `taxa`.
  TextArray full_names;                    // By gene.
  absl::Span<const uint32_t> first_name;   // By gene, and the end.
  TextArray names;
  absl::Span<const NameKind> name_kinds;
  absl::Span<const NameEntry> entries;              // Sorted.
  absl::Span<const uint32_t> first_ortholog;        // By gene, and the end.
  absl::Span<const OrthologEntry> orthologs;        // Of a gene sorted by gene.
  TextArray ortholog_sources;                       // At most 32.
  absl::Span<const uint32_t> first_interaction;     // By gene, and the end.
  absl::Span<const InteractionEntry> interactions;  // Of a gene the best first.
  TextArray interaction_sources;
  // Folded ids and symbols that are of no gene any more, each behind its taxon and a tab; sorted.
  TextArray withdrawn;

  size_t genes() const { return ids.size(); }
  int64_t bytes() const { return static_cast<int64_t>(size_); }
  // kNoGene if there is none.
  uint32_t Find(absl::string_view id) const;
  uint32_t GeneOfName(uint32_t name) const;
  // Empty if it has none.
  absl::string_view SymbolOf(uint32_t gene) const;
  // Where the entries of a hash begin and end.
  std::pair<const NameEntry*, const NameEntry*> Entries(uint32_t hash) const;
  bool Withdrawn(absl::string_view taxon, absl::string_view folded) const;
  // The number of a taxon; kNoGene if no gene is of it.
  uint32_t TaxonNumber(absl::string_view curie) const;

 private:
  friend class ImageReader;
  absl::Status Read(absl::string_view payload);
  absl::Status Check() const;
  std::unique_ptr<uint64_t[]> owned_;
  size_t size_ = 0;
};

// Writes what GeneIndex reads.
class ImageWriter {
 public:
  template <typename T>
  void Put(const std::vector<T>& values) {
    PutBytes(values.data(), values.size() * sizeof(T));
  }
  void Put(absl::string_view text) { PutBytes(text.data(), text.size()); }
  void PutTexts(const std::vector<std::string>& texts);
  // The whole file.
  std::string Finish() const;

 private:
  void PutBytes(const void* bytes, size_t n);
  std::string payload_;
};

}  // namespace parfocal::internal
