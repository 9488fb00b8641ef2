#include "parfocal/definition/template.h"

#include <algorithm>
#include <map>
#include <set>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "parfocal/connector_idr/cell_text.h"
#include "parfocal/definition/plain_text.h"

namespace parfocal::definition {
namespace {

std::string Unescape(absl::string_view name) {
  return absl::StrReplaceAll(name, {{"~1", "/"}, {"~0", "~"}});
}

// Lists within lists are one list.
void Flatten(const Item& item, std::vector<const Item*>* out) {
  if (out->size() >= kMaxPathValues || item.kind == Item::Kind::kNull) return;
  if (item.kind != Item::Kind::kList) {
    out->push_back(&item);
    return;
  }
  for (const Item& element : item.items) Flatten(element, out);
}

// `item` and every object below it, in the order of the record. Depth is that of the document.
void Descend(const Item& item, std::vector<const Item*>* out) {
  if (out->size() >= kMaxPathValues) return;
  if (item.kind == Item::Kind::kObject) out->push_back(&item);
  for (const Item& element : item.items) Descend(element, out);
  for (const auto& [key, value] : item.fields) Descend(value, out);
}

// "2014-03-31T00:00:00Z" -> "2014-03-31"; empty if it does not begin with a year.
std::string DateOf(absl::string_view text) {
  size_t end = 0;
  for (const size_t stop : {size_t{4}, size_t{7}, size_t{10}}) {
    if (text.size() < stop) break;
    const size_t from = end == 0 ? 0 : end + 1;
    if (end != 0 && text[end] != '-') break;
    const auto digits = text.substr(from, stop - from);
    if (!std::all_of(digits.begin(), digits.end(),
                     [](unsigned char c) { return absl::ascii_isdigit(c); }))
      break;
    end = stop;
  }
  return std::string(text.substr(0, end));
}

}  // namespace

absl::StatusOr<ItemPath> ItemPath::Parse(absl::string_view text) {
  constexpr absl::string_view kReference = "=>";
  const size_t at = text.find(kReference);
  if (at == text.npos) return ParseSteps(text, false);
  PARFOCAL_ASSIGN_OR_RETURN(ItemPath before, ParseSteps(text.substr(0, at), false));
  PARFOCAL_ASSIGN_OR_RETURN(ItemPath out, ParseSteps(text.substr(at + kReference.size()), true));
  if (std::none_of(out.steps_.begin(), out.steps_.end(),
                   [](const Step& step) { return step.referred; })) {
    return absl::InvalidArgumentError(absl::StrCat("path '", idr::CutUtf8(text, 100),
                                                   "': nothing behind '=>' names a key, as in "
                                                   "orgs[accno]"));
  }
  out.reference_ = std::make_shared<const ItemPath>(std::move(before));
  return out;
}

absl::StatusOr<ItemPath> ItemPath::ParseSteps(absl::string_view text, bool behind_reference) {
  const auto fail = [&](absl::string_view why) {
    return absl::InvalidArgumentError(absl::StrCat("path '", idr::CutUtf8(text, 100), "': ", why));
  };
  ItemPath out;
  absl::string_view rest = text;
  if (rest == ".." || absl::ConsumePrefix(&rest, "../")) {
    out.outer_ = true;
    if (rest == "..") rest = "";
  }
  if (rest == "." || (out.outer_ && rest.empty())) {
    out.self_ = true;
    return out;
  }
  if (rest.empty()) return fail("is empty");
  for (absl::string_view part : absl::StrSplit(rest, '/')) {
    Step step;
    const size_t bracket = part.find('[');
    // A column may be called "Comment [x]": only `[key=value]` at the end chooses.
    const size_t equals = bracket == part.npos ? part.npos : part.find('=', bracket);
    if (equals != part.npos && absl::EndsWith(part, "]")) {
      step.key = Unescape(part.substr(bracket + 1, equals - bracket - 1));
      step.value = Unescape(part.substr(equals + 1, part.size() - equals - 2));
      part = part.substr(0, bracket);
      if (step.key.empty()) return fail("'[=' chooses by no field");
    } else if (behind_reference && bracket != part.npos && absl::EndsWith(part, "]")) {
      step.key = Unescape(part.substr(bracket + 1, part.size() - bracket - 2));
      step.referred = true;
      part = part.substr(0, bracket);
      if (step.key.empty()) return fail("'[]' chooses by no field");
    }
    if (part.empty()) return fail("a name is empty");
    step.any = part == "*";
    step.below = part == "**";
    step.name = Unescape(part);
    out.steps_.push_back(std::move(step));
    if (out.steps_.size() > kMaxPathSteps) return fail("has too many steps");
  }
  return out;
}

std::vector<const Item*> ItemPath::Find(const View& view) const {
  std::vector<const Item*> found;
  std::set<absl::string_view> referred;
  if (reference_ != nullptr) {
    for (const Item* item : reference_->Find(view)) {
      if (!item->text.empty()) referred.insert(item->text);
    }
    if (referred.empty()) return found;
  }
  const Item* begin = outer_ || reference_ != nullptr ? view.record : view.here;
  if (begin == nullptr) return found;
  Flatten(*begin, &found);
  for (const Step& step : steps_) {
    std::vector<const Item*> next;
    for (const Item* item : found) {
      if (step.below) Descend(*item, &next);
      for (const auto& [key, value] : item->fields) {
        if (step.any || (!step.below && key == step.name)) Flatten(value, &next);
      }
    }
    if (!step.key.empty()) {
      next.erase(std::remove_if(next.begin(), next.end(),
                                [&](const Item* item) {
                                  const Item* field = item->Field(step.key);
                                  if (field == nullptr) return true;
                                  return step.referred ? !referred.contains(field->text)
                                                       : field->text != step.value;
                                }),
                 next.end());
    }
    found = std::move(next);
  }
  return found;
}

absl::StatusOr<ValueTemplate::Part> ValueTemplate::ParsePart(absl::string_view text) {
  static const auto* const kFilters = new std::map<std::string, FilterKind>{
      {"text", FilterKind::kText},      {"lower", FilterKind::kLower},
      {"upper", FilterKind::kUpper},    {"tail", FilterKind::kTail},
      {"https", FilterKind::kHttps},    {"date", FilterKind::kDate},
      {"before:", FilterKind::kBefore}, {"first", FilterKind::kFirst},
      {"after:", FilterKind::kAfter},   {"count", FilterKind::kCount}};
  Part part;
  part.is_path = true;
  std::vector<std::string> pieces = absl::StrSplit(text, '|');
  absl::string_view path = pieces[0];
  part.optional = absl::ConsumeSuffix(&path, "?");
  for (size_t i = 1; i < pieces.size(); ++i) {
    absl::string_view name = pieces[i];
    if (absl::ConsumeSuffix(&name, "?")) part.optional = true;
    const size_t colon = name.find(':');
    const absl::string_view word = name.substr(0, colon == name.npos ? colon : colon + 1);
    const auto filter = kFilters->find(std::string(word));
    if (filter == kFilters->end() || colon + 1 == name.size()) {
      return absl::InvalidArgumentError(absl::StrCat(
          "unknown filter '", idr::CutUtf8(name, 40),
          "'; there are: after:X, before:X, count, date, first, https, lower, tail, text, upper"));
    }
    part.filters.push_back(
        {filter->second, std::string(colon == name.npos ? "" : name.substr(colon + 1))});
  }
  PARFOCAL_ASSIGN_OR_RETURN(part.path, ItemPath::Parse(path));
  return part;
}

std::string ValueTemplate::Changed(const Filter& filter, std::string value) {
  switch (filter.kind) {
    case FilterKind::kText:
      return WithoutMarkup(value);
    case FilterKind::kLower:
      return absl::AsciiStrToLower(value);
    case FilterKind::kUpper:
      return absl::AsciiStrToUpper(value);
    case FilterKind::kTail:
      return value.substr(value.find_last_of("/#=") + 1);
    case FilterKind::kHttps:
      return absl::StartsWith(value, "//") ? "https:" + value : value;
    case FilterKind::kBefore:
      return value.substr(0, value.find(filter.argument));
    case FilterKind::kAfter: {
      const size_t at = value.find(filter.argument);
      return at == value.npos ? value : value.substr(at + filter.argument.size());
    }
    case FilterKind::kDate:
      return DateOf(value);
    case FilterKind::kFirst:
    case FilterKind::kCount:
      break;  // Of all values, not of one.
  }
  return value;
}

absl::StatusOr<ValueTemplate> ValueTemplate::Parse(absl::string_view text) {
  ValueTemplate out;
  out.text_ = std::string(text);
  std::string literal;
  const auto close = [&] {
    if (literal.empty()) return;
    out.parts_.emplace_back().literal = std::move(literal);
    literal.clear();
  };
  for (size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '{' || (i + 1 < text.size() && text[i + 1] == '{')) {
      literal += text[i];
      if (text[i] == '{') ++i;
      continue;
    }
    const size_t end = text.find('}', i);
    if (end == text.npos) {
      return absl::InvalidArgumentError(
          absl::StrCat("template: the brace at byte ", i, " is not closed"));
    }
    close();
    PARFOCAL_ASSIGN_OR_RETURN(Part part, ParsePart(text.substr(i + 1, end - i - 1)));
    out.parts_.push_back(std::move(part));
    ++out.holes_;
    i = end;
  }
  close();
  if (out.parts_.size() > kMaxTemplateParts)
    return absl::InvalidArgumentError(
        absl::StrCat("template: more than ", kMaxTemplateParts, " parts"));
  return out;
}

std::vector<std::string> ValueTemplate::PartValues(const Part& part, const View& view) {
  const std::vector<const Item*> found = part.path.Find(view);
  const auto has = [&](FilterKind kind) {
    return std::any_of(part.filters.begin(), part.filters.end(),
                       [&](const Filter& filter) { return filter.kind == kind; });
  };
  if (has(FilterKind::kCount)) return {absl::StrCat(found.size())};
  const bool first = has(FilterKind::kFirst);
  std::vector<std::string> out;
  for (const Item* item : found) {
    // An object may have a text of its own beside its fields: an element of XML has.
    if (item->text.empty()) continue;
    std::string value = item->text;
    for (const Filter& filter : part.filters) value = Changed(filter, std::move(value));
    value = std::string(idr::Trim(value));
    if (!value.empty()) out.push_back(std::move(value));
    if (first && !out.empty()) break;
  }
  return out;
}

std::vector<std::string> ValueTemplate::Values(const View& view) const {
  std::vector<std::string> out;
  if (holes_ == 1) {
    for (size_t i = 0; i < parts_.size(); ++i) {
      if (!parts_[i].is_path) continue;
      out = PartValues(parts_[i], view);
      if (out.empty() && parts_[i].optional) out.push_back("");
      const std::string before = i > 0 ? parts_[0].literal : "";
      const std::string behind = i + 1 < parts_.size() ? parts_.back().literal : "";
      for (std::string& value : out) value = absl::StrCat(before, value, behind);
    }
  } else {
    std::string whole;
    for (const Part& part : parts_) {
      if (!part.is_path) {
        whole += part.literal;
        continue;
      }
      const std::vector<std::string> values = PartValues(part, view);
      if (values.empty() && !part.optional) return {};
      if (!values.empty()) whole += values[0];
    }
    out.push_back(std::move(whole));
  }
  for (std::string& value : out) value = std::string(idr::Trim(value));
  out.erase(std::remove(out.begin(), out.end(), ""), out.end());
  return out;
}

}  // namespace parfocal::definition
