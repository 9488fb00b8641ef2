// The small language in which a source definition names values of a record.
//
// A *path* is a list of field names with `/` between them: `phenotype/id`. A list on the way stands
// for each of its elements, so `images/url` is the address of every image. `attributes[name=Age]`
// is of a list the elements whose field `name` is `Age`; `*` is every field of an object; `.` is
// the value itself; `..` at the beginning is the record around the element that `each` has chosen.
// In a name `~1` stands for `/`, `~0` for `~`. `affiliation=>orgs[accno]/name` follows a reference:
// of the record's `orgs` those whose field `accno` is one of the values of `affiliation`.
//
// A *template* is text with paths in braces: `{geneSymbol}: {procedureName}`. With one path it has
// a value for each value of the path; with several it takes the first of each. A path without a
// value leaves the whole template without one, unless it is written `{path?}`. `{path|filter}`
// changes the value: `text` (markup and entities taken away), `lower`, `upper`, `tail` (behind the
// last `/`,
// `#` or `=`), `https` (an address that begins with `//`), `before:X` and `after:X` (what stands
// before or behind the first X; all of it without one), `date` (the day an ISO time begins with),
// `first`, `count` (how many values there are). `{{` is a brace.
//
// Pure values, immutable once parsed; any thread. Bounds: 64 steps, 32 parts, 10,000 values.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "parfocal/definition/item.h"
#include "parfocal/status.h"

namespace parfocal::definition {

inline constexpr size_t kMaxPathSteps = 64;
inline constexpr size_t kMaxTemplateParts = 32;
inline constexpr size_t kMaxPathValues = 10'000;

// The record and, inside an `each`, the element that paths begin at.
struct View {
  const Item* here = nullptr;
  const Item* record = nullptr;
};

class ItemPath {
 public:
  // INVALID_ARGUMENT says what is wrong with `text`.
  static absl::StatusOr<ItemPath> Parse(absl::string_view text);

  // What the path leads to; lists at its end are taken apart. Null values are left out.
  std::vector<const Item*> Find(const View& view) const;
  bool empty() const { return steps_.empty() && !self_; }

 private:
  struct Step {
    std::string name;
    bool any = false;        // `*`
    bool below = false;      // `**`
    std::string key, value;  // `[key=value]`; key empty: none.
    bool referred = false;   // `[key]`: the value is one of those before `=>`.
  };
  static absl::StatusOr<ItemPath> ParseSteps(absl::string_view text, bool behind_reference);
  std::vector<Step> steps_;
  bool outer_ = false;                         // Begins with `..`.
  bool self_ = false;                          // `.`
  std::shared_ptr<const ItemPath> reference_;  // What stands before `=>`.
};

class ValueTemplate {
 public:
  static absl::StatusOr<ValueTemplate> Parse(absl::string_view text);

  // The values, trimmed and not empty, in the order of the record.
  std::vector<std::string> Values(const View& view) const;
  const std::string& text() const { return text_; }
  // Without any path: the same for each record.
  bool IsFixed() const { return holes_ == 0; }

 private:
  enum class FilterKind : uint8_t {
    kText,
    kUpper,
    kLower,
    kTail,
    kHttps,
    kBefore,
    kAfter,
    kDate,
    kFirst,
    kCount
  };
  struct Filter {
    FilterKind kind = FilterKind::kText;
    std::string argument;
  };
  struct Part {
    std::string literal;
    bool is_path = false;
    bool optional = false;
    ItemPath path;
    std::vector<Filter> filters;
  };
  static absl::StatusOr<Part> ParsePart(absl::string_view text);
  static std::string Changed(const Filter& filter, std::string value);
  static std::vector<std::string> PartValues(const Part& part, const View& view);

  std::string text_;
  std::vector<Part> parts_;
  size_t holes_ = 0;
};

}  // namespace parfocal::definition
