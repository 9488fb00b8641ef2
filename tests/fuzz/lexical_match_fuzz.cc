// Any text is matched in bounds: no crash, confidence between 0 and 1 and never rising, the same
// answer again; and what the vocabulary parser accepts can be used.
#include <cstdint>
#include <cstdlib>
#include <memory>
#include <string>

#include "parfocal/lexical/lexical_matcher.h"
#include "support/fake_term_lookup.h"

namespace {

std::shared_ptr<const parfocal::TermLookup> Terms() {
  static const auto* const terms = [] {
    auto lookup = std::make_shared<parfocal::testing::FakeTermLookup>();
    lookup->Add("CMPO:1", "elongated cell phenotype", {}, {"long cell"});
    lookup->Add("CMPO:2", "decreased cell size phenotype", {}, {"small cell"});
    lookup->Add("CMPO:3", "metaphase arrested phenotype");
    lookup->Add("CMPO:4", "metaphase delayed phenotype");
    lookup->Add("CMPO:5", "SPIM");
    return new std::shared_ptr<const parfocal::TermLookup>(lookup);
  }();
  return *terms;
}

void Check(const parfocal::LexicalMatcher& matcher, absl::string_view text) {
  const auto match = matcher.Match(text, {}, 10);
  if (!match.ok()) {
    if (text.size() <= parfocal::LexicalMatcher::kMaxTextBytes) std::abort();
    return;
  }
  if (match->accepted > match->candidates.size() || match->accepted > 2) std::abort();
  double last = 1;
  for (const parfocal::LexicalCandidate& candidate : match->candidates) {
    if (!(candidate.confidence >= 0 && candidate.confidence <= last)) std::abort();
    last = candidate.confidence;
  }
  const auto again = matcher.Match(text, {}, 10);
  if (again->candidates.size() != match->candidates.size()) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  static const auto* const matcher =
      new parfocal::LexicalMatcher(Terms(), {"CMPO"}, parfocal::WordVocabulary::Standard());
  const absl::string_view text(reinterpret_cast<const char*>(data), size);
  Check(*matcher, text);
  // The same bytes as a table of phrases.
  const auto vocabulary = parfocal::WordVocabulary::Parse({{"words.tsv", std::string(text)}});
  if (vocabulary.ok())
    Check(parfocal::LexicalMatcher(Terms(), {"CMPO"}, *vocabulary), text.substr(0, 2048));
  return 0;
}
