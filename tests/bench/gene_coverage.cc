// gene_coverage GENES_DIR IDR_DIR: which share of the distinct gene identifiers and symbols of the
// annotation tables resolves, by organism and kind of identifier, read as a harvest reads them.
#include <algorithm>
#include <cstdio>
#include <map>
#include <set>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "parfocal/connector_idr/idr_connector.h"
#include "parfocal/genes/gene_store.h"
#include "support/temp_dir.h"

namespace {

using namespace parfocal;  // NOLINT

// The shape of an identifier, or "symbol".
std::string KindOf(const std::string& id) {
  if (id.empty()) return "symbol";
  const size_t colon = id.find(':');
  std::string local = colon == std::string::npos ? id : id.substr(colon + 1);
  if (std::all_of(local.begin(), local.end(), absl::ascii_isdigit)) return "number";
  for (const char* prefix :
       {"ENSMUSG", "ENSG", "FBgn", "CG", "WBGene", "NM_", "XM_", "NR_", "NP_"}) {
    if (absl::StartsWith(local, prefix)) return prefix;
  }
  if (absl::StartsWith(local, "SP")) return "SP...";
  if (absl::StartsWith(local, "Y") && local.size() >= 7) return "Y...";
  return "other id";
}

struct Tally {
  std::map<GeneOutcome, std::set<std::string>> texts;
};

class Coverage {
 public:
  explicit Coverage(const GeneLookup* genes) : genes_(genes) {}

  void Add(const Study& study) {
    std::set<std::string>& organisms = organisms_[study.accession];
    for (const Statement& statement : study.statements) {
      if (statement.field == "organism") organisms.insert(statement.stated_id);
    }
  }
  void Add(const ImageSet& set) {
    std::string organism;
    std::set<std::string> stated;
    for (const Statement& statement : set.statements) {
      if (statement.field == "organism" && !statement.stated_id.empty())
        stated.insert(statement.stated_id);
    }
    if (stated.empty()) stated = organisms_[set.study];
    if (stated.size() == 1) organism = genes_->SpeciesOf(*stated.begin());
    for (const Statement& statement : set.statements) {
      if (statement.field != "gene") continue;
      if (!statement.stated_id.empty()) Count(organism, statement.stated_id, true);
      if (!statement.value.empty() && statement.value != statement.stated_id)
        Count(organism, statement.value, false);
    }
  }
  void Print() const {
    std::printf("%-18s %-10s %8s %8s %9s %8s %8s %8s %8s\n", "organism", "kind", "distinct", "one",
                "ambiguous", "several", "control", "damaged", "unknown");
    for (const auto& [key, tally] : tallies_) {
      size_t all = 0;
      const auto count = [&](GeneOutcome outcome) {
        const auto at = tally.texts.find(outcome);
        return at == tally.texts.end() ? size_t{0} : at->second.size();
      };
      for (const auto& [outcome, texts] : tally.texts) all += texts.size();
      std::printf("%-18s %-10s %8zu %7.1f%% %9zu %8zu %8zu %8zu %8zu", key.first.c_str(),
                  key.second.c_str(), all,
                  100.0 * static_cast<double>(count(GeneOutcome::kOne)) / static_cast<double>(all),
                  count(GeneOutcome::kAmbiguous), count(GeneOutcome::kSeveral),
                  count(GeneOutcome::kControl), count(GeneOutcome::kDamaged),
                  count(GeneOutcome::kUnknown));
      const auto unknown = tally.texts.find(GeneOutcome::kUnknown);
      if (unknown != tally.texts.end()) {
        std::printf("  ");
        int shown = 0;
        for (const std::string& text : unknown->second) {
          if (shown++ == 4) break;
          std::printf(" %s", text.c_str());
        }
      }
      std::printf("\n");
    }
  }

 private:
  void Count(const std::string& organism, const std::string& text, bool id) {
    if (!seen_.insert(absl::StrCat(organism, "\t", text, "\t", id)).second) return;
    tallies_[{organism, id ? KindOf(text) : "symbol"}]
        .texts[genes_->Resolve(text, organism).outcome]
        .insert(text);
  }

  const GeneLookup* const genes_;
  std::map<std::string, std::set<std::string>> organisms_;
  std::set<std::string> seen_;
  std::map<std::pair<std::string, std::string>, Tally> tallies_;
};

int CountAndPrint(const std::string& genes_dir, const std::string& idr_dir) {
  parfocal::testing::TempDir dir;
  auto store = GeneStore::Open(dir.path(), PARFOCAL_SOURCE_DIR "/deploy/vocabulary");
  GeneLoadRequest request;
  request.paths = {genes_dir};
  if (!store.ok() || !(*store)->Load(request).ok()) return 1;
  const auto genes = (*store)->Current();
  Source source;
  source.id = "idr";
  source.location = idr_dir;
  ConnectorContext context;
  context.share_dir = PARFOCAL_SOURCE_DIR "/deploy";
  auto connector = MakeIdrConnector(source, context);
  if (!connector.ok()) return 1;
  Coverage coverage(genes.get());
  for (std::string cursor;;) {
    auto page = (*connector)->NextPage(cursor);
    if (!page.ok()) {
      std::fprintf(stderr, "%s\n", std::string(page.status().message()).c_str());
      return 1;
    }
    for (const Draft& draft : page->drafts) {
      std::visit([&](const auto& record) { coverage.Add(record); }, draft.record);
    }
    if (page->last) break;
    cursor = page->next_cursor;
  }
  coverage.Print();
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc == 3) return CountAndPrint(argv[1], argv[2]);
  std::fprintf(stderr, "usage: gene_coverage GENES_DIR IDR_DIR\n");
  return 2;
}
