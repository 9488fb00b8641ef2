// A million careless and hostile questions: is each either refused, and soon, or answered by its
// deadline?
//
//   engine_fuzz --rows N --dir DIR [--questions 1000000] [--seed 1] [--deadline 200]
//
// DIR is as in engine_bench. Questions are words, operators, brackets, quotes, fields and values in
// any order, a part of them repeated up to thousands of times; facets and levels by chance. Every
// hundredth caller goes away at once. Prints how many were refused and answered, the slowest
// refusal, and by how much the worst answer passed its deadline (milliseconds); ends with code 1 if
// that is more than 250 ms.
#include <algorithm>
#include <map>
#include <random>
#include <string>
#include <vector>

#include "absl/strings/numbers.h"
#include "engine_load.h"
#include "parfocal/schema/schema.h"
#include "search_measure.h"

namespace parfocal {
namespace {

const char* const kQueryParts[] = {"halfway ",
                                   "evenly ",
                                   "tenth ",
                                   "scarce ",
                                   "GENE7",
                                   "GENE* ",
                                   "comp* ",
                                   "a* ",
                                   "word12* ",
                                   "OR ",
                                   "AND ",
                                   "NOT ",
                                   "-",
                                   "(",
                                   ") ",
                                   "\"",
                                   "\"a screen\" ",
                                   "title:",
                                   "gene:",
                                   "nofield:",
                                   "EX:0000001 ",
                                   "study0001 ",
                                   "label1 ",
                                   "kind300 ",
                                   "\xff\xfe",
                                   "\xe2\x80\xae",
                                   "'",
                                   "* ",
                                   "word1 word2 word3 ",
                                   "nuclues ",
                                   "0",
                                   "\\"};
const char* const kFilterParts[] = {"organism = \"EX:0000001\"",
                                    "gene = \"GENE77\"",
                                    "quality = passed",
                                    "year >= 2012",
                                    "year < 2020",
                                    "phenotype:*",
                                    "title:\"screen\"",
                                    "attribute[\"Order\"] = evenly",
                                    "attribute[\"Score\"] > 0.5",
                                    "attribute[\"Image File\"]:\"f1\"",
                                    "nofield = 1",
                                    "compound:\"label\"",
                                    "organism.exact = \"EX:0000200\"",
                                    "stated_organism = \"x\"",
                                    " AND ",
                                    " OR ",
                                    " NOT ",
                                    "(",
                                    ")",
                                    "\"",
                                    " = ",
                                    "attribute[",
                                    "[",
                                    "]",
                                    ">=",
                                    "\\",
                                    "gene"};

class Random {
 public:
  explicit Random(uint64_t seed) : random_(seed) {}
  uint64_t Below(uint64_t bound) { return random_() % bound; }

  template <size_t kSize>
  std::string Parts(const char* const (&parts)[kSize], uint64_t most) {
    std::string out;
    for (uint64_t n = Below(most); n > 0; --n) {
      const std::string part = parts[Below(kSize)];
      // One part in two hundred is a bomb.
      const uint64_t times = Below(200) == 0 ? 1 + Below(5000) : 1;
      for (uint64_t i = 0; i < times && out.size() < 100000; ++i) out += part;
    }
    return out;
  }

  SearchText Question() {
    SearchText text;
    text.query = Parts(kQueryParts, 8);
    if (Below(2) == 0) text.filter = Parts(kFilterParts, 6);
    text.level = Below(2) == 0 ? SearchLevel::kStudy : SearchLevel::kImageSet;
    text.order = static_cast<SearchOrder>(Below(7));
    text.page_size = static_cast<int>(Below(201));
    if (Below(4) == 0) {
      for (uint64_t n = Below(6); n > 0; --n) {
        const Field& field = Fields()[Below(Fields().size())];
        if (field.facet && field.privacy == FieldPrivacy::kOpen) {
          text.facets.push_back({std::string(field.name), "", 50, 0, Below(3) == 0 ? "e" : ""});
        }
      }
      if (Below(4) == 0) text.facets.push_back({"attribute", "Operator", 50, 0, ""});
    }
    return text;
  }

 private:
  std::mt19937_64 random_;
};

int Main(int64_t rows, const std::string& directory, int64_t questions, int64_t seed,
         int64_t deadline_ms) {
  const testing::LoadedRows loaded(directory, rows);
  Random random(static_cast<uint64_t>(seed));
  std::map<std::string, int64_t> outcomes;
  double worst_refusal = 0, worst_answer = 0, worst_overrun = 0;
  std::string slow_refusal, slow_answer;
  for (int64_t i = 0; i < questions; ++i) {
    const SearchText text = random.Question();
    const double begin = testing::CpuMilliseconds();
    const absl::Time deadline = absl::Now() + absl::Milliseconds(deadline_ms);
    const auto bound = loaded.TryBind(text);
    if (!bound.ok()) {
      const double took = testing::CpuMilliseconds() - begin;
      ++outcomes[absl::StatusCodeToString(bound.status().code())];
      if (took > worst_refusal) {
        worst_refusal = took;
        slow_refusal = std::string(bound.status().message().substr(0, 100));
      }
      continue;
    }
    const bool gone = i % 100 == 99;
    const auto answer = loaded.snapshot().Execute(
        *bound, nullptr, deadline, [](const void* c) { return *static_cast<const bool*>(c); },
        &gone);
    const double took = testing::CpuMilliseconds() - begin;
    ++outcomes[absl::StatusCodeToString(answer.status().code())];
    worst_overrun = std::max(worst_overrun, absl::ToDoubleMilliseconds(absl::Now() - deadline));
    if (took > worst_answer) {
      worst_answer = took;
      slow_answer = absl::StrCat("query [", text.query.substr(0, 80), "] filter [",
                                 text.filter.substr(0, 80), "]");
    }
  }
  std::printf("%lld questions:", static_cast<long long>(questions));
  for (const auto& [code, count] : outcomes) {
    std::printf(" %s %lld", code.c_str(), static_cast<long long>(count));
  }
  std::printf(
      "\nslowest refusal %.2f ms (%s)\nslowest answer %.1f ms of processor: %s\n"
      "worst overrun of the deadline of %lld ms: %.1f ms\n",
      worst_refusal, slow_refusal.c_str(), worst_answer, slow_answer.c_str(),
      static_cast<long long>(deadline_ms), worst_overrun);
  return worst_overrun > 250 ? 1 : 0;
}

}  // namespace
}  // namespace parfocal

int main(int argc, char** argv) {
  std::map<std::string, int64_t> numbers = {
      {"--rows", 0}, {"--questions", 1000000}, {"--seed", 1}, {"--deadline", 200}};
  std::string directory;
  for (int i = 1; i + 1 < argc; i += 2) {
    const std::string name = argv[i];
    if (name == "--dir") {
      directory = argv[i + 1];
    } else if (numbers.count(name) == 0 || !absl::SimpleAtoi(argv[i + 1], &numbers[name])) {
      directory.clear();
      break;
    }
  }
  if (numbers["--rows"] < 1000 || directory.empty()) {
    std::fprintf(stderr,
                 "engine_fuzz --rows N --dir DIR [--questions N] [--seed N] [--deadline MS]\n");
    return 2;
  }
  return parfocal::Main(numbers["--rows"], directory, numbers["--questions"], numbers["--seed"],
                        numbers["--deadline"]);
}
