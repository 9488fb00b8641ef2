#include "profile_index.h"

#include <algorithm>
#include <bit>
#include <cmath>

namespace parfocal::phenotype {
namespace {

double SumOver(absl::Span<const uint32_t> terms, const std::vector<double>& content) {
  double sum = 0;
  for (uint32_t term : terms) sum += content[term];
  return sum;
}

// In the steps that make sums exact; see the header.
double InSteps(double bits) {
  constexpr double kSteps = 1ULL << 44;
  return std::nearbyint(bits * kSteps) / kSteps;
}

std::vector<uint8_t> Marks(absl::Span<const uint32_t> terms, size_t size) {
  std::vector<uint8_t> out(size, 0);
  for (uint32_t term : terms) out[term] = 1;
  return out;
}

}  // namespace

ProfileIndex::ProfileIndex(std::shared_ptr<const TermTable> terms, std::vector<Profile> profiles)
    : terms_(std::move(terms)), profiles_(std::move(profiles)) {
  Close();
  background_size_ = static_cast<int64_t>(profiles_.size());
  for (uint32_t term = 0; term < terms_->size(); ++term) {
    counts_.push_back(static_cast<int64_t>(WithTerm(term).size()));
    content_.push_back(counts_[term] == 0 || counts_[term] == background_size_
                           ? 0.0
                           : InSteps(std::log2(static_cast<double>(background_size_) /
                                               static_cast<double>(counts_[term]))));
  }
  Sum();
  Pack();
}

ProfileIndex::ProfileIndex(std::vector<Profile> profiles, const ProfileIndex& background)
    : terms_(background.terms_),
      profiles_(std::move(profiles)),
      content_(background.content_),
      counts_(background.counts_),
      background_size_(background.background_size_) {
  Close();
  Sum();
  Pack();
}

void ProfileIndex::Close() {
  std::vector<uint32_t> lengths(terms_->size(), 0);
  for (const Profile& profile : profiles_) {
    asserted_.insert(asserted_.end(), profile.terms.begin(), profile.terms.end());
    asserted_end_.push_back(static_cast<uint32_t>(asserted_.size()));
    first_closed_.push_back(static_cast<uint32_t>(closed_.size()));
    for (uint32_t term : Close(profile.terms)) {
      closed_.push_back(term);
      ++lengths[term];
    }
  }
  first_closed_.push_back(static_cast<uint32_t>(closed_.size()));
  first_with_.assign(1, 0);
  for (uint32_t length : lengths) first_with_.push_back(first_with_.back() + length);
  with_.resize(closed_.size());
  std::vector<uint32_t> next(first_with_.begin(), first_with_.end() - 1);
  for (size_t position = 0; position < profiles_.size(); ++position) {
    for (uint32_t term : ClosureOf(position)) with_[next[term]++] = static_cast<uint32_t>(position);
  }
}

void ProfileIndex::Sum() {
  for (size_t position = 0; position < profiles_.size(); ++position) {
    sums_.push_back(SumOver(ClosureOf(position), content_));
  }
}

void ProfileIndex::Pack() {
  bit_of_.assign(terms_->size(), kNoBit);
  packed_.assign(kGroups * profiles_.size(), 0);
  std::vector<uint32_t> order;
  for (uint32_t term = 0; term < terms_->size(); ++term) {
    if (content_[term] > 0 && !WithTerm(term).empty()) order.push_back(term);
  }
  const size_t most = std::min(order.size(), kGroups * kGroupTerms);
  std::partial_sort(order.begin(), order.begin() + static_cast<ptrdiff_t>(most), order.end(),
                    [&](uint32_t a, uint32_t b) {
                      const size_t left = WithTerm(a).size(), right = WithTerm(b).size();
                      return left != right ? left > right : a < b;
                    });
  for (size_t i = 0; i < most; ++i) {
    bit_of_[order[i]] = static_cast<uint8_t>(i);
    uint8_t* const group = packed_.data() + i / kGroupTerms * profiles_.size();
    for (uint32_t position : WithTerm(order[i])) {
      group[position] = static_cast<uint8_t>(group[position] | 1U << i % kGroupTerms);
    }
  }
}

int64_t ProfileIndex::PositionOf(uint32_t subject) const {
  auto it = std::lower_bound(profiles_.begin(), profiles_.end(), subject,
                             [](const Profile& p, uint32_t s) { return p.subject < s; });
  if (it == profiles_.end() || it->subject != subject) return -1;
  return it - profiles_.begin();
}

std::vector<uint32_t> ProfileIndex::Close(absl::Span<const uint32_t> terms) const {
  std::vector<uint32_t> out;
  for (uint32_t term : terms) {
    const absl::Span<const uint32_t> above = terms_->Ancestors(term);
    out.insert(out.end(), above.begin(), above.end());
  }
  std::sort(out.begin(), out.end());
  out.erase(std::unique(out.begin(), out.end()), out.end());
  return out;
}

void ProfileIndex::SimGicWithAll(absl::Span<const uint32_t> terms,
                                 std::vector<double>* scores) const {
  scores->assign(profiles_.size(), 0.0);
  double own = 0;
  std::array<std::vector<uint32_t>, kGroups> groups;
  for (uint32_t term : Close(terms)) {
    const double content = content_[term];
    if (content == 0) continue;
    own += content;
    if (bit_of_[term] != kNoBit) {
      groups[bit_of_[term] / kGroupTerms].push_back(term);
      continue;
    }
    for (uint32_t position : WithTerm(term)) (*scores)[position] += content;
  }
  for (const std::vector<uint32_t>& group : groups) AddGroup(group, scores);
  for (size_t position = 0; position < scores->size(); ++position) {
    const double shared = (*scores)[position];
    // Beyond the exact sums the quotient of equals may come out a hair above 1.
    if (shared > 0) (*scores)[position] = std::min(1.0, shared / (own + sums_[position] - shared));
  }
}

void ProfileIndex::AddGroup(absl::Span<const uint32_t> terms, std::vector<double>* sums) const {
  size_t entries = 0;
  for (uint32_t term : terms) entries += WithTerm(term).size();
  // A few short lists are sooner gone through than all profiles.
  if (terms.empty() || entries < profiles_.size()) {
    for (uint32_t term : terms) {
      for (uint32_t position : WithTerm(term)) (*sums)[position] += content_[term];
    }
    return;
  }
  std::array<double, kGroupTerms> content{};
  for (uint32_t term : terms) content[bit_of_[term] % kGroupTerms] = content_[term];
  GroupTable table{};
  for (uint32_t bits = 1; bits < table.size(); ++bits) {
    table[bits] = table[bits & (bits - 1)] + content[static_cast<size_t>(std::countr_zero(bits))];
  }
  const uint8_t* const packed =
      packed_.data() + bit_of_[terms.front()] / kGroupTerms * profiles_.size();
  for (size_t position = 0; position < profiles_.size(); ++position) {
    (*sums)[position] += table[packed[position]];
  }
}

double ProfileIndex::SimGic(absl::Span<const uint32_t> a, absl::Span<const uint32_t> b) const {
  const std::vector<uint32_t> left = Close(a), right = Close(b);
  std::vector<uint32_t> both;
  std::set_intersection(left.begin(), left.end(), right.begin(), right.end(),
                        std::back_inserter(both));
  const double shared = SumOver(both, content_);
  const double all = SumOver(left, content_) + SumOver(right, content_) - shared;
  return shared > 0 ? std::min(1.0, shared / all) : 0;
}

double ProfileIndex::BestMatch(uint32_t term, const std::vector<uint8_t>& closed) const {
  double best = 0;
  for (uint32_t above : terms_->Ancestors(term)) {
    if (closed[above] != 0) best = std::max(best, content_[above]);
  }
  return best;
}

double ProfileIndex::Resnik(absl::Span<const uint32_t> a, absl::Span<const uint32_t> b) const {
  if (a.empty() || b.empty()) return 0;
  auto one_way = [&](absl::Span<const uint32_t> from, absl::Span<const uint32_t> to) {
    const std::vector<uint8_t> closed = Marks(Close(to), terms_->size());
    double sum = 0;
    for (uint32_t term : from) sum += BestMatch(term, closed);
    return sum / static_cast<double>(from.size());
  };
  return (one_way(a, b) + one_way(b, a)) / 2;
}

// Terms of `closed` that say something, most informative first.
std::vector<uint32_t> ProfileIndex::ByContent(absl::Span<const uint32_t> closed) const {
  std::vector<uint32_t> out;
  for (uint32_t term : closed) {
    if (content_[term] > 0) out.push_back(term);
  }
  std::stable_sort(out.begin(), out.end(),
                   [&](uint32_t x, uint32_t y) { return content_[x] > content_[y]; });
  return out;
}

void ProfileIndex::ResnikWithAll(absl::Span<const uint32_t> terms,
                                 std::vector<double>* scores) const {
  scores->assign(profiles_.size(), 0.0);
  const std::vector<uint32_t> above = ByContent(Close(terms));
  // From the query's terms, 64 at a time: the first ancestor, most informative first, whose list a
  // profile stands in is the best match of all query terms below that ancestor which have none yet.
  for (size_t begin = 0; begin < terms.size(); begin += 64) {
    const absl::Span<const uint32_t> lane = terms.subspan(begin, 64);
    std::vector<uint64_t> matched(profiles_.size(), 0);
    for (uint32_t ancestor : above) {
      uint64_t below = 0;
      for (size_t i = 0; i < lane.size(); ++i) {
        if (terms_->IsAncestor(ancestor, lane[i])) below |= uint64_t{1} << i;
      }
      if (below == 0) continue;
      const double content = content_[ancestor];
      for (uint32_t position : WithTerm(ancestor)) {
        const uint64_t fresh = below & ~matched[position];
        if (fresh == 0) continue;
        matched[position] |= fresh;
        (*scores)[position] += content * std::popcount(fresh);
      }
    }
  }
  // From the profiles' terms: the best match of each term with the query, once per term. Less
  // informative ancestors first, so that the last one to write is the best.
  std::vector<double> best(terms_->size(), 0.0);
  for (size_t i = above.size(); i > 0; --i) {
    for (uint32_t term : terms_->Descendants(above[i - 1])) best[term] = content_[above[i - 1]];
  }
  for (size_t position = 0; position < profiles_.size(); ++position) {
    // Without a shared term of any information both directions are 0.
    if ((*scores)[position] == 0) continue;
    const absl::Span<const uint32_t> own = AssertedOf(position);
    double sum = 0;
    for (uint32_t term : own) sum += best[term];
    (*scores)[position] = ((*scores)[position] / static_cast<double>(terms.size()) +
                           sum / static_cast<double>(own.size())) /
                          2;
  }
}

std::vector<uint32_t> ProfileIndex::MostSpecificShared(absl::Span<const uint32_t> a,
                                                       absl::Span<const uint32_t> b) const {
  std::vector<uint32_t> shared;
  std::set_intersection(a.begin(), a.end(), b.begin(), b.end(), std::back_inserter(shared));
  std::vector<uint32_t> out;
  std::vector<uint32_t> above;  // Every term that has a shared term below it.
  for (uint32_t term : shared) {
    for (uint32_t ancestor : terms_->Ancestors(term)) {
      if (ancestor != term) above.push_back(ancestor);
    }
  }
  std::sort(above.begin(), above.end());
  for (uint32_t term : shared) {
    if (content_[term] > 0 && !std::binary_search(above.begin(), above.end(), term))
      out.push_back(term);
  }
  std::stable_sort(out.begin(), out.end(),
                   [&](uint32_t x, uint32_t y) { return content_[x] > content_[y]; });
  return out;
}

size_t ProfileIndex::MemoryBytes() const {
  size_t out = (closed_.capacity() + with_.capacity()) * sizeof(uint32_t) + packed_.capacity() +
               bit_of_.capacity();
  for (const Profile& profile : profiles_) out += sizeof(Profile) + profile.terms.capacity() * 4;
  return out;
}

}  // namespace parfocal::phenotype
