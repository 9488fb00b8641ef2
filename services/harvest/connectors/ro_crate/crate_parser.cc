#include "parfocal/ro_crate/crate_parser.h"

#include <algorithm>
#include <charconv>
#include <set>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "crate_graph.h"
#include "crate_reader.h"
#include "parfocal/licence/licence.h"
#include "parfocal/record_name.h"
#include "parfocal/terms/curie.h"

namespace parfocal {
namespace {

using crate::Entity;
using crate::Graph;
using crate::Head;
using crate::IsLocalId;
using crate::Reader;
using crate::Value;

constexpr absl::string_view kFileNames[] = {"ro-crate-metadata.json", "ro-crate-metadata.jsonld"};

absl::string_view LastPart(absl::string_view path) { return path.substr(path.rfind('/') + 1); }

// The entity that describes the metadata file: found by its file name alone, whatever its place,
// type or version; the plain name before a longer one.
const Entity* FindDescriptor(const Graph& graph) {
  const Entity* best = nullptr;
  for (const Entity& entity : graph.entities()) {
    if (!IsCrateFileName(entity.id) || entity.Get("about").empty()) continue;
    if (best == nullptr || entity.id.size() < best->id.size()) best = &entity;
  }
  return best;
}

absl::StatusOr<const Entity*> FindRoot(const Graph& graph) {
  const Entity* descriptor = FindDescriptor(graph);
  if (descriptor == nullptr) {
    return absl::InvalidArgumentError(
        "no entity is named ro-crate-metadata.json and says what it is about; add the metadata "
        "descriptor");
  }
  for (const Value& value : descriptor->Get("about")) {
    const Entity* root = graph.Find(value.text);
    if (root == nullptr) continue;
    if (root->Is("Dataset")) return root;
    return absl::InvalidArgumentError(absl::StrCat("the root '", Head(root->id, 200),
                                                   "' that the descriptor names is not a Dataset"));
  }
  return absl::InvalidArgumentError(absl::StrCat("the descriptor is about '",
                                                 Head(descriptor->Get("about")[0].text, 200),
                                                 "', which the crate lacks"));
}

// A count or size: a JSON number or its text, whole and not negative.
std::optional<int64_t> WholeNumber(absl::string_view text) {
  int64_t whole = 0;
  if (absl::SimpleAtoi(text, &whole))
    return whole >= 0 ? std::optional<int64_t>(whole) : std::nullopt;
  double number = 0;
  // 2^53: beyond it a double no longer says which whole number is meant.
  if (!absl::SimpleAtod(text, &number) || !(number >= 0) || number > 9007199254740992.0)
    return std::nullopt;
  whole = static_cast<int64_t>(number);
  return static_cast<double>(whole) == number ? std::optional<int64_t>(whole) : std::nullopt;
}

// Numbers of units in the ontology of units of measurement.
constexpr int kBytes = 233;
constexpr int kCount = 189;
std::string UnitCurie(int number) { return absl::StrFormat("UO:%07d", number); }

class StudyReader {
 public:
  StudyReader(Reader* reader, Study* study)
      : reader_(*reader), root_(reader->root()), study_(*study) {}

  absl::Status Read(const CrateFile& file) {
    ReadIdentifiers();
    if (study_.accession.empty()) study_.accession = file.key;
    PARFOCAL_RETURN_IF_ERROR(CheckAccession());
    ReadTexts();
    ReadPublisher();
    ReadLicence();
    ReadSizes();
    ReadPeople(&reader_, &study_);
    ReadPublications(&reader_, &study_);
    ReadFunding(&reader_, &study_);
    ReadStatements(&reader_, &study_);
    ReadProtocols();
    ReadRest();
    for (const std::string& id : reader_.graph().merged()) {
      reader_.Add(id, "more than one entity has this @id; their properties were taken together");
    }
    return absl::OkStatus();
  }

 private:
  const CrateLimits& limits() const { return reader_.limits(); }

  void ReadIdentifiers() {
    for (const Value& value : root_.Get("identifier")) {
      std::string id = value.text;
      if (const Entity* property = reader_.graph().Target(value)) {
        const auto& values = property->Get("value");
        id = values.empty() ? property->id : values[0].text;
      }
      AddIdentifier(absl::StripAsciiWhitespace(id));
    }
    for (const char* property : {"cite-as", "sameAs"}) {
      for (const Value& value : root_.Get(property)) {
        if (study_.data_doi.empty()) study_.data_doi = DoiOf(value.text);
      }
    }
    if (study_.data_doi.empty()) study_.data_doi = DoiOf(root_.id);
  }

  void AddIdentifier(absl::string_view id) {
    if (id.empty() || IsLocalId(id)) return;
    if (std::string doi = DoiOf(id); !doi.empty() && study_.data_doi.empty()) study_.data_doi = doi;
    if (study_.accession.empty()) {
      study_.accession = std::string(id);
    } else if (id != study_.accession && study_.alternate_ids.size() < limits().people) {
      study_.alternate_ids.push_back(reader_.Clean(id, limits().id_bytes, root_, "identifier"));
    }
  }

  absl::Status CheckAccession() {
    const std::string& id = study_.accession;
    if (id.empty())
      return absl::InvalidArgumentError(
          "the root has no identifier and the file no name to take its place");
    if (id.size() > limits().id_bytes) {
      return WithReason(absl::ResourceExhaustedError(
                            absl::StrCat("the identifier has ", id.size(), " bytes, at most ",
                                         limits().id_bytes, " are allowed")),
                        "LIMIT_EXCEEDED", "id_bytes");
    }
    for (unsigned char c : id) {
      if (c < 0x20 || c == 0x7f)
        return absl::InvalidArgumentError("the identifier of the root holds a control character");
    }
    return absl::OkStatus();
  }

  void ReadTexts() {
    study_.title = reader_.Text(root_, "name", limits().title_bytes);
    if (study_.title.empty()) reader_.Add(root_.id, "the root has no name: the study has no title");
    study_.description = reader_.Text(root_, "description", limits().text_bytes);
    if (study_.description == study_.accession) study_.description.clear();
    const std::string date = reader_.Text(root_, "datePublished", limits().value_bytes);
    study_.release_date = DatePart(date);
    if (study_.release_date.empty() && !date.empty()) {
      reader_.Add(root_.id, absl::StrCat("datePublished '", Head(date, 100),
                                         "' is no date; write YYYY-MM-DD"));
    }
    study_.landing_page = IsHttpUrl(root_.id) ? root_.id : FirstUrl("url");
    if (study_.landing_page.empty()) study_.landing_page = FirstUrl("mainEntityOfPage");
    study_.thumbnail = FirstUrl("thumbnailUrl");
    for (const char* property : {"thumbnail", "image"}) {
      if (study_.thumbnail.empty()) study_.thumbnail = FirstUrl(property);
    }
    ReadKeywords();
  }

  std::string FirstUrl(const char* property) {
    for (const Value& value : root_.Get(property)) {
      if (IsHttpUrl(value.text) && value.text.size() <= limits().id_bytes) return value.text;
      const Entity* entity = reader_.graph().Target(value);
      if (entity == nullptr) continue;
      for (const char* inner : {"contentUrl", "url"}) {
        for (const Value& v : entity->Get(inner)) {
          if (IsHttpUrl(v.text) && v.text.size() <= limits().id_bytes) return v.text;
        }
      }
    }
    return "";
  }

  void ReadKeywords() {
    const auto& values = root_.Get("keywords");
    std::vector<std::string> words;
    // One string holds a list by commas; a list holds one key word in each string, commas and all.
    if (values.size() == 1 && values[0].kind == Value::Kind::kText && !values[0].in_list) {
      words = absl::StrSplit(values[0].text, absl::ByAnyChar(",;"));
    } else {
      for (const Value& value : values) words.push_back(reader_.Words(value, root_, "keywords"));
    }
    size_t left_out = 0;
    for (const std::string& word : words) {
      std::string clean = reader_.Clean(word, limits().value_bytes, root_, "keywords");
      if (clean.empty()) continue;
      if (study_.keywords.size() == limits().keywords) {
        ++left_out;
      } else {
        study_.keywords.push_back(std::move(clean));
      }
    }
    if (left_out > 0) {
      reader_.Add(root_.id, absl::StrCat("there are more than ", limits().keywords,
                                         " key words; the last ", left_out, " were left out"));
    }
  }

  void ReadPublisher() {
    for (const Value& value : root_.Get("publisher")) {
      const Entity* entity = reader_.graph().Target(value);
      study_.publisher = reader_.Words(value, root_, "publisher");
      if (IsHttpUrl(value.text)) {
        study_.publisher_id = value.text;
        if (!absl::EndsWith(study_.publisher_id, "/")) study_.publisher_id += '/';
      }
      if (entity == nullptr && value.kind == Value::Kind::kReference) {
        reader_.Add(root_.id, absl::StrCat("publisher names '", Head(value.text, 100),
                                           "', which the crate lacks"));
      }
      return;
    }
  }

  void ReadLicence() {
    for (const Value& value : root_.Get("license")) {
      std::string stated = reader_.Clean(value.text, limits().value_bytes, root_, "license");
      const Entity* entity = reader_.graph().Target(value);
      // A licence that is described in the crate alone has a name and no address.
      if (entity != nullptr && !IsHttpUrl(stated)) {
        const std::string url = entity->Text("url");
        std::string name = IsHttpUrl(url) ? url : reader_.NameOf(*entity);
        if (!name.empty()) stated = std::move(name);
      }
      study_.licence = LicenceFromStated(stated);
      return;
    }
  }

  // QuantitativeValues of the root (the type's name is often misspelt: any entity with a unit
  // counts).
  void ReadSizes() {
    for (const Value& value : root_.Get("size")) {
      const Entity* entity = reader_.graph().Target(value);
      if (entity == nullptr) continue;
      const std::string unit =
          CanonicalCurie(absl::StrCat(entity->Text("unitCode"), UnitReference(*entity)));
      const std::string text = absl::AsciiStrToLower(entity->Text("unitText"));
      const bool bytes =
          unit == UnitCurie(kBytes) || (unit.empty() && (text == "bytes" || text == "byte"));
      const bool files = unit == UnitCurie(kCount) || (unit.empty() && text == "file count");
      std::optional<int64_t>* field = bytes ? &study_.bytes : files ? &study_.file_count : nullptr;
      const auto& numbers = entity->Get("value");
      if (field == nullptr || numbers.empty() || field->has_value()) continue;
      *field = WholeNumber(numbers[0].text);
      if (!field->has_value()) {
        reader_.Add(entity->id,
                    absl::StrCat("the size '", Head(numbers[0].text, 60), "' is no whole number"));
      }
    }
    if (root_.Get("size").empty()) CountFiles();
  }

  static std::string UnitReference(const Entity& entity) {
    for (const Value& value : entity.Get("unitCode")) {
      if (value.kind == Value::Kind::kReference) return value.text;
    }
    return "";
  }

  // An attached crate lists its files: counted where nobody states a number; bytes only if each
  // file has its size.
  void CountFiles() {
    int64_t files = 0, bytes = 0;
    bool sized = true;
    for (const Entity& entity : reader_.graph().entities()) {
      if (!entity.Is("File") && !entity.Is("MediaObject")) continue;
      ++files;
      const auto& sizes = entity.Get("contentSize");
      const auto size = sizes.empty() ? std::nullopt : WholeNumber(sizes[0].text);
      // Sums stay far from the edge of int64: a single impossible size must not wrap it.
      sized = sized && size && *size <= (int64_t{1} << 53) && bytes <= (int64_t{1} << 61);
      if (sized) bytes += *size;
    }
    if (files == 0) return;
    study_.file_count = files;
    if (sized) study_.bytes = bytes;
  }

  // What the root's protocols say besides terms has no field: it is kept as attributes.
  void ReadProtocols() {
    for (const Value& value : root_.Get("measurementMethod")) {
      const Entity* protocol = reader_.graph().Target(value);
      if (protocol == nullptr || protocol->Is("DefinedTerm")) continue;
      std::string name = reader_.NameOf(*protocol);
      std::string description = reader_.Text(*protocol, "description", limits().value_bytes);
      std::string equipment = reader_.Text(*protocol, "labEquipment", limits().value_bytes);
      if (description == name) description.clear();
      AddAttribute("measurementMethod", std::move(name));
      AddAttribute("measurementMethod description", std::move(description));
      AddAttribute("labEquipment", std::move(equipment));
    }
  }

  void ReadRest() {
    static const std::set<absl::string_view>* const kMapped = new std::set<absl::string_view>{
        "about", "author", "citation", "cite-as", "contributor", "creator", "datePublished",
        "description", "editor", "funder", "funding", "hasPart", "identifier", "keywords",
        "license", "measurementMethod", "name", "publisher", "seeAlso", "size", "subjectOf",
        "thumbnailUrl",
        // Addresses of people: never kept.
        "address", "contactPoint", "email", "faxNumber", "telephone"};
    for (const auto& [property, values] : root_.properties) {
      if (kMapped->count(property) > 0) continue;
      for (const Value& value : values) {
        std::string words = reader_.Words(value, root_, property);
        if (value.kind == Value::Kind::kReference && IsLocalId(words)) continue;
        AddAttribute(property, std::move(words));
      }
    }
  }

  void AddAttribute(absl::string_view key, std::string value) {
    if (value.empty()) return;
    if (study_.attributes.size() < limits().attributes) {
      study_.attributes.emplace_back(
          reader_.Clean(key, limits().id_bytes, root_, "the name of a property"), std::move(value));
    } else if (!attributes_full_) {
      attributes_full_ = true;
      reader_.Add(root_.id, absl::StrCat("there are more than ", limits().attributes,
                                         " values without a field; the rest was left out"));
    }
  }

  Reader& reader_;
  const Entity& root_;
  Study& study_;
  bool attributes_full_ = false;
};

}  // namespace

bool IsCrateFileName(absl::string_view path) {
  const absl::string_view name = LastPart(path);
  for (absl::string_view plain : kFileNames) {
    if (name == plain ||
        (absl::EndsWith(name, plain) && name[name.size() - plain.size() - 1] == '-'))
      return true;
  }
  return false;
}

std::string CrateKey(absl::string_view path) {
  absl::string_view name = LastPart(path);
  for (absl::string_view plain : kFileNames) {
    if (name == plain) {
      const absl::string_view folder =
          absl::StripSuffix(path.substr(0, path.size() - name.size()), "/");
      return std::string(LastPart(folder));
    }
    if (IsCrateFileName(name) && absl::EndsWith(name, plain)) {
      return std::string(name.substr(0, name.size() - plain.size() - 1));
    }
  }
  return std::string(name.substr(0, name.rfind('.')));
}

absl::StatusOr<ParsedCrate> ParseCrate(const std::string& source, const CrateFile& file,
                                       const CrateLimits& limits) {
  PARFOCAL_ASSIGN_OR_RETURN(Graph graph, Graph::Parse(file.bytes, limits));
  PARFOCAL_ASSIGN_OR_RETURN(const Entity* root, FindRoot(graph));
  Reader reader(graph, *root, limits);
  ParsedCrate out;
  out.study.source = source;
  PARFOCAL_RETURN_IF_ERROR(StudyReader(&reader, &out.study).Read(file));
  const std::string record = FormatRecordName(NameOf(out.study));
  for (const crate::Note& note : reader.notes()) {
    Rejection rejection;
    rejection.source = source;
    rejection.place = absl::StrCat(file.place, ":", note.entity);
    rejection.record = record;
    rejection.reason = note.reason;
    out.notes.push_back(std::move(rejection));
  }
  return out;
}

}  // namespace parfocal
