// OBO Graphs, the node-link JSON of nxontology, and lists of obsolete ids, through simdjson on
// demand: one pass in the order of the file, unknown keys skipped, nesting limited by simdjson
// (1024).
#include <simdjson.h>

#include <string>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "readers.h"
#include "term_collector.h"
#include "vocabulary.h"

namespace parfocal::internal {
namespace {

namespace od = simdjson::ondemand;

absl::Status FromSimdjson(simdjson::error_code code, absl::string_view where) {
  if (code == simdjson::SUCCESS) return absl::OkStatus();
  return WithReason(absl::InvalidArgumentError(
                        absl::StrCat("JSON: ", where, ": ", simdjson::error_message(code))),
                    "ONTOLOGY_FILE");
}

#define PARFOCAL_JSON(expr, where) PARFOCAL_RETURN_IF_ERROR(FromSimdjson((expr), (where)))

// Null and anything that is not a string leave `out` empty.
absl::Status Text(od::value value, std::string* out) {
  out->clear();
  od::json_type type;
  PARFOCAL_JSON(value.type().get(type), "value");
  if (type != od::json_type::string) return absl::OkStatus();
  std::string_view text;
  PARFOCAL_JSON(value.get_string().get(text), "string");
  out->assign(text.data(), text.size());
  return absl::OkStatus();
}

absl::Status Flag(od::value value, bool* out) {
  od::json_type type;
  PARFOCAL_JSON(value.type().get(type), "value");
  if (type == od::json_type::boolean) PARFOCAL_JSON(value.get_bool().get(*out), "flag");
  return absl::OkStatus();
}

// Calls `each(key, value)` for every member; does nothing if `value` is not an object.
template <typename Each>
absl::Status Members(od::value value, absl::string_view where, Each each) {
  od::json_type type;
  PARFOCAL_JSON(value.type().get(type), where);
  if (type != od::json_type::object) return absl::OkStatus();
  od::object object;
  PARFOCAL_JSON(value.get_object().get(object), where);
  for (auto result : object) {
    od::field field;
    PARFOCAL_JSON(std::move(result).get(field), where);
    std::string_view key;
    PARFOCAL_JSON(field.unescaped_key().get(key), where);
    PARFOCAL_RETURN_IF_ERROR(each(absl::string_view(key.data(), key.size()), field.value()));
  }
  return absl::OkStatus();
}

// Calls `each(value)` for every element; does nothing if `value` is not an array.
template <typename Each>
absl::Status Elements(od::value value, absl::string_view where, Each each) {
  od::json_type type;
  PARFOCAL_JSON(value.type().get(type), where);
  if (type != od::json_type::array) return absl::OkStatus();
  od::array array;
  PARFOCAL_JSON(value.get_array().get(array), where);
  for (auto result : array) {
    od::value element;
    PARFOCAL_JSON(std::move(result).get(element), where);
    PARFOCAL_RETURN_IF_ERROR(each(element));
  }
  return absl::OkStatus();
}

bool ScopeOf(absl::string_view name, SynonymScope* scope) {
  const std::string lower = absl::AsciiStrToLower(name);
  if (lower == "exact")
    *scope = SynonymScope::kExact;
  else if (lower == "narrow")
    *scope = SynonymScope::kNarrow;
  else if (lower == "broad")
    *scope = SynonymScope::kBroad;
  else if (lower == "related")
    *scope = SynonymScope::kRelated;
  else
    return false;
  return true;
}

class JsonReader {
 public:
  JsonReader(const ReadLimits& limits, const TermSink& sink, ReadReport* report)
      : limits_(limits), sink_(sink), report_(report) {}

  absl::Status Read(od::value root, OntologyFormat format) {
    if (format == OntologyFormat::kObsoleteList) {
      PARFOCAL_RETURN_IF_ERROR(
          Elements(root, "list", [&](od::value entry) { return ObsoleteEntry(entry); }));
    } else if (format == OntologyFormat::kNodeLink) {
      PARFOCAL_RETURN_IF_ERROR(Members(root, "root", [&](absl::string_view key, od::value value) {
        return NodeLinkMember(key, value);
      }));
    } else {
      PARFOCAL_RETURN_IF_ERROR(
          Members(root, "root", [&](absl::string_view key, od::value value) -> absl::Status {
            if (key != "graphs") return absl::OkStatus();
            return Elements(value, "graphs", [&](od::value graph) { return Graph(graph); });
          }));
    }
    // Where no node says what it is, all are classes.
    if (!typed_) collector_.ClassifyUntyped();
    return collector_.DeliverAll(limits_, report_, sink_);
  }

 private:
  // ---- OBO Graphs ----
  absl::Status Graph(od::value graph) {
    return Members(graph, "graph", [&](absl::string_view key, od::value value) -> absl::Status {
      if (key == "id") {
        std::string id;
        PARFOCAL_RETURN_IF_ERROR(Text(value, &id));
        if (report_->ontology.empty()) report_->ontology = id;
      } else if (key == "meta") {
        return GraphMeta(value);
      } else if (key == "nodes") {
        return Elements(value, "nodes", [&](od::value node) { return Node(node); });
      } else if (key == "edges") {
        return Elements(value, "edges", [&](od::value edge) { return Edge(edge); });
      }
      return absl::OkStatus();
    });
  }

  absl::Status GraphMeta(od::value meta) {
    return Members(meta, "meta", [&](absl::string_view key, od::value value) -> absl::Status {
      if (key != "version" || !report_->version.empty()) return absl::OkStatus();
      return Text(value, &report_->version);
    });
  }

  absl::Status Node(od::value node) {
    ++report_->nodes;
    TermDraft draft;
    std::string label, type;
    PARFOCAL_RETURN_IF_ERROR(
        Members(node, "node", [&](absl::string_view key, od::value value) -> absl::Status {
          if (key == "id") return Text(value, &draft.term.id);
          if (key == "lbl") return Text(value, &label);
          if (key == "type") return Text(value, &type);
          if (key == "meta") return NodeMeta(value, &draft);
          return absl::OkStatus();
        }));
    if (draft.term.id.empty()) return absl::OkStatus();
    draft.is_class = type == "CLASS";
    draft.untyped = type.empty() && !label.empty();
    typed_ = typed_ || draft.is_class;
    if (type == "PROPERTY") ++report_->typedefs;
    AddLabel(&draft, label, "");
    return Merge(std::move(draft));
  }

  // Edges may have come before the node, and a file may hold several graphs.
  absl::Status Merge(TermDraft&& draft) {
    TermDraft* kept = collector_.At(draft.term.id);
    if (!kept->is_class) {
      draft.term.parents = std::move(kept->term.parents);
      *kept = std::move(draft);
    }
    return absl::OkStatus();
  }

  absl::Status NodeMeta(od::value meta, TermDraft* draft) {
    ParsedTerm& term = draft->term;
    return Members(meta, "meta", [&](absl::string_view key, od::value value) -> absl::Status {
      if (key == "deprecated") return Flag(value, &term.obsolete);
      if (key == "definition") {
        return Members(value, "definition", [&](absl::string_view k, od::value v) -> absl::Status {
          return k == "val" ? Text(v, &term.definition) : absl::OkStatus();
        });
      }
      if (key == "synonyms") {
        return Elements(value, "synonyms", [&](od::value v) { return NodeSynonym(v, draft); });
      }
      if (key == "xrefs") {
        return Elements(value, "xrefs", [&](od::value v) -> absl::Status {
          return Members(v, "xref", [&](absl::string_view k, od::value x) -> absl::Status {
            if (k != "val") return absl::OkStatus();
            std::string xref;
            PARFOCAL_RETURN_IF_ERROR(Text(x, &xref));
            if (!xref.empty()) term.xrefs.push_back(std::move(xref));
            return absl::OkStatus();
          });
        });
      }
      if (key == "basicPropertyValues") {
        return Elements(value, "basicPropertyValues",
                        [&](od::value v) { return BasicProperty(v, draft); });
      }
      return absl::OkStatus();
    });
  }

  absl::Status NodeSynonym(od::value value, TermDraft* draft) {
    std::string pred, text, type;
    PARFOCAL_RETURN_IF_ERROR(
        Members(value, "synonym", [&](absl::string_view key, od::value v) -> absl::Status {
          if (key == "pred") return Text(v, &pred);
          if (key == "val") return Text(v, &text);
          if (key == "synonymType") return Text(v, &type);
          return absl::OkStatus();
        }));
    if (text.empty()) return absl::OkStatus();
    const PropertyRow* row = FindProperty(pred);
    const SynonymScope scope = row != nullptr ? row->scope : SynonymScope::kRelated;
    Synonym* synonym = AddSynonym(draft, scope, text, "");
    if (synonym->type.empty()) synonym->type = std::string(LocalName(type));
    return absl::OkStatus();
  }

  absl::Status BasicProperty(od::value value, TermDraft* draft) {
    std::string pred, text;
    PARFOCAL_RETURN_IF_ERROR(Members(value, "basicPropertyValue",
                                     [&](absl::string_view key, od::value v) -> absl::Status {
                                       if (key == "pred") return Text(v, &pred);
                                       if (key == "val") return Text(v, &text);
                                       return absl::OkStatus();
                                     }));
    const PropertyRow* row = FindProperty(pred);
    if (row == nullptr || text.empty()) return absl::OkStatus();
    if (row->property == Property::kReplacedBy) {
      ++draft->replacements;
      if (draft->term.replaced_by.empty()) draft->term.replaced_by = text;
    }
    if (row->property == Property::kAltId) draft->term.alt_ids.push_back(text);
    if (row->property == Property::kSynonym) AddSynonym(draft, row->scope, text, "");
    return absl::OkStatus();
  }

  absl::Status Edge(od::value edge) {
    ++report_->edges;
    std::string sub, pred, obj;
    PARFOCAL_RETURN_IF_ERROR(
        Members(edge, "edge", [&](absl::string_view key, od::value value) -> absl::Status {
          if (key == "sub") return Text(value, &sub);
          if (key == "pred") return Text(value, &pred);
          if (key == "obj") return Text(value, &obj);
          return absl::OkStatus();
        }));
    if (sub.empty() || obj.empty()) return absl::OkStatus();
    if (pred == "is_a") AddParent(&collector_.At(sub)->term, obj, EdgeKind::kIsA);
    if (IsPartOf(pred)) AddParent(&collector_.At(sub)->term, obj, EdgeKind::kPartOf);
    return absl::OkStatus();
  }

  // ---- node-link ----
  absl::Status NodeLinkMember(absl::string_view key, od::value value) {
    if (key == "graph") {
      return Members(value, "graph", [&](absl::string_view k, od::value v) -> absl::Status {
        if (k == "version") return Text(v, &report_->version);
        if (k == "name") return Text(v, &report_->ontology);
        return absl::OkStatus();
      });
    }
    if (key == "nodes") {
      return Elements(value, "nodes", [&](od::value node) { return NodeLinkNode(node); });
    }
    if (key == "links") {
      return Elements(value, "links", [&](od::value link) { return Link(link); });
    }
    return absl::OkStatus();
  }

  // The keys carry the name of the ontology: "efo_label", "efo_definition".
  absl::Status NodeLinkNode(od::value node) {
    ++report_->nodes;
    TermDraft draft;
    draft.is_class = true;
    std::string label;
    std::vector<std::string> replaces;
    PARFOCAL_RETURN_IF_ERROR(
        Members(node, "node", [&](absl::string_view key, od::value value) -> absl::Status {
          if (key == "id") return Text(value, &draft.term.id);
          if (absl::EndsWith(key, "_label")) return Text(value, &label);
          if (absl::EndsWith(key, "_definition")) return Text(value, &draft.term.definition);
          if (key == "synonyms") {
            return Elements(value, "synonyms",
                            [&](od::value v) { return NodeLinkSynonym(v, &draft); });
          }
          if (key == "xrefs") return Texts(value, &draft.term.xrefs);
          // An id that this term replaces is what OBO calls an alternative id.
          if (key == "replaces") return Texts(value, &draft.term.alt_ids);
          return absl::OkStatus();
        }));
    if (draft.term.id.empty()) return absl::OkStatus();
    AddLabel(&draft, label, "");
    return Merge(std::move(draft));
  }

  absl::Status Texts(od::value value, std::vector<std::string>* out) {
    return Elements(value, "texts", [&](od::value v) -> absl::Status {
      std::string text;
      PARFOCAL_RETURN_IF_ERROR(Text(v, &text));
      if (!text.empty()) out->push_back(std::move(text));
      return absl::OkStatus();
    });
  }

  absl::Status NodeLinkSynonym(od::value value, TermDraft* draft) {
    std::string name, scope_name;
    PARFOCAL_RETURN_IF_ERROR(
        Members(value, "synonym", [&](absl::string_view key, od::value v) -> absl::Status {
          if (absl::EndsWith(key, "name") || absl::EndsWith(key, "synonym")) return Text(v, &name);
          if (absl::EndsWith(key, "scope")) return Text(v, &scope_name);
          return absl::OkStatus();
        }));
    SynonymScope scope = SynonymScope::kRelated;
    ScopeOf(scope_name, &scope);
    if (!name.empty()) AddSynonym(draft, scope, name, "");
    return absl::OkStatus();
  }

  absl::Status Link(od::value link) {
    ++report_->edges;
    std::string parent, child;
    PARFOCAL_RETURN_IF_ERROR(
        Members(link, "link", [&](absl::string_view key, od::value value) -> absl::Status {
          if (key == "source") return Text(value, &parent);
          if (key == "target") return Text(value, &child);
          return absl::OkStatus();
        }));
    if (!child.empty()) AddParent(&collector_.At(child)->term, parent, EdgeKind::kIsA);
    return absl::OkStatus();
  }

  // ---- obsolete list ----
  absl::Status ObsoleteEntry(od::value entry) {
    ++report_->nodes;
    TermDraft draft;
    draft.is_class = true;
    draft.term.obsolete = true;
    std::string label;
    PARFOCAL_RETURN_IF_ERROR(
        Members(entry, "entry", [&](absl::string_view key, od::value value) -> absl::Status {
          if (absl::StartsWith(key, "replaced_by")) {
            return absl::EndsWith(key, "_id") ? Text(value, &draft.term.replaced_by)
                                              : absl::OkStatus();
          }
          if (absl::EndsWith(key, "_id")) return Text(value, &draft.term.id);
          if (absl::EndsWith(key, "_label")) return Text(value, &label);
          return absl::OkStatus();
        }));
    if (draft.term.id.empty()) return absl::OkStatus();
    draft.replacements = draft.term.replaced_by.empty() ? 0 : 1;
    AddLabel(&draft, label, "");
    return Merge(std::move(draft));
  }

  const ReadLimits& limits_;
  const TermSink& sink_;
  ReadReport* report_;
  TermCollector collector_;
  bool typed_ = false;  // Some node is a class by its own word.
};

}  // namespace

absl::Status ReadJson(ByteStream* in, OntologyFormat format, const ReadLimits& limits,
                      const TermSink& sink, ReadReport* report) {
  PARFOCAL_ASSIGN_OR_RETURN(std::string bytes, in->ReadAll());
  bytes.reserve(bytes.size() + simdjson::SIMDJSON_PADDING);
  JsonReader reader(limits, sink, report);
  od::parser parser;
  od::document document;
  PARFOCAL_JSON(parser.iterate(bytes.data(), bytes.size(), bytes.capacity()).get(document),
                "document");
  od::value root;
  PARFOCAL_JSON(document.get_value().get(root), "document");
  PARFOCAL_RETURN_IF_ERROR(reader.Read(root, format));
  const char* behind = nullptr;
  if (document.current_location().get(behind) == simdjson::SUCCESS) {
    return FromSimdjson(simdjson::TRAILING_CONTENT, "after the document");
  }
  return absl::OkStatus();
}

}  // namespace parfocal::internal
