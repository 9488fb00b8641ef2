#include "parfocal/oai_pmh/oai_record.h"

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "plain_text.h"
#include "study_builder.h"

namespace parfocal::oai {
namespace {

// The `resource` of the DataCite kernel: `element` itself, or within its envelope.
const XmlElement* FindResource(const XmlElement& element, int depth) {
  if (element.name == "resource") return &element;
  if (depth == 0) return nullptr;
  for (const XmlElement& child : element.children) {
    if (const XmlElement* found = FindResource(child, depth - 1)) return found;
  }
  return nullptr;
}

bool IsDublinCore(const XmlElement& element) {
  return element.name == "dc" || element.name == "qualifieddc" || element.name == "oai_dc";
}

// The MODS or the Dublin Core within a wrapper (DIDL, METS, a provider's own element).
const XmlElement* FindWrapped(const XmlElement& element, int depth) {
  if (element.name == "mods" || IsDublinCore(element)) return &element;
  if (depth == 0) return nullptr;
  for (const XmlElement& child : element.children) {
    if (const XmlElement* found = FindWrapped(child, depth - 1)) return found;
  }
  return nullptr;
}

constexpr int kWrappers = 8;

}  // namespace

absl::StatusOr<MappedRecord> MapRecord(const std::string& source, const OaiRecord& record,
                                       const RecordLimits& limits) {
  const XmlElement& metadata = record.metadata;
  if (metadata.name.empty())
    return absl::InvalidArgumentError("it has no metadata and is not marked deleted");
  StudyBuilder builder(source, record.header, limits);
  if (IsDublinCore(metadata)) {
    MapDublinCore(metadata, &builder);
  } else if (const XmlElement* resource =
                 FindResource(metadata, absl::StartsWith(metadata.name, "oai_datacite") ? 3 : 0)) {
    MapDataCite(*resource, &builder);
  } else if (const XmlElement* wrapped = FindWrapped(metadata, kWrappers)) {
    if (wrapped->name == "mods") {
      MapMods(*wrapped, &builder);
    } else {
      MapDublinCore(*wrapped, &builder);
    }
  } else {
    return absl::UnimplementedError(absl::StrCat(
        "its format '", CutText(metadata.name, 100), "' (", CutText(metadata.space, 200),
        ") is not mapped; ask for another metadata_prefix, such as oai_dc"));
  }
  if (!builder.out().withdrawn) {
    const Study& study = builder.study();
    if (study.title.empty() && study.description.empty() && study.people.empty() &&
        study.data_doi.empty() && study.landing_page.empty() && study.keywords.empty())
      return absl::InvalidArgumentError("nothing in its metadata could be read as a study");
  }
  builder.Finish();
  return std::move(builder.out());
}

}  // namespace parfocal::oai
