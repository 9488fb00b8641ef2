// parfocal genes images: one search for each role, shown together.
#include "gmock/gmock.h"
#include "services/cli/fake_node.h"

namespace parfocal::cli {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::SizeIs;

class GeneImagesTest : public ::testing::Test {
 protected:
  GeneImagesTest() {
    v1::SearchResponse& perturbed = node_.search.by_filter["perturbed_gene = \"HGNC:1\""];
    perturbed.set_total_size(1234);
    perturbed.mutable_total()->set_image_sets(1234);
    v1::Facet* methods = perturbed.add_facets();
    v1::FacetValue* value = methods->add_values();
    value->set_value("FBbi:1");
    value->set_label("wide\x1b[2Jfield");
    value->set_exact_count(1200);
    value->mutable_exact()->set_image_sets(1200);
    value->mutable_exact()->set_images(9876);
    v1::FacetValue* above = methods->add_values();
    above->set_value("FBbi:0");
    above->set_label("any method");
    above->set_count(1200);
    methods->set_missing_count(34);
    v1::SearchResponse& tagged = node_.search.by_filter["tagged_gene = \"HGNC:1\""];
    tagged.set_total_size(5);
    tagged.mutable_total()->set_image_sets(5);
  }
  Output Run(std::vector<std::string> arguments) {
    arguments.insert(arguments.begin(), {"genes", "images"});
    return node_.Run(std::move(arguments));
  }

  FakeNode node_;
};

TEST_F(GeneImagesTest, ImagesAreCountedByMethodForEachRole) {
  const Output output = Run({"BENT1", "--organism", "human"});
  EXPECT_EQ(output.code, kOk) << output.err;
  ASSERT_THAT(node_.search.all, SizeIs(6));
  for (const v1::SearchRequest& request : node_.search.all) {
    EXPECT_EQ(request.level(), v1::IMAGE_SET);
    ASSERT_EQ(request.facets_size(), 1);
    EXPECT_EQ(request.facets(0).field(), "imaging_method");
  }
  EXPECT_THAT(output.out, HasSubstr("HGNC:1"));
  EXPECT_THAT(output.out, HasSubstr("perturbed"));
  EXPECT_THAT(output.out, HasSubstr("9,876"));
  EXPECT_THAT(output.out, HasSubstr("not stated"));
  EXPECT_THAT(output.out, HasSubstr("tagged"));
  EXPECT_THAT(output.out, Not(HasSubstr("any method")));
  EXPECT_THAT(output.out, Not(HasSubstr("antibody")));
  EXPECT_THAT(output.out, Not(HasSubstr("\x1b")));
}

TEST_F(GeneImagesTest, JsonHasALineForEachRole) {
  const Output output = Run({"BENT1", "--organism", "human", "--json"});
  EXPECT_EQ(output.code, kOk) << output.err;
  EXPECT_EQ(std::count(output.out.begin(), output.out.end(), '\n'), 6);
  EXPECT_THAT(output.out, HasSubstr("{\"role\": \"tagged\", \"answer\": {"));
}

TEST_F(GeneImagesTest, ANameThatIsInNoTableIsLookedForAsItStands) {
  const Output output = Run({"odd \"name\""});
  EXPECT_EQ(output.code, kNotComplete);
  EXPECT_EQ(node_.search.all[0].filter(), "perturbed_gene = \"odd \\\"name\\\"\"");
  EXPECT_THAT(output.err, HasSubstr("without its organism"));
}

TEST_F(GeneImagesTest, AnswersOfTwoStatesAreNotMixed) {
  node_.search.by_filter["tagged_gene = \"HGNC:1\""].mutable_revision()->set_sequence(7);
  const Output output = Run({"BENT1", "--organism", "human"});
  EXPECT_NE(output.code, kOk);
  EXPECT_THAT(node_.search.all, SizeIs(18));
  EXPECT_THAT(output.err, HasSubstr("changed between"));
}

}  // namespace
}  // namespace parfocal::cli
