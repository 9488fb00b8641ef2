#include "profile_index.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <limits>

namespace parfocal::phenotype {
namespace {

double SumOver(absl::Span<const uint32_t> terms, const std::vector<double>& content) {
  double sum = 0;
  for (uint32_t term : terms) sum += content[term];
  return sum;
}

// In the steps that make sums exact; see the header.
constexpr double kStepsPerBit = 1ULL << 44;
double InSteps(double bits) { return std::nearbyint(bits * kStepsPerBit) / kStepsPerBit; }

constexpr size_t kLanes = 16;  // Query terms that go through at once.

// Sets the scores of ResnikWithAll, which are 0 before. `above` are the ancestors of the query that
// say something, most informative first; ranks stand for what they say: 0 for none, then from the
// least informative on. Sums are of whole steps (see the header), in which whole numbers are as
// exact and add sooner.
template <typename Rank>
void ResnikByRank(const ProfileIndex& index, absl::Span<const uint32_t> terms,
                  absl::Span<const uint32_t> above, std::vector<double>* scores) {
  using Lanes = std::array<Rank, kLanes>;
  const auto raise = [](const Lanes& from, Lanes* to) {
    for (size_t i = 0; i < kLanes; ++i) (*to)[i] = std::max((*to)[i], from[i]);
  };
  std::vector<uint64_t> steps(above.size() + 1, 0);
  // Of each term its best match with the whole query: less informative ancestors first, so that the
  // last one to write is the best.
  std::vector<Rank> top(index.terms().size(), 0);
  for (size_t rank = 1; rank <= above.size(); ++rank) {
    const uint32_t ancestor = above[above.size() - rank];
    steps[rank] = static_cast<uint64_t>(index.InformationContent(ancestor) * kStepsPerBit);
    for (const uint32_t term : index.terms().Descendants(ancestor))
      top[term] = static_cast<Rank>(rank);
  }
  std::vector<uint64_t> there(index.profiles().size(), 0);
  std::vector<Lanes> matches;
  for (size_t begin = 0; begin < terms.size(); begin += kLanes) {
    // Of each term its best match with each of sixteen query terms.
    const absl::Span<const uint32_t> lane = terms.subspan(begin, kLanes);
    matches.assign(index.terms().size(), Lanes{});
    for (size_t rank = 1; rank <= above.size(); ++rank) {
      const uint32_t ancestor = above[above.size() - rank];
      Lanes ranks{};
      bool any = false;
      for (size_t i = 0; i < lane.size(); ++i) {
        if (!index.terms().IsAncestor(ancestor, lane[i])) continue;
        ranks[i] = static_cast<Rank>(rank);
        any = true;
      }
      if (!any) continue;
      for (const uint32_t term : index.terms().Descendants(ancestor)) raise(ranks, &matches[term]);
    }
    for (size_t position = 0; position < index.profiles().size(); ++position) {
      Lanes best{};
      for (const uint32_t term : index.AssertedOf(position)) raise(matches[term], &best);
      for (size_t i = 0; i < kLanes; ++i) there[position] += steps[best[i]];
    }
  }
  for (size_t position = 0; position < index.profiles().size(); ++position) {
    // Without a shared term of any information both directions are 0.
    if (there[position] == 0) continue;
    const absl::Span<const uint32_t> own = index.AssertedOf(position);
    uint64_t back = 0;
    for (const uint32_t term : own) back += steps[top[term]];
    (*scores)[position] =
        (static_cast<double>(there[position]) / kStepsPerBit / static_cast<double>(terms.size()) +
         static_cast<double>(back) / kStepsPerBit / static_cast<double>(own.size())) /
        2;
  }
}

std::vector<uint8_t> Marks(absl::Span<const uint32_t> terms, size_t size) {
  std::vector<uint8_t> out(size, 0);
  for (uint32_t term : terms) out[term] = 1;
  return out;
}

}  // namespace

TermContent TermContent::Of(std::vector<int64_t> counts, int64_t genes, bool unseen_as_one) {
  TermContent out;
  out.genes = genes;
  for (int64_t& count : counts) {
    if (count == 0 && unseen_as_one && genes > 0) count = 1;
    out.bits.push_back(
        count == 0 || count == genes
            ? 0.0
            : InSteps(std::log2(static_cast<double>(genes) / static_cast<double>(count))));
  }
  out.counts = std::move(counts);
  return out;
}

ProfileIndex::ProfileIndex(std::shared_ptr<const TermTable> terms, std::vector<Profile> profiles)
    : terms_(std::move(terms)), profiles_(std::move(profiles)) {
  Close();
  std::vector<int64_t> counts;
  for (uint32_t term = 0; term < terms_->size(); ++term)
    counts.push_back(static_cast<int64_t>(WithTerm(term).size()));
  content_ = TermContent::Of(std::move(counts), static_cast<int64_t>(profiles_.size()),
                             /*unseen_as_one=*/false);
  Sum();
  Pack();
}

ProfileIndex::ProfileIndex(std::vector<Profile> profiles, const ProfileIndex& background)
    : ProfileIndex(background.terms_, std::move(profiles), background.content_) {}

ProfileIndex::ProfileIndex(std::shared_ptr<const TermTable> terms, std::vector<Profile> profiles,
                           TermContent content)
    : terms_(std::move(terms)), profiles_(std::move(profiles)), content_(std::move(content)) {
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
    sums_.push_back(SumOver(ClosureOf(position), content_.bits));
  }
}

void ProfileIndex::Pack() {
  bit_of_.assign(terms_->size(), kNoBit);
  packed_.assign(kGroups * profiles_.size(), 0);
  std::vector<uint32_t> order;
  for (uint32_t term = 0; term < terms_->size(); ++term) {
    if (content_.bits[term] > 0 && !WithTerm(term).empty()) order.push_back(term);
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
    const double content = content_.bits[term];
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
      for (uint32_t position : WithTerm(term)) (*sums)[position] += content_.bits[term];
    }
    return;
  }
  std::array<double, kGroupTerms> content{};
  for (uint32_t term : terms) content[bit_of_[term] % kGroupTerms] = content_.bits[term];
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
  const double shared = SumOver(both, content_.bits);
  const double all = SumOver(left, content_.bits) + SumOver(right, content_.bits) - shared;
  return shared > 0 ? std::min(1.0, shared / all) : 0;
}

double ProfileIndex::BestMatch(uint32_t term, const std::vector<uint8_t>& closed) const {
  double best = 0;
  for (uint32_t above : terms_->Ancestors(term)) {
    if (closed[above] != 0) best = std::max(best, content_.bits[above]);
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
    if (content_.bits[term] > 0) out.push_back(term);
  }
  std::stable_sort(out.begin(), out.end(),
                   [&](uint32_t x, uint32_t y) { return content_.bits[x] > content_.bits[y]; });
  return out;
}

void ProfileIndex::ResnikWithAll(absl::Span<const uint32_t> terms,
                                 std::vector<double>* scores) const {
  scores->assign(profiles_.size(), 0.0);
  const std::vector<uint32_t> above = ByContent(Close(terms));
  if (above.size() <= std::numeric_limits<uint8_t>::max()) {
    ResnikByRank<uint8_t>(*this, terms, above, scores);
  } else {
    ResnikByRank<uint32_t>(*this, terms, above, scores);
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
    if (content_.bits[term] > 0 && !std::binary_search(above.begin(), above.end(), term))
      out.push_back(term);
  }
  std::stable_sort(out.begin(), out.end(),
                   [&](uint32_t x, uint32_t y) { return content_.bits[x] > content_.bits[y]; });
  return out;
}

size_t ProfileIndex::MemoryBytes() const {
  size_t out = (closed_.capacity() + with_.capacity()) * sizeof(uint32_t) + packed_.capacity() +
               bit_of_.capacity();
  for (const Profile& profile : profiles_) out += sizeof(Profile) + profile.terms.capacity() * 4;
  return out;
}

}  // namespace parfocal::phenotype
