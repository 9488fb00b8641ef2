// The work-list: words that no rule maps, words that disagree with the id beside them, and names
// that several genes of an organism have, ranked by what a curator's decision about them would
// unlock. Counted on one snapshot, exactly: an image set that carries a spelling twice, or two
// spellings of the same words, counts once.
//
// Thread safety: any thread. A list is made once for a snapshot and kept for its pages.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "parfocal/mutex.h"
#include "parfocal/ontology_rpc/ontology_service.h"
#include "parfocal/query.h"
#include "parfocal/search_index.h"
#include "parfocal/v1/ontology_service.pb.h"

namespace parfocal {

struct WaitingWords {
  std::string field;
  std::string words;      // The spelling that most rows have.
  std::string stated_id;  // Of flagged words.
  bool flagged = false;
  std::vector<std::string> keys;  // Values of `field`, or of kFlaggedField; sorted.
  // Of a name of a gene: its species, and the organisms of that species that records have; sorted.
  std::string organism;
  std::vector<std::string> organism_keys;
  Counts counts;
};

// The image sets that carry the words.
BoundQuery Carrying(const WaitingWords& waiting);

// All of `snapshot`, most image sets first, then most images, then by field and words.
// `genes` may be nullptr: no names of genes then.
absl::StatusOr<std::vector<WaitingWords>> WordsThatWait(const Snapshot& snapshot,
                                                        const GeneLookup* genes);

class WorkList {
 public:
  // `options` is borrowed.
  explicit WorkList(const OntologyServiceOptions* options) : options_(options) {}

  // See ListWorkItems in proto/parfocal/v1/ontology_service.proto.
  absl::Status List(const v1::ListWorkItemsRequest& request,
                    v1::ListWorkItemsResponse* response) const;

 private:
  using Words = std::shared_ptr<const std::vector<WaitingWords>>;
  struct Made {
    std::shared_ptr<const Snapshot> snapshot;
    Words words;
  };
  absl::StatusOr<Made> NewestList() const;
  absl::Status Fill(const WaitingWords& waiting, const Snapshot& snapshot, const TermLookup& terms,
                    v1::WorkItem* item) const;

  const OntologyServiceOptions* const options_;
  mutable Mutex mu_;
  // By name of the snapshot; the newest few, for pages of a list that was begun on one.
  mutable std::map<std::string, Made> made_ ABSL_GUARDED_BY(mu_);
  mutable std::vector<std::string> order_ ABSL_GUARDED_BY(mu_);  // From old to new.
};

}  // namespace parfocal
