// On which matrix a call answers, and where its page begins.
//
// Thread safety: any thread.
#pragma once

#include <deque>
#include <functional>
#include <memory>
#include <string>

#include "absl/base/thread_annotations.h"
#include "google/protobuf/message.h"
#include "parfocal/mutex.h"
#include "parfocal/phenotype/phenotype_matrix.h"
#include "parfocal/phenotype_rpc/phenotype_service.h"
#include "parfocal/rpc/pinned.h"

namespace parfocal {

// A page that has been understood.
struct MatrixPage {
  std::shared_ptr<const phenotype::PhenotypeMatrix> matrix;
  phenotype::Window window;
  std::string hash;  // Of the request.
};

class MatrixPages {
 public:
  explicit MatrixPages(const PhenotypeServiceOptions& options);

  // The newest matrix; UNAVAILABLE with INDEX_BEHIND before there is one.
  absl::StatusOr<std::shared_ptr<const phenotype::PhenotypeMatrix>> Newest() const;

  // How many rows a page has if the request does not say, and at most.
  struct Sizes {
    int standard, most;
  };
  static constexpr Sizes kLists = {100, 1000};
  static constexpr Sizes kMatches = {50, 500};
  // Nodes, edges and credits of the largest network; cut by their bytes.
  static constexpr Sizes kNetworks = {25'000, 25'000};

  // `page_size` and `page_token` are those of `request`. Fails as PageTokens::Read and PageSize do,
  // with CURSOR_EXPIRED if nobody holds the token's matrix any more.
  absl::StatusOr<MatrixPage> Open(const google::protobuf::Message& request, int64_t page_size,
                                  const std::string& page_token, Sizes sizes = kLists);

  // The network that an earlier page of the same request was cut from; null if it is not kept.
  std::shared_ptr<const phenotype::Network> KeptNetwork(const MatrixPage& page) const;
  // Keeps `network` for the pages behind this one, in place of the one kept longest.
  void Keep(const MatrixPage& page, std::shared_ptr<const phenotype::Network> network);

  // The token of the page behind `sent` rows of `page`; empty if all `total` are sent.
  std::string TokenBehind(const MatrixPage& page, size_t sent, int64_t total);

 private:
  // A network is built whole, whatever its page, and may hold some tens of megabytes.
  static constexpr size_t kMaxNetworks = 2;
  struct KeptNetworkEntry {
    std::string hash;
    std::weak_ptr<const phenotype::PhenotypeMatrix> matrix;
    std::shared_ptr<const phenotype::Network> network;
  };
  // Each may hold some hundred megabytes, and harvests make new ones all the time.
  static constexpr size_t kMaxPinned = 3;

  const std::function<std::shared_ptr<const phenotype::PhenotypeMatrix>()> newest_;
  const PageTokens* const tokens_;
  Pinned<phenotype::PhenotypeMatrix> pinned_;
  mutable Mutex networks_mu_;
  std::deque<KeptNetworkEntry> networks_ ABSL_GUARDED_BY(networks_mu_);
};

}  // namespace parfocal
