// The figures of sources/gide/STATS.md, computed over the drafts of the archive; and every crate of
// sources/ro-crate, valid or broken, accepted or rejected.
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <map>
#include <regex>
#include <set>
#include <sstream>
#include <string>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "gmock/gmock.h"
#include "parfocal/ro_crate/crate_parser.h"
#include "parfocal/ro_crate/ro_crate_connector.h"
#include "support/corpus.h"
#include "support/status_matchers.h"

namespace parfocal {
namespace {

using testing::IsOk;

struct Harvest {
  std::vector<Study> studies;
  std::vector<Rejection> rejections;
  std::map<std::string, std::string> raw;  // By accession.
  Ledger ledger;
  int pages = 0;
};

Harvest HarvestOf(const std::string& location, const std::string& page_size = "200") {
  Source source;
  source.id = "gide";
  source.location = location;
  source.options["page_size"] = page_size;
  Harvest out;
  auto connector = MakeRoCrateConnector(source, {});
  EXPECT_THAT(connector, IsOk());
  if (!connector.ok()) return out;
  for (std::string cursor;;) {
    auto page = (*connector)->NextPage(cursor);
    EXPECT_THAT(page, IsOk());
    if (!page.ok()) return out;
    for (Draft& draft : page->drafts) {
      Study& study = std::get<Study>(draft.record);
      out.raw[study.accession] =
          page->raw[draft.raw.blob].substr(draft.raw.offset, draft.raw.length);
      out.studies.push_back(std::move(study));
    }
    for (Rejection& rejection : page->rejections) out.rejections.push_back(std::move(rejection));
    EXPECT_EQ(page->ledger.fetched,
              static_cast<int64_t>(page->drafts.size()) + page->ledger.quarantined);
    out.ledger.Add(page->ledger);
    ++out.pages;
    if (page->last) return out;
    EXPECT_GT(page->next_cursor, cursor);
    cursor = page->next_cursor;
  }
}

const Harvest& Gide(const std::string& corpus) {
  static const Harvest* const harvest =
      new Harvest(HarvestOf(corpus + "/sources/gide/crates.tar.gz"));
  return *harvest;
}

using Counts = std::map<std::string, int64_t>;

// Studies by the distinct keys that they state in `field`.
Counts CountStated(const Harvest& harvest, absl::string_view field, absl::string_view prefix) {
  Counts out;
  for (const Study& study : harvest.studies) {
    std::set<std::string> keys;
    for (const Statement& s : study.statements) {
      if (s.field == field && s.origin == Origin::kStated && absl::StartsWith(s.stated_id, prefix))
        keys.insert(s.stated_id);
    }
    for (const std::string& key : keys) ++out[key];
  }
  return out;
}

// Sections of STATS.md: title to the rows of its table.
struct Stats {
  std::string text;
  std::map<std::string, std::vector<std::vector<std::string>>> tables;
  explicit Stats(const std::string& corpus) {
    std::ifstream in(corpus + "/sources/gide/STATS.md");
    std::string line, title;
    while (std::getline(in, line)) {
      absl::StrAppend(&text, line, "\n");
      if (absl::StartsWith(line, "## ")) title = line.substr(3);
      if (!absl::StartsWith(line, "|") || absl::StartsWith(line, "|---")) continue;
      std::vector<std::string> row = absl::StrSplit(line.substr(1, line.rfind('|') - 1), '|');
      for (std::string& cell : row) cell = std::string(absl::StripAsciiWhitespace(cell));
      tables[title].push_back(row);
    }
  }
  // The first number that `pattern` captures.
  int64_t Number(const std::string& pattern) const {
    std::smatch match;
    EXPECT_TRUE(std::regex_search(text, match, std::regex(pattern))) << pattern;
    return match.empty() ? -1 : std::stoll(match[1]);
  }
};

std::string Curie(std::string underscore) {
  const size_t at = underscore.rfind('_');
  if (at != std::string::npos) underscore[at] = ':';
  return underscore;
}

int64_t CountStudies(const Harvest& harvest, const std::function<bool(const Study&)>& holds) {
  int64_t n = 0;
  for (const Study& study : harvest.studies) n += holds(study);
  return n;
}

TEST(CratesCorpusTest, EveryCrateBecomesADraft) {
  PARFOCAL_CORPUS_OR_SKIP(corpus);
  const Harvest& harvest = Gide(corpus);
  const Stats stats(corpus);
  EXPECT_EQ(static_cast<int64_t>(harvest.studies.size()), stats.Number("- crates: (\\d+)"));
  EXPECT_EQ(harvest.ledger.quarantined, 0);
  EXPECT_EQ(harvest.pages, 7);
  Counts reasons;
  for (const Rejection& rejection : harvest.rejections) {
    ++reasons[rejection.reason.substr(0, 40)];
    EXPECT_FALSE(rejection.record.empty()) << rejection.place << ": " << rejection.reason;
  }
  std::set<std::string> doubled;
  for (const Rejection& rejection : harvest.rejections) {
    if (absl::StartsWith(rejection.reason, "more than one entity"))
      doubled.insert(rejection.record);
  }
  EXPECT_EQ(static_cast<int64_t>(doubled.size()),
            stats.Number("two entities of the same @id: (\\d+)"));
  for (const auto& [reason, n] : reasons) std::cout << "note: " << n << " x " << reason << "\n";
}

TEST(CratesCorpusTest, PublishersYearsAndLicences) {
  PARFOCAL_CORPUS_OR_SKIP(corpus);
  const Harvest& harvest = Gide(corpus);
  Stats stats(corpus);
  Counts publishers, years, licences, by_both;
  std::string first = "9999", last;
  for (const Study& study : harvest.studies) {
    ++publishers[study.publisher + " " + study.publisher_id];
    ++years[study.release_date.substr(0, 4)];
    ++licences[study.licence.stated];
    ++by_both[study.publisher + study.release_date.substr(0, 4)];
    first = std::min(first, study.release_date);
    last = std::max(last, study.release_date);
  }
  auto& rows = stats.tables["By publisher"];
  for (size_t i = 1; i < rows.size(); ++i)
    EXPECT_EQ(publishers[rows[i][0] + " " + rows[i][1]], std::stoll(rows[i][2]));
  EXPECT_EQ(publishers.size(), rows.size() - 1);
  auto& year_rows = stats.tables["By year"];
  for (size_t i = 1; i < year_rows.size(); ++i)
    EXPECT_EQ(years[year_rows[i][0]], std::stoll(year_rows[i][1]));
  EXPECT_EQ(years.size(), year_rows.size() - 1);
  auto& both = stats.tables["By publisher and year"];
  for (size_t i = 1; i < both.size(); ++i) {
    for (size_t j = 1; j < both[i].size(); ++j)
      EXPECT_EQ(by_both[both[0][j] + both[i][0]], std::stoll(both[i][j]));
  }
  EXPECT_EQ(absl::StrCat("datePublished: ", first, " / ", last),
            stats.text.substr(stats.text.find("datePublished: 2"), 38));
  auto& licence_rows = stats.tables["By licence"];
  for (size_t i = 1; i < licence_rows.size(); ++i) {
    const std::string stated = licence_rows[i][0] == "(none)" ? "" : licence_rows[i][0];
    EXPECT_EQ(licences[stated], std::stoll(licence_rows[i][1])) << stated;
  }
  EXPECT_EQ(licences.size(), licence_rows.size() - 1);
  // Two licences are not known: the one that is missing and the page of another project.
  EXPECT_EQ(CountStudies(harvest, [](const Study& s) { return s.licence.spdx.empty(); }), 2);
}

TEST(CratesCorpusTest, OrganismsAndMethods) {
  PARFOCAL_CORPUS_OR_SKIP(corpus);
  const Harvest& harvest = Gide(corpus);
  Stats stats(corpus);
  Counts organisms = CountStated(harvest, "organism", "NCBITaxon:");
  Counts methods = CountStated(harvest, "imaging_method", "FBbi:");
  EXPECT_EQ(static_cast<int64_t>(organisms.size()),
            stats.Number("distinct organisms \\(NCBITaxon IRIs\\): (\\d+)"));
  EXPECT_EQ(static_cast<int64_t>(methods.size()), stats.Number("distinct FBbi methods: (\\d+)"));
  auto& organism_rows = stats.tables["By organism, top 30"];
  for (size_t i = 1; i < organism_rows.size(); ++i) {
    EXPECT_EQ(organisms[Curie(organism_rows[i][0])], std::stoll(organism_rows[i][2]))
        << organism_rows[i][1];
  }
  auto& method_rows = stats.tables["By imaging method, top 30"];
  for (size_t i = 1; i < method_rows.size(); ++i) {
    EXPECT_EQ(methods[Curie(method_rows[i][0])], std::stoll(method_rows[i][2]))
        << method_rows[i][1];
  }
  EXPECT_GE(organism_rows.size(), 31u);
  EXPECT_GE(method_rows.size(), 31u);
  auto& pairs = stats.tables["Two facets together, top 15"];
  for (size_t i = 1; i < pairs.size(); ++i) {
    const std::string organism = Curie(pairs[i][0].substr(0, pairs[i][0].find(' ')));
    const std::string method = Curie(pairs[i][1].substr(0, pairs[i][1].find(' ')));
    EXPECT_EQ(CountStudies(harvest,
                           [&](const Study& study) {
                             bool has_organism = false, has_method = false;
                             for (const Statement& s : study.statements) {
                               has_organism |= s.field == "organism" && s.stated_id == organism;
                               has_method |= s.field == "imaging_method" && s.stated_id == method &&
                                             s.origin == Origin::kStated;
                             }
                             return has_organism && has_method;
                           }),
              std::stoll(pairs[i][2]));
  }
}

// How many distinct ids (or texts, where there is no id) of `field` a study states.
size_t StatedIds(const Study& study, absl::string_view field, absl::string_view prefix) {
  std::set<std::string> ids;
  for (const Statement& s : study.statements) {
    if (s.field == field && s.origin == Origin::kStated && absl::StartsWith(s.stated_id, prefix))
      ids.insert(s.stated_id);
  }
  ids.erase("");
  return ids.size();
}

bool HasFreeText(const Study& study, absl::string_view field) {
  return std::any_of(study.statements.begin(), study.statements.end(), [&](const Statement& s) {
    return s.field == field && s.origin == Origin::kStated && s.stated_id.empty();
  });
}

bool HasProtocol(const Study& study) {
  return std::any_of(study.attributes.begin(), study.attributes.end(),
                     [](const Attribute& a) { return a.first == "measurementMethod"; });
}

TEST(CratesCorpusTest, GapsAndFreeText) {
  PARFOCAL_CORPUS_OR_SKIP(corpus);
  const Harvest& harvest = Gide(corpus);
  const Stats stats(corpus);
  auto count = [&](const std::function<bool(const Study&)>& holds) {
    return CountStudies(harvest, holds);
  };
  auto no_organism = [](const Study& s) { return StatedIds(s, "organism", "") == 0; };
  EXPECT_EQ(count(no_organism), stats.Number("no organism in the root `about`: (\\d+)"));
  EXPECT_EQ(
      count([&](const Study& s) { return no_organism(s) && s.publisher == "BioImage Archive"; }),
      stats.Number("no organism in the root `about`: \\d+ \\(BioImage Archive (\\d+)"));
  // "Absent or empty": neither a term nor a protocol that only the crate itself describes.
  auto no_term = [](const Study& s) {
    return StatedIds(s, "imaging_method", "") == 0 && !HasFreeText(s, "imaging_method");
  };
  EXPECT_EQ(count([&](const Study& s) { return no_term(s) && !HasProtocol(s); }),
            stats.Number("`measurementMethod` absent or empty: (\\d+)"));
  auto no_fbbi = [](const Study& s) { return StatedIds(s, "imaging_method", "FBbi:") == 0; };
  EXPECT_EQ(count(no_fbbi), stats.Number("no FBbi method in the root `measurementMethod`: (\\d+)"));
  EXPECT_EQ(count([](const Study& s) { return HasFreeText(s, "imaging_method"); }),
            stats.Number("at least one method given as free text: (\\d+)"));
  EXPECT_EQ(count([&](const Study& s) { return HasFreeText(s, "imaging_method") && no_fbbi(s); }),
            stats.Number("of which without any FBbi method: (\\d+)"));
  EXPECT_EQ(count([](const Study& s) { return HasFreeText(s, "cell_line"); }),
            stats.Number("a cell line as free text: (\\d+)"));
  EXPECT_EQ(count([](const Study& s) { return StatedIds(s, "cell_line", "") > 0; }),
            stats.Number("with a cell line as an IRI: (\\d+)"));
  EXPECT_EQ(count([](const Study& s) {
              return HasFreeText(s, "imaging_method") || HasFreeText(s, "cell_line");
            }),
            stats.Number("any free text of these two kinds: (\\d+)"));
  for (size_t n : {0u, 1u, 2u, 3u, 4u, 5u, 7u, 8u}) {
    EXPECT_EQ(
        count([&](const Study& s) { return StatedIds(s, "imaging_method", "FBbi:") == n; }),
        stats.Number(absl::StrCat("crates by number of FBbi methods:.*?[ ,]", n, ": (\\d+)")));
  }
  for (int n : {0, 1, 2, 3, 4, 6, 7, 12, 13, 32, 47}) {
    EXPECT_EQ(count([&](const Study& s) {
                return StatedIds(s, "organism", "") == static_cast<size_t>(n);
              }),
              stats.Number(absl::StrCat("crates by number of organisms:.*?[ ,]", n, ": (\\d+)")));
  }
  // The words of the free texts, with the number of crates of each.
  Counts words;
  for (const Study& study : harvest.studies) {
    for (const Statement& s : study.statements) {
      if (s.field == "imaging_method" && s.origin == Origin::kStated && s.stated_id.empty())
        ++words[s.value];
    }
  }
  const size_t from = stats.text.find("the texts: ") + 11;
  const std::string texts = stats.text.substr(from, stats.text.find('\n', from) - from);
  std::vector<std::string> listed = absl::StrSplit(texts, "; ");
  EXPECT_EQ(words.size(), listed.size());
  for (const std::string& entry : listed) {
    const size_t open = entry.rfind(" (");
    EXPECT_EQ(words[entry.substr(0, open)], std::stoll(entry.substr(open + 2))) << entry;
  }
}

TEST(CratesCorpusTest, SizesPeopleAndTheRest) {
  PARFOCAL_CORPUS_OR_SKIP(corpus);
  const Harvest& harvest = Gide(corpus);
  Stats stats(corpus);
  auto count = [&](const std::function<bool(const Study&)>& holds) {
    return CountStudies(harvest, holds);
  };
  int64_t bytes = 0, files = 0, zero = 0, mentions = 0, orcids = 0;
  Counts prefixes, keywords;
  for (const Study& study : harvest.studies) {
    bytes += study.bytes.value_or(0);
    files += study.file_count.value_or(0);
    zero += study.bytes == 0;
    mentions += static_cast<int64_t>(study.people.size());
    for (const Person& person : study.people) orcids += !person.orcid.empty();
    for (const Statement& s : study.statements) {
      if (s.stated_id.empty() || s.origin != Origin::kStated) continue;
      if (s.field != "organism" && s.field != "imaging_method") ++prefixes[s.field];
    }
    for (const std::string& word : study.keywords) ++keywords[absl::AsciiStrToLower(word)];
  }
  EXPECT_EQ(bytes, stats.Number("sum of bytes over the \\d+ crates that give it: (\\d+)"));
  EXPECT_EQ(zero, stats.Number("\\((\\d+) of them give 0\\)"));
  EXPECT_EQ(files, stats.Number("sum of file counts over the \\d+ crates that give it: (\\d+)"));
  EXPECT_EQ(count([](const Study& s) { return s.bytes.has_value(); }),
            stats.Number("sum of bytes over the (\\d+)"));
  EXPECT_EQ(count([](const Study& s) { return s.file_count.has_value(); }),
            stats.Number("sum of file counts over the (\\d+)"));
  EXPECT_EQ(mentions, stats.Number("author mentions: (\\d+)"));
  // Some ORCIDs of the archive have a wrong check digit: each is left out, with a note.
  const int64_t wrong = std::count_if(
      harvest.rejections.begin(), harvest.rejections.end(),
      [](const Rejection& r) { return absl::StartsWith(r.reason, "this is no ORCID"); });
  EXPECT_EQ(wrong, 4);
  EXPECT_EQ(orcids + wrong, stats.Number("author mentions: \\d+, with ORCID (\\d+)"));
  EXPECT_EQ(count([](const Study& s) { return s.people.empty(); }),
            stats.Number("no author: (\\d+)"));
  EXPECT_EQ(count([](const Study& s) { return s.description.empty(); }),
            stats.Number("equal to the identifier: (\\d+)"));
  EXPECT_EQ(count([](const Study& s) { return !s.thumbnail.empty(); }),
            stats.Number("a thumbnail (\\d+)"));
  EXPECT_EQ(count([](const Study& s) { return !s.keywords.empty(); }),
            stats.Number("keywords (\\d+)"));
  EXPECT_EQ(count([](const Study& s) { return !s.publications.empty(); }),
            stats.Number("a publication [^0-9]*(\\d+)"));
  EXPECT_EQ(count([](const Study& s) { return !s.funding.empty(); }),
            stats.Number("a funder (\\d+)"));
  auto any_person = [&](const std::function<bool(const Person&)>& holds) {
    return count(
        [&](const Study& s) { return std::any_of(s.people.begin(), s.people.end(), holds); });
  };
  // One study's only ORCID is among them.
  EXPECT_EQ(any_person([](const Person& p) { return !p.orcid.empty(); }) + 1,
            stats.Number("an author with ORCID (\\d+)"));
  EXPECT_EQ(any_person([](const Person& p) { return !p.affiliation.empty(); }),
            stats.Number("an author with affiliation (\\d+)"));
  EXPECT_EQ(any_person([](const Person& p) { return !p.ror.empty(); }),
            stats.Number("an organisation with ROR (\\d+)"));
  EXPECT_EQ(prefixes["biological_process"], stats.Number("by prefix\\): GO (\\d+)"));
  EXPECT_EQ(prefixes["cell_line"], stats.Number("by prefix\\): .*CLO (\\d+)"));
  EXPECT_EQ(prefixes["anatomy"], stats.Number("by prefix\\): .*UBERON (\\d+)"));
  auto& rows = stats.tables["Keywords, top 15 (lower-cased, trimmed; mentions)"];
  ASSERT_GE(rows.size(), 16u);
  for (size_t i = 1; i < rows.size(); ++i)
    EXPECT_EQ(keywords[rows[i][0]], std::stoll(rows[i][1])) << rows[i][0];
}

TEST(CratesCorpusTest, SubstringsOfTheTexts) {
  PARFOCAL_CORPUS_OR_SKIP(corpus);
  const Harvest& harvest = Gide(corpus);
  Stats stats(corpus);
  auto& rows = stats.tables
                   ["Plain substring checks (case-insensitive, on the root name, and on name + "
                    "space + description)"];
  ASSERT_GT(rows.size(), 10u);
  // STATS.md counts a description that only repeats the identifier, which a record does not keep.
  auto text_of = [](const Study& s) {
    return absl::StrCat(s.title, " ", s.description.empty() ? s.accession : s.description);
  };
  for (size_t i = 1; i < rows.size(); ++i) {
    auto has = [&](const std::string& text) {
      return absl::StrContains(absl::AsciiStrToLower(text), rows[i][0]);
    };
    EXPECT_EQ(CountStudies(harvest, [&](const Study& s) { return has(s.title); }),
              std::stoll(rows[i][1]))
        << rows[i][0];
    EXPECT_EQ(CountStudies(harvest, [&](const Study& s) { return has(text_of(s)); }),
              std::stoll(rows[i][2]))
        << rows[i][0];
  }
}

// Everything that a record holds as text.
std::string TextOf(const Study& study) {
  std::string out =
      absl::StrCat(study.title, "\n", study.description, "\n", study.landing_page, "\n");
  for (const std::string& word : study.keywords) absl::StrAppend(&out, word, "\n");
  for (const Person& p : study.people) absl::StrAppend(&out, p.name, "\n", p.affiliation, "\n");
  for (const Publication& p : study.publications)
    absl::StrAppend(&out, p.title, "\n", p.authors, "\n", p.url, "\n");
  for (const Funding& f : study.funding) absl::StrAppend(&out, f.funder, "\n", f.award, "\n");
  for (const Statement& s : study.statements)
    absl::StrAppend(&out, s.value, "\n", s.stated_id, "\n");
  for (const Attribute& a : study.attributes) absl::StrAppend(&out, a.first, "=", a.second, "\n");
  return out;
}

TEST(CratesCorpusTest, NoAddressOfAPersonIsKept) {
  PARFOCAL_CORPUS_OR_SKIP(corpus);
  const std::regex address("[A-Za-z0-9._%+-]+@[A-Za-z0-9-]+\\.[A-Za-z]");
  int in_raw = 0;
  for (const Study& study : Gide(corpus).studies) {
    EXPECT_FALSE(std::regex_search(TextOf(study), address)) << study.accession;
    in_raw += std::regex_search(Gide(corpus).raw.at(study.accession), address);
  }
  EXPECT_GT(in_raw, 1000) << "the crates themselves hold them";
}

TEST(CratesCorpusTest, AnyPageSizeGivesTheSameDrafts) {
  PARFOCAL_CORPUS_OR_SKIP(corpus);
  const Harvest odd = HarvestOf(corpus + "/sources/gide/crates.tar.gz", "97");
  EXPECT_TRUE(odd.studies == Gide(corpus).studies);
  EXPECT_TRUE(odd.raw == Gide(corpus).raw);
  EXPECT_EQ(odd.rejections.size(), Gide(corpus).rejections.size());
}

TEST(CratesCorpusTest, CratesOfTheSpecificationAndItsValidator) {
  PARFOCAL_CORPUS_OR_SKIP(corpus);
  int accepted = 0, rejected = 0;
  for (const auto& entry :
       std::filesystem::recursive_directory_iterator(corpus + "/sources/ro-crate")) {
    const std::string path = entry.path().string();
    if (!entry.is_regular_file() || !absl::StrContains(path, ".json")) continue;
    SCOPED_TRACE(path);
    std::stringstream bytes;
    bytes << std::ifstream(path).rdbuf();
    const std::string text = bytes.str();
    auto parsed = ParseCrate("crates", {path, CrateKey(path), text}, {});
    if (parsed.ok()) {
      ++accepted;
      EXPECT_FALSE(parsed->study.accession.empty());
      EXPECT_FALSE(absl::StrContains(path, "invalid_json_format"));
    } else {
      ++rejected;
      EXPECT_FALSE(absl::StrContains(path, "/valid-")) << parsed.status();
      EXPECT_FALSE(parsed.status().message().empty());
      std::cout << "rejected: " << entry.path().filename().string() << ": "
                << parsed.status().message() << "\n";
    }
  }
  EXPECT_GT(accepted, 40);
  EXPECT_GT(rejected, 5);
  std::cout << accepted << " accepted, " << rejected << " rejected\n";
}

}  // namespace
}  // namespace parfocal
