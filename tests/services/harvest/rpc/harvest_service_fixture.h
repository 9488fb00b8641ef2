// The harvest service over its wire, on the fake store and a scripted archive.
#pragma once

#include <atomic>
#include <string>
#include <vector>

#include "absl/strings/str_format.h"
#include "absl/time/clock.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "parfocal/harvest_rpc/harvest_service.h"
#include "parfocal/schedule/scheduler.h"
#include "parfocal/v1/harvest_service.grpc.pb.h"
#include "services/harvest/run/scripted_connector.h"
#include "support/fake_record_store.h"
#include "support/in_process_service.h"
#include "support/sample_records.h"
#include "support/status_matchers.h"

namespace parfocal::testing {

using Stub = v1::HarvestService::Stub;

class HarvestServiceTest : public ::testing::Test {
 protected:
  HarvestServiceTest() {
    connectors_["scripted"] = [this](const Source& source, const ConnectorContext&) {
      return absl::StatusOr<std::unique_ptr<Connector>>(
          std::make_unique<ScriptedConnector>(source.id, &archive_));
    };
    connectors_["refuses"] = [](const Source&, const ConnectorContext&) {
      return absl::StatusOr<std::unique_ptr<Connector>>(
          absl::InvalidArgumentError("location: no such folder"));
    };
    HarvestRunnerOptions options;
    options.store = &store_;
    options.clock = &clock_;
    options.connectors = &connectors_;
    options.normaliser = [] { return PageNormaliser{[](Record*) { return 0; }, ""}; };
    runner_ = std::make_unique<HarvestRunner>(std::move(options));
    scheduler_ = std::make_unique<Scheduler>(&store_, &clock_, ScheduleLimits(),
                                             [](const std::string&) { return absl::OkStatus(); });
    HarvestServiceOptions service;
    service.store = &store_;
    service.runner = runner_.get();
    service.tokens = &tokens_;
    service.clock = &clock_;
    service.dispatcher = service_.dispatcher();
    service.rehearse = [this](const std::string& definition, const std::string& name,
                              const std::string& location,
                              int pages) { return Rehearse(definition, name, location, pages); };
    service.scheduler = scheduler_.get();
    service.audit = [this](const std::string& act, const std::string& subject,
                           const std::string& actor, const std::string& reason) {
      if (!audit_failure_.ok()) return audit_failure_;
      audited_.push_back(absl::StrCat(act, " ", subject, " by ", actor, ": ", reason));
      return absl::OkStatus();
    };
    service_.Serve(MakeHarvestService(std::move(service)));
    stub_ = v1::HarvestService::NewStub(service_.channel());
  }

  absl::StatusOr<Rehearsal> Rehearse(const std::string& definition, const std::string& name,
                                     const std::string& location, int pages) {
    tried_ = {definition, name, location, absl::StrCat(pages)};
    if (definition == "bad") return absl::InvalidArgumentError(name + ":1: no definition");
    Rehearsal out;
    out.ledger.fetched = out.ledger.new_records = 3;
    out.studies = 1;
    out.image_sets = 2;
    out.complete = true;
    out.shares = {{"organism", true, 2, 3, 1, 2}};
    out.unmapped = {{"organism", "gnome\xFF", 4}};
    Rejection rejection;
    rejection.place = "a.csv:2";
    rejection.reason = "write to a@example.org";
    out.rejections = {rejection};
    out.total_rejections = 5;
    return out;
  }

  absl::Status Create(const std::string& id, const std::string& connector = "scripted") {
    v1::CreateSourceRequest request;
    request.set_source_id(id);
    request.mutable_source()->set_connector(connector);
    request.mutable_source()->set_title("title of " + id);
    request.mutable_source()->set_location("/somewhere");
    v1::Source response;
    return Call(&Stub::CreateSource, request, &response);
  }

  template <typename Method, typename Request, typename Response>
  absl::Status Call(Method method, const Request& request, Response* response) {
    return InProcessService::Call(stub_.get(), method, request, response);
  }

  absl::StatusOr<v1::Run> Start(const std::string& source) {
    v1::StartRunRequest request;
    request.set_parent("sources/" + source);
    v1::Run run;
    PARFOCAL_RETURN_IF_ERROR(Call(&Stub::StartRun, request, &run));
    return run;
  }

  std::vector<v1::Run> Watch(const std::string& run, absl::Status* status = nullptr) {
    grpc::ClientContext context;
    v1::WatchRunRequest request;
    request.set_name(run);
    std::vector<v1::Run> seen;
    const absl::Status ended = InProcessService::ReadAll(stub_->WatchRun(&context, request), &seen);
    if (status != nullptr) *status = ended;
    return seen;
  }

  ManualClock clock_;
  FakeRecordStore store_{&clock_};
  ScriptedArchive archive_;
  ConnectorRegistry connectors_;
  PageTokens tokens_{std::string(32, 'k'), &clock_};
  std::vector<std::string> tried_;
  std::unique_ptr<HarvestRunner> runner_;
  std::unique_ptr<Scheduler> scheduler_;
  std::vector<std::string> audited_;
  absl::Status audit_failure_;
  InProcessService service_;
  std::unique_ptr<Stub> stub_;
};

}  // namespace parfocal::testing
