#include "messages.h"

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "support/sample_records.h"
#include "support/status_matchers.h"

namespace parfocal::sandbox {
namespace {

using parfocal::testing::IsOk;
using parfocal::testing::RandomRecords;
using parfocal::testing::StatusIs;

PageAnswer SampleAnswer() {
  RandomRecords records(7);
  DraftPage page;
  page.raw = {"first blob", std::string("\0\xff", 2)};
  for (int i = 0; i < 2; ++i) {
    Study study = records.NextStudy();
    study.source = "s";
    study.accession = absl::StrCat("A", i);
    ImageSet set = records.NextImageSet();
    set.source = "s";
    set.study = study.accession;
    set.id = absl::StrCat("set/", i);
    page.drafts.push_back({study, {0, 1, 5, 0, 1}});
    page.drafts.push_back({set, {1, 0, 2, 2, 0}});
  }
  page.rejections = {{"s", "", "place", "record", "reason", "raw", "reader", true}};
  page.deleted = {{"s", "gone", ""}, {"s", "gone", "1"}};
  page.next_cursor = "next";
  page.mark = "mark";
  page.ledger = {.pages = 1, .fetched = 81, .quarantined = 1, .rows_read = 3, .rows_accepted = 3};
  page.progress_done = 5;
  page.progress_total = -1;
  PageAnswer answer;
  answer.page = std::move(page);
  answer.listing_is_whole = true;
  answer.lists_all = false;
  return answer;
}

TEST(ParserMessagesTest, APageComesOutAsItWentIn) {
  const PageAnswer in = SampleAnswer();
  PageAnswer out;
  ASSERT_THAT(Decode(Encode(in), "s", &out), IsOk());
  EXPECT_EQ(out.listing_is_whole, in.listing_is_whole);
  EXPECT_EQ(out.lists_all, in.lists_all);
  ASSERT_THAT(out.page, IsOk());
  EXPECT_EQ(out.page->raw, in.page->raw);
  ASSERT_EQ(out.page->drafts.size(), in.page->drafts.size());
  for (size_t i = 0; i < in.page->drafts.size(); ++i) {
    EXPECT_TRUE(out.page->drafts[i].record == in.page->drafts[i].record) << i;
    EXPECT_EQ(out.page->drafts[i].raw.offset, in.page->drafts[i].raw.offset);
    EXPECT_EQ(out.page->drafts[i].raw.context_length, in.page->drafts[i].raw.context_length);
  }
  EXPECT_EQ(out.page->rejections, in.page->rejections);
  EXPECT_EQ(out.page->deleted, in.page->deleted);
  EXPECT_EQ(out.page->next_cursor, "next");
  EXPECT_EQ(out.page->mark, "mark");
  EXPECT_EQ(out.page->ledger, in.page->ledger);
  EXPECT_EQ(out.page->progress_total, -1);
}

TEST(ParserMessagesTest, EveryCutAndEverySpoiltByteIsRefusedOrRead) {
  const std::string bytes = Encode(SampleAnswer());
  for (size_t size = 0; size < bytes.size(); ++size) {
    PageAnswer out;
    ASSERT_THAT(Decode(bytes.substr(0, size), "s", &out), StatusIs(absl::StatusCode::kDataLoss))
        << size;
  }
  for (size_t at = 0; at < bytes.size(); ++at) {
    std::string spoilt = bytes;
    spoilt[at] = static_cast<char>(spoilt[at] ^ 0xff);
    PageAnswer out;
    if (!Decode(spoilt, "s", &out).ok() || !out.page.ok()) continue;
    // What is read is a page whose slices lie within its blobs.
    for (const Draft& draft : out.page->drafts) {
      ASSERT_LT(draft.raw.blob, out.page->raw.size());
      ASSERT_LE(draft.raw.offset + draft.raw.length, out.page->raw[draft.raw.blob].size());
    }
  }
}

TEST(ParserMessagesTest, RequestsComeOutAsTheyWentIn) {
  FetchRequest fetch{.url = "u",
                     .if_none_match = "e",
                     .if_modified_since = "m",
                     .accept = {422},
                     .media_types = "text/turtle"};
  FetchRequest got;
  ASSERT_THAT(Decode(Encode(fetch), &got), IsOk());
  EXPECT_EQ(got.url, "u");
  EXPECT_EQ(got.if_none_match, "e");
  EXPECT_EQ(got.if_modified_since, "m");
  EXPECT_EQ(got.accept, fetch.accept);
  EXPECT_EQ(got.media_types, "text/turtle");
  FetchResponse response;
  response.http_status = 304;
  response.body = "b";
  response.etag = "t";
  response.link = "l";
  response.final_url = "f";
  absl::StatusOr<FetchResponse> answer = absl::UnknownError("");
  ASSERT_THAT(Decode(Encode(absl::StatusOr<FetchResponse>(response)), &answer), IsOk());
  ASSERT_THAT(answer, IsOk());
  EXPECT_EQ(answer->http_status, 304);
  EXPECT_EQ(answer->body, "b");
  EXPECT_EQ(answer->etag, "t");
  EXPECT_EQ(answer->link, "l");
  EXPECT_EQ(answer->final_url, "f");
  PageRequest page;
  ASSERT_THAT(Decode(Encode(PageRequest{"c", {{"d", 3, "why"}}}), &page), IsOk());
  EXPECT_EQ(page.cursor, "c");
  ASSERT_EQ(page.refuse.size(), 1u);
  EXPECT_EQ(page.refuse[0].number, 3);
  EXPECT_THAT(Decode("\x05\xff", &page), StatusIs(absl::StatusCode::kDataLoss));
}

}  // namespace
}  // namespace parfocal::sandbox
