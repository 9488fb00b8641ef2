// The engine's half of tests/bench/peers/engine_peers.py: the same rows and questions for another
// engine, and a round of questions whenever it is asked for.
//
//   engine_peer --rows N --dir DIR --dump FILE
//
// DIR is as in engine_bench. FILE is written if it is not there; a line each, fields between tabs,
// lists between U+001F: "Q" name, words, terms of the filter, whether it has facets; "S" study,
// words; "R" study, words of the row's own, facet values ("e3=..." as they are, "c3=..." with all
// above them, of fields that roll up), terms to filter by. Words are stemmed.
//
// Then reads commands: see LucenePeer.java.
#include <fstream>
#include <iostream>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_join.h"
#include "absl/strings/strip.h"
#include "engine_load.h"
#include "parfocal/schema/schema.h"
#include "parfocal/segment/text.h"
#include "search_measure.h"

namespace parfocal {
namespace {

constexpr char kBetween[] = "\x1f";

void AddWords(absl::string_view text, std::string* out) {
  for (const Token& token : Tokenise(text)) absl::StrAppend(out, Stem(token.word), " ");
}

// What a record says, as another engine takes it in.
struct Said {
  std::string words;
  std::map<std::string, std::set<std::string>> values;  // By field.

  void Take(const FieldValue& value) {
    const Field& field = Fields()[value.field];
    if (field.privacy != FieldPrivacy::kOpen) return;
    values[std::string(field.name)].insert(std::string(value.key));
    if (field.weight == 0) return;
    AddWords(value.key, &words);
    if (value.label != value.key) AddWords(value.label, &words);
  }
  void Take(const std::vector<Attribute>& attributes) {
    for (const auto& [name, value] : attributes) {
      for (unsigned char c : value) {
        if (!absl::ascii_isalpha(c)) continue;
        AddWords(value, &words);
        break;
      }
    }
  }
};

class Dump {
 public:
  Dump(const testing::IdrLike& rows, const std::string& path)
      : terms_(testing::IdrLike::Terms()), out_(path) {
    for (const testing::NamedQuestion& question : testing::BenchQuestions()) {
      std::vector<std::string> filters;
      for (const auto& [field, value] : question.conditions) {
        filters.push_back(absl::StrCat(field, "=", value));
      }
      std::string words;
      AddWords(question.text.query, &words);
      out_ << "Q\t" << question.name << '\t' << absl::StripAsciiWhitespace(words) << '\t'
           << absl::StrJoin(filters, kBetween) << '\t' << !question.text.facets.empty() << '\n';
    }
    for (int64_t i = 0; i < rows.records(); ++i) {
      const Record record = rows.record(i);
      if (const auto* study = std::get_if<Study>(&record)) {
        TakeStudy(*study);
      } else {
        TakeSet(std::get<ImageSet>(record));
      }
    }
  }

 private:
  void TakeStudy(const Study& study) {
    study_ = Said();
    ForEachFieldValue(study,
                      [&](const FieldValue& value, absl::string_view) { study_.Take(value); });
    ForEachText(study,
                [&](const Field&, absl::string_view text) { AddWords(text, &study_.words); });
    study_.Take(study.attributes);
    out_ << "S\t" << study.accession << '\t' << study_.words << '\n';
  }

  // No field of the generated rows is stated by a study and by some of its rows, so that the row
  // has what either states.
  void TakeSet(const ImageSet& set) {
    Said row;
    ForEachFieldValue(set, [&](const FieldValue& value) { row.Take(value); });
    row.Take(set.attributes);
    for (const auto& [field, values] : study_.values) row.values.try_emplace(field, values);
    std::vector<std::string> facets, filters;
    for (size_t f = 0; f < std::size(testing::kBenchFacets); ++f) {
      const Field& field = *FindField(testing::kBenchFacets[f]);
      for (const std::string& key : row.values[testing::kBenchFacets[f]]) {
        facets.push_back(absl::StrCat("e", f, "=", key));
      }
      if (!field.closure) continue;
      for (const std::string& key : Closure(row.values[testing::kBenchFacets[f]])) {
        facets.push_back(absl::StrCat("c", f, "=", key));
      }
    }
    for (const char* name : {"organism", "licence", "quality", "gene"}) {
      const std::set<std::string>& own = row.values[name];
      for (const std::string& key : FindField(name)->closure ? Closure(own) : own) {
        filters.push_back(absl::StrCat(name, "=", key));
      }
    }
    out_ << "R\t" << set.study << '\t' << row.words << '\t' << absl::StrJoin(facets, kBetween)
         << '\t' << absl::StrJoin(filters, kBetween) << '\n';
  }

  std::set<std::string> Closure(const std::set<std::string>& keys) const {
    std::set<std::string> out;
    for (const std::string& key : keys) {
      auto [it, fresh] = above_.try_emplace(key);
      if (fresh) it->second = terms_->Ancestors(key);
      out.insert(it->second.begin(), it->second.end());
    }
    return out;
  }

  const std::shared_ptr<const TermLookup> terms_;
  std::ofstream out_;
  Said study_;
  mutable std::map<std::string, std::vector<std::string>> above_;
};

void WriteAnswers(const testing::LoadedRows& loaded, const std::string& path) {
  std::ofstream out(path);
  for (testing::NamedQuestion question : testing::BenchQuestions()) {
    for (FacetSpec& spec : question.text.facets) spec.limit = 1 << 30;
    const SearchAnswer answer = loaded.Execute(loaded.Bind(question.text));
    out << question.name << "\ttotal\t\t" << answer.total.rows << '\n';
    for (size_t f = 0; f < answer.facets.size(); ++f) {
      const bool closure = FindField(answer.facets[f].field)->closure;
      for (const FacetValue& value : answer.facets[f].values) {
        if (value.exact.rows > 0) {
          out << question.name << "\te" << f << '\t' << value.value << '\t' << value.exact.rows
              << '\n';
        }
        if (closure) {
          out << question.name << "\tc" << f << '\t' << value.value << '\t' << value.count.rows
              << '\n';
        }
      }
    }
  }
}

int Main(int64_t rows, const std::string& directory, const std::string& dump) {
  const testing::LoadedRows loaded(directory, rows);
  if (!std::filesystem::exists(dump)) Dump(loaded.source(), dump);
  std::cout << "ready" << std::endl;
  for (std::string line; std::getline(std::cin, line) && line != "quit";) {
    absl::string_view path = line;
    if (absl::ConsumePrefix(&path, "answers ")) WriteAnswers(loaded, std::string(path));
    if (line == "round") {
      for (const testing::NamedQuestion& question : testing::BenchQuestions()) {
        const double took =
            testing::CpuMillisecondsOf([&] { loaded.Execute(loaded.Bind(question.text)); });
        std::cout << question.name << '\t' << took << '\n';
      }
    }
    std::cout << "done" << std::endl;
  }
  return 0;
}

}  // namespace
}  // namespace parfocal

int main(int argc, char** argv) {
  int64_t rows = 0;
  std::string directory, dump;
  for (int i = 1; i + 1 < argc; i += 2) {
    const absl::string_view name = argv[i];
    if (name == "--dir") directory = argv[i + 1];
    if (name == "--dump") dump = argv[i + 1];
    if (name == "--rows" && !absl::SimpleAtoi(argv[i + 1], &rows)) rows = 0;
  }
  if (rows < 1000 || directory.empty() || dump.empty()) {
    std::fprintf(stderr, "engine_peer --rows N --dir DIR --dump FILE\n");
    return 2;
  }
  return parfocal::Main(rows, directory, dump);
}
