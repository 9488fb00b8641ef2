#include "parfocal/admin_rpc/admin_service.h"

#include <string>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "parfocal/v1/admin_service.grpc.pb.h"
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
using testing::StatusIs;
using Stub = v1::AdminService::Stub;

// Says how many studies and image sets it holds.
class Counted final : public Snapshot {
 public:
  Counted(int64_t sequence, Counts total) : sequence_(sequence), total_(total) {}
  Revision revision() const override { return {sequence_, "r"}; }
  absl::StatusOr<Statistics> StatisticsFor(const BoundQuery&) const override {
    return Statistics();
  }
  absl::StatusOr<SearchAnswer> Execute(const BoundQuery&, const Statistics*, absl::Time,
                                       bool (*)(const void*), const void*) const override {
    SearchAnswer answer;
    answer.total = total_;
    answer.revision = revision();
    return answer;
  }
  absl::StatusOr<std::vector<Suggestion>> Suggest(absl::string_view,
                                                  const std::vector<std::string>&,
                                                  int) const override {
    return std::vector<Suggestion>();
  }
  std::vector<std::string> ValuesNamed(absl::string_view, absl::string_view) const override {
    return {};
  }
  void CountTerm(absl::string_view, Counts*, Counts*) const override {}

 private:
  const int64_t sequence_;
  const Counts total_;
};

class OneSnapshot final : public SearchIndex {
 public:
  absl::StatusOr<std::shared_ptr<const Snapshot>> Open() const override { return snapshot; }
  absl::StatusOr<std::shared_ptr<const Snapshot>> OpenAt(int64_t sequence,
                                                         absl::Time) const override {
    if (snapshot->revision().sequence >= sequence) return snapshot;
    return absl::FailedPreconditionError("behind");
  }
  std::shared_ptr<const Snapshot> snapshot = std::make_shared<Counted>(0, Counts{});
};

class AdminServiceTest : public ::testing::Test {
 protected:
  AdminServiceTest() {
    AdminServiceOptions options;
    options.store = &store_;
    options.index = &index_;
    options.dispatcher = service_.dispatcher();
    options.checkpoint = [this](const std::string& directory) -> absl::StatusOr<CheckpointResult> {
      if (directory == "/there") return absl::AlreadyExistsError("checkpoint /there: exists");
      checkpoints_.push_back(directory);
      return CheckpointResult{7, 3, 4096};
    };
    options.rebuild = [this](const std::function<void(int64_t)>& progress) {
      for (int64_t sequence : {1, 2, 3}) progress(sequence);
      return rebuild_;
    };
    options.check = [this](size_t limit) -> absl::StatusOr<std::vector<std::string>> {
      limit_ = limit;
      return problems_;
    };
    service_.Serve(MakeAdminService(std::move(options)));
    stub_ = v1::AdminService::NewStub(service_.channel());
  }

  v1::CheckIndexResponse Check() {
    v1::CheckIndexResponse response;
    EXPECT_THAT(
        InProcessService::Call(stub_.get(), &Stub::CheckIndex, v1::CheckIndexRequest(), &response),
        IsOk());
    return response;
  }

  testing::ManualClock clock_;
  FakeRecordStore store_{&clock_};
  OneSnapshot index_;
  std::vector<std::string> checkpoints_;
  absl::Status rebuild_;
  std::vector<std::string> problems_;
  size_t limit_ = 0;
  InProcessService service_;
  std::unique_ptr<Stub> stub_;
};

TEST_F(AdminServiceTest, Checkpoint) {
  v1::CreateCheckpointRequest request;
  v1::Checkpoint response;
  const auto call = [&] {
    return InProcessService::Call(stub_.get(), &Stub::CreateCheckpoint, request, &response);
  };
  for (const std::string& bad :
       {std::string(), std::string("relative"), "/" + std::string(4096, 'x')}) {
    request.set_directory(bad);
    EXPECT_THAT(call(), HasReason("VALUE_OUT_OF_RANGE"));
    EXPECT_EQ(FieldOf(call()), "directory");
  }
  request.set_directory("/there");
  EXPECT_THAT(call(), HasReason("RESOURCE_EXISTS"));
  EXPECT_TRUE(checkpoints_.empty());
  request.set_directory("/" + std::string(4095, 'x'));
  EXPECT_THAT(call(), IsOk());
  EXPECT_EQ(response.sequence(), 7);
  EXPECT_EQ(response.files(), 3);
  EXPECT_EQ(response.bytes(), 4096);
}

TEST_F(AdminServiceTest, RebuildEndsWithDone) {
  std::vector<v1::RebuildIndexProgress> seen;
  grpc::ClientContext context;
  index_.snapshot = std::make_shared<Counted>(9, Counts{});
  ASSERT_THAT(InProcessService::ReadAll(stub_->RebuildIndex(&context, {}), &seen), IsOk());
  ASSERT_FALSE(seen.empty());
  EXPECT_TRUE(seen.back().done());
  EXPECT_EQ(seen.back().sequence(), 9);
  for (size_t i = 0; i + 1 < seen.size(); ++i) EXPECT_FALSE(seen[i].done());
  rebuild_ = absl::FailedPreconditionError("a rebuild goes on");
  grpc::ClientContext again;
  EXPECT_THAT(InProcessService::ReadAll(stub_->RebuildIndex(&again, {}), &seen),
              HasReason("RUN_IN_PROGRESS"));
}

TEST_F(AdminServiceTest, CheckComparesTheCounts) {
  EXPECT_EQ(Check().problems_size(), 0);
  EXPECT_EQ(limit_, 100u);
  // The catalogue is empty; an index of the same moment that is not is wrong.
  index_.snapshot = std::make_shared<Counted>(0, Counts{.studies = 1});
  ASSERT_EQ(Check().problems_size(), 1);
  EXPECT_THAT(Check().problems(0), ::testing::HasSubstr("the index 1 and 0"));
  EXPECT_EQ(Check().index_studies(), 1);
  // One of another moment may differ.
  index_.snapshot = std::make_shared<Counted>(5, Counts{.studies = 1});
  EXPECT_EQ(Check().problems_size(), 0);
  problems_.assign(150, "row is missing");
  EXPECT_EQ(Check().problems_size(), 100);
}

}  // namespace
}  // namespace parfocal
