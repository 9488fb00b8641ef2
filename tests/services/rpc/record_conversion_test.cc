#include "parfocal/rpc/record_conversion.h"

#include <string>

#include "gtest/gtest.h"
#include "support/status_matchers.h"

namespace parfocal {
namespace {

using testing::HasReason;

Statement Says(const char* field, const char* value, uint32_t group = 0,
               const char* stated_id = "") {
  Statement statement;
  statement.field = field;
  statement.value = value;
  statement.group = group;
  statement.stated_id = stated_id;
  return statement;
}

// As connectors say it: the role tells a perturbed gene from a tagged one.
Statement Perturbed(const char* symbol, uint32_t group, const char* stated_id) {
  Statement statement = Says("gene", symbol, group, stated_id);
  statement.role = "perturbed";
  return statement;
}

TEST(RecordConversionTest, AssemblesChannelsAndPerturbationsByGroup) {
  ImageSet set{.source = "s", .study = "S1", .id = "p/A1"};
  set.statements = {Says("channel_label", "0", 1),
                    Says("channel_stain", "DAPI", 1),
                    Says("channel_target", "DNA", 1),
                    Says("channel_stain", "GFP", 2),
                    Says("channel_target", "unmarked"),
                    Says("perturbation_type", "RNAi", 3),
                    Perturbed("abc", 3, "EX:1"),
                    Perturbed("def", 3, ""),
                    Says("gene", "tag", 3),
                    Says("reagent", "si1", 3),
                    Says("compound", "water", 4),
                    Says("dose", "1 uM", 4),
                    Says("time", "2 h", 5),
                    Says("organism", "yeast")};
  v1::Record out;
  ToProto(StoredRecord{set, {}}, v1::FULL, &out);
  const v1::ImageSet& is = out.image_set();
  EXPECT_EQ(is.name(), "sources/s/studies/S1/imageSets/p/A1");
  ASSERT_EQ(is.channels_size(), 3);
  EXPECT_EQ(is.channels(0).label() + is.channels(0).stain() + is.channels(0).target(), "0DAPIDNA");
  EXPECT_EQ(is.channels(1).stain(), "GFP");
  EXPECT_EQ(is.channels(2).target(), "unmarked");
  // Group 5 holds a time alone: nothing was done.
  ASSERT_EQ(is.perturbations_size(), 2);
  EXPECT_EQ(is.perturbations(0).group(), 3u);
  ASSERT_EQ(is.perturbations(0).genes_size(), 2);
  EXPECT_EQ(is.perturbations(0).gene_ids(0), "EX:1");
  EXPECT_EQ(is.perturbations(0).gene_ids(1), "");
  EXPECT_EQ(is.perturbations(0).reagent(), "si1");
  EXPECT_EQ(is.perturbations(1).compound() + is.perturbations(1).dose(), "water1 uM");
  EXPECT_EQ(is.statements_size(), 14);
}

TEST(RecordConversionTest, BasicLeavesOutAttributesAndAffiliations) {
  Study study{.source = "s", .accession = "S1"};
  study.people = {{.name = "Bob",
                   .orcid = "0000-0002-1825-0097",
                   .affiliation = "Institute",
                   .ror = "https://ror.org/1"}};
  study.attributes = {{"k", "v"}};
  v1::Record basic, full;
  ToProto(StoredRecord{study, {}}, v1::BASIC, &basic);
  ToProto(StoredRecord{study, {}}, v1::FULL, &full);
  EXPECT_EQ(basic.study().attributes_size(), 0);
  EXPECT_EQ(basic.study().people(0).affiliation(), "");
  EXPECT_EQ(basic.study().people(0).name(), "Bob");
  EXPECT_EQ(full.study().attributes(0).value(), "v");
  EXPECT_EQ(full.study().people(0).affiliation(), "Institute");
  EXPECT_EQ(full.study().people(0).ror(), "https://ror.org/1");
}

TEST(RecordConversionTest, AbsentStaysAbsent) {
  v1::Record out;
  ToProto(StoredRecord{ImageSet{.source = "s", .study = "S1", .id = "a"}, {}}, v1::FULL, &out);
  EXPECT_FALSE(out.image_set().has_image_count());
  EXPECT_FALSE(out.image_set().has_extents());
  EXPECT_EQ(out.image_set().derived_from(), "");
  ImageSet set{.source = "s", .study = "S1", .id = "a"};
  set.image_count = 0;
  set.derived_from = "b";
  out.Clear();
  ToProto(StoredRecord{set, {}}, v1::FULL, &out);
  EXPECT_TRUE(out.image_set().has_image_count());
  EXPECT_EQ(out.image_set().derived_from(), "sources/s/studies/S1/imageSets/b");
}

TEST(RecordConversionTest, BytesThatAreNotUtf8AreMended) {
  Study study{.source = "s", .accession = "S\xFF", .title = "caf\xE9"};
  study.attributes = {{"k\xFF", "v\xFF"}};
  v1::Record out, back;
  ToProto(StoredRecord{study, {}}, v1::FULL, &out);
  EXPECT_EQ(out.study().title(), "caf\xEF\xBF\xBD");
  EXPECT_TRUE(back.ParseFromString(out.SerializeAsString()));
}

TEST(RecordConversionTest, RejectionsAreMasked) {
  Rejection rejection{.source = "s",
                      .run = "r",
                      .place = "f:1",
                      .reason = "bob@example.org is no organism",
                      .raw = "name\tbob@example.org"};
  v1::Rejection out;
  ToProto(rejection, &out);
  EXPECT_EQ(out.run(), "sources/s/runs/r");
  EXPECT_EQ(out.reason(), "[e-mail masked] is no organism");
  EXPECT_EQ(out.data(), "name\t[e-mail masked]");
}

TEST(RecordConversionTest, RunStatesAndTimes) {
  for (RunState state : {RunState::kRunning, RunState::kComplete, RunState::kPartial,
                         RunState::kFailed, RunState::kHeld}) {
    parfocal::Run run{
        .source = "s",
        .id = "r",
        .state = state,
        .started = absl::FromUnixSeconds(5),
        .ended = state == RunState::kRunning ? absl::InfiniteFuture() : absl::FromUnixSeconds(7)};
    v1::Run out;
    ToProto(run, &out);
    EXPECT_EQ(static_cast<int>(out.state()), static_cast<int>(state) + 1);
    EXPECT_EQ(out.has_end_time(), state != RunState::kRunning);
    EXPECT_TRUE(out.ledger().adds_up());
  }
}

TEST(NamesTest, SourcesAndRuns) {
  EXPECT_EQ(ParseSourceName("sources/a-1").value(), "a-1");
  for (const char* bad :
       {"", "sources/", "sources/A", "source/a", "sources/a/", "sources/a/runs/b", "a"}) {
    EXPECT_THAT(ParseSourceName(bad), HasReason("RESOURCE_NAME")) << bad;
  }
  EXPECT_EQ(ParseRunName("sources/a/runs/r1").value().run, "r1");
  for (const char* bad : {"", "sources/a", "sources/a/runs", "sources/a/runs/",
                          "sources/a/runs/b/c", "sources/A/runs/b", "sources/a/run/b"}) {
    EXPECT_THAT(ParseRunName(bad), HasReason("RESOURCE_NAME")) << bad;
  }
}

}  // namespace
}  // namespace parfocal
