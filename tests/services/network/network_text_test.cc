#include "parfocal/network/network_text.h"

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "services/network/hostile_network.h"

namespace parfocal {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

// Bytes that a terminal obeys or that end a line within a cell.
int ControlBytes(const std::string& text, const std::string& allowed) {
  int found = 0;
  for (const char c : text) {
    const unsigned char byte = static_cast<unsigned char>(c);
    found += (byte < 0x20 || byte == 0x7f) && allowed.find(c) == std::string::npos;
  }
  return found;
}

TEST(NetworkTextTest, NoFormatHoldsControlCharacters) {
  const v1::Network network = testing::HostileNetwork();
  const NetworkCaption caption{"t\x01", "d\x1b[2J"};
  EXPECT_EQ(ControlBytes(ToGraphMl(network, caption), "\n"), 0);
  EXPECT_EQ(ControlBytes(ToCx2(network, caption), "\n"), 0);
  EXPECT_EQ(ControlBytes(ToSif(network), "\n\t"), 0);
  EXPECT_EQ(ControlBytes(ToEdgeTable(network), "\n\t"), 0);
  EXPECT_EQ(ControlBytes(ToNodeTable(network), "\n\t"), 0);
}

TEST(NetworkTextTest, GraphMlEscapesMarkup) {
  const std::string text = ToGraphMl(testing::HostileNetwork(), {"a<b>&\"c\"", ""});
  EXPECT_THAT(text, HasSubstr("a&lt;b&gt;&amp;&quot;c&quot;"));
  EXPECT_THAT(text, Not(HasSubstr("]]>")));
  EXPECT_THAT(text, Not(HasSubstr("\xEF\xBF\xBE"))) << "U+FFFE is no character of XML";
}

TEST(NetworkTextTest, AListElementWithASeparatorStaysOneElement) {
  const std::string table = ToNodeTable(testing::HostileNetwork());
  EXPECT_THAT(table, HasSubstr("\tx, y\t"));
}

TEST(NetworkTextTest, SaysWhereOneOrthologOfSeveralStandsForAGene) {
  EXPECT_THAT(ToNodeTable(testing::HostileNetwork()),
              HasSubstr("q (EX:9, EX:other), one of 2 orthologs, one of 3 like it"));
}

TEST(NetworkTextTest, AnInteractionNamesItsDatabase) {
  EXPECT_THAT(ToEdgeTable(testing::HostileNetwork()), HasSubstr("\tnet of, genes\n"));
}

TEST(NetworkTextTest, AnEdgeToANodeThatIsNotThereIsLeftOut) {
  v1::Network network = testing::HostileNetwork();
  network.add_edges()->set_source("EX:1");
  network.mutable_edges(3)->set_target("EX:nowhere");
  EXPECT_EQ(ToSif(network), ToSif(testing::HostileNetwork()));
  EXPECT_THAT(ToCx2(network, {}), HasSubstr("{\"name\":\"edges\",\"elementCount\":3}"));
}

TEST(NetworkTextTest, AnEmptyNetworkIsAValidFileOfEachFormat) {
  const v1::Network network;
  EXPECT_THAT(ToGraphMl(network, {}), HasSubstr("edgedefault=\"undirected\">\n"));
  EXPECT_THAT(ToCx2(network, {}), HasSubstr("{\"nodes\":[]}"));
  EXPECT_EQ(ToSif(network), "");
  EXPECT_EQ(ToEdgeTable(network).substr(0, 14), "source\ttarget\t");
}

}  // namespace
}  // namespace parfocal
