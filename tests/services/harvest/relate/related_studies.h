// Studies for tests of relations.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "parfocal/record.h"
#include "parfocal/relate/relation_words.h"
#include "parfocal/relate/study_facts.h"

namespace parfocal {

inline std::shared_ptr<const RelationWords> TestWords() {
  return RelationWords::Parse(
             "accession\tTST-\t1\t6\tTest archive\tcopy\n"
             "accession\tMAP-\t4\t4\tMap archive\tsame_specimen\n"
             "phrase\tconversion\tconverted\n"
             "phrase\tsubset\tsubset of\n",
             "test")
      .value();
}

struct Sketch {
  std::string source, accession, title, publisher, description;
  std::vector<std::string> people, dois, pmids, alternate_ids;
  std::string data_doi;
  int64_t bytes = -1, files = -1;
};

inline Study MakeRelated(const Sketch& sketch) {
  Study study;
  study.source = sketch.source;
  study.accession = sketch.accession;
  study.title = sketch.title;
  study.publisher = sketch.publisher;
  study.description = sketch.description;
  study.data_doi = sketch.data_doi;
  study.alternate_ids = sketch.alternate_ids;
  for (const std::string& name : sketch.people) {
    Person person;
    person.name = name;
    study.people.push_back(std::move(person));
  }
  for (const std::string& doi : sketch.dois) {
    Publication paper;
    paper.doi = doi;
    study.publications.push_back(std::move(paper));
  }
  for (const std::string& pmid : sketch.pmids) {
    Publication paper;
    paper.pmid = pmid;
    study.publications.push_back(std::move(paper));
  }
  if (sketch.bytes >= 0) study.bytes = sketch.bytes;
  if (sketch.files >= 0) study.file_count = sketch.files;
  return study;
}

inline const std::string kTitle = "A long enough title of a study";

}  // namespace parfocal
