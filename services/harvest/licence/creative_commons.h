// The Creative Commons family, by the address of a deed and by name.
#pragma once

#include <optional>

#include "absl/strings/string_view.h"
#include "parfocal/record.h"

namespace parfocal::internal {

// `text` is trimmed and in lower case. nullopt if it is not the address of a Creative Commons deed.
std::optional<Licence> CreativeCommonsByUrl(absl::string_view text);

// nullopt unless every word of `text` belongs to the name of one Creative Commons licence.
std::optional<Licence> CreativeCommonsByName(absl::string_view text);

}  // namespace parfocal::internal
