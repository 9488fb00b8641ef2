#include "parfocal/rpc/gene_conversion.h"

#include "parfocal/rpc/utf8.h"

namespace parfocal {

// The values are in the same order, the wire's one further on, since its 0 is "not said".
static_assert(static_cast<int>(GeneOutcome::kUnknown) + 1 == v1::GeneResolution::UNKNOWN);
static_assert(static_cast<int>(GeneOutcome::kDamaged) + 1 == v1::GeneResolution::DAMAGED);
static_assert(static_cast<int>(GeneMatch::kId) + 1 == v1::GeneResolution::Candidate::ID);
static_assert(static_cast<int>(GeneMatch::kRepairedSymbol) + 1 ==
              v1::GeneResolution::Candidate::REPAIRED);

void ToProto(const GeneResolution& from, absl::string_view asked, v1::GeneResolution* out) {
  out->set_text(ValidUtf8(asked));
  out->set_outcome(static_cast<v1::GeneResolution::Outcome>(static_cast<int>(from.outcome) + 1));
  if (from.outcome == GeneOutcome::kOne && !from.candidates.empty()) {
    out->set_gene(ValidUtf8(from.candidates.front().id));
    out->set_symbol(ValidUtf8(from.candidates.front().symbol));
  }
  for (const GeneCandidate& candidate : from.candidates) {
    auto* to = out->add_candidates();
    to->set_gene(ValidUtf8(candidate.id));
    to->set_symbol(ValidUtf8(candidate.symbol));
    to->set_match(
        static_cast<v1::GeneResolution::Candidate::Match>(static_cast<int>(candidate.match) + 1));
  }
  out->set_reason(ValidUtf8(from.reason));
}

}  // namespace parfocal
