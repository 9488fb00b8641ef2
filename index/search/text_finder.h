// The text indexes of studies and of values: which studies and values have a word, a phrase or a
// word that begins so, and how often. Xapian gives postings and positions only; it never ranks, and
// what it says of documents that the snapshot does not have is passed over.
//
// Thread safety: any thread; each call borrows a pair of database handles of its own.
#pragma once

#include <array>
#include <atomic>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "parfocal/facets/facet_dictionary.h"
#include "parfocal/mutex.h"
#include "parfocal/query.h"
#include "parfocal/rows/snapshot_rows.h"
#include "parfocal/status.h"

namespace parfocal {

inline constexpr int kMaxPrefixExpansions = 500;
inline constexpr size_t kMaxTextFields = 8;

// The kText fields of the schema, in its order.
const std::vector<const Field*>& TextFields();

// What a word counts that is found in a value of `field`; 0 if words are not looked for there.
int WordWeight(FieldKey field);

// Where one word, phrase or prefix of a query occurs.
struct TextHits {
  struct InStudy {
    uint32_t study = 0;                            // Of the snapshot.
    std::array<uint32_t, kMaxTextFields> times{};  // By TextFields().
  };
  struct InValue {
    ValueId value = 0;
    uint32_t words = 0;  // Words of the value that it accounts for.
    int64_t share = 0;   // If not 0: what it is worth, whatever the words; see ranking.h.
  };
  std::vector<InStudy> studies;  // Ascending.
  std::vector<InValue> values;   // Ascending; only values in which words are looked for.
};

class TextFinder {
 public:
  explicit TextFinder(std::string directory);
  ~TextFinder();

  // Handles that were opened before this call are brought up to date before their next use. Call it
  // when the writer has committed and before the snapshot that needs the commit is published.
  void Advance() { generation_.fetch_add(1); }

  // For a kWord, kPhrase or kPrefix `leaf`. INVALID_ARGUMENT (LIMIT_EXCEEDED) for a prefix of too
  // many words. A database that moves on underneath is reopened, at most three times.
  absl::StatusOr<TextHits> Find(const QueryNode& leaf, const SnapshotRows& rows,
                                const FacetDictionary& dictionary, Interrupt* interrupt);

  // Words of the term dictionaries nearest to `word` by edit distance, the most frequent of equals
  // first, at most 8; words with digits are left out. `field`: of its texts alone; empty or another
  // than a text: of all. Looks at no more than 200,000 words, those with the same first letter
  // first. A word may be one that no live record has.
  absl::StatusOr<std::vector<std::string>> WordsNear(absl::string_view word,
                                                     absl::string_view field,
                                                     const SnapshotRows& rows,
                                                     Interrupt* interrupt);
  // Values below the snapshot's that have a word that begins with `begin`, folded, ascending; those
  // of the first 500 such words, at most `limit`.
  absl::StatusOr<std::vector<ValueId>> ValuesBeginning(absl::string_view begin, size_t limit,
                                                       const SnapshotRows& rows,
                                                       Interrupt* interrupt);

 private:
  struct Handles;
  // Calls `read` with handles that are up to date, and again if the database moved on underneath.
  absl::Status Read(const std::function<absl::Status(const Handles&)>& read);
  std::unique_ptr<Handles> Borrow();
  void Return(std::unique_ptr<Handles> handles);

  const std::string directory_;
  std::atomic<uint64_t> generation_{1};
  Mutex mu_;
  std::vector<std::unique_ptr<Handles>> free_ ABSL_GUARDED_BY(mu_);
};

}  // namespace parfocal
