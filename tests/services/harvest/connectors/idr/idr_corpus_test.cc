// The connector on the real archive: every study, every row, the published figures of each table.
#include <algorithm>
#include <cctype>
#include <ctime>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <map>
#include <memory>
#include <set>
#include <sstream>
#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "gmock/gmock.h"
#include "parfocal/connector_idr/idr_connector.h"
#include "parfocal/record_name.h"
#include "support/corpus.h"
#include "support/status_matchers.h"
#include "support/temp_dir.h"

namespace parfocal {
namespace {

namespace fs = std::filesystem;

absl::StatusOr<std::unique_ptr<Connector>> Open(const std::string& location) {
  Source source;
  source.id = "idr";
  source.location = location;
  source.options["rules"] = PARFOCAL_SOURCE_DIR "/deploy/sources/idr.yaml";
  return MakeIdrConnector(source, ConnectorContext());
}

// The table that the page at `cursor` is of; empty for a study's page.
std::string TableOf(const std::string& cursor) {
  const std::vector<std::string> parts = absl::StrSplit(cursor, '\n');
  return parts.size() == 4 ? parts[2] : "";
}

constexpr char kElongatedCell[] = "CMPO:0000077";

// The term and all that is_a leads to it.
std::set<std::string> ElongatedCell(const std::string& obo) {
  std::ifstream in(obo);
  std::multimap<std::string, std::string> children;
  std::string line, id;
  while (std::getline(in, line)) {
    if (absl::StartsWith(line, "id: ")) id = line.substr(4);
    if (absl::StartsWith(line, "is_a: "))
      children.emplace(line.substr(6, line.find_first_of(" \r", 6) - 6), id);
  }
  std::set<std::string> found = {kElongatedCell};
  std::vector<std::string> open = {kElongatedCell};
  while (!open.empty()) {
    const std::string term = open.back();
    open.pop_back();
    for (auto [it, end] = children.equal_range(term); it != end; ++it) {
      if (found.insert(it->second).second) open.push_back(it->second);
    }
  }
  return found;
}

struct TableFigures {
  int64_t rows = 0, with_term = 0;
  std::set<std::string> genes;   // Of the first gene identifier column, as the cells have them.
  std::set<std::string> stated;  // Ids of gene statements.
};

// All that one pass over the archive tells.
struct Harvest {
  Ledger ledger;
  int64_t pages = 0, studies = 0, image_sets = 0, repeated_names = 0;
  std::map<std::string, TableFigures> tables;
  std::map<std::string, int> reasons;
  // Genes by "study block": of the term or a descendant, those of single targets, those of the term
  // itself.
  std::map<std::string, std::set<std::string>> elongated, elongated_single, elongated_exact;
  int64_t positive = 0, negative = 0, negative_controls = 0, tested_without_images = 0;
  std::vector<std::string> cursors;  // Where each page begins.
  double cpu_seconds = 0;
};

// The first column of gene identifiers of the table whose header stands at the beginning of `raw`.
std::string GeneColumn(const std::string& raw) {
  const std::string header = raw.substr(0, raw.find_first_of("\r\n"));
  for (absl::string_view cell : absl::StrSplit(header, absl::ByAnyChar(",\t"))) {
    cell = absl::StripAsciiWhitespace(cell.substr(0, cell.find(" %% ")));
    if (absl::StrContains(cell, "Gene Identifier")) return std::string(cell);
  }
  return "";
}

void AddGenes(const ImageSet& set, const std::string& gene_column, TableFigures* table) {
  for (const auto& [column, cell] : set.attributes) {
    if (column != gene_column) continue;
    for (absl::string_view gene : absl::StrSplit(cell, absl::ByAnyChar(";,"))) {
      gene = absl::StripAsciiWhitespace(gene);
      if (!gene.empty()) table->genes.emplace(gene);
    }
    break;
  }
  for (const Statement& s : set.statements) {
    if (s.field == "gene" && !s.stated_id.empty()) table->stated.insert(s.stated_id);
  }
}

void AddFindings(const ImageSet& set, const std::set<std::string>& elongated, TableFigures* table,
                 Harvest* h) {
  bool term = false, hit = false, exact = false;
  for (const Observation& o : set.observations) {
    if (o.outcome == Outcome::kPositive) {
      ++h->positive;
      term = term || !o.finding.stated_id.empty();
      hit = hit ||
            (o.kind == ObservationKind::kPhenotype && elongated.count(o.finding.stated_id) > 0);
    } else if (o.outcome == Outcome::kTestedNegative) {
      ++h->negative;
      h->negative_controls += set.control != ControlType::kNone || set.quality == Quality::kFailed;
      h->tested_without_images += !set.images_available;
    }
  }
  for (const Observation& o : set.observations) {
    exact = exact || (o.outcome == Outcome::kPositive && o.kind == ObservationKind::kPhenotype &&
                      o.finding.stated_id == kElongatedCell);
  }
  table->with_term += term;
  if (!hit) return;
  std::map<uint32_t, int> targets;
  for (const Statement& s : set.statements)
    targets[s.group] += s.field == "gene" && s.role == "perturbed";
  for (const Statement& s : set.statements) {
    if (s.field != "gene" || s.role != "perturbed" || s.stated_id.empty()) continue;
    const std::string block = absl::StrCat(set.study, " ", set.block);
    h->elongated[block].insert(s.stated_id);
    if (!exact) continue;
    h->elongated_exact[block].insert(s.stated_id);
    if (targets[s.group] == 1) h->elongated_single[block].insert(s.stated_id);
  }
}

Harvest Read(const std::string& location, const std::set<std::string>& elongated) {
  Harvest h;
  const std::clock_t start = std::clock();
  auto connector = Open(location);
  EXPECT_THAT(connector, testing::IsOk());
  if (!connector.ok()) return h;
  std::string cursor;
  std::set<std::string> names;
  while (true) {
    auto page = (*connector)->NextPage(cursor);
    EXPECT_THAT(page, testing::IsOk());
    if (!page.ok()) return h;
    h.cursors.push_back(cursor);
    h.ledger.Add(page->ledger);
    EXPECT_EQ(page->ledger.fetched,
              static_cast<int64_t>(page->drafts.size()) + page->ledger.quarantined);
    TableFigures* table = TableOf(cursor).empty() ? nullptr : &h.tables[TableOf(cursor)];
    if (table != nullptr) table->rows += page->ledger.rows_read;
    for (const Rejection& r : page->rejections) ++h.reasons[r.reason.substr(0, 60)];
    const std::string gene_column = table == nullptr ? "" : GeneColumn(page->raw.at(0));
    for (const Draft& draft : page->drafts) {
      h.repeated_names += !names.insert(FormatRecordName(NameOf(draft.record))).second;
      const auto* set = std::get_if<ImageSet>(&draft.record);
      if (set == nullptr) {
        ++h.studies;
        continue;
      }
      ++h.image_sets;
      AddGenes(*set, gene_column, table);
      AddFindings(*set, elongated, table, &h);
    }
    if (page->last) break;
    cursor = page->next_cursor;
  }
  h.cpu_seconds = static_cast<double>(std::clock() - start) / CLOCKS_PER_SEC;
  return h;
}

// Read once for all tests of this program.
const Harvest& TheHarvest(const std::string& corpus) {
  static const auto* const harvest =
      new Harvest(Read(corpus + "/idr", ElongatedCell(corpus + "/ontologies/cmpo.obo")));
  return *harvest;
}

// A row of the table of tables in the archive's README.
struct Published {
  std::string file;
  int64_t rows = 0;
  std::string genes, with_term;  // Empty: not given.
};

std::vector<Published> PublishedTables(const std::string& corpus) {
  std::ifstream in(corpus + "/idr/README.md");
  std::vector<Published> out;
  std::string line;
  while (std::getline(in, line)) {
    std::vector<std::string> cells = absl::StrSplit(line, '|');
    for (std::string& cell : cells) cell = std::string(absl::StripAsciiWhitespace(cell));
    Published p;
    if (cells.size() < 8 || !absl::StrContains(cells[1], "-annotation") ||
        !absl::SimpleAtoi(cells[2], &p.rows))
      continue;
    // The table says "idr9999/..." for the folder "idr9999-name/...".
    p.file = cells[1];
    p.genes = cells[4];
    p.with_term = cells[6];
    out.push_back(p);
  }
  return out;
}

TEST(IdrCorpusTest, EveryStudyAndEveryRowIsAccountedFor) {
  PARFOCAL_CORPUS_OR_SKIP(corpus);
  const Harvest& h = TheHarvest(corpus);
  EXPECT_EQ(h.studies, 131);
  int64_t tables = 0, rows = 0, other_rows = 0;
  for (const auto& [name, table] : h.tables) {
    const bool annotation = absl::StrContains(name, "-annotation");
    tables += annotation;
    (annotation ? rows : other_rows) += table.rows;
  }
  std::cout << "tables " << tables << ", their rows " << rows
            << "; rows of rebuilt tables and of processed data alone " << other_rows
            << "; findings " << h.positive << ", tested and not found " << h.negative << "; CPU "
            << h.cpu_seconds << " s\n";
  EXPECT_EQ(tables, 182);
  EXPECT_EQ(rows, 712'342);
  // idr0003 A, idr0012 A, idr0036 A from library and processed data; idr0009 A, idr0033 A processed
  // alone.
  EXPECT_EQ(other_rows, 32'640 + 26'112 + 7'680 + 4'350 + 325);
  EXPECT_EQ(h.ledger.rows_read, h.ledger.rows_accepted + h.ledger.rows_rejected);
  EXPECT_EQ(h.ledger.rows_accepted, h.image_sets);
  EXPECT_EQ(h.ledger.quarantined, h.ledger.rows_rejected);
  EXPECT_EQ(h.repeated_names, 0);
  for (const auto& [reason, count] : h.reasons)
    std::cout << "rejected " << count << ": " << reason << "\n";
#ifdef NDEBUG
  EXPECT_LE(h.cpu_seconds, 35);
#endif
}

TEST(IdrCorpusTest, EachTableHasThePublishedFigures) {
  PARFOCAL_CORPUS_OR_SKIP(corpus);
  const Harvest& h = TheHarvest(corpus);
  std::map<std::string, const TableFigures*> by_file;
  for (const auto& [name, table] : h.tables) {
    by_file[absl::StrCat(name.substr(0, name.find('-')), name.substr(name.find('/')))] = &table;
  }
  // The screen that was withdrawn is listed and lies elsewhere.
  const std::set<std::string> withdrawn = {"idr0008/screenC/idr0008-screenC-annotation.csv.gz"};
  int compared = 0;
  for (const Published& p : PublishedTables(corpus)) {
    SCOPED_TRACE(p.file);
    if (withdrawn.count(p.file) > 0) continue;
    ASSERT_EQ(by_file.count(p.file), 1u);
    const TableFigures& table = *by_file[p.file];
    ++compared;
    EXPECT_EQ(table.rows, p.rows);
    int64_t number = 0;
    if (absl::SimpleAtoi(p.genes, &number)) {
      EXPECT_EQ(static_cast<int64_t>(table.genes.size()), number);
    }
    if (absl::SimpleAtoi(p.with_term, &number)) {
      EXPECT_EQ(table.with_term, number);
    }
  }
  EXPECT_EQ(compared, 182);
}

TEST(IdrCorpusTest, GenesOfElongatedCells) {
  PARFOCAL_CORPUS_OR_SKIP(corpus);
  const Harvest& h = TheHarvest(corpus);
  auto size_of = [](const auto& by_block, const std::string& block) {
    auto it = by_block.find(block);
    return it == by_block.end() ? size_t{0} : it->second.size();
  };
  for (const auto& [block, genes] : h.elongated) {
    std::cout << block << ": " << genes.size() << " identifiers under the term, "
              << size_of(h.elongated_exact, block) << " of the term itself, of these "
              << size_of(h.elongated_single, block) << " of single targets\n";
  }
  EXPECT_EQ(size_of(h.elongated_exact, "idr0001 screenA"), 39u);
  EXPECT_EQ(size_of(h.elongated_exact, "idr0008 screenB"), 72u);
  EXPECT_GE(size_of(h.elongated_single, "idr0012 screenA"), 97u);
  // "Pear-shaped cell" is an elongated cell by is_a; 9 genes have that finding alone.
  EXPECT_EQ(size_of(h.elongated, "idr0001 screenA"), 48u);
}

TEST(IdrCorpusTest, NegativesAreRowsThatWereTested) {
  PARFOCAL_CORPUS_OR_SKIP(corpus);
  const Harvest& h = TheHarvest(corpus);
  EXPECT_GT(h.negative, 0);
  EXPECT_EQ(h.negative_controls, 0);
  EXPECT_EQ(h.tested_without_images, 0);
}

TEST(IdrCorpusTest, PagesAreTheSameWhenReadAgain) {
  PARFOCAL_CORPUS_OR_SKIP(corpus);
  const Harvest& h = TheHarvest(corpus);
  // A page of each kind now and then, in an order of their own.
  for (size_t i = 7; i < h.cursors.size(); i += 41) {
    SCOPED_TRACE(h.cursors[i]);
    PARFOCAL_ASSERT_OK_AND_ASSIGN(auto once, Open(corpus + "/idr"));
    PARFOCAL_ASSERT_OK_AND_ASSIGN(auto twice, Open(corpus + "/idr"));
    PARFOCAL_ASSERT_OK_AND_ASSIGN(const DraftPage a, once->NextPage(h.cursors[i - 1]));
    PARFOCAL_ASSERT_OK_AND_ASSIGN(const DraftPage b, once->NextPage(h.cursors[i]));  // Goes on.
    PARFOCAL_ASSERT_OK_AND_ASSIGN(const DraftPage c,
                                  twice->NextPage(h.cursors[i]));  // Begins there.
    EXPECT_EQ(a.next_cursor, h.cursors[i]);
    EXPECT_EQ(b.raw, c.raw);
    EXPECT_EQ(b.next_cursor, c.next_cursor);
    ASSERT_EQ(b.drafts.size(), c.drafts.size());
    for (size_t k = 0; k < b.drafts.size(); ++k)
      ASSERT_TRUE(b.drafts[k].record == c.drafts[k].record) << k;
  }
}

TEST(IdrCorpusTest, AWithdrawnScreenIsReadWhereItIsMergedIn) {
  PARFOCAL_CORPUS_OR_SKIP(corpus);
  testing::TempDir dir;
  const std::string study = "/idr0008-rohn-actinome";
  fs::copy(corpus + "/idr" + study, dir.path() + study, fs::copy_options::recursive);
  fs::copy(corpus + "/idr-withdrawn" + study, dir.path() + study, fs::copy_options::recursive);
  const Harvest h = Read(dir.path(), {});
  const auto table =
      h.tables.find("idr0008-rohn-actinome/screenC/idr0008-screenC-annotation.csv.gz");
  ASSERT_NE(table, h.tables.end());
  EXPECT_EQ(table->second.rows, 3840);
  EXPECT_EQ(table->second.with_term, 544);
  EXPECT_EQ(h.ledger.rows_rejected, 0);
}

}  // namespace
}  // namespace parfocal
