#include "study_keys.h"

#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "parfocal/connector_idr/cell_text.h"

namespace parfocal::idr {
namespace {

constexpr absl::string_view kStudyKeys[] = {"Comment[IDR Study Accession]",
                                            "Study Title",
                                            "Study Type",
                                            "Study Type Term Source REF",
                                            "Study Type Term Accession",
                                            "Study Description",
                                            "Study Key Words",
                                            "Study Organism",
                                            "Study Organism Term Source REF",
                                            "Study Organism Term Accession",
                                            "Study External URL",
                                            "Study Public Release Date",
                                            "Study PubMed ID",
                                            "Study Publication Title",
                                            "Study Publication Preprint",
                                            "Study Author List",
                                            "Study DOI",
                                            "Study PMC ID",
                                            "Study Person Last Name",
                                            "Study Person First Name",
                                            "Study Person Email",
                                            "Study Person Address",
                                            "Study Person Roles",
                                            "Study Person ORCID",
                                            "Study License",
                                            "Study License URL",
                                            "Study Copyright",
                                            "Study Data Publisher",
                                            "Study Data DOI",
                                            "Study Experiments Number",
                                            "Study Screens Number",
                                            "Study BioImage Archive Accession",
                                            "Study BioStudies Accession",
                                            "Study EMPIAR Accession",
                                            "Study Version History",
                                            "Term Source Name",
                                            "Term Source URI",
                                            "Term Source Version"};

// Keys of a block that begin with "Screen" or "Experiment".
constexpr absl::string_view kBlockKeys[] = {"Number",
                                            "Sample Type",
                                            "Description",
                                            "Size",
                                            "Imaging Method",
                                            "Imaging Method Term Source REF",
                                            "Imaging Method Term Accession",
                                            "Comments",
                                            "Example Images",
                                            "Data DOI",
                                            "Data Publisher",
                                            "Organism",
                                            "Organism Term Source REF",
                                            "Organism Term Accession",
                                            "Technology Type",
                                            "Technology Term Source REF",
                                            "Technology Term Accession",
                                            "Type",
                                            "Type Term Source REF",
                                            "Type Term Accession",
                                            "Assay File",
                                            "Assay File Format"};

constexpr absl::string_view kOtherKeys[] = {"Comment[IDR Screen Name]",
                                            "Comment[IDR Experiment Name]",
                                            "Library File Name",
                                            "Library File Format",
                                            "Library Type",
                                            "Library Type Term Source REF",
                                            "Library Type Term Accession",
                                            "Library Manufacturer",
                                            "Library Version",
                                            "Library Assembly",
                                            "Library Experimental Conditions",
                                            "Library Experimental Conditions Term Source REF",
                                            "Library Experimental Conditions Term Accession",
                                            "Assay Experimental Conditions",
                                            "Assay Experimental Conditions Term Source REF",
                                            "Assay Experimental Conditions Term Accession",
                                            "Quality Control Description",
                                            "Protocol Name",
                                            "Protocol Type",
                                            "Protocol Type Term Source REF",
                                            "Protocol Type Term Accession",
                                            "Protocol Description",
                                            "Phenotype Name",
                                            "Phenotype Description",
                                            "Phenotype Score Type",
                                            "Phenotype Term Source REF",
                                            "Phenotype Term Name",
                                            "Phenotype Term Accession",
                                            "Phenotype Score Parameter",
                                            "Phenotype Scoring Rules",
                                            "Phenotype Scoring Method",
                                            "Phenotype Annotation Level",
                                            "Raw Image Organization",
                                            "Raw Image Data Format",
                                            "Raw Image Channels",
                                            "Raw Image Data Type",
                                            "Feature Level Data File Name",
                                            "Feature Level Data File Format",
                                            "Feature Level Data File Description",
                                            "Feature Level Data Column Name",
                                            "Feature Level Data Column Description",
                                            "Feature Level Data Column Type",
                                            "Processed Data File Name",
                                            "Processed Data File Format",
                                            "Processed Data File Description",
                                            "Processed Data Column Name",
                                            "Processed Data Column Type",
                                            "Processed Data Column Description",
                                            "Processed Data Column Annotation Level",
                                            "Processed Data Column Link To Library File",
                                            "Processed Data Column Link To Assay File",
                                            "Processed Data Genome Build For Target Genes",
                                            "Processed Data Annotation Level",
                                            "Processed Data Column Source Database",
                                            "Processed Data Column Source Stem URI",
                                            "Processed Data Row Name",
                                            "Processed Data Row Type",
                                            "Processed Data Row Annotation Level"};

constexpr struct {
  absl::string_view spelt, key;
} kAliases[] = {
    {"Study Key Word", "Study Key Words"},
    {"Study Organism Term Source", "Study Organism Term Source REF"},
    {"Experiment Imaging Method Term Source", "Experiment Imaging Method Term Source REF"},
    {"Screen Imaging Method Term Source", "Screen Imaging Method Term Source REF"},
    {"Experiment Organism Term Source", "Experiment Organism Term Source REF"},
    {"Screen Organism Term Source", "Screen Organism Term Source REF"},
    {"Term Source File", "Term Source URI"},
    {"Screen Technology Type Term Source REF", "Screen Technology Term Source REF"},
    {"Screen Technology Type Term Accession", "Screen Technology Term Accession"},
    {"Screen Example Image", "Screen Example Images"},
    {"Experiment Example Image", "Experiment Example Images"},
    {"ScreenComments", "Screen Comments"},
    {"ExperimentComments", "Experiment Comments"},
    {"Feature Level Data Files Name", "Feature Level Data File Name"},
    {"Feature Level Data Files Format", "Feature Level Data File Format"},
    {"Feature Level Data Files Description", "Feature Level Data File Description"},
};

struct Key {
  std::string spelt;
  std::string key;
};

const std::vector<Key>& Spellings() {
  static const auto* const all = [] {
    auto* keys = new std::vector<Key>;
    auto add = [&](absl::string_view key) {
      keys->push_back({std::string(key), std::string(key)});
    };
    for (absl::string_view key : kStudyKeys) add(key);
    for (absl::string_view key : kOtherKeys) add(key);
    for (absl::string_view kind : {"Screen ", "Experiment "}) {
      for (absl::string_view key : kBlockKeys) add(absl::StrCat(kind, key));
    }
    for (const auto& alias : kAliases)
      keys->push_back({std::string(alias.spelt), std::string(alias.key)});
    return keys;
  }();
  return *all;
}

}  // namespace

const std::string* FindKey(absl::string_view cell) {
  static const auto* const by_fold = [] {
    auto* map = new absl::flat_hash_map<std::string, const std::string*>;
    for (const Key& key : Spellings()) map->emplace(Fold(key.spelt), &key.key);
    return map;
  }();
  constexpr size_t kLongestKey = 100;  // Prose is not looked up.
  if (cell.size() > kLongestKey) return nullptr;
  std::string folded = Fold(cell);
  absl::string_view text = folded;
  while (absl::ConsumePrefix(&text, "\"")) text = Trim(text);
  while (absl::ConsumeSuffix(&text, "\"") || absl::ConsumeSuffix(&text, ":")) text = Trim(text);
  auto it = by_fold->find(text);
  return it == by_fold->end() ? nullptr : it->second;
}

const std::string* FindKeyPrefix(absl::string_view line, size_t* length) {
  const std::string* best = nullptr;
  for (const Key& key : Spellings()) {
    const size_t n = key.spelt.size();
    if (line.size() <= n || line.substr(0, n) != key.spelt) continue;
    const bool colon = line[n] == ':';
    if (!colon && line[n] != ' ') continue;
    if (best != nullptr && n + colon <= *length) continue;
    best = &key.key;
    *length = n + colon;
  }
  return best;
}

}  // namespace parfocal::idr
