// What every SearchIndex promises, asked of the engine and of its slow twin over one small archive.
#include <algorithm>
#include <functional>
#include <memory>
#include <ostream>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"
#include "parfocal/search/binder.h"
#include "parfocal/search/segment_search_index.h"
#include "parfocal/write/index_writer.h"
#include "support/fake_record_store.h"
#include "support/fake_term_lookup.h"
#include "support/plain_search_index.h"
#include "support/status_matchers.h"
#include "support/temp_dir.h"

namespace parfocal {
namespace {

using ::parfocal::testing::FakeRecordStore;
using ::parfocal::testing::FakeTermLookup;
using ::parfocal::testing::HasReason;
using ::parfocal::testing::IsOk;
using ::parfocal::testing::PlainSearchIndex;
using ::parfocal::testing::StatusIs;
using ::parfocal::testing::TempDir;
using ::testing::ElementsAre;

std::shared_ptr<const FakeTermLookup> Terms() {
  auto terms = std::make_shared<FakeTermLookup>();
  terms->Add("NCBITaxon:1", "animal");
  terms->Add("NCBITaxon:2", "rodent", {"NCBITaxon:1"});
  terms->Add("NCBITaxon:3", "mouse", {"NCBITaxon:2"}, {"house mouse"});
  terms->Add("NCBITaxon:4", "rat", {"NCBITaxon:2"});
  terms->Add("NCBITaxon:5", "yeast");
  return terms;
}

Statement Organism(const std::string& id, const std::string& label, const std::string& scope = "") {
  Statement out;
  out.field = "organism";
  out.term = out.stated_id = id;
  out.value = out.label = label;
  out.rule = TermRule::kGivenId;
  out.scope = scope;
  return out;
}

ImageSet Set(const std::string& study, const std::string& block, int number) {
  ImageSet out;
  out.source = "s";
  out.study = study;
  out.block = block;
  out.id = absl::StrCat(block, "/A", number);
  out.image_count = number;
  return out;
}

// Three studies: A has no image sets; B's rows refine what B says; C says something of one block.
std::vector<Record> Archive() {
  Study a;
  a.source = "s";
  a.accession = "A-1";
  a.title = "Light sheet imaging of the mouse brain";
  a.description = "Whole brains, cleared.";
  a.release_date = "2019-05";
  a.image_count = 7;
  a.data_doi = "10.1234/abc";
  a.statements = {Organism("NCBITaxon:3", "mouse")};
  Study b;
  b.source = "s";
  b.accession = "B-2";
  b.title = "A screen in rodents";
  b.description = "Light microscopy on a sheet of cells; mouse and rat.";
  b.release_date = "2021-02-03";
  b.statements = {Organism("NCBITaxon:3", "mouse"), Organism("NCBITaxon:4", "rat")};
  Study c;
  c.source = "s";
  c.accession = "C-3";
  c.title = "Yeast beside mouse";
  c.release_date = "2021";
  c.statements = {Organism("NCBITaxon:5", "yeast", "screenB")};
  ImageSet b1 = Set("B-2", "screenA", 2);
  b1.statements = {Organism("NCBITaxon:3", "mouse")};
  b1.attributes = {{"Dose", "2.5"}, {"Age", "40"}};
  ImageSet b2 = Set("B-2", "screenA", 10);
  b2.attributes = {{"dose", "10"}};
  ImageSet b3 = Set("B-2", "screenA", 3);
  b3.image_count.reset();
  b3.statements = {Organism("NCBITaxon:5", "yeast")};
  ImageSet c1 = Set("C-3", "screenA", 1);
  ImageSet c2 = Set("C-3", "screenB", 1);
  c2.control = ControlType::kNegative;
  return {a, b, c, b1, b2, b3, c1, c2};
}

// Brings an index up to date with the store.
class Maker {
 public:
  virtual ~Maker() = default;
  virtual const SearchIndex& index() const = 0;
};

class EngineMaker final : public Maker {
 public:
  EngineMaker(FakeRecordStore* store, std::shared_ptr<const TermLookup> terms) {
    IndexWriterOptions options;
    options.release = terms->release();
    options.batch_changes = 3;
    options.on_publish = [this, terms](const PublishedIndex& state) {
      EXPECT_THAT(index_.Publish(state.directory, state.manifest, state.vocabulary, terms), IsOk());
    };
    writer_ = IndexWriter::Open(dir_.path(), store, std::string(kPublicGroup), options).value();
    writer_->Start();
  }
  ~EngineMaker() override { writer_->Stop(); }
  const SearchIndex& index() const override { return index_; }

 private:
  TempDir dir_;
  SegmentSearchIndex index_;
  std::unique_ptr<IndexWriter> writer_;
};

class PlainMaker final : public Maker {
 public:
  PlainMaker(FakeRecordStore* store, std::shared_ptr<const TermLookup> terms)
      : index_(store, terms.get()) {}
  const SearchIndex& index() const override { return index_; }

 private:
  PlainSearchIndex index_;
};

struct Backend {
  std::string name;
  std::function<std::unique_ptr<Maker>(FakeRecordStore*, std::shared_ptr<const TermLookup>)> make;
};
void PrintTo(const Backend& backend, std::ostream* out) { *out << backend.name; }

class SearchIndexContract : public ::testing::TestWithParam<Backend> {
 protected:
  SearchIndexContract() {
    Source source;
    source.id = "s";
    source.connector = "test";
    source.location = "/none";
    store_.CreateSource(source).IgnoreError();
    bool resumed = false;
    run_ = store_.BeginRun("s", absl::Now(), &resumed).value().id;
    Commit(Archive(), {});
    maker_ = GetParam().make(&store_, terms_);
  }

  void Commit(const std::vector<Record>& records, const std::vector<RecordName>& gone) {
    PageCommit page;
    page.source = "s";
    page.run = run_;
    page.raw = {absl::StrCat("raw ", sequence_)};
    for (const Record& record : records) {
      page.upserts.push_back({record, {0, 0, page.raw[0].size(), 0, 0}});
    }
    page.tombstones = gone;
    const absl::StatusOr<PageReceipt> receipt = store_.CommitPage(page);
    ASSERT_THAT(receipt, IsOk());
    sequence_ = receipt->sequence;
  }

  std::shared_ptr<const Snapshot> Open() const {
    return maker_->index().OpenAt(sequence_, absl::Now() + absl::Seconds(30)).value();
  }

  static absl::StatusOr<SearchAnswer> Run(const Snapshot& snapshot, const BoundQuery& query) {
    return snapshot.Execute(query, nullptr, absl::InfiniteFuture(), nullptr, nullptr);
  }
  SearchAnswer Ask(SearchText text) const {
    const std::shared_ptr<const Snapshot> snapshot = Open();
    absl::StatusOr<BoundQuery> bound = Binder(terms_.get(), snapshot.get()).Bind(text);
    EXPECT_THAT(bound, IsOk());
    if (!bound.ok()) return SearchAnswer();
    absl::StatusOr<SearchAnswer> answer = Run(*snapshot, *bound);
    EXPECT_THAT(answer, IsOk());
    return answer.ok() ? *answer : SearchAnswer();
  }
  // Names of the hits, the source left out.
  std::vector<std::string> Names(const std::string& query, const std::string& filter,
                                 SearchLevel level = SearchLevel::kStudy,
                                 SearchOrder order = SearchOrder::kRelevance) const {
    SearchText text;
    text.query = query;
    text.filter = filter;
    text.level = level;
    text.order = order;
    std::vector<std::string> out;
    for (const Hit& hit : Ask(text).hits) {
      out.push_back(absl::StrCat(hit.name.accession, hit.name.image_set.empty() ? "" : " ",
                                 hit.name.image_set));
    }
    return out;
  }

  std::shared_ptr<const FakeTermLookup> terms_ = Terms();
  FakeRecordStore store_;
  std::string run_;
  int64_t sequence_ = 0;
  std::unique_ptr<Maker> maker_;
};

TEST_P(SearchIndexContract, RowsRefineWhatTheirStudySays) {
  const SearchLevel rows = SearchLevel::kImageSet;
  // A2 says mouse itself; A10 says nothing, so both of the study's hold; A3 says yeast, but the rat
  // that no row claims holds there too, while the mouse, which A2 claims, does not.
  EXPECT_THAT(Names("", "organism = \"NCBITaxon:3\"", rows),
              ElementsAre("A-1", "B-2 screenA/A2", "B-2 screenA/A10"));
  EXPECT_THAT(Names("", "organism = rat", rows),
              ElementsAre("B-2 screenA/A2", "B-2 screenA/A3", "B-2 screenA/A10"));
  EXPECT_THAT(Names("", "organism = yeast", rows), ElementsAre("B-2 screenA/A3", "C-3 screenB/A1"));
  EXPECT_THAT(Names("", "NOT organism:*", rows), ElementsAre("C-3 screenA/A1"));
  // On the same row.
  EXPECT_THAT(Names("", "organism = mouse AND organism = yeast", rows), ElementsAre());
  EXPECT_THAT(Names("", "organism = mouse AND organism = rat"), ElementsAre("B-2"));
}

TEST_P(SearchIndexContract, TermsStandForTheirDescendants) {
  EXPECT_THAT(Names("", "organism = animal"), ElementsAre("A-1", "B-2"));
  EXPECT_THAT(Names("", "organism = \"house mouse\""), ElementsAre("A-1", "B-2"));
  EXPECT_THAT(Names("", "organism.exact = animal"), ElementsAre());
  EXPECT_THAT(Names("", "stated_organism = animal"), ElementsAre());
  EXPECT_THAT(Names("", "stated_organism.closure = NCBITaxon:1"), ElementsAre("A-1", "B-2"));
}

TEST_P(SearchIndexContract, FiltersByTextNumberDateAndAttribute) {
  EXPECT_THAT(Names("", "title:\"LIGHT sheet\""), ElementsAre("A-1"));
  EXPECT_THAT(Names("", "description:*"), ElementsAre("A-1", "B-2"));
  EXPECT_THAT(Names("", "release_date >= 2021"), ElementsAre("B-2", "C-3"));
  EXPECT_THAT(Names("", "release_date > 2021-01"), ElementsAre("B-2"));
  EXPECT_THAT(Names("", "release_date = 2019"), ElementsAre("A-1"));
  EXPECT_THAT(Names("", "year <= 2020"), ElementsAre("A-1"));
  EXPECT_THAT(Names("", "attribute[\"DOSE\"] > 3", SearchLevel::kImageSet),
              ElementsAre("B-2 screenA/A10"));
  EXPECT_THAT(Names("", "attribute[\"dose\"] = \"2.5\"", SearchLevel::kImageSet),
              ElementsAre("B-2 screenA/A2"));
  EXPECT_THAT(Names("", "attribute[\"no such key\"]:*"), ElementsAre());
  EXPECT_THAT(Names("", "organism:ous", SearchLevel::kImageSet),
              ElementsAre("A-1", "B-2 screenA/A2", "B-2 screenA/A10"));
}

TEST_P(SearchIndexContract, FindsWordsPhrasesAndBeginnings) {
  EXPECT_THAT(Names("light sheet", ""), ElementsAre("A-1", "B-2"));
  EXPECT_THAT(Names("\"light sheet\"", ""), ElementsAre("A-1"));
  EXPECT_THAT(Names("brain", ""), ElementsAre("A-1"));  // By its stem.
  EXPECT_THAT(Names("\"brains\"", ""), ElementsAre("A-1"));
  EXPECT_THAT(Names("\"cell\"", ""), ElementsAre());
  EXPECT_THAT(Names("micro*", ""), ElementsAre("B-2"));
  EXPECT_THAT(Names("mouse -yeast", ""), ElementsAre("A-1", "B-2"));
  EXPECT_THAT(Names("title:sheet", ""), ElementsAre("A-1"));
  EXPECT_THAT(Names("https://doi.org/10.1234/abc", ""), ElementsAre("A-1"));
  EXPECT_EQ(Names("mouse OR C-3", "").at(0), "C-3");  // An identifier comes first.
  EXPECT_THAT(Names("&", ""), ElementsAre("A-1", "B-2", "C-3"));
}

TEST_P(SearchIndexContract, CountsImagesAndWhatIsUnknown) {
  const Counts total = Ask(SearchText()).total;
  EXPECT_EQ(total.studies, 3);
  EXPECT_EQ(total.image_sets, 5);
  EXPECT_EQ(total.rows, 6);
  EXPECT_EQ(total.images, 7 + 2 + 10 + 1 + 1);
  EXPECT_EQ(total.unknown_image_sets, 1);
}

TEST_P(SearchIndexContract, AFacetLeavesOutItsOwnCondition) {
  SearchText text;
  text.filter = "organism = rat AND year = 2021";
  text.facets = {{"organism", "", 50, 0, ""}, {"year", "", 50, 0, ""}};
  const SearchAnswer answer = Ask(text);
  ASSERT_EQ(answer.facets.size(), 2u);
  std::vector<std::string> seen;
  for (const FacetValue& value : answer.facets[0].values) {
    seen.push_back(absl::StrCat(value.label, " ", value.exact.studies, "/", value.count.studies,
                                " ", value.exact.rows, "/", value.count.rows));
  }
  EXPECT_THAT(seen, ElementsAre("yeast 2/2 2/2", "mouse 1/1 2/2", "rat 1/1 3/3", "animal 0/1 0/3",
                                "rodent 0/1 0/3"));
  EXPECT_EQ(answer.facets[0].missing.rows, 1);
  ASSERT_EQ(answer.facets[1].values.size(), 1u);  // Only B has rats.
  EXPECT_EQ(answer.facets[1].values[0].value, "2021");
}

TEST_P(SearchIndexContract, FacetsPageAndSearchWithin) {
  SearchText text;
  text.facets = {{"organism", "", 2, 1, ""},
                 {"organism", "", 9, 0, "RAT"},
                 {"attribute", "dose", 9, 0, ""},
                 {"attribute", "nobody's key", 9, 0, ""}};
  const SearchAnswer answer = Ask(text);
  EXPECT_EQ(answer.facets[0].total_values, 5);
  EXPECT_EQ(answer.facets[0].values.size(), 2u);
  ASSERT_EQ(answer.facets[1].values.size(), 1u);
  EXPECT_EQ(answer.facets[1].values[0].label, "rat");
  EXPECT_EQ(answer.facets[2].values.size(), 2u);
  EXPECT_EQ(answer.facets[3].values.size(), 0u);
  EXPECT_EQ(answer.facets[3].missing.studies, 3);
}

// Words that differ in case, hyphens and blanks alone are one value of a facet, shown as most rows
// have it; what the archive wrote and names whose case has a meaning are not touched.
TEST_P(SearchIndexContract, OneFacetValueForAllSpellings) {
  auto say = [](const std::string& field, const std::string& value) {
    Statement out;
    out.field = field;
    out.value = value;
    return out;
  };
  Study study;
  study.source = "s";
  study.accession = "D-4";
  study.statements = {say("cell_line", "u2os")};
  std::vector<Record> records = {study};
  const char* const kSpellings[] = {"U2OS", "U-2 OS", "U-2 OS", "U2-OS", ""};
  for (int i = 0; i < 5; ++i) {
    ImageSet set = Set("D-4", "screenA", i + 1);
    if (*kSpellings[i] != 0) set.statements.push_back(say("cell_line", kSpellings[i]));
    set.statements.push_back(say("genotype", i == 0 ? "ade2" : "ADE2"));
    records.emplace_back(set);
  }
  Commit(records, {});
  SearchText text;
  text.filter = "accession = 'D-4'";
  text.level = SearchLevel::kImageSet;
  text.facets = {{"cell_line", "", 9, 0, ""},
                 {"stated_cell_line", "", 9, 0, ""},
                 {"genotype", "", 9, 0, ""},
                 {"cell_line", "", 9, 0, "U2 o"}};
  const SearchAnswer answer = Ask(text);
  ASSERT_EQ(answer.facets[0].values.size(), 1u);
  // Every row has the study's own spelling, which no row claims.
  EXPECT_EQ(answer.facets[0].values[0].value, "u2os");
  EXPECT_EQ(answer.facets[0].values[0].exact.rows, 5);
  EXPECT_EQ(answer.facets[0].values[0].count.rows, 5);
  EXPECT_EQ(answer.facets[0].values[0].count.studies, 1);
  EXPECT_EQ(answer.facets[1].values.size(), 4u);
  EXPECT_EQ(answer.facets[2].values.size(), 2u);
  EXPECT_EQ(answer.facets[3].values.size(), 1u);
  EXPECT_THAT(Names("", "cell_line = 'U2 OS'", SearchLevel::kImageSet), ::testing::SizeIs(5));
  EXPECT_THAT(Names("", "stated_cell_line = 'U-2 OS'", SearchLevel::kImageSet),
              ElementsAre("D-4 screenA/A2", "D-4 screenA/A3"));
}

// An id that no loaded ontology describes is one value with the words beside it and with the same
// words elsewhere: for facets, filters by either, and explanations. What was stated stays apart,
// and so does the id of a term that is loaded.
TEST_P(SearchIndexContract, UnknownIdsCountWithTheirWords) {
  auto say = [](const std::string& field, const std::string& id, const std::string& value) {
    Statement out;
    out.field = field;
    out.value = value;
    out.stated_id = out.term = id;
    if (!id.empty()) out.label = value;
    return out;
  };
  Study study;
  study.source = "s";
  study.accession = "D-4";
  std::vector<Record> records = {study};
  const char* const kIds[] = {"CHEBI:9", "", "", "", "MESH:7"};
  const char* const kWords[] = {"Nocodazole", "nocodazole", "nocodazole", "taxol", "NOCODAZOLE"};
  for (int i = 0; i < 5; ++i) {
    ImageSet set = Set("D-4", "screenA", i + 1);
    set.statements = {say("compound", kIds[i], kWords[i]),
                      say("strain", i == 0 ? "MGI:1" : "", i < 2 ? "C57BL/6" : "other"),
                      say("organism", i == 0 ? "NCBITaxon:3" : "", "mouse")};
    records.emplace_back(set);
  }
  Commit(records, {});
  SearchText text;
  text.filter = "accession = 'D-4'";
  text.level = SearchLevel::kImageSet;
  text.facets = {{"compound", "", 9, 0, ""},
                 {"strain", "", 9, 0, ""},
                 {"organism", "", 9, 0, ""},
                 {"stated_compound", "", 9, 0, ""},
                 {"compound", "", 9, 0, "NOCO"}};
  const SearchAnswer answer = Ask(text);
  ASSERT_EQ(answer.facets[0].values.size(), 2u);
  EXPECT_EQ(answer.facets[0].values[0].value, "nocodazole");
  EXPECT_FALSE(answer.facets[0].values[0].is_term);
  EXPECT_EQ(answer.facets[0].values[0].exact.rows, 4);
  EXPECT_EQ(answer.facets[0].values[0].count.rows, 4);
  EXPECT_EQ(answer.facets[1].values.size(), 2u);
  // The mouse, the words, and what the mouse is.
  EXPECT_EQ(answer.facets[2].values.size(), 4u);
  EXPECT_EQ(answer.facets[3].values.size(), 4u);
  EXPECT_EQ(answer.facets[4].values.size(), 1u);
  const auto found = [&](const std::string& filter) {
    return Names("", filter, SearchLevel::kImageSet).size();
  };
  for (const char* filter : {"compound = 'CHEBI:9'", "compound.exact = 'MESH:7'",
                             "compound = 'Nocodazole'", "compound:'nocod'"}) {
    EXPECT_EQ(found(filter), 4u) << filter;
  }
  EXPECT_EQ(found("strain = 'MGI:1'"), 2u);
  EXPECT_EQ(found("organism = 'NCBITaxon:3' AND accession = 'D-4'"), 1u);
  EXPECT_EQ(found("stated_compound = 'CHEBI:9'"), 1u);
  text.filter = "compound = 'CHEBI:9'";
  EXPECT_EQ(Ask(text).explain[0].rows, 4);
  EXPECT_EQ(Ask(text).explain[0].note,
            "no ontology that is loaded has this id; the same words: MESH:7, nocodazole");
}

TEST_P(SearchIndexContract, PagesNeitherRepeatNorSkip) {
  for (int order = 0; order < 7; ++order) {
    for (SearchLevel level : {SearchLevel::kStudy, SearchLevel::kImageSet}) {
      SCOPED_TRACE(absl::StrCat("order ", order, " level ", static_cast<int>(level)));
      SearchText text;
      text.query = "mouse OR light OR yeast";
      text.level = level;
      text.order = static_cast<SearchOrder>(order);
      text.page_size = 100;
      std::vector<RecordName> all, paged;
      for (const Hit& hit : Ask(text).hits) all.push_back(hit.name);
      text.page_size = 1;
      for (bool more = true; more;) {
        const SearchAnswer answer = Ask(text);
        ASSERT_EQ(answer.hits.size(), 1u);
        paged.push_back(answer.hits[0].name);
        text.after = answer.hits[0].sort_key;
        more = answer.more;
        ASSERT_LE(paged.size(), all.size());
      }
      EXPECT_EQ(paged, all);
    }
  }
}

TEST_P(SearchIndexContract, OrdersAsAsked) {
  const SearchLevel study = SearchLevel::kStudy;
  EXPECT_THAT(Names("", "", study, SearchOrder::kName), ElementsAre("A-1", "B-2", "C-3"));
  EXPECT_THAT(Names("", "", study, SearchOrder::kReleaseDateDescending),
              ElementsAre("B-2", "C-3", "A-1"));
  EXPECT_THAT(Names("", "", study, SearchOrder::kTitle), ElementsAre("B-2", "A-1", "C-3"));
  EXPECT_THAT(Names("", "", study, SearchOrder::kImageCountDescending),
              ElementsAre("B-2", "A-1", "C-3"));
  EXPECT_THAT(Names("", "", SearchLevel::kImageSet, SearchOrder::kImageCountDescending),
              ElementsAre("B-2 screenA/A10", "A-1", "B-2 screenA/A2", "C-3 screenA/A1",
                          "C-3 screenB/A1", "B-2 screenA/A3"));
}

TEST_P(SearchIndexContract, AHitCountsAndSamplesItsMatchingRows) {
  SearchText text;
  text.filter = "organism = rodent";
  const SearchAnswer answer = Ask(text);
  ASSERT_EQ(answer.hits.size(), 2u);
  EXPECT_EQ(answer.hits[1].counts.image_sets, 3);
  ASSERT_EQ(answer.hits[1].samples.size(), 3u);
  EXPECT_EQ(answer.hits[1].samples[0].image_set, "screenA/A2");
  EXPECT_EQ(answer.hits[1].samples[2].image_set, "screenA/A10");
  EXPECT_TRUE(answer.hits[0].samples.empty());
}

TEST_P(SearchIndexContract, ExplainsHowManyRowsEachPartMatches) {
  SearchText text;
  text.query = "sheet";
  text.filter = "organism = rodent AND organism = \"nothing of it\"";
  const SearchAnswer answer = Ask(text);
  ASSERT_EQ(answer.explain.size(), 3u);
  EXPECT_EQ(answer.explain[0].rows, 4);
  EXPECT_EQ(answer.explain[1].term, "NCBITaxon:2");
  EXPECT_EQ(answer.explain[1].rule, TermRule::kExactLabel);
  EXPECT_EQ(answer.explain[1].expanded_terms, 3);
  EXPECT_EQ(answer.explain[1].rows, 4);
  EXPECT_EQ(answer.explain[2].rows, 0);
  EXPECT_NE(answer.explain[2].note, "");
}

TEST_P(SearchIndexContract, ASnapshotStaysAsItIs) {
  const std::shared_ptr<const Snapshot> before = Open();
  // Without its rows B becomes a row of its own, on which all that it says holds.
  Commit({}, {{"s", "B-2", "screenA/A2"},
              {"s", "B-2", "screenA/A10"},
              {"s", "B-2", "screenA/A3"},
              {"s", "A-1", ""}});
  EXPECT_THAT(Names("", "organism = mouse", SearchLevel::kImageSet), ElementsAre("B-2"));
  EXPECT_THAT(Names("", "", SearchLevel::kStudy), ElementsAre("B-2", "C-3"));
  const absl::StatusOr<SearchAnswer> answer = Run(*before, BoundQuery());
  ASSERT_THAT(answer, IsOk());
  EXPECT_EQ(answer->total.rows, 6);
  EXPECT_LT(before->revision().sequence, Open()->revision().sequence);
  // A value that no row holds any more is in use no more.
  EXPECT_TRUE(Open()->ValuesNamed("doi", "10.1234/ABC").empty());
  EXPECT_THAT(before->ValuesNamed("doi", "10.1234/ABC"), ElementsAre("10.1234/abc"));
}

TEST_P(SearchIndexContract, GivesUpWhenToldTo) {
  const std::shared_ptr<const Snapshot> snapshot = Open();
  EXPECT_THAT(snapshot->Execute(BoundQuery(), nullptr, absl::InfinitePast(), nullptr, nullptr),
              StatusIs(absl::StatusCode::kDeadlineExceeded));
  EXPECT_THAT(
      snapshot->Execute(
          BoundQuery(), nullptr, absl::InfiniteFuture(), [](const void*) { return true; }, nullptr),
      StatusIs(absl::StatusCode::kCancelled));
  BoundQuery unknown;
  unknown.filter.kind = QueryNode::Kind::kHas;
  unknown.filter.field = "no_such_field";
  unknown.conditions = {unknown.filter};
  EXPECT_THAT(Run(*snapshot, unknown), StatusIs(absl::StatusCode::kInvalidArgument));
}

TEST_P(SearchIndexContract, SaysWhenItIsBehind) {
  Open();
  const auto late = maker_->index().OpenAt(sequence_ + 1000, absl::Now() + absl::Milliseconds(20));
  EXPECT_THAT(late, StatusIs(absl::StatusCode::kFailedPrecondition));
  EXPECT_THAT(late, HasReason("INDEX_BEHIND"));
}

TEST_P(SearchIndexContract, SuggestsValuesAndTheTermsAboveThem) {
  PARFOCAL_ASSERT_OK_AND_ASSIGN(const std::vector<Suggestion> found, Open()->Suggest("ro", {}, 10));
  ASSERT_EQ(found.size(), 1u);
  EXPECT_EQ(found[0].text, "rodent");
  EXPECT_EQ(found[0].field, "organism");
  EXPECT_EQ(found[0].value, "NCBITaxon:2");
  EXPECT_EQ(found[0].rows, 4);
}

TEST_P(SearchIndexContract, PersonalAttributesAreNotSearchable) {
  const std::shared_ptr<const Snapshot> snapshot = Open();
  SearchText text;
  text.filter = "attribute[\"Age\"] = 40";
  EXPECT_THAT(Binder(terms_.get(), snapshot.get()).Bind(text), HasReason("FILTER_UNKNOWN_FIELD"));
  EXPECT_THAT(Names("40", ""), ElementsAre());
}

TEST_P(SearchIndexContract, AttributesAreComparedAsNumbersAndWithoutAKey) {
  const SearchLevel rows = SearchLevel::kImageSet;
  for (const char* filter : {"attribute['dose'] = '2,50'", "attribute = 2.5", "attribute < '2,6'",
                             "attribute['Dose'] <= 2.5", "attribute:\"2.\""}) {
    EXPECT_THAT(Names("", filter, rows), ElementsAre("B-2 screenA/A2")) << filter;
  }
  // The age of a person is none of them.
  EXPECT_THAT(Names("", "attribute = 40", rows), ElementsAre());
  EXPECT_THAT(Names("", "attribute:*", rows), ElementsAre("B-2 screenA/A2", "B-2 screenA/A10"));
}

TEST_P(SearchIndexContract, WordsFindWhatLiesBelowTheTermThatTheyName) {
  // The one has the word in its title, the other a kind of it.
  EXPECT_THAT(Names("rodent", ""), ElementsAre("B-2", "A-1"));
  SearchText text;
  text.query = "animal";
  const SearchAnswer answer = Ask(text);
  EXPECT_EQ(answer.total.studies, 2);
  ASSERT_EQ(answer.explain.size(), 2u);
  EXPECT_EQ(answer.explain[0].rows, 0);
  EXPECT_EQ(answer.explain[1].term, "NCBITaxon:1");
  EXPECT_EQ(answer.explain[1].rows, 4);
  EXPECT_EQ(answer.explain[1].added_rows, 4);
  text.exact = true;
  EXPECT_EQ(Ask(text).total.studies, 0);
}

// What the engine alone can do, over the same archive.
class EngineTest : public SearchIndexContract {
 protected:
  SearchText Text(const std::string& query, const std::string& filter = "") const {
    SearchText text;
    text.query = query;
    text.filter = filter;
    return text;
  }
};

TEST_P(EngineTest, HistogramsCountEachBinAndWhatHasNoNumber) {
  SearchText text;
  text.histograms = {{.field = "year"}, {.field = "release_date", .months = true}};
  text.histograms.push_back({.field = "attribute", .attribute_key = "dose", .width = 5});
  const SearchAnswer answer = Ask(text);
  ASSERT_EQ(answer.histograms.size(), 3u);
  std::vector<std::string> bins;
  for (const HistogramBin& bin : answer.histograms[0].bins)
    bins.push_back(absl::StrCat(bin.label, ":", bin.counts.studies));
  EXPECT_THAT(bins, ElementsAre("2019:1", "2020:0", "2021:2"));
  EXPECT_EQ(answer.histograms[0].missing.rows, 0);
  ASSERT_EQ(answer.histograms[1].bins.size(), 22u);  // 2019-05 to 2021-02.
  EXPECT_EQ(answer.histograms[1].bins.front().label, "2019-05");
  EXPECT_EQ(answer.histograms[1].bins.back().label, "2021-02");
  bins.clear();
  for (const HistogramBin& bin : answer.histograms[2].bins)
    bins.push_back(absl::StrCat(bin.label, ":", bin.counts.rows));
  EXPECT_THAT(bins, ElementsAre("0 - 5:1", "5 - 10:0", "10 - 15:1"));
  EXPECT_EQ(answer.histograms[2].missing.rows, 4);
  // Its own condition does not narrow it; the others do.
  text.filter = "year = 2019 AND organism = mouse";
  text.histograms.resize(1);
  EXPECT_EQ(Ask(text).histograms[0].bins.size(), 3u);
}

TEST_P(EngineTest, AHistogramOfTooManyBinsOrNoNumbersIsRefused) {
  const std::shared_ptr<const Snapshot> snapshot = Open();
  const std::pair<HistogramSpec, const char*> kRows[] = {
      {{.field = "attribute", .attribute_key = "dose", .width = 0.01}, "LIMIT_EXCEEDED"},
      {{.field = "attribute", .attribute_key = "dose", .width = 1e-300}, "LIMIT_EXCEEDED"},
      {{.field = "organism"}, "FILTER_TYPE"},
      {{.field = "yaer"}, "FILTER_UNKNOWN_FIELD"},
  };
  for (const auto& [spec, reason] : kRows) {
    BoundQuery query;
    query.histograms = {spec};
    EXPECT_THAT(Run(*snapshot, query), HasReason(reason)) << spec.field;
  }
}

TEST_P(EngineTest, CellsOfATableAreTheTotalsOfTheirSearches) {
  for (SearchLevel level : {SearchLevel::kStudy, SearchLevel::kImageSet}) {
    SearchText text;
    text.level = level;
    text.tables.resize(1);
    text.tables[0].rows.field = "organism";
    text.tables[0].columns.field = "block";
    const SearchAnswer answer = Ask(text);
    ASSERT_EQ(answer.tables.size(), 1u);
    const TableResult& table = answer.tables[0];
    EXPECT_EQ(table.total_rows, 5);
    EXPECT_EQ(table.total_columns, 2);
    ASSERT_EQ(table.rows.size(), 5u);
    int64_t sum = 0;
    for (size_t i = 0; i < table.rows.size(); ++i) {
      for (size_t j = 0; j < table.columns.size(); ++j) {
        SearchText cell = Text("", absl::StrCat("organism = \"", table.rows[i].value,
                                                "\" AND block = \"", table.columns[j].value, "\""));
        cell.level = level;
        const Counts total = Ask(cell).total;
        EXPECT_EQ(table.cells[i][j], level == SearchLevel::kStudy ? total.studies : total.rows);
        sum += table.cells[i][j];
      }
    }
    EXPECT_GT(sum, 0);
  }
}

TEST_P(EngineTest, FacetsStandAsATreeOrByLabel) {
  SearchText text;
  text.facets.resize(2);
  text.facets[0].field = text.facets[1].field = "organism";
  text.facets[0].sort = FacetSort::kTree;
  text.facets[1].sort = FacetSort::kLabel;
  const SearchAnswer answer = Ask(text);
  std::vector<std::string> tree, labels;
  for (const FacetValue& value : answer.facets[0].values)
    tree.push_back(absl::StrCat(value.depth, value.label));
  for (const FacetValue& value : answer.facets[1].values) labels.push_back(value.label);
  EXPECT_THAT(tree, ElementsAre("0yeast", "0animal", "1rodent", "2mouse", "2rat"));
  EXPECT_THAT(answer.facets[0].values[4].parents, ElementsAre("NCBITaxon:2"));
  EXPECT_THAT(labels, ElementsAre("animal", "mouse", "rat", "rodent", "yeast"));
  // Pages of a tree join as those of any other order do.
  text.facets.resize(1);
  text.facets[0].limit = 2;
  text.facets[0].offset = 3;
  EXPECT_EQ(Ask(text).facets[0].values.at(0).label, "mouse");
}

TEST_P(EngineTest, AMistypedWordIsMetWithTheNearestAndNeverReplaced) {
  const std::pair<const char*, const char*> kRows[] = {
      {"mosue", "mouse"},       {"miicroscopy", "microscopy"},
      {"yeats", "yeast"},       {"xicroscopi", "microscopy"},
      {"title:braun", "brain"}, {"mouse", ""},
      {"rodent", ""},           {"mosue OR rat", ""},
      {"-mosue", ""},           {"qqqqqqq", ""},
      {"\"mosue\"", ""},        {"hte", ""}};
  for (const auto& [query, word] : kRows) {
    SearchText text = Text(query);
    EXPECT_TRUE(Ask(text).corrections.empty()) << query;  // Not asked for.
    text.corrections = true;
    const SearchAnswer answer = Ask(text);
    ASSERT_EQ(answer.corrections.size(), *word == '\0' ? 0u : 1u) << query;
    if (*word == '\0') continue;
    EXPECT_EQ(answer.corrections[0].word, word);
    EXPECT_EQ(answer.total.rows, 0) << query;
  }
}

TEST_P(EngineTest, WhatIsLikeAStudyLeavesItOut) {
  SearchText text;
  text.similar_to = RecordName{"s", "A-1", ""};
  const SearchAnswer answer = Ask(text);
  ASSERT_EQ(answer.hits.size(), 2u);
  EXPECT_EQ(answer.hits[0].name.accession, "B-2");  // A mouse, a sheet and light.
  EXPECT_EQ(answer.hits[1].name.accession, "C-3");
  text.query = "yeast";
  EXPECT_EQ(Ask(text).hits.at(0).name.accession, "C-3");
  const std::shared_ptr<const Snapshot> snapshot = Open();
  text.similar_to = RecordName{"s", "Z-1", ""};
  EXPECT_THAT(Binder(terms_.get(), snapshot.get()).Bind(text),
              StatusIs(absl::StatusCode::kNotFound));
}

TEST_P(EngineTest, SuggestsWithinASearchAndAmongAttributes) {
  const std::shared_ptr<const Snapshot> snapshot = Open();
  const auto suggest = [&](const SuggestQuestion& question) {
    std::vector<std::string> out;
    const std::vector<Suggestion> all =
        snapshot->SuggestWithin(question, absl::InfiniteFuture()).value();
    for (const Suggestion& found : all) out.push_back(absl::StrCat(found.text, " ", found.rows));
    return out;
  };
  SuggestQuestion question;
  question.prefix = "ro";
  EXPECT_THAT(suggest(question), ElementsAre("rodent 4"));
  const BoundQuery within =
      Binder(terms_.get(), snapshot.get()).Bind(Text("", "attribute['dose'] > 1")).value();
  question.within = &within;
  EXPECT_THAT(suggest(question), ElementsAre("rodent 2"));
  question.prefix = "ye";
  EXPECT_THAT(suggest(question), ElementsAre());
  question.within = nullptr;
  question.prefix = "do";
  EXPECT_THAT(suggest(question), ElementsAre());
  question.everything = true;
  EXPECT_THAT(suggest(question), ElementsAre("dose 2"));
  question.prefix = "age";
  EXPECT_THAT(suggest(question), ElementsAre());
}

TEST_P(EngineTest, KnowsTheNearestKeysOfAttributes) {
  const std::shared_ptr<const Snapshot> snapshot = Open();
  EXPECT_THAT(snapshot->AttributeKeysNear("DOSE", 3), ElementsAre("dose"));
  EXPECT_THAT(snapshot->AttributeKeysNear("doses", 3), ElementsAre("dose"));
  EXPECT_THAT(snapshot->AttributeKeysNear("temperature", 3), ElementsAre());
  EXPECT_THAT(snapshot->AttributeKeysNear("agee", 3), ElementsAre());
  const BoundQuery bound =
      Binder(terms_.get(), snapshot.get()).Bind(Text("", "attribute['doses'] = 1")).value();
  EXPECT_NE(bound.explain.at(0).note.find("nearest: dose"), std::string::npos);
}

INSTANTIATE_TEST_SUITE_P(All, EngineTest,
                         ::testing::Values(Backend{
                             "Engine",
                             [](FakeRecordStore* store, std::shared_ptr<const TermLookup> terms) {
                               return std::unique_ptr<Maker>(new EngineMaker(store, terms));
                             }}),
                         [](const auto& info) { return info.param.name; });

INSTANTIATE_TEST_SUITE_P(
    All, SearchIndexContract,
    ::testing::Values(Backend{"Engine",
                              [](FakeRecordStore* store, std::shared_ptr<const TermLookup> terms) {
                                return std::unique_ptr<Maker>(new EngineMaker(store, terms));
                              }},
                      Backend{"Plain",
                              [](FakeRecordStore* store, std::shared_ptr<const TermLookup> terms) {
                                return std::unique_ptr<Maker>(new PlainMaker(store, terms));
                              }}),
    [](const auto& info) { return info.param.name; });

}  // namespace
}  // namespace parfocal
