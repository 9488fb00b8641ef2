#include "keys.h"

namespace parfocal::catalogue {
namespace {

constexpr char kEnd = '\0';
constexpr char kEscape = '\1';

void AppendPart(absl::string_view part, std::string* out) {
  for (char c : part) {
    if (c == kEnd || c == kEscape) {
      out->push_back(kEscape);
      out->push_back(static_cast<char>(c + 1));
    } else {
      out->push_back(c);
    }
  }
  out->push_back(kEnd);
}

std::optional<std::string> ConsumePart(absl::string_view* key) {
  std::string part;
  for (size_t i = 0; i < key->size(); ++i) {
    const char c = (*key)[i];
    if (c == kEnd) {
      key->remove_prefix(i + 1);
      return part;
    }
    if (c == kEscape) {
      if (++i == key->size()) return std::nullopt;
      const char escaped = (*key)[i];
      if (escaped != 1 && escaped != 2) return std::nullopt;
      part.push_back(static_cast<char>(escaped - 1));
    } else {
      part.push_back(c);
    }
  }
  return std::nullopt;
}

}  // namespace

std::string RecordKey(const RecordName& name) {
  std::string key;
  key.reserve(name.source.size() + name.accession.size() + name.image_set.size() + 2);
  AppendPart(name.source, &key);
  AppendPart(name.accession, &key);
  key += name.image_set;
  return key;
}

std::optional<RecordName> ParseRecordKey(absl::string_view key) {
  auto source = ConsumePart(&key);
  if (!source) return std::nullopt;
  auto accession = ConsumePart(&key);
  if (!accession) return std::nullopt;
  return RecordName{*std::move(source), *std::move(accession), std::string(key)};
}

std::string SourcePrefix(absl::string_view source) {
  std::string prefix;
  AppendPart(source, &prefix);
  return prefix;
}

std::string StudyPrefix(absl::string_view source, absl::string_view accession) {
  std::string prefix;
  AppendPart(source, &prefix);
  AppendPart(accession, &prefix);
  return prefix;
}

std::string RunPrefix(absl::string_view source, absl::string_view run) {
  return StudyPrefix(source, run);
}

std::string PrefixEnd(absl::string_view prefix) {
  std::string end(prefix);
  while (!end.empty() && static_cast<unsigned char>(end.back()) == 0xff) end.pop_back();
  if (!end.empty()) end.back() = static_cast<char>(static_cast<unsigned char>(end.back()) + 1);
  return end;
}

}  // namespace parfocal::catalogue
