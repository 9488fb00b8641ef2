#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "records.h"
#include "yaml-cpp/yaml.h"

namespace parfocal::defined {
namespace {

using definition::Item;

constexpr size_t kMaxYaml = 1 << 20;

// The YAML that a text begins with between lines of `---`; all of `document` if it has none.
absl::string_view FrontMatter(absl::string_view document) {
  absl::string_view rest = absl::StripLeadingAsciiWhitespace(document);
  if (!absl::StartsWith(rest, "---")) return document;
  const size_t line = rest.find('\n');
  if (line == rest.npos) return document;
  rest.remove_prefix(line + 1);
  const size_t end = rest.find("\n---");
  return end == rest.npos ? document : rest.substr(0, end + 1);
}

class YamlItems {
 public:
  explicit YamlItems(const RecordLimits& limits) : limits_(limits) {}

  // An alias stands for a whole tree, so that the tree may be far larger than the text: what counts
  // is how many values come out.
  absl::Status Read(const YAML::Node& node, int depth, Item* out) {
    if (++values_ > limits_.values)
      return absl::ResourceExhaustedError(
          absl::StrCat("has more than ", limits_.values, " values"));
    if (depth > limits_.depth)
      return absl::ResourceExhaustedError(absl::StrCat("is more than ", limits_.depth, " deep"));
    if (node.IsScalar()) {
      *out = Item::Text(node.Scalar());
    } else if (node.IsSequence()) {
      out->kind = Item::Kind::kList;
      for (const auto& one : node) {
        out->items.emplace_back();
        PARFOCAL_RETURN_IF_ERROR(Read(one, depth + 1, &out->items.back()));
      }
    } else if (node.IsMap()) {
      out->kind = Item::Kind::kObject;
      for (const auto& entry : node) {
        if (!entry.first.IsScalar()) return absl::InvalidArgumentError("has a key that is no word");
        out->fields.emplace_back(entry.first.Scalar(), Item());
        PARFOCAL_RETURN_IF_ERROR(Read(entry.second, depth + 1, &out->fields.back().second));
      }
    }
    return absl::OkStatus();
  }

 private:
  const RecordLimits& limits_;
  size_t values_ = 0;
};

absl::StatusOr<Item> ParseYaml(absl::string_view text, const RecordLimits& limits) {
  Item out;
  try {  // The one border to yaml-cpp here, which throws.
    const YAML::Node root = YAML::Load(std::string(text));
    PARFOCAL_RETURN_IF_ERROR(YamlItems(limits).Read(root, 1, &out));
  } catch (const YAML::Exception& error) {
    return absl::InvalidArgumentError(
        absl::StrCat("is no YAML: line ", error.mark.line + 1, ": ", error.msg));
  }
  return out;
}

// The one record of a file.
class YamlReader final : public RecordReader {
 public:
  YamlReader(absl::string_view document, Item item) : document_(document), item_(std::move(item)) {}

  absl::StatusOr<bool> Next(FoundRecord* record) override {
    if (given_) return false;
    given_ = true;
    *record = FoundRecord();
    record->raw = document_;
    record->place = ":#0";
    record->item = std::move(item_);
    return true;
  }

 private:
  const absl::string_view document_;
  Item item_;
  bool given_ = false;
};

}  // namespace

absl::StatusOr<std::unique_ptr<RecordReader>> OpenYaml(absl::string_view document,
                                                       const RecordLimits& limits) {
  if (document.size() > kMaxYaml) {
    return absl::ResourceExhaustedError(
        absl::StrCat("has ", document.size(), " bytes, at most ", kMaxYaml, " of YAML are read"));
  }
  PARFOCAL_ASSIGN_OR_RETURN(Item item, ParseYaml(FrontMatter(document), limits));
  if (item.kind != Item::Kind::kObject) return absl::NotFoundError("holds no YAML mapping");
  return std::make_unique<YamlReader>(document, std::move(item));
}

}  // namespace parfocal::defined
