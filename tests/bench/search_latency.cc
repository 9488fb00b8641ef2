// How long a search takes through gRPC, as a client sees it: words + 2 filters + every facet, on a
// running node. The questions are made from the node's own values, so they have answers of all
// sizes.
//
//   search_latency --node 127.0.0.1:7470 [--questions 400] [--seed 1] [--level study|imageset]
//
// Prints one line a level: questions, median, p95, p99 and worst in ms, and the mean number of
// matches.
#include <grpcpp/grpcpp.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <memory>
#include <random>
#include <string>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/string_view.h"
#include "parfocal/v1/search_service.grpc.pb.h"

namespace {

using parfocal::v1::SearchRequest;
using parfocal::v1::SearchResponse;
using parfocal::v1::SearchService;

struct Options {
  std::string node = "127.0.0.1:7470";
  int questions = 400;
  int seed = 1;
  std::vector<parfocal::v1::SearchLevel> levels = {parfocal::v1::STUDY, parfocal::v1::IMAGE_SET};
};

class Questions {
 public:
  // Reads values and words of the node; exits with a message if it cannot.
  Questions(SearchService::Stub* stub, int seed) : chance_(seed) {
    SearchRequest request;
    request.set_page_size(200);
    request.set_view(parfocal::v1::BASIC);
    for (const char* field : {"organism", "imaging_method", "year", "licence", "source",
                              "study_type", "control_type", "cell_line", "perturbation_type"}) {
      request.add_facets()->set_field(field);
    }
    grpc::ClientContext context;
    SearchResponse answer;
    if (grpc::Status status = stub->Search(&context, request, &answer); !status.ok()) {
      std::fprintf(stderr, "search_latency: %s\n", status.error_message().c_str());
      std::exit(3);
    }
    for (const auto& facet : answer.facets()) {
      for (const auto& value : facet.values()) {
        filters_.push_back(absl::StrCat(facet.field(), " = \"", value.value(), "\""));
      }
    }
    for (const auto& hit : answer.hits()) {
      for (absl::string_view word :
           absl::StrSplit(hit.record().study().title(), ' ', absl::SkipEmpty())) {
        if (word.size() < 4) continue;
        if (std::all_of(word.begin(), word.end(),
                        [](unsigned char c) { return absl::ascii_isalpha(c); })) {
          words_.emplace_back(absl::AsciiStrToLower(word));
        }
      }
    }
    if (filters_.size() < 2 || words_.empty()) {
      std::fprintf(stderr, "search_latency: the node holds nothing to ask about\n");
      std::exit(3);
    }
  }

  SearchRequest Next(parfocal::v1::SearchLevel level) {
    SearchRequest request;
    request.set_level(level);
    request.set_query(Pick(words_));
    if (chance_() % 2 == 0) request.set_query(absl::StrCat(request.query(), " OR ", Pick(words_)));
    request.set_filter(
        absl::StrCat("(", Pick(filters_), " OR ", Pick(filters_), ") AND NOT ", Pick(filters_)));
    request.add_facets()->set_field("*");
    return request;
  }

 private:
  const std::string& Pick(const std::vector<std::string>& from) {
    return from[chance_() % from.size()];
  }
  std::mt19937 chance_;
  std::vector<std::string> filters_;
  std::vector<std::string> words_;
};

int Measure(SearchService::Stub* stub, const Options& options, parfocal::v1::SearchLevel level) {
  Questions questions(stub, options.seed);
  std::vector<double> times;
  double matches = 0;
  for (int i = 0; i < options.questions; ++i) {
    const SearchRequest request = questions.Next(level);
    grpc::ClientContext context;
    SearchResponse answer;
    const auto began = std::chrono::steady_clock::now();
    const grpc::Status status = stub->Search(&context, request, &answer);
    const std::chrono::duration<double, std::milli> took = std::chrono::steady_clock::now() - began;
    if (!status.ok()) {
      std::fprintf(stderr, "search_latency: '%s' filter '%s': %s\n", request.query().c_str(),
                   request.filter().c_str(), status.error_message().c_str());
      return 1;
    }
    times.push_back(took.count());
    matches += static_cast<double>(answer.total_size());
  }
  std::sort(times.begin(), times.end());
  auto quantile = [&](double q) {
    return times[std::min(times.size() - 1, static_cast<size_t>(q * times.size()))];
  };
  std::printf(
      "%-9s %5zu questions  median %7.2f ms  p95 %7.2f ms  p99 %7.2f ms  worst %7.2f ms  mean "
      "matches %.0f\n",
      parfocal::v1::SearchLevel_Name(level).c_str(), times.size(), quantile(0.5), quantile(0.95),
      quantile(0.99), times.back(), matches / static_cast<double>(times.size()));
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  Options options;
  for (int i = 1; i + 1 < argc; i += 2) {
    const absl::string_view flag = argv[i];
    if (flag == "--node") options.node = argv[i + 1];
    if (flag == "--questions" && !absl::SimpleAtoi(argv[i + 1], &options.questions)) return 2;
    if (flag == "--seed" && !absl::SimpleAtoi(argv[i + 1], &options.seed)) return 2;
    if (flag == "--level") {
      options.levels = {absl::string_view(argv[i + 1]) == "study" ? parfocal::v1::STUDY
                                                                  : parfocal::v1::IMAGE_SET};
    }
  }
  auto stub =
      SearchService::NewStub(grpc::CreateChannel(options.node, grpc::InsecureChannelCredentials()));
  for (parfocal::v1::SearchLevel level : options.levels) {
    if (int code = Measure(stub.get(), options, level); code != 0) return code;
  }
  return 0;
}
