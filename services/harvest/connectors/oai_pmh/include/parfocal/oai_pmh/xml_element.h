// A small XML document as a tree, read by libxml2 under limits.
//
// Nothing is ever fetched and nothing expanded: a DOCTYPE is refused, so only the five entities of
// XML itself and character numbers mean anything. Memory is bounded by a few times the length of
// the text.
//
// Thread safety: pure values and functions; any thread.
#pragma once

#include <cstddef>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/string_view.h"
#include "parfocal/status.h"

namespace parfocal::oai {

struct XmlLimits {
  int depth = 200;
  int attributes = 256;      // Of one element.
  size_t elements = 20'000;  // Of the document.
};

struct XmlElement {
  std::string name;   // Without prefix.
  std::string space;  // Address of its namespace; empty if it has none or the prefix is undeclared.
  std::vector<std::pair<std::string, std::string>> attributes;  // Names without prefix.
  std::string text;                                             // Before the first child.
  std::string tail;  // Behind this element, in its parent.
  std::vector<XmlElement> children;

  // The first child called `name`, whatever its namespace; nullptr if there is none.
  const XmlElement* Child(absl::string_view child) const;
  // "" if there is none.
  absl::string_view Attribute(absl::string_view attribute) const;
  // All text in it, in order, without blanks at the ends.
  std::string AllText() const;
};

// Reads UTF-8 without a byte order mark. INVALID_ARGUMENT, with the line, if it is not well formed
// or holds a DOCTYPE; RESOURCE_EXHAUSTED, with the limit's name, beyond a limit.
absl::StatusOr<XmlElement> ParseXml(absl::string_view text, const XmlLimits& limits = {});

}  // namespace parfocal::oai
