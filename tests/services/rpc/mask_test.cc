#include "parfocal/rpc/mask.h"

#include <string>

#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "gtest/gtest.h"

namespace parfocal {
namespace {

constexpr struct {
  const char* text;
  const char* masked;
} kMasked[] = {
    // E-mail addresses in their spellings.
    {"bob@example.org", "[e-mail masked]"},
    {"Mail <bob.b-1+x@mail.example.co.uk>.", "Mail <[e-mail masked]>."},
    {"mailto:bob@example.org?subject=x", "mailto:[e-mail masked]?subject=x"},
    {"mailto%3Abob%40example.org", "[e-mail masked]"},
    {R"({"email":"bob\u0040example.org"})", R"({"email":"[e-mail masked]"})"},
    {"bob&#64;example.org", "[e-mail masked]"},
    {"bob&#x40;example.org", "[e-mail masked]"},
    {"bob&commat;example.org", "[e-mail masked]"},
    {"bob [at] example [dot] org", "[e-mail masked]"},
    {"bob(at)example.org", "[e-mail masked]"},
    {"bob {AT} example dot org!", "[e-mail masked]!"},
    {"o'neill@example.org", "[e-mail masked]"},
    {"'bob@example.org'", "'[e-mail masked]'"},
    {"ren\xC3\xA9@\xC3\xA9"
     "cole.example",
     "[e-mail masked]"},
    {R"({"a":"ren\u00e9@example.org"})", R"({"a":"[e-mail masked]"})"},
    // The escape before an address stays whole: JSON stays JSON.
    {R"({"a":"x\nbob@example.org"})", R"({"a":"x\n[e-mail masked]"})"},
    {R"({"a":"x\u000abob@example.org"})", R"({"a":"x\u000a[e-mail masked]"})"},
    {R"({"a":"x\\nbob@example.org"})", R"({"a":"x\\[e-mail masked]"})"},
    {"a@example.org,b@example.org;c@example.org",
     "[e-mail masked],[e-mail masked];[e-mail masked]"},
    {"plate1\tbob@example.org\tA1\n", "plate1\t[e-mail masked]\tA1\n"},
    {"https://user:secret@example.org/x", "https://user:[e-mail masked]/x"},
    {"bob@example.org.1", "[e-mail masked].1"},
    // Telephone numbers.
    {"+44 (0)20 7946 0000", "[phone masked]"},
    {"Call +49 6221 387-0, or", "Call [phone masked], or"},
    {"+1-555-123-4567", "[phone masked]"},
    {"+441382555000", "[phone masked]"},
    {"(555) 123-4567", "[phone masked]"},
    {"(01382) 555000", "[phone masked]"},
    {"555-123-4567", "[phone masked]"},
    {"555.123.4567", "[phone masked]"},
    {"Tel: 020 7946 0000", "Tel: [phone masked]"},
    {"Fax no. 7946000", "Fax no. [phone masked]"},
    {R"({"telephone": "020 7946 0000"})", R"({"telephone": "[phone masked]"})"},
    {R"({"telephone": ["020 7946 0000",
        "020 7946 0001"]})",
     R"({"telephone": ["[phone masked]",
        "[phone masked]"]})"},
    {R"({"contactPhone":442079460000})", R"({"contactPhone":[phone masked]})"},
    {"Study Person Phone\t020 7946 0000\t+44 20 7946 0001\t7946002\n",
     "Study Person Phone\t[phone masked]\t[phone masked]\t[phone masked]\n"},
    {"<phone>020 7946 0000</phone>", "<phone>[phone masked]</phone>"},
    {"name,phone,id\nBob,2079460000,1234567\nEve,\"2079 460001\",7654321\n",
     "name,phone,id\nBob,[phone masked],1234567\nEve,\"[phone masked]\",7654321\n"},
    {"name\tFax\tid\nBob\t2079460000\t1234567\n", "name\tFax\tid\nBob\t[phone masked]\t1234567\n"},
};

TEST(MaskTest, MasksAddressesAndTelephoneNumbers) {
  for (const auto& row : kMasked) {
    SCOPED_TRACE(row.text);
    const Masked masked = MaskPersonalData(row.text);
    EXPECT_EQ(masked.text, row.masked);
    EXPECT_GT(masked.places, 0);
    const Masked twice = MaskPersonalData(masked.text);
    EXPECT_EQ(twice.text, masked.text) << "masking again changes nothing";
    EXPECT_EQ(twice.places, 0);
  }
}

constexpr const char* kUntouched[] = {
    "",
    R"({"@context":"https://w3id.org/ro/crate/1.1/context","@graph":[{"@id":"ro-crate-metadata.json","@type":"Dataset"}]})",
    R"({"@id":"https://orcid.org/0000-0002-1825-0097"})",
    "https://example.org/@group/page",
    "10.1083/jcb.201103168",
    "https://doi.org/10.5281/zenodo.1234567",
    "PMC1234567 PMID: 12345678",
    "2011-03-02T10:15:30+01:00",
    "2011-03-02",
    "0001-03--2005-08-01",
    "LT0012_03",
    "P-0001-0002-0003",
    "plate 123456789 well A12",
    "S-BIAD634 EMPIAR-10310",
    "ENSG00000139618",
    "CAS 50-00-0, 7732-18-5",
    "12.345678, -0.1234567, +51.5073219",
    "1e+12345678",
    "CD4+12345678",
    "Nature 464 (7289) 721-727",
    "J Cell Biol 123 (456) 789-1234",
    "imaged@63x at 37.5 C, 10 mW @ 488 nm",
    "package@1.2.3",
    "hotel 5550100199, telomere 5550100199",
    "phone 12345",
    "id,phone number of cells\nA,12\n",
    "0012 0013 0014 0015",
    "978-3-16-148410-0",
    "3.14159265",
    "mean (0.123456) sd (1234)",
    "{\"a\": 1234567890123}",
    "192.168.100.200",
};

TEST(MaskTest, LeavesIdentifiersAlone) {
  for (const char* text : kUntouched) {
    SCOPED_TRACE(text);
    const Masked masked = MaskPersonalData(text);
    EXPECT_EQ(masked.text, text);
    EXPECT_EQ(masked.places, 0);
  }
}

TEST(MaskTest, CountsThePlaces) {
  EXPECT_EQ(MaskPersonalData("a@example.org b@example.org tel 5551234").places, 3);
}

TEST(MaskTest, IsLinear) {
  const absl::Time began = absl::Now();
  for (const char* unit : {"a", "@", "a@", "@a.", "a.", "\\", "\\u00e9", "[at]", "tel ",
                           "phone:", "1", "1 ", "(1", "+1 ", "tel\t1", "%40"}) {
    std::string text = "tel,phone\n";
    while (text.size() < 300000) text += unit;
    MaskPersonalData(text);
  }
  EXPECT_LT(absl::Now() - began, absl::Seconds(20));
}

}  // namespace
}  // namespace parfocal
