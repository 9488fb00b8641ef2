// The service around the matrix of a small archive, called through its wire.
#pragma once

#include <memory>
#include <string>

#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"
#include "index/phenotype/phenotype_archive.h"
#include "parfocal/phenotype_rpc/phenotype_service.h"
#include "parfocal/v1/phenotype_service.grpc.pb.h"
#include "support/in_process_service.h"
#include "support/sample_records.h"

namespace parfocal::testing {

class PhenotypeServiceTest : public ::testing::Test {
 protected:
  using Stub = v1::PhenotypeService::Stub;

  PhenotypeServiceTest() : tokens_(std::string(32, 'k'), &clock_) {
    archive_.Put({archive_.MakeScreens("S1"), archive_.MakeScreens("S2"),
                  Well("S1", "screenA/1", "GA", "EX:0000011"),
                  Well("S1", "screenA/2", "GB", "EX:0000012"),
                  Well("S1", "screenA/3", "GC", "EX:0000011"),
                  Well("S1", "screenA/4", "GD", "EX:0000021", Outcome::kTestedNegative),
                  Well("S2", "screenA/1", "GA", "EX:0000011")});
    matrix_ = archive_.Matrix();
    service_.Serve(MakePhenotypeService(
        {[this] { return matrix_; }, archive_.store(), &tokens_, &clock_, service_.dispatcher()}));
    stub_ = v1::PhenotypeService::NewStub(service_.channel());
  }

  ImageSet Well(const std::string& study, const std::string& id, const std::string& gene,
                const std::string& term, Outcome outcome = Outcome::kPositive) {
    return archive_.MakeWell(study, id, {GeneStatement(absl::StrCat("id", gene), gene)},
                             {Finding(term, outcome)});
  }
  template <typename Method, typename Request, typename Response>
  absl::Status Call(Method method, const Request& request, Response* response) {
    return InProcessService::Call(stub_.get(), method, request, response);
  }
  static v1::FindGenesRequest Genes(const std::string& expression) {
    v1::FindGenesRequest request;
    request.set_expression(expression);
    return request;
  }
  absl::Status Find(const v1::FindGenesRequest& request, v1::FindGenesResponse* response) {
    return Call(&Stub::FindGenes, request, response);
  }

  PhenotypeArchive archive_;
  ManualClock clock_;
  PageTokens tokens_;
  std::shared_ptr<const phenotype::PhenotypeMatrix> matrix_;
  InProcessService service_;
  std::unique_ptr<Stub> stub_;
};

}  // namespace parfocal::testing
