#include "parfocal/catalogue_rpc/catalogue_service.h"

#include <set>
#include <string>
#include <vector>

#include "absl/strings/str_format.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "parfocal/rpc/response_size.h"
#include "parfocal/v1/catalogue_service.grpc.pb.h"
#include "support/fake_record_store.h"
#include "support/in_process_service.h"
#include "support/sample_records.h"
#include "support/status_matchers.h"

namespace parfocal {
namespace {

using testing::FakeRecordStore;
using testing::HasReason;
using testing::InProcessService;
using testing::IsOk;
using testing::ManualClock;
using testing::StatusIs;
using Stub = v1::CatalogueService::Stub;

class CatalogueServiceTest : public ::testing::Test {
 protected:
  CatalogueServiceTest() {
    EXPECT_TRUE(store_.CreateSource({.id = "s"}).ok());
    EXPECT_TRUE(store_.CreateSource({.id = "t"}).ok());
    service_.Serve(
        MakeCatalogueService({&store_, nullptr, &tokens_, service_.dispatcher(),
                              [](v1::NodeStatus* status) { status->set_version("test"); }}));
    stub_ = v1::CatalogueService::NewStub(service_.channel());
  }

  void Commit(std::vector<Record> records, std::vector<RecordName> tombstones = {}) {
    bool resumed = false;
    const auto run = store_.BeginRun("s", clock_.Now(), &resumed);
    PageCommit page{.source = "s", .run = run->id};
    for (Record& record : records) {
      const std::string raw = "{\"mail\":\"bob@example.org\",\"tel\":\"020 7946 0000\"}";
      page.upserts.push_back({record, {static_cast<uint32_t>(page.raw.size()), 0, raw.size()}});
      page.raw.push_back(raw);
    }
    page.tombstones = std::move(tombstones);
    page.ledger.fetched = static_cast<int64_t>(records.size());
    const auto receipt = store_.CommitPage(page);
    ASSERT_TRUE(receipt.ok()) << receipt.status();
  }

  // Every name of a listing, page by page.
  std::vector<std::string> ListAll(v1::ListRecordsRequest request, int page_size) {
    std::vector<std::string> names;
    request.set_page_size(page_size);
    v1::ListRecordsResponse response;
    for (int pages = 0; pages < 1000; ++pages) {
      const absl::Status status =
          service_.Call(stub_.get(), &Stub::ListRecords, request, &response);
      EXPECT_TRUE(status.ok()) << status;
      EXPECT_LE(response.records_size(), page_size);
      for (const v1::Record& record : response.records()) {
        names.push_back(record.has_study() ? record.study().name() : record.image_set().name());
      }
      if (response.next_page_token().empty()) return names;
      request.set_page_token(response.next_page_token());
    }
    ADD_FAILURE() << "the listing does not end";
    return names;
  }

  ManualClock clock_;
  FakeRecordStore store_{&clock_};
  PageTokens tokens_{std::string(32, 'k'), &clock_};
  InProcessService service_;
  std::unique_ptr<Stub> stub_;
};

TEST_F(CatalogueServiceTest, GetRecordReadsItsOwnWrites) {
  Study study = testing::MakeStudy("s", "A/1", "title");
  study.attributes = {{"k", "v"}};
  Commit({study});
  v1::GetRecordRequest request;
  v1::Record response;
  request.set_name("sources/s/studies/A%2F1");
  ASSERT_THAT(service_.Call(stub_.get(), &Stub::GetRecord, request, &response), IsOk());
  EXPECT_EQ(response.study().title(), "title");
  EXPECT_EQ(response.study().attributes_size(), 1) << "FULL where nothing is said";
  request.set_view(v1::BASIC);
  ASSERT_THAT(service_.Call(stub_.get(), &Stub::GetRecord, request, &response), IsOk());
  EXPECT_EQ(response.study().attributes_size(), 0);
}

TEST_F(CatalogueServiceTest, BadNamesAndAbsentRecords) {
  v1::GetRecordRequest request;
  v1::Record response;
  for (const char* name : {"", "sources/s", "sources/S/studies/x", "studies/x",
                           "sources/s/studies/", "sources/s/studies/%zz"}) {
    request.set_name(name);
    const absl::Status status = service_.Call(stub_.get(), &Stub::GetRecord, request, &response);
    EXPECT_THAT(status, StatusIs(absl::StatusCode::kInvalidArgument)) << name;
    EXPECT_THAT(status, HasReason("RESOURCE_NAME")) << name;
    EXPECT_EQ(FieldOf(status), "name");
  }
  request.set_name("sources/s/studies/none");
  EXPECT_THAT(service_.Call(stub_.get(), &Stub::GetRecord, request, &response),
              StatusIs(absl::StatusCode::kNotFound));
  EXPECT_THAT(service_.Call(stub_.get(), &Stub::GetRecord, request, &response),
              HasReason("RESOURCE_NOT_FOUND"));
}

TEST_F(CatalogueServiceTest, BatchKeepsTheOrderAndItsLimit) {
  std::vector<Record> records;
  for (int i = 0; i < 201; ++i)
    records.push_back(testing::MakeStudy("s", absl::StrFormat("S%03d", i), "t"));
  Commit(records);
  v1::BatchGetRecordsRequest request;
  v1::BatchGetRecordsResponse response;
  for (int i = 199; i >= 0; --i) request.add_names(absl::StrFormat("sources/s/studies/S%03d", i));
  ASSERT_THAT(service_.Call(stub_.get(), &Stub::BatchGetRecords, request, &response), IsOk());
  ASSERT_EQ(response.records_size(), 200);
  EXPECT_EQ(response.records(0).study().accession(), "S199");
  request.add_names("sources/s/studies/S200");
  const absl::Status beyond =
      service_.Call(stub_.get(), &Stub::BatchGetRecords, request, &response);
  EXPECT_THAT(beyond, HasReason("LIMIT_EXCEEDED"));
  EXPECT_EQ(FieldOf(beyond), "names");
  request.Clear();
  request.add_names("sources/s/studies/S000");
  request.add_names("sources/s/studies/none");
  EXPECT_THAT(service_.Call(stub_.get(), &Stub::BatchGetRecords, request, &response),
              StatusIs(absl::StatusCode::kNotFound));
}

TEST_F(CatalogueServiceTest, PagingNeverSkipsOrRepeats) {
  std::vector<Record> records;
  std::vector<std::string> studies, sets;
  for (int i = 0; i < 23; ++i) {
    const std::string accession = absl::StrFormat("S%02d", i);
    records.push_back(testing::MakeStudy("s", accession, "t"));
    studies.push_back("sources/s/studies/" + accession);
    for (int j = 0; j < (i == 7 ? 31 : i % 3); ++j) {
      const std::string id = absl::StrFormat("p/%02d", j);
      records.push_back(testing::MakeImageSet("s", accession, id));
      if (i == 7) sets.push_back("sources/s/studies/" + accession + "/imageSets/" + id);
    }
  }
  Commit(records);
  for (int page_size : {1, 2, 7, 22, 23, 24, 200}) {
    v1::ListRecordsRequest request;
    request.set_parent("sources/s");
    EXPECT_EQ(ListAll(request, page_size), studies) << page_size;
    request.set_parent("sources/s/studies/S07");
    EXPECT_EQ(ListAll(request, page_size), sets) << page_size;
  }
  v1::ListRecordsRequest request;
  request.set_parent("sources/t");
  EXPECT_TRUE(ListAll(request, 5).empty());
}

TEST_F(CatalogueServiceTest, LargePagesAreCutBySize) {
  std::vector<Record> records;
  for (int i = 0; i < 12; ++i) {
    Study study = testing::MakeStudy("s", absl::StrFormat("S%02d", i), "t");
    study.description = std::string(400 * 1024, 'x');
    records.push_back(study);
  }
  Commit(records);
  v1::ListRecordsRequest request;
  v1::ListRecordsResponse response;
  request.set_parent("sources/s");
  request.set_page_size(200);
  ASSERT_THAT(service_.Call(stub_.get(), &Stub::ListRecords, request, &response), IsOk());
  EXPECT_LT(response.records_size(), 12);
  EXPECT_LT(response.ByteSizeLong(), kMaxResponseBytes);
  EXPECT_FALSE(response.next_page_token().empty());
  EXPECT_EQ(ListAll(request, 200).size(), 12u);
}

TEST_F(CatalogueServiceTest, TokensBelongToTheirRequestAndExpire) {
  Commit({testing::MakeStudy("s", "A", "t"), testing::MakeStudy("s", "B", "t")});
  v1::ListRecordsRequest request;
  v1::ListRecordsResponse response;
  request.set_parent("sources/s");
  request.set_page_size(1);
  ASSERT_THAT(service_.Call(stub_.get(), &Stub::ListRecords, request, &response), IsOk());
  const std::string token = response.next_page_token();
  ASSERT_FALSE(token.empty());
  request.set_page_token(token);
  request.set_page_size(5);
  EXPECT_THAT(service_.Call(stub_.get(), &Stub::ListRecords, request, &response), IsOk())
      << "page_size may change";
  request.set_view(v1::FULL);
  EXPECT_THAT(service_.Call(stub_.get(), &Stub::ListRecords, request, &response),
              HasReason("PAGE_TOKEN_MISMATCH"));
  request.clear_view();
  request.set_page_token(token + "A");
  EXPECT_THAT(service_.Call(stub_.get(), &Stub::ListRecords, request, &response),
              HasReason("PAGE_TOKEN_MISMATCH"));
  request.set_page_token(token);
  clock_.Advance(kPageTokenLife + absl::Seconds(1));
  EXPECT_THAT(service_.Call(stub_.get(), &Stub::ListRecords, request, &response),
              HasReason("CURSOR_EXPIRED"));
}

TEST_F(CatalogueServiceTest, ListErrors) {
  v1::ListRecordsRequest request;
  v1::ListRecordsResponse response;
  request.set_parent("sources/s");
  request.set_page_size(-1);
  EXPECT_THAT(service_.Call(stub_.get(), &Stub::ListRecords, request, &response),
              HasReason("VALUE_OUT_OF_RANGE"));
  request.set_page_size(0);
  for (const char* parent : {"", "x", "sources/s/studies/a/imageSets/b"}) {
    request.set_parent(parent);
    EXPECT_THAT(service_.Call(stub_.get(), &Stub::ListRecords, request, &response),
                HasReason("RESOURCE_NAME"))
        << parent;
  }
  for (const char* parent : {"sources/nowhere", "sources/s/studies/none"}) {
    request.set_parent(parent);
    EXPECT_THAT(service_.Call(stub_.get(), &Stub::ListRecords, request, &response),
                StatusIs(absl::StatusCode::kNotFound))
        << parent;
  }
  request.set_parent("sources/s/studies/a");
  request.set_show_deleted(true);
  EXPECT_THAT(service_.Call(stub_.get(), &Stub::ListRecords, request, &response),
              HasReason("RESOURCE_NAME"));
}

TEST_F(CatalogueServiceTest, DeletedRecordsAreListedAloneAndNotShown) {
  Commit({testing::MakeStudy("s", "A", "t"), testing::MakeStudy("s", "B", "t"),
          testing::MakeStudy("s", "C", "t")});
  Commit({}, {{"s", "A", ""}, {"s", "C", ""}});
  v1::ListRecordsRequest request;
  request.set_parent("sources/s");
  EXPECT_EQ(ListAll(request, 1), (std::vector<std::string>{"sources/s/studies/B"}));
  request.set_show_deleted(true);
  for (int page_size : {1, 2, 9}) {
    EXPECT_EQ(ListAll(request, page_size),
              (std::vector<std::string>{"sources/s/studies/A", "sources/s/studies/C"}));
  }
  v1::GetRawRecordRequest raw;
  v1::RawRecord bytes;
  raw.set_name("sources/s/studies/A");
  EXPECT_THAT(service_.Call(stub_.get(), &Stub::GetRawRecord, raw, &bytes),
              StatusIs(absl::StatusCode::kNotFound));
}

TEST_F(CatalogueServiceTest, RawBytesAreMasked) {
  Commit({testing::MakeStudy("s", "A", "t")});
  v1::GetRawRecordRequest request;
  v1::RawRecord response;
  request.set_name("sources/s/studies/A");
  ASSERT_THAT(service_.Call(stub_.get(), &Stub::GetRawRecord, request, &response), IsOk());
  EXPECT_EQ(response.data(), "{\"mail\":\"[e-mail masked]\",\"tel\":\"[phone masked]\"}");
  EXPECT_EQ(response.masked(), 2);
  EXPECT_EQ(response.sha256(), store_.Get({"s", "A", ""})->meta.raw_sha256);
}

TEST_F(CatalogueServiceTest, ChangesInOrderWithoutHoles) {
  Commit({testing::MakeStudy("s", "A", "t"), testing::MakeStudy("s", "B", "t")});
  Commit({}, {{"s", "A", ""}});
  v1::ListChangesRequest request;
  v1::ListChangesResponse response;
  std::vector<std::string> seen;
  request.set_page_size(1);
  do {
    ASSERT_THAT(service_.Call(stub_.get(), &Stub::ListChanges, request, &response), IsOk());
    EXPECT_EQ(response.newest_sequence(), 3);
    for (const v1::Change& change : response.changes()) {
      EXPECT_EQ(change.sequence(), request.after_sequence() + 1);
      request.set_after_sequence(change.sequence());
      seen.push_back(absl::StrCat(v1::Change::Kind_Name(change.kind()), " ", change.name()));
    }
  } while (response.changes_size() > 0);
  EXPECT_EQ(seen,
            (std::vector<std::string>{"UPSERT sources/s/studies/A", "UPSERT sources/s/studies/B",
                                      "DELETE sources/s/studies/A"}));
  request.set_after_sequence(-1);
  EXPECT_THAT(service_.Call(stub_.get(), &Stub::ListChanges, request, &response),
              HasReason("VALUE_OUT_OF_RANGE"));
  request.set_after_sequence(0);
  request.set_page_size(-1);
  EXPECT_THAT(service_.Call(stub_.get(), &Stub::ListChanges, request, &response),
              HasReason("VALUE_OUT_OF_RANGE"));
}

TEST_F(CatalogueServiceTest, StatusCountsAndMetrics) {
  Commit({testing::MakeStudy("s", "A", "t"), testing::MakeImageSet("s", "A", "1")});
  v1::NodeStatus status;
  ASSERT_THAT(service_.Call(stub_.get(), &Stub::GetStatus, v1::GetStatusRequest(), &status),
              IsOk());
  EXPECT_EQ(status.studies(), 1);
  EXPECT_EQ(status.image_sets(), 1);
  EXPECT_EQ(status.catalogue_sequence(), 2);
  EXPECT_EQ(status.version(), "test");
  int64_t calls = 0;
  for (const auto& method : service_.metrics().Read()) calls += method.calls[0];
  EXPECT_EQ(calls, 1);
}

TEST_F(CatalogueServiceTest, RequestsHaveAMaximumSize) {
  v1::GetRecordRequest request;
  v1::Record response;
  // The tag and the length of the only field take 5 bytes.
  request.set_name(std::string(kMaxAdminRequestBytes - 5, 'x'));
  ASSERT_EQ(request.ByteSizeLong(), kMaxAdminRequestBytes);
  EXPECT_THAT(service_.Call(stub_.get(), &Stub::GetRecord, request, &response),
              HasReason("RESOURCE_NAME"));
  request.mutable_name()->push_back('x');
  EXPECT_THAT(service_.Call(stub_.get(), &Stub::GetRecord, request, &response),
              HasReason("LIMIT_EXCEEDED"));
}

}  // namespace
}  // namespace parfocal
