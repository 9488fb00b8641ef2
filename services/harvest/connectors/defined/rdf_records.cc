#include <algorithm>
#include <set>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "parfocal/rdf/triple_reader.h"
#include "records.h"

namespace parfocal::defined {
namespace {

using definition::Item;
using Prefixes = std::map<std::string, std::string>;

constexpr absl::string_view kType = "http://www.w3.org/1999/02/22-rdf-syntax-ns#type";
constexpr int kDepth = 3;  // Of resources within a record.

struct Resource {
  RdfNode node;
  std::vector<std::pair<std::string, RdfNode>> properties;  // In the order of the document.
};

// An address with what cannot stand in one (blanks, brackets) as %XX: portals write such.
void MakeSound(std::string* iri) {
  constexpr absl::string_view kOdd = " \"<>\\^`{|}\x7f";
  const auto odd = [&](char c) {
    return static_cast<unsigned char>(c) < 0x20 || kOdd.find(c) != kOdd.npos;
  };
  if (std::none_of(iri->begin(), iri->end(), odd)) return;
  std::string out;
  for (const char c : *iri) {
    if (odd(c)) {
      absl::StrAppend(&out, absl::StrFormat("%%%02X", static_cast<unsigned char>(c)));
    } else {
      out.push_back(c);
    }
  }
  *iri = std::move(out);
}

std::string KeyOf(const RdfNode& node) {
  return absl::StrCat(node.kind == RdfNode::Kind::kBlank ? "_:" : "", node.text);
}

class Graph {
 public:
  absl::Status Read(absl::string_view document, const std::string& syntax,
                    const std::string& base) {
    return ReadTriples(document, syntax, base, TripleLimits(), [this](Triple&& triple) {
      for (RdfNode* node : {&triple.subject, &triple.object}) {
        if (node->kind == RdfNode::Kind::kIri) MakeSound(&node->text);
        MakeSound(&node->datatype);
      }
      MakeSound(&triple.predicate);
      const auto [at, is_new] = index_.try_emplace(KeyOf(triple.subject), resources_.size());
      if (is_new) resources_.push_back({std::move(triple.subject), {}});
      Resource& resource = resources_[at->second];
      std::pair<std::string, RdfNode> property(std::move(triple.predicate),
                                               std::move(triple.object));
      resource.properties.push_back(std::move(property));
      return absl::OkStatus();
    });
  }

  const std::vector<Resource>& resources() const { return resources_; }
  // The resource that `node` stands for, if the document says anything of it.
  const Resource* Find(const RdfNode& node) const {
    if (node.kind == RdfNode::Kind::kLiteral) return nullptr;
    const auto at = index_.find(KeyOf(node));
    return at == index_.end() ? nullptr : &resources_[at->second];
  }

 private:
  std::vector<Resource> resources_;
  absl::flat_hash_map<std::string, size_t> index_;
};

std::string Short(absl::string_view iri, const Prefixes& prefixes) {
  const std::pair<const std::string, std::string>* best = nullptr;
  for (const auto& prefix : prefixes) {
    if (!absl::StartsWith(iri, prefix.second) || prefix.second.empty()) continue;
    if (best == nullptr || prefix.second.size() > best->second.size()) best = &prefix;
  }
  if (best == nullptr) return std::string(iri);
  return absl::StrCat(best->first, ":", iri.substr(best->second.size()));
}

std::string Long(absl::string_view name, const Prefixes& prefixes) {
  const size_t colon = name.find(':');
  const auto prefix = prefixes.find(std::string(name.substr(0, colon)));
  if (colon == name.npos || prefix == prefixes.end()) return std::string(name);
  return absl::StrCat(prefix->second, name.substr(colon + 1));
}

// `text` as N-Triples write it between quotes.
std::string Escaped(absl::string_view text) {
  std::string out;
  for (const char c : text) {
    const auto u = static_cast<unsigned char>(c);
    if (u < 0x20 || u == 0x7f || c == '\\' || c == '"') {
      absl::StrAppend(&out, absl::StrFormat("\\u%04X", u));
    } else {
      out.push_back(c);
    }
  }
  return out;
}

// Makes the Item of a resource, and its triples as text.
class Portrait {
 public:
  Portrait(const Graph* graph, const Prefixes* prefixes, const RecordLimits& limits)
      : graph_(*graph), prefixes_(*prefixes), limits_(limits) {}

  absl::Status Draw(const Resource& resource, Item* out) { return Draw(resource, kDepth, out); }
  std::string TakeTriples() { return std::move(triples_); }

 private:
  absl::Status Draw(const Resource& resource, int depth, Item* out) {
    out->kind = Item::Kind::kObject;
    if (resource.node.kind == RdfNode::Kind::kIri) {
      out->text = resource.node.text;
      out->fields.emplace_back("@id", Item::Text(resource.node.text));
    }
    // Whatever was drawn once is text enough: the triples are a set.
    const bool first = drawn_.insert(KeyOf(resource.node)).second;
    above_.push_back(&resource);
    std::vector<const std::pair<std::string, RdfNode>*> properties;
    for (const auto& property : resource.properties) properties.push_back(&property);
    std::stable_sort(properties.begin(), properties.end(), [](const auto* a, const auto* b) {
      const bool blank = a->second.kind == RdfNode::Kind::kBlank;
      return std::pair(a->first, blank ? "" : a->second.text) <
             std::pair(b->first, b->second.kind == RdfNode::Kind::kBlank ? "" : b->second.text);
    });
    if (first) {
      for (const auto* property : properties) Write(resource.node, *property);
    }
    for (const auto* property : properties) {
      if (++values_ > limits_.values)
        return absl::ResourceExhaustedError(
            absl::StrCat("has more than ", limits_.values, " values"));
      if (property->first == kType) {
        out->fields.emplace_back("@type", Item::Text(Short(property->second.text, prefixes_)));
        continue;
      }
      Item value;
      PARFOCAL_RETURN_IF_ERROR(Value(property->second, depth, &value));
      out->fields.emplace_back(Short(property->first, prefixes_), std::move(value));
    }
    above_.pop_back();
    return absl::OkStatus();
  }

  absl::Status Value(const RdfNode& node, int depth, Item* out) {
    const Resource* resource = graph_.Find(node);
    const bool above = std::find(above_.begin(), above_.end(), resource) != above_.end();
    if (resource != nullptr && depth > 0 && !above) return Draw(*resource, depth - 1, out);
    if (node.kind == RdfNode::Kind::kBlank) return absl::OkStatus();
    *out = Item::Text(node.text);
    if (node.language.empty()) return absl::OkStatus();
    out->kind = Item::Kind::kObject;
    out->fields.emplace_back("@language", Item::Text(node.language));
    return absl::OkStatus();
  }

  std::string NTriple(const RdfNode& node) {
    if (node.kind == RdfNode::Kind::kIri) return absl::StrCat("<", node.text, ">");
    if (node.kind == RdfNode::Kind::kBlank) {
      const auto [at, is_new] = blanks_.try_emplace(node.text, blanks_.size());
      return absl::StrCat("_:b", at->second);
    }
    std::string out = absl::StrCat("\"", Escaped(node.text), "\"");
    if (!node.language.empty()) {
      absl::StrAppend(&out, "@", node.language);
    } else if (!node.datatype.empty()) {
      absl::StrAppend(&out, "^^<", node.datatype, ">");
    }
    return out;
  }

  void Write(const RdfNode& subject, const std::pair<std::string, RdfNode>& property) {
    const std::string head = NTriple(subject);
    absl::StrAppend(&triples_, head, " <", property.first, "> ");
    absl::StrAppend(&triples_, NTriple(property.second), " .\n");
  }

  const Graph& graph_;
  const Prefixes& prefixes_;
  const RecordLimits& limits_;
  std::vector<const Resource*> above_;
  std::set<std::string> drawn_;
  std::map<std::string, size_t> blanks_;
  std::string triples_;
  size_t values_ = 0;
};

class RdfRecords final : public RecordReader {
 public:
  RdfRecords(Graph graph, std::vector<size_t> chosen, const Prefixes& prefixes,
             const RecordLimits& limits)
      : graph_(std::move(graph)),
        chosen_(std::move(chosen)),
        prefixes_(prefixes),
        limits_(limits) {}

  absl::StatusOr<bool> Next(FoundRecord* record) override {
    if (next_ == chosen_.size()) return false;
    *record = FoundRecord();
    record->place = absl::StrCat(":#", next_);
    Portrait portrait(&graph_, &prefixes_, limits_);
    const absl::Status status = portrait.Draw(graph_.resources()[chosen_[next_++]], &record->item);
    raw_ = portrait.TakeTriples();
    record->raw = raw_;
    if (!status.ok()) {
      record->problem = absl::StrCat("the record ", status.message());
    } else if (raw_.size() > limits_.record_bytes) {
      record->problem =
          absl::StrCat("the record has ", raw_.size(), " bytes, at most ", limits_.record_bytes,
                       " are allowed (option max_record_bytes of the source)");
    }
    return true;
  }

 private:
  const Graph graph_;
  const std::vector<size_t> chosen_;
  const Prefixes prefixes_;
  const RecordLimits limits_;
  size_t next_ = 0;
  std::string raw_;
};

std::string SyntaxOf(absl::string_view name, absl::string_view document) {
  name = absl::StripSuffix(name, ".gz");
  if (absl::EndsWithIgnoreCase(name, ".trig")) return "trig";
  if (absl::EndsWithIgnoreCase(name, ".nq")) return "nquads";
  return std::string(GuessRdfSyntax(document));
}

}  // namespace

absl::StatusOr<std::unique_ptr<RecordReader>> OpenRdf(absl::string_view document,
                                                      const std::string& name,
                                                      const RecordFormat& format,
                                                      const RecordLimits& limits) {
  static const Prefixes kNone;
  const Prefixes& prefixes = format.prefixes == nullptr ? kNone : *format.prefixes;
  Graph graph;
  const bool address = absl::StrContains(name, "://");
  PARFOCAL_RETURN_IF_ERROR(graph.Read(document,
                                      format.one_record ? "turtle" : SyntaxOf(name, document),
                                      address ? name : std::string()));
  std::set<std::string> classes;
  for (const absl::string_view one : absl::StrSplit(format.records, ' ', absl::SkipEmpty()))
    classes.insert(Long(one, prefixes));
  std::vector<size_t> chosen;
  for (size_t i = 0; i < graph.resources().size(); ++i) {
    const auto& properties = graph.resources()[i].properties;
    if (std::any_of(properties.begin(), properties.end(), [&](const auto& property) {
          return property.first == kType && classes.contains(property.second.text);
        })) {
      chosen.push_back(i);
    }
  }
  // Of a record by itself the first triple is the record's own.
  if (format.one_record && !graph.resources().empty()) chosen = {0};
  // What speaks of other things (a catalogue, a distribution) has no records of ours, which is
  // sound.
  if (graph.resources().empty()) return absl::NotFoundError("has no triples");
  return std::make_unique<RdfRecords>(std::move(graph), std::move(chosen), prefixes, limits);
}

absl::StatusOr<Item> ParseRdf(absl::string_view document, const RecordFormat& format,
                              const RecordLimits& limits) {
  static const Prefixes kNone;
  const Prefixes& prefixes = format.prefixes == nullptr ? kNone : *format.prefixes;
  Graph graph;
  PARFOCAL_RETURN_IF_ERROR(graph.Read(document, SyntaxOf("", document), ""));
  Item list;
  list.kind = Item::Kind::kList;
  Portrait portrait(&graph, &prefixes, limits);
  for (const Resource& resource : graph.resources()) {
    const auto& properties = resource.properties;
    if (std::none_of(properties.begin(), properties.end(),
                     [](const auto& property) { return property.first == kType; })) {
      continue;
    }
    list.items.emplace_back();
    PARFOCAL_RETURN_IF_ERROR(portrait.Draw(resource, &list.items.back()));
  }
  Item out;
  out.kind = Item::Kind::kObject;
  out.fields.emplace_back("@graph", std::move(list));
  return out;
}

}  // namespace parfocal::defined
