#include <algorithm>
#include <charconv>
#include <set>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "parfocal/connectors/json_depth.h"
#include "records.h"
#include "simdjson.h"

namespace parfocal::defined {
namespace {

using definition::Item;
using simdjson::dom::element;
using simdjson::dom::element_type;

absl::string_view ViewOf(std::string_view text) { return {text.data(), text.size()}; }

// Walks a document that is known to be JSON, to find where values begin and end.
class Scanner {
 public:
  explicit Scanner(absl::string_view bytes) : bytes_(bytes) {}

  void Space() {
    while (at_ < bytes_.size() && absl::string_view(" \t\r\n").find(bytes_[at_]) != bytes_.npos)
      ++at_;
  }
  char Peek() const { return at_ < bytes_.size() ? bytes_[at_] : '\0'; }
  void Step() { ++at_; }
  size_t at() const { return at_; }

  // Passes over a string and returns what stands between its quotes, as written.
  absl::string_view String() {
    const size_t begin = ++at_;
    while (at_ < bytes_.size() && bytes_[at_] != '"') at_ += bytes_[at_] == '\\' ? 2 : 1;
    const size_t end = std::min(at_, bytes_.size());
    ++at_;
    return bytes_.substr(begin, end - begin);
  }

  void Value() {
    Space();
    if (Peek() == '"') {
      String();
      return;
    }
    if (Peek() != '{' && Peek() != '[') {
      while (at_ < bytes_.size() &&
             absl::string_view(",]} \t\r\n").find(bytes_[at_]) == bytes_.npos)
        ++at_;
      return;
    }
    int depth = 0;
    do {
      const char c = Peek();
      if (c == '"') {
        String();
        continue;
      }
      if (c == '{' || c == '[') ++depth;
      if (c == '}' || c == ']') --depth;
      ++at_;
    } while (depth > 0 && at_ < bytes_.size());
  }

  // At the beginning of the value of `key` in the object that begins here; false if there is none.
  bool Enter(absl::string_view key) {
    Space();
    if (Peek() != '{') return false;
    Step();
    while (true) {
      Space();
      if (Peek() != '"') return false;
      const absl::string_view name = String();
      Space();
      Step();  // The colon.
      Space();
      if (name == key) return true;
      Value();
      Space();
      if (Peek() != ',') return false;
      Step();
    }
  }

 private:
  absl::string_view bytes_;
  size_t at_ = 0;
};

class ItemReader {
 public:
  explicit ItemReader(const RecordLimits& limits) : limits_(limits) {}

  // Depth was checked before: it may recurse.
  absl::Status Read(element json, Item* out) {
    if (++values_ > limits_.values)
      return absl::ResourceExhaustedError(absl::StrCat("more than ", limits_.values, " values"));
    switch (json.type()) {
      case element_type::NULL_VALUE:
        return absl::OkStatus();
      case element_type::ARRAY:
        out->kind = Item::Kind::kList;
        for (element one : simdjson::dom::array(json.get_array().value_unsafe())) {
          out->items.emplace_back();
          PARFOCAL_RETURN_IF_ERROR(Read(one, &out->items.back()));
        }
        return absl::OkStatus();
      case element_type::OBJECT:
        return ReadObject(json.get_object().value_unsafe(), out);
      default:
        out->kind = Item::Kind::kText;
        out->text = TextOf(json);
        return absl::OkStatus();
    }
  }

 private:
  // JSON leaves open which of two equal keys counts; readers differ, so the record is refused.
  absl::Status ReadObject(simdjson::dom::object object, Item* out) {
    out->kind = Item::Kind::kObject;
    std::set<std::string_view> keys;
    for (auto field : object) {
      if (!keys.insert(field.key).second) {
        return absl::InvalidArgumentError(
            absl::StrCat("the key '", ViewOf(field.key.substr(0, 100)), "' stands twice"));
      }
      out->fields.emplace_back(std::string(ViewOf(field.key)), Item());
      PARFOCAL_RETURN_IF_ERROR(Read(field.value, &out->fields.back().second));
    }
    return absl::OkStatus();
  }

  static std::string TextOf(element json) {
    switch (json.type()) {
      case element_type::INT64:
        return absl::StrCat(json.get_int64().value_unsafe());
      case element_type::UINT64:
        return absl::StrCat(json.get_uint64().value_unsafe());
      case element_type::DOUBLE: {
        char buffer[32];  // The shortest text that is the same number: 24 characters at most.
        const auto end =
            std::to_chars(buffer, buffer + sizeof(buffer), json.get_double().value_unsafe());
        return std::string(buffer, end.ptr);
      }
      case element_type::BOOL:
        return json.get_bool().value_unsafe() ? "true" : "false";
      default:
        return std::string(ViewOf(json.get_string().value_unsafe()));
    }
  }

  const RecordLimits& limits_;
  size_t values_ = 0;
};

absl::Status Refuse(simdjson::error_code error) {
  if (error == simdjson::UTF8_ERROR) return absl::InvalidArgumentError("is not UTF-8");
  if (error == simdjson::MEMALLOC) return absl::ResourceExhaustedError("no memory to parse it");
  return absl::InvalidArgumentError(absl::StrCat("is not JSON: ", simdjson::error_message(error)));
}

absl::Status CheckDepth(absl::string_view bytes, const RecordLimits& limits) {
  const int depth = JsonDepth(bytes);
  if (depth <= limits.depth) return absl::OkStatus();
  return WithReason(
      absl::ResourceExhaustedError(absl::StrCat("objects and lists are ", depth, " deep, at most ",
                                                limits.depth, " are allowed")),
      "LIMIT_EXCEEDED", "depth");
}

// Where a record lies; the key before it, if it is a value of an object.
struct Slice {
  absl::string_view bytes;
  absl::string_view key;
};

class JsonReader final : public RecordReader {
 public:
  JsonReader(std::vector<Slice> slices, const RecordLimits& limits)
      : slices_(std::move(slices)), limits_(limits) {}

  absl::StatusOr<bool> Next(FoundRecord* record) override {
    if (next_ == slices_.size()) return false;
    *record = FoundRecord();
    const Slice slice = slices_[next_];
    record->raw = slice.bytes;
    record->place = absl::StrCat(":#", next_);
    ++next_;
    if (record->raw.size() > limits_.record_bytes) {
      record->problem = absl::StrCat("the record has ", record->raw.size(), " bytes, at most ",
                                     limits_.record_bytes,
                                     " are allowed (option max_record_bytes of the source)");
      return true;
    }
    element root;
    const auto error = parser_.parse(record->raw.data(), record->raw.size()).get(root);
    absl::Status status = error ? Refuse(error) : ItemReader(limits_).Read(root, &record->item);
    if (!status.ok()) record->problem = absl::StrCat("the record: ", status.message());
    if (status.ok() && record->item.kind != Item::Kind::kObject)
      record->problem = "the record is no JSON object";
    if (!slice.key.empty()) record->item.fields.emplace_back("@key", Item::Text(slice.key));
    return true;
  }

 private:
  const std::vector<Slice> slices_;
  const RecordLimits limits_;
  simdjson::dom::parser parser_;
  size_t next_ = 0;
};

// Checks the whole document, so that a truncated one gives no records at all.
absl::StatusOr<element> Whole(simdjson::dom::parser* parser, absl::string_view document,
                              const RecordLimits& limits) {
  PARFOCAL_RETURN_IF_ERROR(CheckDepth(document, limits));
  element root;
  if (const auto error = parser->parse(document.data(), document.size()).get(root))
    return Refuse(error);
  return root;
}

// The elements of the list, or the values of the object, that begins here.
void Elements(absl::string_view document, Scanner* scanner, std::vector<Slice>* out) {
  const bool object = scanner->Peek() == '{';
  scanner->Step();
  scanner->Space();
  while (scanner->Peek() != (object ? '}' : ']')) {
    Slice slice;
    if (object) {
      slice.key = scanner->String();
      scanner->Space();
      scanner->Step();  // The colon.
      scanner->Space();
    }
    const size_t begin = scanner->at();
    scanner->Value();
    slice.bytes = document.substr(begin, scanner->at() - begin);
    out->push_back(slice);
    scanner->Space();
    if (scanner->Peek() == ',') scanner->Step();
    scanner->Space();
  }
}

}  // namespace

absl::StatusOr<std::unique_ptr<RecordReader>> OpenJson(absl::string_view document,
                                                       const std::string& records,
                                                       const RecordLimits& limits) {
  absl::ConsumePrefix(&document, "\xef\xbb\xbf");
  simdjson::dom::parser parser;
  PARFOCAL_RETURN_IF_ERROR(Whole(&parser, document, limits).status());
  Scanner scanner(document);
  absl::string_view path = records;
  const bool values = path == "*" || absl::ConsumeSuffix(&path, "/*");
  if (path == "*") path = "";
  scanner.Space();
  if (!path.empty()) {
    for (absl::string_view key : absl::StrSplit(path, '/')) {
      if (scanner.Enter(key)) continue;
      return absl::NotFoundError(absl::StrCat("has no '", records, "'"));
    }
  }
  std::vector<Slice> slices;
  if (scanner.Peek() == '[' || (values && scanner.Peek() == '{')) {
    Elements(document, &scanner, &slices);
  } else if (scanner.Peek() == '{') {
    const size_t begin = scanner.at();
    scanner.Value();
    slices.push_back({document.substr(begin, scanner.at() - begin), ""});
  } else if (scanner.Peek() != 'n') {  // null: no records.
    return absl::NotFoundError(absl::StrCat("has neither a list nor an object at '", records, "'"));
  }
  return std::make_unique<JsonReader>(std::move(slices), limits);
}

absl::StatusOr<definition::Item> ParseJson(absl::string_view document, const RecordLimits& limits) {
  absl::ConsumePrefix(&document, "\xef\xbb\xbf");
  simdjson::dom::parser parser;
  PARFOCAL_ASSIGN_OR_RETURN(const element root, Whole(&parser, document, limits));
  Item out;
  PARFOCAL_RETURN_IF_ERROR(ItemReader(limits).Read(root, &out));
  return out;
}

}  // namespace parfocal::defined
