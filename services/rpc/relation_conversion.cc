#include "parfocal/rpc/relation_conversion.h"

#include "parfocal/rpc/utf8.h"

namespace parfocal {

static_assert(static_cast<int>(RelationVerdict::kRejected) == v1::Relation::REJECTED);

void ToProto(const RecordRelation& relation, v1::Relation* out) {
  out->set_type(static_cast<v1::Relation::Type>(relation.type));
  out->set_target(ValidUtf8(relation.accession));
  if (!relation.to.source.empty()) out->set_record(ValidUtf8(FormatRecordName(relation.to)));
  out->set_because(ValidUtf8(relation.because));
  out->set_origin(v1::INFERRED);
  out->set_inverse(relation.inverse);
  out->set_confidence(relation.confidence);
  out->set_verdict(static_cast<v1::Relation::Verdict>(relation.verdict));
}

}  // namespace parfocal
