// The biology and the methods of a crate as Statements.
#include <algorithm>
#include <map>
#include <set>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "crate_reader.h"
#include "parfocal/terms/curie.h"

namespace parfocal::crate {
namespace {

// The field of a term that a root is `about`, by the prefix of its id.
absl::string_view FieldOfPrefix(absl::string_view prefix) {
  constexpr struct {
    absl::string_view prefix, field;
  } kFields[] = {
      {"NCBITaxon", "organism"}, {"CLO", "cell_line"}, {"Cellosaurus", "cell_line"},
      {"UBERON", "anatomy"},     {"CL", "cell_type"},  {"GO", "biological_process"},
  };
  for (const auto& row : kFields) {
    if (row.prefix == prefix) return row.field;
  }
  return "subject";
}

class StatementReader {
 public:
  StatementReader(Reader* reader, Study* study) : reader_(*reader), study_(*study) {}

  void Read() {
    FindSamples();
    ReadAbout();
    for (const auto& [sample, group] : samples_) ReadSample(*sample, group);
    if (!Has("organism")) InferOrganisms();
    ReadMethods();
    if (!names_method_) InferMethods();
  }

 private:
  bool Has(absl::string_view field) const {
    return std::any_of(study_.statements.begin(), study_.statements.end(),
                       [&](const Statement& s) { return s.field == field; });
  }

  // The BioSamples that the root is about, in its order; their numbers are the groups.
  void FindSamples() {
    for (const Value& value : reader_.root().Get("about")) {
      const Entity* entity = reader_.graph().Target(value);
      if (entity == nullptr || !entity->Is("BioSample")) continue;
      const bool is_new = std::none_of(samples_.begin(), samples_.end(),
                                       [&](const auto& s) { return s.first == entity; });
      if (is_new) samples_.emplace_back(entity, static_cast<uint32_t>(samples_.size() + 1));
    }
    for (const auto& [sample, group] : samples_) {
      for (const char* property : {"taxonomicRange", "hasCellLine"}) {
        for (const Value& value : sample->Get(property)) {
          if (value.kind != Value::Kind::kReference) continue;
          // A term that two samples share belongs to neither alone.
          auto [at, is_new] = group_of_id_.try_emplace(IdOf(value.text), group);
          if (!is_new && at->second != group) at->second = 0;
        }
      }
    }
  }

  // The canonical CURIE, the IRI of an unknown ontology, or the local id as it is.
  static std::string IdOf(absl::string_view id) {
    std::string curie = CanonicalCurie(id);
    return curie.empty() ? std::string(id) : curie;
  }

  // Like IdOf; "" for an id that means nothing outside the crate.
  static std::string StatedId(absl::string_view id) {
    return IsLocalId(id) ? "" : CanonicalCurie(id);
  }

  void Add(Statement statement) {
    if (statement.value.empty()) statement.value = statement.stated_id;
    if (statement.value.empty()) return;
    // A field of each record may be repeated thousands of times: a set, not a search.
    const std::string key = absl::StrCat(statement.field, "\n", statement.stated_id, "\n",
                                         statement.group, "\n", statement.value);
    if (!added_.insert(key).second) return;
    if (statement.field == "cell_line" && !statement.stated_id.empty())
      cell_lines_.insert(statement.stated_id);
    study_.statements.push_back(std::move(statement));
  }

  // One statement for each name of the term (an @id used twice may have two), or for the bare id.
  void AddTerm(absl::string_view field, const Value& value, uint32_t group, Origin origin,
               const Entity& from, absl::string_view property) {
    Statement statement;
    statement.field = std::string(field);
    statement.group = group;
    statement.origin = origin;
    if (field == "organism") statement.role = "sample";
    if (value.kind != Value::Kind::kReference) {
      statement.value = reader_.Clean(value.text, reader_.limits().value_bytes, from, property);
      // A plain string may be an id all the same.
      if (absl::StrContains(value.text, "://") || absl::StartsWith(value.text, "obo:")) {
        statement.stated_id = StatedId(value.text);
      }
      Add(std::move(statement));
      return;
    }
    statement.stated_id = StatedId(value.text);
    const Entity* entity = reader_.graph().Target(value);
    if (entity == nullptr) {
      reader_.Add(from.id, absl::StrCat(property, " names '", Head(value.text, 100),
                                        "', which the crate lacks"));
      if (statement.stated_id.empty()) return;
      statement.value = reader_.Clean(value.text, reader_.limits().value_bytes, from, property);
      Add(std::move(statement));
      return;
    }
    bool named = false;
    const bool scientific = !entity->Get("scientificName").empty();
    for (const Value& name : entity->Get(scientific ? "scientificName" : "name")) {
      if (name.kind == Value::Kind::kReference) continue;
      statement.value = reader_.Clean(name.text, reader_.limits().value_bytes, *entity, "name");
      if (statement.value.empty()) continue;
      named = true;
      Add(statement);
    }
    if (!named) {
      statement.value.clear();
      Add(std::move(statement));
    }
  }

  void ReadAbout() {
    const Entity& root = reader_.root();
    for (const Value& value : root.Get("about")) {
      const Entity* entity = reader_.graph().Target(value);
      if (entity != nullptr && entity->Is("BioSample")) continue;
      const auto group = group_of_id_.find(IdOf(value.text));
      const uint32_t of_sample =
          value.kind == Value::Kind::kReference && group != group_of_id_.end() ? group->second : 0;
      std::string field(FieldOfPrefix(CuriePrefix(CanonicalCurie(value.text))));
      if (entity != nullptr && entity->Is("Taxon")) field = "organism";
      AddTerm(field, value, of_sample, Origin::kStated, root, "about");
    }
  }

  void ReadSample(const Entity& sample, uint32_t group) {
    for (const char* property : {"description", "name"}) {
      for (const Value& value : sample.Get(property)) {
        if (value.kind != Value::Kind::kReference) {
          AddTerm("specimen", value, group, Origin::kStated, sample, property);
        }
      }
    }
    for (const Value& value : sample.Get("hasCellLine")) {
      // Already stated by the root, for this sample or for several.
      const std::string id = value.kind == Value::Kind::kReference ? StatedId(value.text) : "";
      if (cell_lines_.count(id) == 0)
        AddTerm("cell_line", value, group, Origin::kStated, sample, "hasCellLine");
    }
  }

  // A second place of the record, used only where the first is silent: ours, not the archive's
  // word.
  void InferOrganisms() {
    for (const auto& [sample, group] : samples_) {
      for (const Value& value : sample->Get("taxonomicRange")) {
        AddTerm("organism", value, group, Origin::kInferred, *sample, "taxonomicRange");
      }
    }
  }

  void ReadMethods() {
    const Entity& root = reader_.root();
    for (const Value& value : root.Get("measurementMethod")) {
      const Entity* entity = reader_.graph().Target(value);
      const bool is_method = entity == nullptr || entity->Is("DefinedTerm");
      if (!is_method) {
        protocols_.push_back(entity);
        continue;
      }
      names_method_ = true;
      AddTerm("imaging_method", value, 0, Origin::kStated, root, "measurementMethod");
    }
  }

  void InferMethods() {
    for (const Entity* protocol : protocols_) {
      for (const Value& value : protocol->Get("measurementTechnique")) {
        AddTerm("imaging_method", value, 0, Origin::kInferred, *protocol, "measurementTechnique");
      }
    }
    if (!protocols_.empty()) return;
    for (const Entity& entity : reader_.graph().entities()) {
      if (!entity.Is("LabProtocol")) continue;
      for (const Value& value : entity.Get("measurementTechnique")) {
        AddTerm("imaging_method", value, 0, Origin::kInferred, entity, "measurementTechnique");
      }
    }
  }

  Reader& reader_;
  Study& study_;
  std::vector<std::pair<const Entity*, uint32_t>> samples_;
  std::map<std::string, uint32_t> group_of_id_;
  std::vector<const Entity*> protocols_;
  std::set<std::string> added_;
  std::set<std::string> cell_lines_;  // Ids.
  bool names_method_ = false;
};

}  // namespace

void ReadStatements(Reader* reader, Study* study) { StatementReader(reader, study).Read(); }

}  // namespace parfocal::crate
