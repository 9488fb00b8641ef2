// What was found between studies -> proto messages.
#pragma once

#include "parfocal/relation_store.h"
#include "parfocal/v1/record.pb.h"

namespace parfocal {

// What we found, not what the archive states: its origin says so.
void ToProto(const RecordRelation& relation, v1::Relation* out);

}  // namespace parfocal
