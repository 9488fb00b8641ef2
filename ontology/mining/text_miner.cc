#include "parfocal/mining/text_miner.h"

#include <utility>

#include "absl/strings/ascii.h"
#include "field_reader.h"
#include "mention_choice.h"

namespace parfocal {

// One field: how its names are read, and with what confidence they hold.
class TextMiner::Field {
 public:
  Field(std::shared_ptr<const TermLookup> terms, std::shared_ptr<const CellLines> lines,
        std::vector<std::string> ontologies, const FieldMining& rules)
      : terms_(terms),
        rules_(rules),
        reader_(std::move(terms), std::move(lines), std::move(ontologies), rules) {}

  std::vector<MinedTerm> Mine(const std::vector<TextWord>& title,
                              const std::vector<TextWord>& description) const {
    std::vector<Mention> mentions = reader_.Read(title, /*title=*/true);
    for (Mention& mention : reader_.Read(description, /*title=*/false))
      mentions.push_back(std::move(mention));
    ResolveInitials(&mentions);
    return ChooseTerms(*terms_, rules_, mentions, kMaxTermsPerField);
  }

 private:
  const std::shared_ptr<const TermLookup> terms_;
  const FieldMining& rules_;
  const FieldReader reader_;
};

TextMiner::TextMiner(std::shared_ptr<const TermLookup> terms,
                     std::shared_ptr<const CellLines> lines, FieldOntologies ontologies,
                     std::shared_ptr<const MiningVocabulary> vocabulary)
    : vocabulary_(std::move(vocabulary)) {
  for (const auto& [name, rules] : vocabulary_->fields()) {
    const bool of_lines = name == "cell_line";
    if (of_lines && lines == nullptr) continue;
    fields_.emplace_back(
        name, std::make_unique<Field>(terms, of_lines ? lines : nullptr, ontologies[name], rules));
  }
}

TextMiner::~TextMiner() = default;

std::vector<MinedTerm> TextMiner::Mine(absl::string_view field, absl::string_view title,
                                       absl::string_view description) const {
  for (const auto& [name, miner] : fields_) {
    if (name != field) continue;
    // A title of one word is an accession or the name of a file.
    title = absl::StripAsciiWhitespace(title.substr(0, kMaxTextBytes));
    if (title.find(' ') == title.npos) title = "";
    return miner->Mine(TextWordsOf(title, kMaxWords),
                       TextWordsOf(description.substr(0, kMaxTextBytes), kMaxWords));
  }
  return {};
}

}  // namespace parfocal
