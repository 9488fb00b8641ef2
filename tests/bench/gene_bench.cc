// gene_bench GENES_DIR: what the tables of genes cost: building a release, opening it, memory, and
// the time of Resolve over every kind of name that the tables have. Prints one line for each.
#include <algorithm>
#include <chrono>
#include <cstdio>
#include <fstream>
#include <string>
#include <utility>
#include <vector>

#include "parfocal/genes/gene_store.h"
#include "support/temp_dir.h"

namespace {

using Clock = std::chrono::steady_clock;
using parfocal::Gene;
using parfocal::GeneLookup;

double Seconds(Clock::time_point since) {
  return std::chrono::duration<double>(Clock::now() - since).count();
}

double ResidentMegabytes() {
  std::ifstream in("/proc/self/statm");
  double pages = 0, resident = 0;
  in >> pages >> resident;
  return resident * 4096 / 1e6;
}

struct Question {
  std::string text, taxon;
};

// Every 20th gene's symbol, lower-cased symbol, names and ids, and as many texts that are none.
std::vector<Question> Questions(const GeneLookup& genes) {
  std::vector<Question> out;
  size_t n = 0;
  for (const std::string& taxon : genes.Taxa()) {
    genes.Visit(taxon, [&](const Gene& gene) {
      if (++n % 20 != 0) return true;
      const auto ask = [&](const std::string& text) { out.push_back({text, taxon}); };
      ask(gene.id);
      ask(gene.symbol);
      std::string lower = gene.symbol;
      for (char& c : lower) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
      ask(lower);
      ask("no such gene " + gene.symbol);
      for (const std::string& name : gene.previous_symbols) ask(name);
      for (const std::string& name : gene.aliases) ask(name);
      for (const std::string& id : gene.cross_ids) ask(id.substr(id.find(':') + 1));
      return true;
    });
    out.push_back({"2-Sep", taxon});
    out.push_back({"2.31E+13", taxon});
  }
  // Neighbours in the file would be neighbours in memory.
  uint64_t state = 88172645463325252;
  for (size_t i = out.size(); i > 1; --i) {
    state ^= state << 13;
    state ^= state >> 7;
    state ^= state << 17;
    std::swap(out[i - 1], out[state % i]);
  }
  return out;
}

void TimeResolve(const GeneLookup& genes) {
  const std::vector<Question> questions = Questions(genes);
  std::vector<double> micros;
  micros.reserve(questions.size());
  size_t one = 0;
  for (const Question& question : questions) {
    const auto begin = Clock::now();
    const auto answer = genes.Resolve(question.text, question.taxon);
    micros.push_back(Seconds(begin) * 1e6);
    one += answer.outcome == parfocal::GeneOutcome::kOne ? 1 : 0;
  }
  if (micros.empty()) return;
  std::sort(micros.begin(), micros.end());
  std::printf("resolve: %zu texts, %.1f %% one gene; p50 %.1f us, p99 %.1f us, max %.0f us\n",
              micros.size(), 100.0 * static_cast<double>(one) / static_cast<double>(micros.size()),
              micros[micros.size() / 2], micros[micros.size() * 99 / 100], micros.back());
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 2) {
    std::fprintf(stderr, "usage: gene_bench GENES_DIR\n");
    return 2;
  }
  parfocal::testing::TempDir dir;
  const std::string words = PARFOCAL_SOURCE_DIR "/deploy/vocabulary";
  {
    auto store = parfocal::GeneStore::Open(dir.path(), words);
    if (!store.ok()) return 1;
    parfocal::GeneLoadRequest request;
    request.paths = {argv[1]};
    const auto begin = Clock::now();
    const auto report = (*store)->Load(request);
    if (!report.ok()) {
      std::fprintf(stderr, "%s\n", std::string(report.status().message()).c_str());
      return 1;
    }
    std::printf(
        "build: %.2f s; %lld genes, %lld names, %lld ortholog pairs, %.1f MB\n", Seconds(begin),
        static_cast<long long>(report->genes), static_cast<long long>(report->names),
        static_cast<long long>(report->ortholog_pairs), static_cast<double>(report->bytes) / 1e6);
  }
  const double before = ResidentMegabytes();
  const auto begin = Clock::now();
  auto store = parfocal::GeneStore::Open(dir.path(), words);
  if (!store.ok()) return 1;
  std::printf("open: %.3f s, %.1f MB more resident\n", Seconds(begin),
              ResidentMegabytes() - before);
  TimeResolve(*(*store)->Current());
  return 0;
}
