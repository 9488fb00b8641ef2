// A literal beyond the limit ends the reading of RDF before the parser buffers it, and is left out
// of formats whose reader has it whole.
#include <string>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "ontology/rdf/read_text.h"
#include "support/status_matchers.h"

namespace parfocal {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using testing::IsOk;
using testing::Outcome;
using testing::Read;
using testing::StatusIs;

TEST(LiteralLimitTest, AtTheLimitAndBeyond) {
  ReadLimits limits;
  limits.literal_bytes = 100;
  const auto label = [&](size_t size) { return "\"" + std::string(size, 'x') + "\""; };
  const std::string p = "<http://www.w3.org/2000/01/rdf-schema#label> ";
  const std::string a = "<http://example.org/a> ";
  const std::string is_class = a +
                               "<http://www.w3.org/1999/02/22-rdf-syntax-ns#type> "
                               "<http://www.w3.org/2002/07/owl#Class> .\n";
  const auto turtle = [&](size_t size) {
    return "@prefix b: <http://example.org/> .\n" + is_class + a + p + label(size) + " .\n";
  };
  const auto triples = [&](size_t size) { return is_class + a + p + label(size) + " .\n"; };
  const auto xml = [&](size_t size) {
    return "<rdf:RDF xmlns:rdf=\"http://www.w3.org/1999/02/22-rdf-syntax-ns#\"\n"
           "xmlns:rdfs=\"http://www.w3.org/2000/01/rdf-schema#\">"
           "<rdf:Description rdf:about=\"http://example.org/a\"><rdfs:label>" +
           std::string(size, 'x') + "</rdfs:label></rdf:Description></rdf:RDF>";
  };
  const auto json = [&](size_t size) {
    return "{\"graphs\": [{\"nodes\": [{\"id\": \"a\", \"type\": \"CLASS\", \"lbl\": " +
           label(size) + "}]}]}";
  };
  for (const auto& text : {turtle(100), triples(100)})
    EXPECT_THAT(Read(text, limits).report, IsOk());
  limits.literal_bytes = 150;  // The root element has two long attributes.
  EXPECT_THAT(Read(xml(150), limits).report, IsOk());
  EXPECT_THAT(Read(xml(151), limits).report, StatusIs(absl::StatusCode::kResourceExhausted));
  limits.literal_bytes = 100;
  for (const auto& text : {turtle(101), triples(101)}) {
    EXPECT_THAT(Read(text, limits).report,
                StatusIs(absl::StatusCode::kResourceExhausted, HasSubstr("longer than 100 bytes")));
  }
  EXPECT_EQ(Read(json(100), limits).terms["a"].label.size(), 100u);
  Outcome out = Read(json(101), limits);
  EXPECT_EQ(out.terms["a"].label, "");
  EXPECT_THAT(out.report->warnings, ElementsAre(HasSubstr("a: 1 texts longer than 100 bytes")));
  // The sizes of the real limits, and far beyond.
  constexpr size_t kHuge = 100'000'000;
  for (const auto& text : {turtle(kHuge), triples(kHuge), xml(kHuge)}) {
    EXPECT_THAT(Read(text).report, StatusIs(absl::StatusCode::kResourceExhausted));
  }
  EXPECT_EQ(Read(json(kHuge)).terms["a"].label, "");
  out = Read("format-version: 1.2\n[Term]\nid: EX:1\nname: " + std::string(kHuge, 'x') + "\n");
  EXPECT_EQ(out.terms["EX:1"].label, "");
  EXPECT_THAT(out.report->warnings, ElementsAre(HasSubstr("longer than 1048576 bytes")));
}

}  // namespace
}  // namespace parfocal
