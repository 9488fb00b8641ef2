#include "matrix_pages.h"

#include "absl/strings/numbers.h"

namespace parfocal {

using phenotype::PhenotypeMatrix;

MatrixPages::MatrixPages(const PhenotypeServiceOptions& options)
    : newest_(options.matrix), tokens_(options.tokens), pinned_(options.clock, kMaxPinned) {}

absl::StatusOr<std::shared_ptr<const PhenotypeMatrix>> MatrixPages::Newest() const {
  std::shared_ptr<const PhenotypeMatrix> matrix = newest_();
  if (matrix != nullptr) return matrix;
  return WithReason(
      absl::UnavailableError("the phenotype matrix is being built from the catalogue"),
      "INDEX_BEHIND");
}

absl::StatusOr<MatrixPage> MatrixPages::Open(const google::protobuf::Message& request,
                                             int64_t page_size, const std::string& page_token,
                                             Sizes sizes) {
  MatrixPage page;
  PARFOCAL_ASSIGN_OR_RETURN(const int limit, PageSize(page_size, sizes.standard, sizes.most));
  page.window.limit = static_cast<size_t>(limit);
  page.hash = RequestHash(request);
  PARFOCAL_ASSIGN_OR_RETURN(page.matrix, Newest());
  if (page_token.empty()) return page;
  PARFOCAL_ASSIGN_OR_RETURN(const PagePosition position, tokens_->Read(page.hash, page_token));
  uint64_t offset = 0;
  if (!absl::SimpleAtoi(position.after, &offset)) {
    return absl::InternalError("page_token: a signed token without a place");
  }
  page.window.offset = offset;
  if (page.matrix->sequence() == position.sequence && page.matrix->revision() == position.release)
    return page;
  page.matrix = pinned_.Find(position.sequence, position.release);
  if (page.matrix == nullptr) return StateIsGone();
  return page;
}

std::shared_ptr<const phenotype::Network> MatrixPages::KeptNetwork(const MatrixPage& page) const {
  MutexLock lock(&networks_mu_);
  for (const KeptNetworkEntry& kept : networks_) {
    if (kept.hash == page.hash && kept.matrix.lock() == page.matrix) return kept.network;
  }
  return nullptr;
}

void MatrixPages::Keep(const MatrixPage& page, std::shared_ptr<const phenotype::Network> network) {
  MutexLock lock(&networks_mu_);
  if (networks_.size() == kMaxNetworks) networks_.pop_front();
  networks_.push_back({page.hash, page.matrix, std::move(network)});
}

std::string MatrixPages::TokenBehind(const MatrixPage& page, size_t sent, int64_t total) {
  const size_t next = page.window.offset + sent;
  if (sent == 0 || next >= static_cast<size_t>(total)) return "";
  const int64_t sequence = page.matrix->sequence();
  const std::string& revision = page.matrix->revision();
  pinned_.Pin(sequence, revision, page.matrix);
  return tokens_->Make(page.hash, {sequence, revision, absl::StrCat(next)});
}

}  // namespace parfocal
