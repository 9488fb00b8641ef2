// Every recorded OAI-PMH answer and DataCite record of the corpus: read, mapped or refused with the
// right reason. The counts per folder are those below; a change of any is a change of what is read.
#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <map>
#include <sstream>
#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "gtest/gtest.h"
#include "parfocal/oai_pmh/oai_page.h"
#include "parfocal/oai_pmh/oai_record.h"
#include "support/corpus.h"

namespace parfocal::oai {
namespace {

struct Counts {
  int files = 0, refused = 0;  // Answers that are none.
  int records = 0, studies = 0, deleted = 0, withdrawn = 0, unmapped = 0, bad = 0;
  int errors = 0, headers = 0, tokens = 0;
  int titles = 0, dois = 0, licences = 0, dates = 0, people = 0, orcids = 0;

  std::string Text() const {
    return absl::StrCat(files, " files, ", refused, " refused; ", records, " records: ", studies,
                        " studies, ", deleted, " deleted, ", withdrawn, " withdrawn, ", unmapped,
                        " unmapped, ", bad, " bad; ", errors, " errors, ", headers, " headers, ",
                        tokens, " tokens; ", titles, " titles, ", dois, " DOIs, ", licences,
                        " licences, ", dates, " dates, ", people, " people, ", orcids, " ORCIDs");
  }
};

std::string Contents(const std::filesystem::path& path) {
  std::ifstream in(path, std::ios::binary);
  std::ostringstream out;
  out << in.rdbuf();
  return out.str();
}

// Records that were stored without the answer around them get one; payloads a record as well.
std::string AsAnswer(std::string text, const std::string& name) {
  if (absl::StartsWith(text, "\xfe\xff")) {
    // All of it is ASCII in two bytes each.
    std::string narrow;
    for (size_t i = 3; i < text.size(); i += 2) narrow.push_back(text[i]);
    text = narrow;
  }
  size_t begin = 0;
  while ((begin = text.find('<', begin)) != std::string::npos &&
         (text[begin + 1] == '?' || text[begin + 1] == '!'))
    begin = text.find('>', absl::StartsWith(absl::string_view(text).substr(begin), "<!--")
                               ? text.find("-->", begin)
                               : begin);
  if (begin == std::string::npos) return text;
  absl::string_view root = absl::string_view(text).substr(begin + 1);
  root = root.substr(0, root.find_first_of(" \t\r\n>"));
  root = root.substr(root.find(':') == absl::string_view::npos ? 0 : root.find(':') + 1);
  const absl::string_view rest = absl::string_view(text).substr(begin);
  if (root == "record")
    return absl::StrCat("<OAI-PMH><ListRecords>", rest, "</ListRecords></OAI-PMH>");
  for (absl::string_view payload : {"resource", "mods", "qualifieddc", "stash_wrapper", "entry"}) {
    if (root != payload) continue;
    return absl::StrCat("<OAI-PMH><ListRecords><record><header><identifier>", name,
                        "</identifier></header><metadata>", rest,
                        "</metadata></record></ListRecords></OAI-PMH>");
  }
  return text;
}

// How often each format was met that is not mapped.
std::map<std::string, int>& Unmapped() {
  static auto* const unmapped = new std::map<std::string, int>();
  return *unmapped;
}

void CountStudy(const Study& study, Counts* counts) {
  ++counts->studies;
  counts->titles += study.title.empty() ? 0 : 1;
  counts->dois += study.data_doi.empty() ? 0 : 1;
  counts->licences += study.licence.spdx.empty() ? 0 : 1;
  counts->dates += study.release_date.empty() ? 0 : 1;
  counts->people += static_cast<int>(study.people.size());
  for (const Person& person : study.people) counts->orcids += person.orcid.empty() ? 0 : 1;
  for (const std::string& text : {study.title, study.description})
    EXPECT_FALSE(absl::StrContains(text, "&lt;p") || absl::StrContains(text, "<p>")) << text;
}

void CountRecord(const OaiPage& page, const RecordPlace& place, const std::string& file,
                 Counts* counts) {
  ++counts->records;
  const auto record = ReadOaiRecord(page, place);
  if (!record.ok()) {
    ++counts->bad;
    std::cout << "  bad " << file << ": " << record.status().message() << "\n";
    return;
  }
  if (record->header.deleted) {
    ++counts->deleted;
    return;
  }
  const auto mapped = MapRecord("s", *record);
  if (absl::IsUnimplemented(mapped.status())) {
    ++counts->unmapped;
    ++Unmapped()[std::string(mapped.status().message())];
  } else if (!mapped.ok()) {
    ++counts->bad;
    std::cout << "  bad " << file << ": " << mapped.status().message() << "\n";
  } else if (mapped->withdrawn) {
    ++counts->withdrawn;
  } else {
    CountStudy(mapped->study, counts);
  }
}

std::map<std::string, Counts> CountAll(const std::filesystem::path& sources) {
  std::map<std::string, Counts> all;
  std::vector<std::filesystem::path> files;
  for (const char* folder : {"oai-pmh", "datacite/xml", "dryad"}) {
    for (const auto& entry : std::filesystem::recursive_directory_iterator(sources / folder)) {
      const std::string end = entry.path().extension().string();
      if (entry.is_regular_file() && (end == ".xml" || end == ".txt" || end == ".html"))
        files.push_back(entry.path());
    }
  }
  std::sort(files.begin(), files.end());
  for (const auto& path : files) {
    const std::string file = std::filesystem::relative(path, sources).string();
    Counts& counts = all[std::filesystem::relative(path.parent_path(), sources).string()];
    ++counts.files;
    const auto page = ParseOaiPage(AsAnswer(Contents(path), path.stem().string()), "");
    if (!page.ok()) {
      ++counts.refused;
      std::cout << "  refused " << file << ": " << page.status().message() << "\n";
      continue;
    }
    counts.errors += static_cast<int>(page->errors.size());
    counts.headers += static_cast<int>(page->headers.size());
    counts.tokens += page->token.empty() ? 0 : 1;
    for (const RecordPlace& place : page->records) CountRecord(*page, place, file, &counts);
  }
  return all;
}

TEST(OaiCorpusTest, EveryRecordedAnswer) {
  PARFOCAL_CORPUS_OR_SKIP(corpus);
  const std::map<std::string, std::string> wanted = {
      {"datacite/xml",
       "18 files, 0 refused; 18 records: 18 studies, 0 deleted, 0 withdrawn, 0 unmapped, 0 bad; 0 "
       "errors, 0 headers, 0 tokens; 18 titles, 18 DOIs, 8 licences, 18 dates, 88 people, 19 "
       "ORCIDs"},
      {"dryad",
       "4 files, 0 refused; 4 records: 3 studies, 0 deleted, 0 withdrawn, 1 unmapped, 0 bad; 0 "
       "errors, 0 headers, 0 tokens; 3 titles, 2 DOIs, 3 licences, 3 dates, 9 people, 0 ORCIDs"},
      {"oai-pmh/arxiv",
       "5 files, 0 refused; 50 records: 2 studies, 0 deleted, 0 withdrawn, 48 unmapped, 0 bad; 0 "
       "errors, 0 headers, 0 tokens; 2 titles, 0 DOIs, 0 licences, 2 dates, 6 people, 0 ORCIDs"},
      {"oai-pmh/ckan",
       "3 files, 0 refused; 3 records: 3 studies, 0 deleted, 0 withdrawn, 0 unmapped, 0 bad; 0 "
       "errors, 0 headers, 0 tokens; 3 titles, 3 DOIs, 2 licences, 3 dates, 12 people, 0 ORCIDs"},
      {"oai-pmh/dans-easy",
       "2 files, 0 refused; 2 records: 2 studies, 0 deleted, 0 withdrawn, 0 unmapped, 0 bad; 0 "
       "errors, 0 headers, 0 tokens; 2 titles, 2 DOIs, 1 licences, 2 dates, 4 people, 0 ORCIDs"},
      {"oai-pmh/datacite",
       "7 files, 0 refused; 5 records: 5 studies, 0 deleted, 0 withdrawn, 0 unmapped, 0 bad; 0 "
       "errors, 2 headers, 2 tokens; 5 titles, 5 DOIs, 0 licences, 5 dates, 10 people, 4 ORCIDs"},
      {"oai-pmh/datacite-wrapped",
       "1 files, 0 refused; 1 records: 1 studies, 0 deleted, 0 withdrawn, 0 unmapped, 0 bad; 0 "
       "errors, 0 headers, 0 tokens; 1 titles, 1 DOIs, 1 licences, 1 dates, 2 people, 2 ORCIDs"},
      {"oai-pmh/dataverse",
       "5 files, 0 refused; 22 records: 7 studies, 15 deleted, 0 withdrawn, 0 unmapped, 0 bad; 0 "
       "errors, 0 headers, 1 tokens; 7 titles, 3 DOIs, 3 licences, 4 dates, 34 people, 1 ORCIDs"},
      {"oai-pmh/digital-commons",
       "6 files, 0 refused; 108 records: 108 studies, 0 deleted, 0 withdrawn, 0 unmapped, 0 bad; 0 "
       "errors, 0 headers, 0 tokens; 108 titles, 8 DOIs, 15 licences, 107 dates, 457 people, 0 "
       "ORCIDs"},
      {"oai-pmh/dryad-dspace",
       "3 files, 0 refused; 294 records: 162 studies, 0 deleted, 132 withdrawn, 0 unmapped, 0 bad; "
       "0 errors, 0 headers, 2 tokens; 162 titles, 162 DOIs, 111 licences, 162 dates, 868 people, "
       "0 ORCIDs"},
      {"oai-pmh/dspace",
       "24 files, 0 refused; 489 records: 488 studies, 1 deleted, 0 withdrawn, 0 unmapped, 0 bad; "
       "0 errors, 0 headers, 0 tokens; 488 titles, 153 DOIs, 79 licences, 488 dates, 1932 people, "
       "1 ORCIDs"},
      {"oai-pmh/eprints",
       "2 files, 0 refused; 56 records: 56 studies, 0 deleted, 0 withdrawn, 0 unmapped, 0 bad; 0 "
       "errors, 0 headers, 0 tokens; 56 titles, 0 DOIs, 0 licences, 56 dates, 246 people, 0 "
       "ORCIDs"},
      {"oai-pmh/figshare",
       "1 files, 0 refused; 1 records: 1 studies, 0 deleted, 0 withdrawn, 0 unmapped, 0 bad; 0 "
       "errors, 0 headers, 0 tokens; 1 titles, 1 DOIs, 0 licences, 1 dates, 12 people, 0 ORCIDs"},
      {"oai-pmh/invenio",
       "2 files, 0 refused; 2 records: 2 studies, 0 deleted, 0 withdrawn, 0 unmapped, 0 bad; 0 "
       "errors, 0 headers, 0 tokens; 2 titles, 2 DOIs, 1 licences, 2 dates, 6 people, 1 ORCIDs"},
      {"oai-pmh/mods",
       "2 files, 0 refused; 2 records: 2 studies, 0 deleted, 0 withdrawn, 0 unmapped, 0 bad; 0 "
       "errors, 0 headers, 0 tokens; 2 titles, 0 DOIs, 0 licences, 2 dates, 1 people, 0 ORCIDs"},
      {"oai-pmh/nasty",
       "17 files, 5 refused; 12 records: 7 studies, 0 deleted, 0 withdrawn, 1 unmapped, 4 bad; 0 "
       "errors, 0 headers, 1 tokens; 7 titles, 4 DOIs, 1 licences, 5 dates, 22 people, 0 ORCIDs"},
      {"oai-pmh/other",
       "26 files, 0 refused; 404 records: 299 studies, 2 deleted, 0 withdrawn, 103 unmapped, 0 "
       "bad; 0 errors, 0 headers, 2 tokens; 298 titles, 29 DOIs, 5 licences, 255 dates, 579 "
       "people, 0 ORCIDs"},
      {"oai-pmh/pangaea",
       "5 files, 0 refused; 5 records: 5 studies, 0 deleted, 0 withdrawn, 0 unmapped, 0 bad; 0 "
       "errors, 0 headers, 0 tokens; 5 titles, 4 DOIs, 4 licences, 5 dates, 27 people, 12 ORCIDs"},
      {"oai-pmh/pmc",
       "3 files, 0 refused; 144 records: 144 studies, 0 deleted, 0 withdrawn, 0 unmapped, 0 bad; 0 "
       "errors, 0 headers, 2 tokens; 144 titles, 140 DOIs, 4 licences, 144 dates, 802 people, 0 "
       "ORCIDs"},
      {"oai-pmh/radar",
       "2 files, 0 refused; 2 records: 2 studies, 0 deleted, 0 withdrawn, 0 unmapped, 0 bad; 0 "
       "errors, 0 headers, 0 tokens; 2 titles, 1 DOIs, 0 licences, 1 dates, 16 people, 8 ORCIDs"},
      {"oai-pmh/spec-examples",
       "1 files, 0 refused; 0 records: 0 studies, 0 deleted, 0 withdrawn, 0 unmapped, 0 bad; 0 "
       "errors, 4 headers, 1 tokens; 0 titles, 0 DOIs, 0 licences, 0 dates, 0 people, 0 ORCIDs"},
      {"oai-pmh/synthetic",
       "22 files, 0 refused; 11 records: 6 studies, 3 deleted, 0 withdrawn, 1 unmapped, 1 bad; 9 "
       "errors, 4 headers, 5 tokens; 6 titles, 0 DOIs, 0 licences, 6 dates, 6 people, 0 ORCIDs"},
      {"oai-pmh/zenodo",
       "30 files, 0 refused; 168 records: 167 studies, 1 deleted, 0 withdrawn, 0 unmapped, 0 bad; "
       "10 errors, 159 headers, 10 tokens; 167 titles, 167 DOIs, 153 licences, 164 dates, 311 "
       "people, 8 ORCIDs"},
  };
  std::map<std::string, std::string> found;
  for (const auto& [folder, counts] : CountAll(std::filesystem::path(corpus) / "sources"))
    found[folder] = counts.Text();
  for (const auto& [folder, text] : found) std::cout << folder << ": " << text << "\n";
  for (const auto& [reason, count] : Unmapped()) std::cout << count << " x " << reason << "\n";
  EXPECT_EQ(found, wanted);
}

}  // namespace
}  // namespace parfocal::oai
