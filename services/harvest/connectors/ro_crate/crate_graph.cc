#include "crate_graph.h"

#include <algorithm>
#include <set>
#include <string_view>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/strip.h"
#include "parfocal/connectors/json_depth.h"
#include "parfocal/terms/curie.h"
#include "simdjson.h"

namespace parfocal::crate {
namespace {

using simdjson::dom::array;
using simdjson::dom::element;
using simdjson::dom::element_type;
using simdjson::dom::object;

absl::string_view View(std::string_view text) { return {text.data(), text.size()}; }

absl::Status Bad(absl::string_view what) { return absl::InvalidArgumentError(what); }

absl::Status OverLimit(absl::string_view limit, absl::string_view what) {
  return WithReason(absl::ResourceExhaustedError(what), "LIMIT_EXCEEDED", limit);
}

// A property by its term, whether the crate writes the term, a prefixed name or the IRI.
std::string Term(absl::string_view key) {
  for (absl::string_view base :
       {"http://schema.org/", "https://schema.org/", "schema:", "http://rs.tdwg.org/dwc/terms/",
        "dwc:", "http://rs.tdwg.org/dwc/iri/", "dwciri:", "http://www.w3.org/2000/01/rdf-schema#",
        "rdfs:", "rdf:", "http://bioschemas.org/", "https://bioschemas.org/",
        "bioschemas:", "http://purl.org/dc/terms/", "dct:", "dcterms:"}) {
    if (absl::ConsumePrefix(&key, base)) break;
  }
  return std::string(key);
}

}  // namespace

absl::string_view Head(absl::string_view text, size_t bytes) {
  if (text.size() <= bytes) return text;
  while (bytes > 0 && (static_cast<unsigned char>(text[bytes]) & 0xc0) == 0x80) --bytes;
  return text.substr(0, bytes);
}

bool Entity::Is(absl::string_view type) const {
  return std::any_of(types.begin(), types.end(), [&](const std::string& t) { return t == type; });
}

const Values& Entity::Get(absl::string_view property) const {
  static const Values* const kNone = new Values;
  for (const auto& [name, values] : properties) {
    if (name == property) return values;
  }
  return *kNone;
}

const std::string& Entity::Text(absl::string_view property) const {
  static const std::string* const kNone = new std::string;
  for (const Value& value : Get(property)) {
    if (value.kind == Value::Kind::kText) return value.text;
  }
  return *kNone;
}

// Fills a Graph from a document. Depth was checked before: it may recurse.
class GraphReader {
 public:
  GraphReader(Graph* graph, const CrateLimits& limits) : graph_(graph), limits_(limits) {}

  absl::Status Read(element root) {
    object document;
    if (root.get(document) != simdjson::SUCCESS) return Bad("the file is not a JSON object");
    PARFOCAL_RETURN_IF_ERROR(CheckKeys(document, "the document"));
    array list;
    if (document["@graph"].get(list) != simdjson::SUCCESS) {
      return Bad("the document has no @graph list; write the crate as flattened JSON-LD");
    }
    for (element item : list) {
      object body;
      if (item.get(body) != simdjson::SUCCESS)
        return Bad("@graph holds something else than objects");
      PARFOCAL_RETURN_IF_ERROR(ReadEntity(body).status());
    }
    IndexTerms();
    return absl::OkStatus();
  }

 private:
  // JSON leaves open which of two equal keys counts; readers differ, so the file is refused.
  absl::Status CheckKeys(const object& body, absl::string_view where) {
    std::set<std::string_view> keys;
    for (auto field : body) {
      if (keys.insert(field.key).second) continue;
      return Bad(absl::StrCat("the key '", View(field.key), "' stands twice in ", where,
                              "; write its values as one list"));
    }
    return absl::OkStatus();
  }

  // Adds the entity, or its properties to the one of the same @id; returns its id.
  absl::StatusOr<std::string> ReadEntity(const object& body) {
    std::string id;
    std::string_view given;
    if (body["@id"].get(given) == simdjson::SUCCESS) {
      id.assign(given.data(), given.size());
    } else if (!body["@id"].error()) {
      return Bad("an @id is not a string");
    }
    if (id.size() > limits_.id_bytes) {
      return OverLimit("id_bytes",
                       absl::StrCat("an @id has ", id.size(), " bytes, at most ", limits_.id_bytes,
                                    " are allowed: ", Head(id, 100), "..."));
    }
    if (id.empty()) id = absl::StrCat("_:", graph_->entities_.size());
    PARFOCAL_RETURN_IF_ERROR(CheckKeys(body, absl::StrCat("the entity ", id)));
    const auto [found, is_new] = graph_->by_id_.try_emplace(id, graph_->entities_.size());
    const size_t index = found->second;
    if (is_new) {
      graph_->entities_.emplace_back().id = id;
    } else if (depth_ == 0 && (graph_->merged_.empty() || graph_->merged_.back() != id)) {
      graph_->merged_.push_back(id);
    }
    for (auto field : body) {
      const std::string_view key = field.key;
      if (key == "@id") continue;
      Values values;
      PARFOCAL_RETURN_IF_ERROR(ReadValues(field.value, &values));
      if (key == "@type") {
        AddTypes(values, index);
      } else if (key.empty() || key[0] != '@') {
        AddValues(Term(View(key)), std::move(values), index);
      }
    }
    return id;
  }

  void AddTypes(const Values& values, size_t index) {
    for (const Value& value : values) {
      const std::string type = Term(value.text);
      Entity& entity = graph_->entities_[index];
      if (!entity.Is(type)) entity.types.push_back(type);
    }
  }

  void AddValues(std::string property, Values values, size_t index) {
    if (values.empty()) return;
    auto& properties = graph_->entities_[index].properties;
    auto at = std::find_if(properties.begin(), properties.end(),
                           [&](const auto& p) { return p.first == property; });
    if (at == properties.end()) {
      properties.emplace_back(std::move(property), std::move(values));
      return;
    }
    // A term and its IRI, or two entities of one @id.
    for (Value& value : values) {
      if (std::find(at->second.begin(), at->second.end(), value) == at->second.end()) {
        at->second.push_back(std::move(value));
      }
    }
  }

  absl::Status ReadValues(element json, Values* out) {
    if (json.type() == element_type::ARRAY) {
      const array list = json.get_array().value_unsafe();
      for (element item : list) PARFOCAL_RETURN_IF_ERROR(ReadValues(item, out));
      for (Value& value : *out) value.in_list = true;
      return absl::OkStatus();
    }
    if (json.is_null()) return absl::OkStatus();
    if (++values_ > limits_.values) {
      return OverLimit("values",
                       absl::StrCat("the crate has more than ", limits_.values,
                                    " property values; describe the files in another crate"));
    }
    if (json.type() == element_type::OBJECT)
      return ReadObject(json.get_object().value_unsafe(), out);
    out->push_back(Scalar(json));
    return absl::OkStatus();
  }

  // {"@value": x}, {"@list": [..]}, a reference, or an entity's body in place of a reference.
  absl::Status ReadObject(const object& body, Values* out) {
    element inner;
    for (const char* wrapper : {"@value", "@list", "@set"}) {
      if (body[wrapper].get(inner) != simdjson::SUCCESS) continue;
      PARFOCAL_RETURN_IF_ERROR(CheckKeys(body, absl::StrCat("an object with ", wrapper)));
      return ReadValues(inner, out);
    }
    Value value;
    value.kind = Value::Kind::kReference;
    ++depth_;
    if (body.size() == 1 && body["@id"].get(inner) == simdjson::SUCCESS && inner.is_string()) {
      value.text = std::string(View(inner.get_string().value_unsafe()));
    } else {
      PARFOCAL_ASSIGN_OR_RETURN(value.text, ReadEntity(body));
    }
    --depth_;
    if (value.text.size() > limits_.id_bytes) {
      return OverLimit("id_bytes",
                       absl::StrCat("a reference has ", value.text.size(), " bytes, at most ",
                                    limits_.id_bytes, " are allowed"));
    }
    out->push_back(std::move(value));
    return absl::OkStatus();
  }

  static Value Scalar(element json) {
    Value value;
    switch (json.type()) {
      case element_type::INT64:
        value.kind = Value::Kind::kNumber;
        value.text = absl::StrCat(json.get_int64().value_unsafe());
        break;
      case element_type::UINT64:
        value.kind = Value::Kind::kNumber;
        value.text = absl::StrCat(json.get_uint64().value_unsafe());
        break;
      case element_type::DOUBLE:
        value.kind = Value::Kind::kNumber;
        value.text = absl::StrFormat("%.17g", json.get_double().value_unsafe());
        break;
      case element_type::BOOL:
        value.kind = Value::Kind::kFlag;
        value.text = json.get_bool().value_unsafe() ? "true" : "false";
        break;
      default:
        value.text = std::string(View(json.get_string().value_unsafe()));
    }
    return value;
  }

  void IndexTerms() {
    for (size_t i = 0; i < graph_->entities_.size(); ++i) {
      const std::string curie = CanonicalCurie(graph_->entities_[i].id);
      if (!CuriePrefix(curie).empty()) graph_->by_curie_.try_emplace(curie, i);
    }
  }

  Graph* const graph_;
  const CrateLimits& limits_;
  int values_ = 0;
  int depth_ = 0;  // Of nested bodies: 0 for the entities of @graph itself.
};

absl::StatusOr<Graph> Graph::Parse(absl::string_view bytes, const CrateLimits& limits) {
  if (bytes.size() > limits.record_bytes) {
    return OverLimit(
        "record_bytes",
        absl::StrCat("the file has ", bytes.size(), " bytes, at most ", limits.record_bytes,
                     " are allowed (option max_record_bytes of the source)"));
  }
  absl::ConsumePrefix(&bytes, "\xef\xbb\xbf");
  if (const int depth = JsonDepth(bytes); depth > limits.depth) {
    return OverLimit("depth", absl::StrCat("objects and lists are ", depth, " deep, at most ",
                                           limits.depth, " are allowed"));
  }
  simdjson::dom::parser parser;
  element root;
  const auto error = parser.parse(bytes.data(), bytes.size()).get(root);
  if (error == simdjson::UTF8_ERROR) return Bad("the file is not UTF-8");
  if (error == simdjson::MEMALLOC)
    return absl::ResourceExhaustedError("no memory to parse the file");
  if (error) return Bad(absl::StrCat("the file is not JSON: ", simdjson::error_message(error)));
  Graph graph;
  PARFOCAL_RETURN_IF_ERROR(GraphReader(&graph, limits).Read(root));
  return graph;
}

const Entity* Graph::Find(absl::string_view id) const {
  auto found = by_id_.find(std::string(id));
  if (found == by_id_.end()) {
    found = absl::StartsWith(id, "./") ? by_id_.find(std::string(id.substr(2)))
                                       : by_id_.find(absl::StrCat("./", id));
  }
  if (found != by_id_.end()) return &entities_[found->second];
  const auto term = by_curie_.find(CanonicalCurie(id));
  return term == by_curie_.end() ? nullptr : &entities_[term->second];
}

const Entity* Graph::Target(const Value& value) const {
  return value.kind == Value::Kind::kReference ? Find(value.text) : nullptr;
}

}  // namespace parfocal::crate
