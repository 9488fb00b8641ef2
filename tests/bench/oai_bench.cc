// Records of an OAI-PMH list read, mapped and normalised per second by one core, for each format:
// 10,000 records in pages of 100, as large as those of a general repository. Wanted: 3,000 a
// second.
#include <benchmark/benchmark.h>

#include <cstdlib>
#include <fstream>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "parfocal/normalise/normaliser.h"
#include "parfocal/oai_pmh/oai_page.h"
#include "parfocal/oai_pmh/oai_record.h"
#include "parfocal/terms/term_store.h"
#include "support/temp_dir.h"

namespace parfocal {
namespace {

constexpr int kPages = 100;
constexpr int kRecordsOfPage = 100;

// Some 2 KB of markup, escaped twice as one large repository sends it.
std::string Description(int n) {
  std::string out;
  for (int i = 0; i < 20; ++i) {
    absl::StrAppend(&out, "&amp;lt;p&amp;gt;Paragraph ", i, " of record ", n,
                    " describes confocal images of dividing cells &amp;amp; their "
                    "spindles.&amp;nbsp;&amp;lt;/p&amp;gt;\n");
  }
  return out;
}

std::string DublinCore(int n) {
  std::string people;
  for (int i = 0; i < 6; ++i)
    absl::StrAppend(&people, "<dc:creator>Family", i, ", Given</dc:creator>");
  return absl::StrCat(
      "<oai_dc:dc xmlns:dc=\"http://purl.org/dc/elements/1.1/\" "
      "xmlns:oai_dc=\"http://www.openarchives.org/OAI/2.0/oai_dc/\">",
      people, "<dc:date>2024-02-03</dc:date><dc:description>", Description(n),
      "</dc:description><dc:identifier>https://doi.org/10.5072/x.", n,
      "</dc:identifier><dc:publisher>An "
      "archive</dc:publisher><dc:relation>https://doi.org/10.5072/y.",
      n,
      "</dc:relation><dc:rights>info:eu-repo/semantics/openAccess</dc:rights><dc:rights>"
      "https://creativecommons.org/licenses/by/4.0/legalcode</dc:rights><dc:subject>thing ",
      n % 997, "</dc:subject><dc:subject>mitosis</dc:subject><dc:title>Record number ", n,
      "</dc:title><dc:type>dataset</dc:type></oai_dc:dc>");
}

std::string DataCite(int n) {
  std::string people;
  for (int i = 0; i < 6; ++i) {
    absl::StrAppend(&people, "<creator><creatorName nameType=\"Personal\">Family", i,
                    ", Given</creatorName><givenName>Given</givenName><familyName>Family", i,
                    "</familyName><nameIdentifier nameIdentifierScheme=\"ORCID\">"
                    "0000-0002-1825-0097</nameIdentifier><affiliation>Institute ",
                    i, "</affiliation></creator>");
  }
  return absl::StrCat(
      "<oai_datacite><payload><resource xmlns=\"http://datacite.org/schema/kernel-4\">"
      "<identifier identifierType=\"DOI\">10.5072/x.",
      n, "</identifier><creators>", people, "</creators><titles><title>Record number ", n,
      "</title></titles><publisher>An archive</publisher><publicationYear>2024</publicationYear>"
      "<dates><date "
      "dateType=\"Issued\">2024-02-03</date></dates><subjects><subject>mitosis</subject>"
      "<subject valueURI=\"http://purl.obolibrary.org/obo/GO_0000278\">cell "
      "cycle</subject></subjects>"
      "<relatedIdentifiers><relatedIdentifier relationType=\"IsVersionOf\" relatedIdentifierType="
      "\"DOI\">10.5072/y</relatedIdentifier><relatedIdentifier relationType=\"IsSupplementTo\" "
      "relatedIdentifierType=\"DOI\">10.5072/z</relatedIdentifier></relatedIdentifiers><rightsList>"
      "<rights rightsURI=\"https://creativecommons.org/licenses/by/4.0/\">CC "
      "BY</rights></rightsList>"
      "<descriptions><description descriptionType=\"Abstract\">",
      Description(n), "</description></descriptions></resource></payload></oai_datacite>");
}

std::vector<std::string> Pages(std::string (*payload)(int)) {
  std::vector<std::string> pages;
  for (int page = 0; page < kPages; ++page) {
    std::string body =
        "<?xml version='1.0' encoding='UTF-8'?>\n<OAI-PMH "
        "xmlns=\"http://www.openarchives.org/OAI/2.0/\" "
        "xmlns:xsi=\"http://www.w3.org/2001/XMLSchema-instance\"><responseDate>2024-03-04T05:06:07Z"
        "</responseDate><request verb=\"ListRecords\">https://x.org/oai</request><ListRecords>";
    for (int i = 0; i < kRecordsOfPage; ++i) {
      const int n = page * kRecordsOfPage + i;
      absl::StrAppend(&body, "<record><header><identifier>oai:x.org:", n,
                      "</identifier><datestamp>2024-03-03T00:00:00Z</datestamp></header><metadata>",
                      payload(n), "</metadata></record>");
    }
    pages.push_back(absl::StrCat(body, "<resumptionToken>t", page,
                                 "</resumptionToken></ListRecords></OAI-PMH>"));
  }
  return pages;
}

// Terms with the labels that the records' words have.
struct Terms {
  testing::TempDir dir;
  std::unique_ptr<TermStore> store;
  Terms() {
    {
      std::ofstream out(dir / "terms.obo");
      out << "format-version: 1.2\nontology: go\n";
      for (int i = 1; i <= 10'000; ++i) {
        out << "\n[Term]\nid: GO:" << absl::StrFormat("%07d", i) << "\nname: thing " << i << "\n";
        if (i > 1) out << "is_a: GO:" << absl::StrFormat("%07d", i / 10 + 1) << "\n";
      }
    }
    store = TermStore::Open(dir / "store").value();
    LoadRequest request;
    request.paths = {dir / "terms.obo"};
    if (!store->Load(request).ok()) std::abort();
  }
};

void Run(benchmark::State& state, std::string (*payload)(int)) {
  const std::vector<std::string> pages = Pages(payload);
  static auto* const terms = new Terms();
  NormaliserParts parts;
  parts.terms = terms->store->Current();
  Normaliser normaliser(std::move(parts));
  size_t bytes = 0;
  for (const std::string& page : pages) bytes += page.size();
  for (auto _ : state) {
    int studies = 0;
    for (const std::string& body : pages) {
      const auto page = oai::ParseOaiPage(body, "");
      if (!page.ok()) std::abort();
      for (const auto& place : page->records) {
        const auto record = oai::ReadOaiRecord(*page, place);
        if (!record.ok()) std::abort();
        auto mapped = oai::MapRecord("s", *record);
        if (!mapped.ok() || mapped->study.licence.spdx.empty()) std::abort();
        Record study = std::move(mapped->study);
        normaliser.Normalise(&study);
        ++studies;
      }
    }
    if (studies != kPages * kRecordsOfPage) std::abort();
  }
  state.SetItemsProcessed(state.iterations() * kPages * kRecordsOfPage);
  state.SetBytesProcessed(state.iterations() * static_cast<int64_t>(bytes));
}

void BM_OaiDc(benchmark::State& state) { Run(state, DublinCore); }
void BM_OaiDataCite(benchmark::State& state) { Run(state, DataCite); }
BENCHMARK(BM_OaiDc)->Unit(benchmark::kMillisecond);
BENCHMARK(BM_OaiDataCite)->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace parfocal

BENCHMARK_MAIN();
