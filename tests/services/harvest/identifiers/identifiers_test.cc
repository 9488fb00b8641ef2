#include "parfocal/identifiers/identifiers.h"

#include "gtest/gtest.h"

namespace parfocal {
namespace {

struct Row {
  const char* text;
  const char* wanted;
};

TEST(IdentifiersTest, Dois) {
  for (const Row& row :
       {Row{"https://doi.org/10.1234/ABC", "10.1234/abc"},
        Row{"http://dx.doi.org/10.1234/a/b", "10.1234/a/b"},
        Row{" doi: 10.1234/abc ", "10.1234/abc"}, Row{"10.1234.5/abc", "10.1234.5/abc"},
        Row{"10.123/abc", ""}, Row{"10.1234/", ""}, Row{"10.1234/a b", ""}, Row{"10.12x4/abc", ""},
        Row{"https://example.org/10.1234/abc", ""}, Row{"", ""}}) {
    EXPECT_EQ(DoiOf(row.text), row.wanted) << row.text;
  }
}

TEST(IdentifiersTest, Orcids) {
  struct {
    const char* text;
    const char* wanted;
    bool valid;
  } const rows[] = {{"https://orcid.org/0000-0002-1825-0097", "0000-0002-1825-0097", true},
                    {"http://www.orcid.org/0000-0002-1694-233x/", "0000-0002-1694-233X", true},
                    {"0000-0002-1825-0097", "0000-0002-1825-0097", true},
                    {" ORCID: 0000-0002-1825-0097 ", "0000-0002-1825-0097", true},
                    {"0000-0002-1825-0098", "0000-0002-1825-0098", false},
                    {"0000000218250097", "0000000218250097", false},
                    {"orcid.org/", "", false},
                    {"Jane Doe", "", false},
                    {"", "", false}};
  for (const auto& row : rows) {
    bool valid = true;
    EXPECT_EQ(OrcidOf(row.text, &valid), row.wanted) << row.text;
    EXPECT_EQ(valid, row.valid) << row.text;
  }
}

TEST(IdentifiersTest, OthersAndDates) {
  EXPECT_EQ(RorOf("see https://ror.org/03YRM5C26/"), "https://ror.org/03yrm5c26");
  EXPECT_EQ(RorOf("https://ror.org/13yrm5c26"), "");
  EXPECT_EQ(RorOf("ror.org/03yrm5c26?x"), "");
  EXPECT_EQ(PmidOf("https://pubmed.ncbi.nlm.nih.gov/12082125/"), "12082125");
  EXPECT_EQ(PmidOf("pmid:12082125"), "12082125");
  EXPECT_EQ(PmidOf("123456789"), "");
  EXPECT_EQ(PmcidOf("https://www.ncbi.nlm.nih.gov/pmc/articles/PMC4078828/"), "PMC4078828");
  EXPECT_EQ(PmcidOf("XPMC4078828"), "");
  for (const Row& row : {Row{"2023", "2023"}, Row{"2023-04", "2023-04"},
                         Row{"2023-04-05T06:07:08Z", "2023-04-05"}, Row{"20230405", "2023-04-05"},
                         Row{"2023-13-01", ""}, Row{"2023-4-5", ""}, Row{"5 April 2023", ""}}) {
    EXPECT_EQ(DatePart(row.text), row.wanted) << row.text;
  }
  EXPECT_TRUE(IsHttpUrl("HTTPS://example.org/a"));
  EXPECT_FALSE(IsHttpUrl("https://example.org/a b"));
  EXPECT_FALSE(IsHttpUrl("ftp://example.org/"));
}

}  // namespace
}  // namespace parfocal
