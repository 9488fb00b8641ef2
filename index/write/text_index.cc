#include "text_index.h"

#include <xapian.h>

#include <algorithm>
#include <filesystem>
#include <system_error>

#include "absl/strings/ascii.h"
#include "absl/strings/numbers.h"
#include "parfocal/atomic_file/atomic_file.h"
#include "parfocal/schema/schema.h"
#include "parfocal/segment/guard_xapian.h"
#include "parfocal/segment/text.h"

namespace parfocal {
namespace {

// Keeps phrases from running from one text into the next.
constexpr uint32_t kGap = 100;
// Words of one value or text; a value of 32 KiB has fewer.
constexpr size_t kMaxTokens = 20000;
// Metadata of the vocabulary database: how many values have their documents.
constexpr char kValuesKey[] = "values";

// Adds the words of `text` under each prefix, behind position `base`; returns the last position
// used.
uint32_t AddWords(absl::string_view text, absl::Span<const absl::string_view> prefixes,
                  uint32_t base, bool positions, const TermVisitor& term) {
  uint32_t last = base;
  for (const Token& token : Tokenise(text, kMaxTokens)) {
    const uint32_t position = base + token.position;
    last = std::max(last, position);
    const std::string stem = Stem(token.word);
    for (absl::string_view prefix : prefixes) {
      term(absl::StrCat(prefix, token.word), positions ? position : 0);
      term(absl::StrCat("Z", prefix, stem), 0);
    }
  }
  return last;
}

bool HasLetter(absl::string_view text) {
  for (unsigned char c : text) {
    if (absl::ascii_isalpha(c) || c >= 0x80) return true;
  }
  return false;
}

bool HasInnerSpace(absl::string_view text) {
  for (unsigned char c : text) {
    if (!absl::ascii_isalnum(c)) return true;
  }
  return false;
}

template <typename ForEachTerm>
Xapian::Document MakeDocument(const ForEachTerm& for_each_term) {
  Xapian::Document document;
  for_each_term([&](const std::string& term, uint32_t position) {
    if (position > 0) {
      document.add_posting(term, position);
    } else {
      document.add_term(term);
    }
  });
  return document;
}

}  // namespace

absl::string_view IndexedPart(absl::string_view text) {
  if (text.size() <= kMaxIndexedTextBytes) return text;
  size_t end = kMaxIndexedTextBytes;
  while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xc0) == 0x80) --end;
  return text.substr(0, end);
}

void ForEachStudyTerm(const Study& study, const TermVisitor& term) {
  uint32_t base = 0;
  ForEachText(study, [&](const Field& field, absl::string_view text) {
    const absl::string_view prefixes[] = {"", field.prefix};
    base = AddWords(IndexedPart(text), prefixes, base, /*positions=*/true, term) + kGap;
  });
}

bool HasDocument(const Vocabulary& vocabulary, const VocabularyValue& value) {
  if (value.field == kAttributeField) {
    return HasLetter(value.key) &&
           !IsPersonalAttribute(vocabulary.AttributeKeyName(value.attribute_key));
  }
  const Field& field = Fields()[value.field];
  return field.weight > 0 && field.privacy == FieldPrivacy::kOpen;
}

void ForEachValueTerm(const Vocabulary& vocabulary, ValueId id, const TermVisitor& term) {
  const VocabularyValue value = vocabulary.Get(id);
  const absl::string_view prefixes[] = {""};
  // A phrase has two words or more, so a single one needs no position.
  const bool positions = !value.label.empty() || HasInnerSpace(value.key);
  const uint32_t last = AddWords(value.key, prefixes, 0, positions, term);
  if (!value.label.empty()) AddWords(value.label, prefixes, last + kGap, positions, term);
}

struct TextIndexWriter::State {
  std::string directory;
  Xapian::WritableDatabase studies;
  Xapian::WritableDatabase vocabulary;
  uint32_t last_study = 0;
  ValueId values = 0;
};

TextIndexWriter::TextIndexWriter(std::unique_ptr<State> state) : state_(std::move(state)) {}

TextIndexWriter::~TextIndexWriter() {
  // Closing commits what is pending: harmless, since no manifest names it.
  GuardXapian("text index", [&] {
    state_.reset();
    return absl::OkStatus();
  }).IgnoreError();
}

absl::StatusOr<std::unique_ptr<TextIndexWriter>> TextIndexWriter::Open(
    const std::string& directory) {
  auto state = std::make_unique<State>();
  state->directory = directory + "/text";
  std::error_code error;
  std::filesystem::create_directories(state->directory, error);
  if (error) {
    return absl::UnavailableError(
        absl::StrCat("cannot make '", state->directory, "': ", error.message()));
  }
  PARFOCAL_RETURN_IF_ERROR(GuardXapian(absl::StrCat("text index '", state->directory, "'"), [&] {
    constexpr int kFlags =
        Xapian::DB_CREATE_OR_OPEN | Xapian::DB_NO_TERMLIST | Xapian::DB_BACKEND_GLASS;
    state->studies = Xapian::WritableDatabase(state->directory + "/studies", kFlags);
    state->vocabulary = Xapian::WritableDatabase(state->directory + "/vocabulary", kFlags);
    state->last_study = state->studies.get_lastdocid();
    const std::string values = state->vocabulary.get_metadata(kValuesKey);
    if (!values.empty() && !absl::SimpleAtoi(values, &state->values)) {
      return absl::DataLossError("the number of values is damaged");
    }
    // Xapian writes on its own when much is pending, so a crash may leave documents beyond the
    // count.
    state->values = std::max<ValueId>(state->values, state->vocabulary.get_lastdocid());
    return absl::OkStatus();
  }));
  PARFOCAL_RETURN_IF_ERROR(SyncDirectory(state->directory));
  PARFOCAL_RETURN_IF_ERROR(SyncDirectory(directory));
  return std::unique_ptr<TextIndexWriter>(new TextIndexWriter(std::move(state)));
}

ValueId TextIndexWriter::values() const { return state_->values; }
uint32_t TextIndexWriter::last_study_document() const { return state_->last_study; }

absl::StatusOr<uint32_t> TextIndexWriter::AddStudy(const Study& study) {
  PARFOCAL_RETURN_IF_ERROR(GuardXapian("text index of studies", [&] {
    // An explicit number, so that a document without words counts too.
    state_->studies.replace_document(
        state_->last_study + 1,
        MakeDocument([&](const TermVisitor& term) { ForEachStudyTerm(study, term); }));
    ++state_->last_study;
    return absl::OkStatus();
  }));
  return state_->last_study;
}

absl::Status TextIndexWriter::AddValues(const Vocabulary& vocabulary, ValueId limit) {
  return GuardXapian("text index of values", [&] {
    if (state_->values >= limit) return absl::OkStatus();
    for (; state_->values < limit; ++state_->values) {
      const ValueId id = state_->values;
      if (!HasDocument(vocabulary, vocabulary.Get(id))) continue;
      state_->vocabulary.replace_document(id + 1, MakeDocument([&](const TermVisitor& term) {
                                            ForEachValueTerm(vocabulary, id, term);
                                          }));
    }
    state_->vocabulary.set_metadata(kValuesKey, absl::StrCat(limit));
    return absl::OkStatus();
  });
}

absl::Status TextIndexWriter::Commit() {
  PARFOCAL_RETURN_IF_ERROR(GuardXapian("text index", [&] {
    state_->vocabulary.commit();
    state_->studies.commit();
    return absl::OkStatus();
  }));
  // Xapian renames its version file into place and does not sync the directory.
  PARFOCAL_RETURN_IF_ERROR(SyncDirectory(state_->directory + "/vocabulary"));
  return SyncDirectory(state_->directory + "/studies");
}

}  // namespace parfocal
