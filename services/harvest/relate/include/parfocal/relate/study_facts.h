// What of a study is compared with others, and what follows from comparing two.
//
// Thread safety: pure functions over plain values; any thread.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "parfocal/record.h"
#include "parfocal/record_name.h"
#include "parfocal/relate/relation_words.h"

namespace parfocal {

struct StudyFacts {
  RecordName name;
  std::string accession;  // As the source writes it.
  std::string form;       // Canonical, if it has a form that all archives know; else empty.
  std::string archive;    // Publisher, folded; the source where none is stated.
  std::string title;      // Words alone, lower case; empty if too short to tell studies apart.
  std::set<std::string> people;        // Family names, folded.
  std::set<std::string> data_dois;     // Of the data, also among the alternate ids.
  std::set<std::string> concept_dois;  // The same without a version.
  std::set<std::string> papers;        // "doi:..." and "pmid:..."
  int64_t bytes = -1, files = -1;      // -1: not stated.
  // What the record states of other studies' accessions: canonical -> type and why. kCopy for an
  // alternate id.
  struct Link {
    RelationType type = RelationType::kOther;
    std::string because;
    bool stated = false;  // As a link or an alternate id; otherwise found in a text.
    friend bool operator==(const Link&, const Link&) = default;
  };
  std::map<std::string, Link> links;
  // Pairs of DOI and PMID that the record states of one paper.
  std::vector<std::pair<std::string, std::string>> same_papers;
  friend bool operator==(const StudyFacts&, const StudyFacts&) = default;
};

StudyFacts FactsOf(const Study& study, const RelationWords& words);

struct FoundRelation {
  RelationType type = RelationType::kUnspecified;
  bool inverse = false;  // The second is the conversion or the part.
  float confidence = 0;
  std::string because;
};

// Ids of one paper that others state: "doi:a" -> {"pmid:1"}.
using PaperAliases = std::function<std::set<std::string>(const std::string& paper)>;

// What `a` is of `b`, by the strongest evidence there is; nullopt if nothing speaks for a relation.
// A shared article alone is kSamePaper, never more.
std::optional<FoundRelation> Compare(const StudyFacts& a, const StudyFacts& b,
                                     const PaperAliases& aliases);

}  // namespace parfocal
