// The rows of the table of fields, as data.
#pragma once

#include <vector>

#include "parfocal/schema/schema.h"

namespace parfocal {

// The fields proper, in order; `id`, `base` and the twins are filled in by schema.cc.
std::vector<Field> FieldTable();

}  // namespace parfocal
