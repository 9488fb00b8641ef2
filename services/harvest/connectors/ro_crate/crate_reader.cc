#include "crate_reader.h"

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "parfocal/privacy/contacts.h"

namespace parfocal::crate {

void Reader::Add(absl::string_view entity, absl::string_view reason) {
  if (notes_.size() > limits_.notes) return;
  if (notes_.size() == limits_.notes) {
    notes_.push_back(
        {"", absl::StrCat("there are more than ", limits_.notes, " remarks on this crate")});
    return;
  }
  notes_.push_back({WithoutContacts(Head(entity, 200)), WithoutContacts(reason)});
}

std::string Reader::Clean(absl::string_view text, size_t limit, const Entity& entity,
                          absl::string_view property) {
  std::string out = WithoutContacts(text);
  for (char& c : out) {
    const auto u = static_cast<unsigned char>(c);
    if (u == 0x7f || (u < 0x20 && c != '\n' && c != '\t')) c = ' ';
  }
  absl::StripAsciiWhitespace(&out);
  if (out.size() > limit) {
    Add(entity.id, absl::StrCat(property, " has ", out.size(), " bytes and was cut at ", limit));
    out.resize(Head(out, limit).size());
  }
  return out;
}

std::string Reader::Words(const Value& value, const Entity& entity, absl::string_view property) {
  if (const Entity* target = graph_.Target(value)) {
    std::string name = NameOf(*target);
    if (!name.empty()) return name;
  }
  return Clean(value.text, limits_.value_bytes, entity, property);
}

std::string Reader::Text(const Entity& entity, absl::string_view property, size_t limit) {
  for (const Value& value : entity.Get(property)) {
    std::string text;
    if (value.kind == Value::Kind::kReference) {
      text = Words(value, entity, property);
    } else {
      text = Clean(value.text, limit, entity, property);
    }
    if (!text.empty()) return text;
  }
  return "";
}

std::string Reader::NameOf(const Entity& entity) {
  for (const char* property : {"name", "headline", "title"}) {
    for (const Value& value : entity.Get(property)) {
      if (value.kind == Value::Kind::kReference) continue;
      std::string name = Clean(value.text, limits_.value_bytes, entity, property);
      if (!name.empty()) return name;
    }
  }
  std::string name = absl::StrCat(entity.Text("givenName"), " ", entity.Text("familyName"));
  return Clean(name, limits_.value_bytes, entity, "familyName");
}

bool IsLocalId(absl::string_view id) {
  return absl::StartsWith(id, "#") || absl::StartsWith(id, "_:") || absl::StartsWith(id, "./");
}

}  // namespace parfocal::crate
