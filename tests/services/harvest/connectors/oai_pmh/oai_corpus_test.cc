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
  if (absl::StartsWith(text, "\xff\xfe")) {
    // All of it is ASCII in two bytes each.
    std::string narrow;
    for (size_t i = 2; i < text.size(); i += 2) narrow.push_back(text[i]);
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
  const std::map<std::string, std::string> wanted = {};
  std::map<std::string, std::string> found;
  for (const auto& [folder, counts] : CountAll(std::filesystem::path(corpus) / "sources"))
    found[folder] = counts.Text();
  for (const auto& [folder, text] : found) std::cout << folder << ": " << text << "\n";
  for (const auto& [reason, count] : Unmapped()) std::cout << count << " x " << reason << "\n";
  EXPECT_EQ(found, wanted);
}

}  // namespace
}  // namespace parfocal::oai
