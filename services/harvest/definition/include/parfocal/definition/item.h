// What a source says in one record, whatever it was written in: a JSON value, or a row of a table
// as an object of texts. The mapping of a source definition reads nothing else.
//
// Plain values; any thread.
#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/string_view.h"

namespace parfocal::definition {

struct Item {
  enum class Kind : uint8_t { kNull, kText, kList, kObject };
  Kind kind = Kind::kNull;
  // Of a text, a number, `true` or `false`. An object has one where the format gives it a value of
  // its own beside its fields: the text of an XML element, the address of an RDF resource.
  std::string text;
  std::vector<Item> items;                           // Of a list.
  std::vector<std::pair<std::string, Item>> fields;  // Of an object, in the source's order.

  static Item Text(absl::string_view text) {
    Item out;
    out.kind = Kind::kText;
    out.text = std::string(text);
    return out;
  }

  // The field called `name`; null if there is none.
  const Item* Field(absl::string_view name) const {
    for (const auto& [key, value] : fields) {
      if (key == name) return &value;
    }
    return nullptr;
  }
};

}  // namespace parfocal::definition
