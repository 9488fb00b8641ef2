#include "mention_choice.h"

#include <algorithm>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"

namespace parfocal {
namespace {

// Spellings that the evidence shows.
constexpr size_t kShownWords = 3;

// All mentions of one term.
struct Named {
  std::string term, label;
  std::vector<absl::string_view> words;  // Distinct, in order.
  size_t in_title = 0, in_description = 0;
  bool weak = false;
};

std::vector<Named> ByTerm(const std::vector<Mention>& mentions) {
  std::vector<Named> out;
  for (const Mention& mention : mentions) {
    auto it = std::find_if(out.begin(), out.end(),
                           [&](const Named& n) { return n.term == mention.term; });
    if (it == out.end()) {
      out.push_back({mention.term, mention.label, {}, 0, 0, mention.weak});
      it = out.end() - 1;
    }
    ++(mention.title ? it->in_title : it->in_description);
    if (std::find(it->words.begin(), it->words.end(), mention.words) == it->words.end())
      it->words.push_back(mention.words);
  }
  return out;
}

// Leaves out what another of them is below.
void DropGeneral(const TermLookup& terms, std::vector<Named>* named) {
  std::vector<std::string> above;
  for (const Named& n : *named) {
    for (std::string& term : terms.Ancestors(n.term)) {
      if (term != n.term) above.push_back(std::move(term));
    }
  }
  std::sort(above.begin(), above.end());
  std::erase_if(*named, [&](const Named& n) {
    return std::binary_search(above.begin(), above.end(), n.term);
  });
}

// `in_title`: how many terms the title names.
MentionPlace PlaceOf(const Named& named, bool alone, size_t in_title) {
  if (named.in_title > 0 && in_title == 1)
    return named.weak ? MentionPlace::kWeakTitle : MentionPlace::kTitle;
  // A title that names two says of both, or of one that it is not what was imaged: a host, a food,
  // what another one is compared with.
  if (in_title > 0 || !alone) return MentionPlace::kAmong;
  if (named.in_description > 1) return named.weak ? MentionPlace::kWeakOften : MentionPlace::kOften;
  return named.weak ? MentionPlace::kWeakOnce : MentionPlace::kOnce;
}

std::string EvidenceOf(const Named& named) {
  const char* const where = named.in_title == 0         ? "description"
                            : named.in_description == 0 ? "title"
                                                        : "title and description";
  const size_t shown = std::min(kShownWords, named.words.size());
  return absl::StrCat(
      "in the ", where, ": \"",
      absl::StrJoin(named.words.begin(), named.words.begin() + static_cast<std::ptrdiff_t>(shown),
                    "\", \""),
      "\"");
}

}  // namespace

std::vector<MinedTerm> ChooseTerms(const TermLookup& terms, const FieldMining& rules,
                                   const std::vector<Mention>& mentions, size_t limit) {
  std::vector<Named> all = ByTerm(mentions);
  DropGeneral(terms, &all);
  const bool alone = all.size() == 1;
  // What is said of much that is not imaged says nothing beside what is not.
  const bool strong = std::any_of(all.begin(), all.end(), [](const Named& n) { return !n.weak; });
  const auto in_title =
      static_cast<size_t>(std::count_if(all.begin(), all.end(), [&](const Named& n) {
        return n.in_title > 0 && !(n.weak && strong);
      }));
  std::vector<MinedTerm> out;
  for (const Named& named : all) {
    if (named.weak && strong) continue;
    const float confidence = rules.confidence[static_cast<size_t>(PlaceOf(named, alone, in_title))];
    if (confidence < rules.accept) continue;
    out.push_back(
        {named.term, named.label, std::string(named.words[0]), confidence, EvidenceOf(named)});
  }
  std::stable_sort(out.begin(), out.end(), [](const MinedTerm& a, const MinedTerm& b) {
    return a.confidence > b.confidence;
  });
  if (out.size() > limit) out.resize(limit);
  return out;
}

}  // namespace parfocal
