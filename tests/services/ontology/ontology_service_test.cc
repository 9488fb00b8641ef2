#include "parfocal/ontology_rpc/ontology_service.h"

#include <algorithm>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_format.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "parfocal/v1/ontology_service.grpc.pb.h"
#include "support/in_process_service.h"
#include "support/sample_records.h"
#include "support/status_matchers.h"

namespace parfocal {
namespace {

using testing::HasReason;
using testing::InProcessService;
using testing::IsOk;
using testing::ManualClock;
using testing::StatusIs;
using Stub = v1::OntologyService::Stub;

// A handful of terms in a flat list below one root.
class FewTerms final : public TermLookup {
 public:
  explicit FewTerms(std::string release, int children = 0) : release_(std::move(release)) {
    Add({.id = "CMPO:0000001", .ontology = "CMPO", .label = "root"});
    Add({.id = "CMPO:0000002",
         .ontology = "CMPO",
         .label = "small cell",
         .synonyms = {{"tiny cell"}},
         .parents = {"CMPO:0000001"}});
    Add({.id = "CMPO:0000003",
         .ontology = "CMPO",
         .label = "large cell",
         .synonyms = {{"tiny cell"}, {"big one"}},
         .parents = {"CMPO:0000001"}});
    Add({.id = "CMPO:0000004",
         .ontology = "CMPO",
         .label = "old",
         .obsolete = true,
         .replaced_by = "CMPO:0000002"});
    Add({.id = "GO:0000005", .ontology = "GO", .label = "small cell"});
    for (int i = 0; i < children; ++i) {
      Add({.id = absl::StrFormat("CMPO:1%06d", i),
           .ontology = "CMPO",
           .label = absl::StrFormat("child %06d", i),
           .parents = {"CMPO:0000001"}});
    }
  }
  std::string release() const override { return release_; }
  std::optional<Term> Find(absl::string_view curie) const override {
    const auto found = terms_.find(std::string(curie));
    return found == terms_.end() ? std::nullopt : std::optional<Term>(found->second);
  }
  std::optional<std::string> LabelOf(absl::string_view curie) const override {
    const auto term = Find(curie);
    return term ? std::optional<std::string>(term->label) : std::nullopt;
  }
  std::vector<TermMatch> Exact(absl::string_view text,
                               const std::vector<std::string>& ontologies) const override {
    std::vector<TermMatch> out;
    for (const auto& [id, term] : terms_) {
      if (term.obsolete || !Wanted(term, ontologies)) continue;
      if (absl::EqualsIgnoreCase(term.label, text)) out.push_back({id, term.label});
    }
    for (const auto& [id, term] : terms_) {
      if (term.obsolete || !Wanted(term, ontologies)) continue;
      for (const Synonym& synonym : term.synonyms) {
        if (absl::EqualsIgnoreCase(synonym.text, text))
          out.push_back({id, term.label, true, synonym.scope});
      }
    }
    return out;
  }
  std::vector<std::string> Ancestors(absl::string_view curie) const override {
    std::vector<std::string> out = {std::string(curie)};
    if (const auto term = Find(curie))
      out.insert(out.end(), term->parents.begin(), term->parents.end());
    std::sort(out.begin(), out.end());
    return out;
  }
  std::vector<std::string> Descendants(absl::string_view curie, size_t limit) const override {
    std::vector<std::string> out = {std::string(curie)};
    for (const auto& [id, term] : terms_) {
      if (std::count(term.parents.begin(), term.parents.end(), std::string(curie)) > 0)
        out.push_back(id);
    }
    std::sort(out.begin(), out.end());
    out.resize(std::min(out.size(), limit));
    return out;
  }
  std::vector<TermMatch> Suggest(absl::string_view prefix,
                                 const std::vector<std::string>& ontologies,
                                 size_t limit) const override {
    std::vector<TermMatch> out;
    for (const auto& [id, term] : terms_) {
      if (out.size() < limit && Wanted(term, ontologies) &&
          absl::StartsWithIgnoreCase(term.label, prefix)) {
        out.push_back({id, term.label});
      }
    }
    return out;
  }
  void Visit(absl::string_view, const std::function<bool(const Term&)>& visit) const override {
    for (const auto& [id, term] : terms_) {
      if (!visit(term)) return;
    }
  }

 private:
  static bool Wanted(const Term& term, const std::vector<std::string>& ontologies) {
    return ontologies.empty() ||
           std::count(ontologies.begin(), ontologies.end(), term.ontology) > 0;
  }
  void Add(Term term) { terms_[term.id] = std::move(term); }

  const std::string release_;
  std::map<std::string, Term> terms_;
};

class NoIndex final : public SearchIndex {
 public:
  absl::StatusOr<std::shared_ptr<const Snapshot>> Open() const override {
    return absl::UnavailableError("none");
  }
  absl::StatusOr<std::shared_ptr<const Snapshot>> OpenAt(int64_t, absl::Time) const override {
    return Open();
  }
};

class OntologyServiceTest : public ::testing::Test {
 protected:
  OntologyServiceTest() {
    OntologyServiceOptions options;
    options.terms = [this] {
      MutexLock lock(&mu_);
      return terms_;
    };
    options.index = &index_;
    options.tokens = &tokens_;
    options.dispatcher = service_.dispatcher();
    options.load = [this](const std::vector<std::string>& paths,
                          const auto& report) -> absl::StatusOr<LoadReport> {
      if (paths[0] == "bad")
        return WithReason(absl::InvalidArgumentError("bad: line 3"), "ONTOLOGY_FILE", "paths");
      report({}, 0, 2);
      LoadedFile file;
      file.report.classes = 3;
      file.report.synonyms[static_cast<int>(SynonymScope::kBroad)] = 4;
      file.report.languages["ja"] = 5;
      file.report.Warn("a warning");
      report({.path = "a.obo", .error = "", .file = file}, 1, 2);
      report({.path = "b.obo", .error = "no ontology", .file = {}}, 2, 2);
      Swap(std::make_shared<FewTerms>("r2"));
      return Report();
    };
    options.report = Report;
    service_.Serve(MakeOntologyService(std::move(options)));
    stub_ = v1::OntologyService::NewStub(service_.channel());
  }

  static LoadReport Report() {
    LoadReport report;
    report.release = "r2";
    report.cycles = 6;
    report.broken_chains = 7;
    report.ontologies.push_back({"EX", 10, 9, 8, 7});
    report.release_files.push_back({"a.obo", "2020", OntologyFormat::kObo, 3, "EX"});
    return report;
  }

  void Swap(std::shared_ptr<const TermLookup> terms) {
    MutexLock lock(&mu_);
    terms_ = std::move(terms);
  }

  template <typename Method, typename Request, typename Response>
  absl::Status Call(Method method, const Request& request, Response* response) {
    return InProcessService::Call(stub_.get(), method, request, response);
  }

  Mutex mu_;
  std::shared_ptr<const TermLookup> terms_ ABSL_GUARDED_BY(mu_) = std::make_shared<FewTerms>("r1",
                                                                                             2500);
  NoIndex index_;
  ManualClock clock_;
  PageTokens tokens_{std::string(32, 'k'), &clock_};
  InProcessService service_;
  std::unique_ptr<Stub> stub_;
};

TEST_F(OntologyServiceTest, GetTermInAnySpelling) {
  v1::GetTermRequest request;
  v1::Term term;
  for (const char* name : {"terms/CMPO:0000002", "terms/CMPO_0000002",
                           "terms/http://purl.obolibrary.org/obo/CMPO_0000002"}) {
    request.set_name(name);
    ASSERT_THAT(Call(&Stub::GetTerm, request, &term), IsOk()) << name;
    EXPECT_EQ(term.name(), "terms/CMPO:0000002");
    EXPECT_EQ(term.label(), "small cell");
    EXPECT_EQ(term.synonyms(0).scope(), v1::Synonym::EXACT);
  }
  request.set_name("terms/CMPO:0000004");
  ASSERT_THAT(Call(&Stub::GetTerm, request, &term), IsOk());
  EXPECT_TRUE(term.obsolete());
  EXPECT_EQ(term.replaced_by(), "CMPO:0000002");
  request.set_name("terms/CMPO:9999999");
  EXPECT_THAT(Call(&Stub::GetTerm, request, &term), HasReason("RESOURCE_NOT_FOUND"));
  for (const char* name : {"", "terms/", "CMPO:0000002"}) {
    request.set_name(name);
    EXPECT_THAT(Call(&Stub::GetTerm, request, &term), HasReason("RESOURCE_NAME")) << name;
  }
}

TEST_F(OntologyServiceTest, ListTermsPagesWithoutSkippingOrRepeating) {
  v1::ListTermsRequest request;
  v1::ListTermsResponse response;
  request.set_query("child");
  for (int page_size : {199, 200, 1000}) {
    std::vector<std::string> seen;
    request.clear_page_token();
    request.set_page_size(page_size);
    do {
      ASSERT_THAT(Call(&Stub::ListTerms, request, &response), IsOk());
      EXPECT_LE(response.terms_size(), 200);
      for (const v1::Term& term : response.terms()) seen.push_back(term.id());
      request.set_page_token(response.next_page_token());
    } while (!response.next_page_token().empty());
    EXPECT_EQ(seen.size(), 2500u);
    EXPECT_EQ(std::set<std::string>(seen.begin(), seen.end()).size(), 2500u);
  }
  request.clear_page_token();
  request.set_query("small cell");
  ASSERT_THAT(Call(&Stub::ListTerms, request, &response), IsOk());
  ASSERT_EQ(response.terms_size(), 2);
  request.add_ontologies("GO");
  ASSERT_THAT(Call(&Stub::ListTerms, request, &response), IsOk());
  ASSERT_EQ(response.terms_size(), 1);
  EXPECT_EQ(response.terms(0).id(), "GO:0000005");
}

TEST_F(OntologyServiceTest, ListTermsLimits) {
  v1::ListTermsRequest request;
  v1::ListTermsResponse response;
  EXPECT_THAT(Call(&Stub::ListTerms, request, &response), HasReason("VALUE_OUT_OF_RANGE"));
  request.set_query(std::string(256, 'x'));
  EXPECT_THAT(Call(&Stub::ListTerms, request, &response), IsOk());
  request.set_query(std::string(257, 'x'));
  EXPECT_THAT(Call(&Stub::ListTerms, request, &response), HasReason("LIMIT_EXCEEDED"));
  request.set_query("x");
  request.set_page_size(-1);
  EXPECT_THAT(Call(&Stub::ListTerms, request, &response), HasReason("VALUE_OUT_OF_RANGE"));
}

TEST_F(OntologyServiceTest, ClosurePagesInOneReleaseAndOneDirection) {
  v1::ClosureRequest request;
  v1::ClosureResponse response;
  request.set_name("terms/CMPO:0000001");
  std::vector<std::string> seen;
  std::string token;
  do {
    ASSERT_THAT(Call(&Stub::Descendants, request, &response), IsOk());
    EXPECT_EQ(response.total_size(), 2503);
    EXPECT_LE(response.terms_size(), 1000) << "1000 where nothing is said";
    for (const v1::Term& term : response.terms()) seen.push_back(term.id());
    request.set_page_token(response.next_page_token());
    if (token.empty()) token = response.next_page_token();
  } while (!response.next_page_token().empty());
  EXPECT_EQ(seen.size(), 2503u);
  EXPECT_TRUE(std::is_sorted(seen.begin(), seen.end()));
  request.set_page_token(token);
  EXPECT_THAT(Call(&Stub::Ancestors, request, &response), HasReason("PAGE_TOKEN_MISMATCH"));
  Swap(std::make_shared<FewTerms>("r2", 10));
  EXPECT_THAT(Call(&Stub::Descendants, request, &response), HasReason("CURSOR_EXPIRED"));
  request.clear_page_token();
  request.set_name("terms/CMPO:0000002");
  ASSERT_THAT(Call(&Stub::Ancestors, request, &response), IsOk());
  EXPECT_EQ(response.total_size(), 2);
  EXPECT_EQ(response.terms(0).label(), "root");
  request.set_name("terms/CMPO:7777777");
  EXPECT_THAT(Call(&Stub::Ancestors, request, &response), StatusIs(absl::StatusCode::kNotFound));
}

TEST_F(OntologyServiceTest, ResolveSaysByWhichRule) {
  const struct {
    const char* text;
    const char* term;
    v1::TermRule rule;
    int candidates;
  } rows[] = {
      {"CMPO_0000002", "CMPO:0000002", v1::GIVEN_ID, 1},
      {"CMPO:0000004", "CMPO:0000002", v1::REPLACED_OBSOLETE, 1},
      {"Large Cell", "CMPO:0000003", v1::EXACT_LABEL, 1},
      {"small cell", "", v1::UNMAPPED, 2},  // Two terms have that label.
      {"big one", "CMPO:0000003", v1::EXACT_SYNONYM, 1},
      {"tiny cell", "", v1::UNMAPPED, 2},
      {"nothing", "", v1::UNMAPPED, 0},
      {"", "", v1::UNMAPPED, 0},
  };
  v1::ResolveRequest request;
  v1::ResolveResponse response;
  for (const auto& row : rows) request.add_texts(row.text);
  ASSERT_THAT(Call(&Stub::Resolve, request, &response), IsOk());
  ASSERT_EQ(response.resolutions_size(), static_cast<int>(std::size(rows)));
  for (size_t i = 0; i < std::size(rows); ++i) {
    const v1::Resolution& got = response.resolutions(static_cast<int>(i));
    EXPECT_EQ(got.text(), rows[i].text);
    EXPECT_EQ(got.term(), rows[i].term) << rows[i].text;
    EXPECT_EQ(got.rule(), rows[i].rule) << rows[i].text;
    EXPECT_EQ(got.candidates_size(), rows[i].candidates) << rows[i].text;
  }
  request.clear_texts();
  for (int i = 0; i < 1000; ++i) request.add_texts("x");
  EXPECT_THAT(Call(&Stub::Resolve, request, &response), IsOk());
  request.add_texts("x");
  EXPECT_THAT(Call(&Stub::Resolve, request, &response), HasReason("LIMIT_EXCEEDED"));
}

TEST_F(OntologyServiceTest, LoadReportsEachFileAndTheRelease) {
  v1::LoadOntologyRequest request;
  request.add_paths("folder");
  std::vector<v1::LoadOntologyProgress> seen;
  grpc::ClientContext context;
  ASSERT_THAT(InProcessService::ReadAll(stub_->LoadOntology(&context, request), &seen), IsOk());
  ASSERT_EQ(seen.size(), 4u);
  EXPECT_FALSE(seen[0].has_file());
  EXPECT_EQ(seen[0].files_total(), 2);
  EXPECT_EQ(seen[1].file().classes(), 3);
  EXPECT_EQ(seen[1].file().synonyms(), 4);
  EXPECT_EQ(seen[1].file().broad_synonyms(), 4);
  EXPECT_EQ(seen[1].file().languages(0).tag(), "ja");
  EXPECT_EQ(seen[1].file().warnings(0), "a warning");
  EXPECT_EQ(seen[2].file().error(), "no ontology");
  EXPECT_EQ(seen[3].release(), "r2");
  EXPECT_EQ(seen[3].report().cycles(), 6);
  EXPECT_EQ(seen[3].report().broken_chains(), 7);
  EXPECT_FALSE(seen[3].has_file());
  for (size_t i = 0; i < 3; ++i) EXPECT_EQ(seen[i].release(), "");
}

TEST_F(OntologyServiceTest, ListsTheOntologiesAndFilesOfTheRelease) {
  v1::ListOntologiesResponse response;
  ASSERT_THAT(Call(&Stub::ListOntologies, v1::ListOntologiesRequest(), &response), IsOk());
  EXPECT_EQ(response.release(), "r2");
  ASSERT_EQ(response.ontologies_size(), 1);
  EXPECT_EQ(response.ontologies(0).prefix(), "EX");
  EXPECT_EQ(response.ontologies(0).labelled(), 9);
  EXPECT_EQ(response.ontologies(0).orphans(), 7);
  ASSERT_EQ(response.files_size(), 1);
  EXPECT_EQ(response.files(0).name(), "a.obo");
  EXPECT_EQ(response.files(0).format(), "OBO");
  EXPECT_EQ(response.files(0).prefix(), "EX");
}

TEST_F(OntologyServiceTest, LoadErrors) {
  const auto load = [&](const std::vector<std::string>& paths) {
    v1::LoadOntologyRequest request;
    for (const std::string& path : paths) request.add_paths(path);
    grpc::ClientContext context;
    std::vector<v1::LoadOntologyProgress> seen;
    return InProcessService::ReadAll(stub_->LoadOntology(&context, request), &seen);
  };
  EXPECT_THAT(load({}), HasReason("ONTOLOGY_FILE"));
  EXPECT_THAT(load({"bad"}), HasReason("ONTOLOGY_FILE"));
  EXPECT_THAT(load(std::vector<std::string>(1000, "x")), IsOk());
  EXPECT_THAT(load(std::vector<std::string>(1001, "x")), HasReason("LIMIT_EXCEEDED"));
}

}  // namespace
}  // namespace parfocal
