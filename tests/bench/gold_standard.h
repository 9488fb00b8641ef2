// The curated labels of the corpus (mappings/gold, see the README there), as the benchmarks read
// them.
#pragma once

#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "absl/strings/str_split.h"
#include "parfocal/terms/text_fold.h"

namespace parfocal {

// A label, its studies and the curators' terms; none for a label to which they gave none.
struct GoldLabel {
  std::string text;
  std::set<std::string> studies;
  std::set<std::string> terms;
};

// The rows of a tab-separated file below its header, without lines that begin with #. Ends the
// program if there is no such file.
inline std::vector<std::vector<std::string>> ReadTable(const std::string& path) {
  std::vector<std::vector<std::string>> rows;
  std::ifstream in(path);
  if (!in) {
    std::fprintf(stderr, "cannot read %s\n", path.c_str());
    std::exit(1);
  }
  bool header = true;
  for (std::string line; std::getline(in, line);) {
    if (!line.empty() && line.back() == '\r') line.pop_back();
    if (line.empty() || line[0] == '#') continue;
    if (!header) rows.push_back(absl::StrSplit(line, '\t'));
    header = false;
  }
  return rows;
}

// The labels of gold_<kind>.tsv and, if named, of a table of labels without a term: without the
// doubtful rows, and without the study whose ids were counted upwards by a fill handle. `studies`:
// only these; empty: all.
inline std::vector<GoldLabel> ReadGold(const std::string& corpus, const std::string& kind,
                                       const std::string& unmapped,
                                       const std::set<std::string>& studies) {
  const std::string folder = corpus + "/mappings/gold/";
  std::set<std::vector<std::string>> doubtful;
  for (const auto& row : ReadTable(folder + "doubtful_rows.tsv"))
    doubtful.insert({row[0], row[1], row[2], row[3]});
  std::map<std::string, GoldLabel> labels;
  const auto add = [&](const std::vector<std::string>& row) {
    if (row[0] == "idr0018" || (!studies.empty() && !studies.contains(row[0]))) return;
    if (row.size() > 3 && doubtful.contains({kind, row[0], row[1], row[3]})) return;
    GoldLabel& label = labels[FoldText(row[1])];
    label.text = row[1];
    label.studies.insert(row[0]);
    if (row.size() > 3) label.terms.insert(row[3]);
  };
  for (const auto& row : ReadTable(folder + "gold_" + kind + ".tsv")) add(row);
  if (!unmapped.empty()) {
    for (const auto& row : ReadTable(folder + unmapped)) add({row[0], row[1]});
  }
  std::vector<GoldLabel> out;
  for (auto& [key, label] : labels) out.push_back(std::move(label));
  return out;
}

}  // namespace parfocal
