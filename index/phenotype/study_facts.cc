#include "study_facts.h"

#include <algorithm>
#include <limits>
#include <utility>

#include "absl/container/flat_hash_map.h"
#include "parfocal/segment/wire.h"

namespace parfocal::phenotype {
namespace {

// One function per type says which members are written, for writing and reading alike.
class Writer {
 public:
  explicit Writer(std::string* out) : out_(out) {}
  void operator()(const std::string& text) { PutBytes(out_, text); }
  void operator()(bool value) { PutFixed<uint8_t>(out_, value ? 1 : 0); }
  void operator()(uint32_t value) { PutFixed(out_, value); }
  void operator()(ObservationKind value) { PutFixed(out_, static_cast<uint8_t>(value)); }
  void operator()(Outcome value) { PutFixed(out_, static_cast<uint8_t>(value)); }
  template <typename T>
  void operator()(const std::vector<T>& values);
  template <typename T>
  void operator()(const T& value);

 private:
  std::string* out_;
};

class Reader {
 public:
  explicit Reader(absl::string_view bytes) : in_(bytes) {}
  bool ok() const { return in_.ok() && sound_; }
  bool done() const { return ok() && in_.rest().empty(); }
  WireReader* wire() { return &in_; }
  void operator()(std::string& text) { text = std::string(in_.Bytes()); }
  void operator()(bool& value) { value = in_.Fixed<uint8_t>() != 0; }
  void operator()(uint32_t& value) { value = in_.Fixed<uint32_t>(); }
  void operator()(ObservationKind& value) {
    const uint8_t read = in_.Fixed<uint8_t>();
    sound_ = sound_ && read <= static_cast<uint8_t>(ObservationKind::kOther);
    if (sound_) value = static_cast<ObservationKind>(read);
  }
  void operator()(Outcome& value) {
    const uint8_t read = in_.Fixed<uint8_t>();
    sound_ = sound_ && read <= static_cast<uint8_t>(Outcome::kTestedNegative);
    if (sound_) value = static_cast<Outcome>(read);
  }
  template <typename T>
  void operator()(std::vector<T>& values) {
    const uint32_t count = in_.Fixed<uint32_t>();
    // Every entry has a byte at least: a damaged count must not allocate the machine.
    if (!ok() || count > in_.rest().size()) {
      sound_ = false;
      return;
    }
    values.resize(count);
    for (T& value : values) (*this)(value);
  }
  template <typename T>
  void operator()(T& value);

 private:
  WireReader in_;
  bool sound_ = true;
};

template <typename Codec>
void Members(Codec& codec, auto& v, const OrganismFact*) {
  codec(v.term), codec(v.words), codec(v.role);
}
template <typename Codec, typename T>
void Members(Codec& codec, auto& v, const Scoped<T>*) {
  codec(v.block), codec(v.value);
}
template <typename Codec>
void Members(Codec& codec, auto& v, const StudyHeader*) {
  codec(v.organisms), codec(v.types), codec(v.title), codec(v.credit), codec(v.paper_doi);
  codec(v.data_doi), codec(v.licence), codec(v.url);
}
template <typename Codec>
void Members(Codec& codec, auto& v, const SetContext*) {
  codec(v.block), codec(v.organisms), codec(v.types);
  codec(v.control), codec(v.failed), codec(v.no_image);
}
template <typename Codec>
void Members(Codec& codec, auto& v, const SubjectFact*) {
  codec(v.compound), codec(v.labelled), codec(v.id), codec(v.identifier), codec(v.name),
      codec(v.stated_name);
}
template <typename Codec>
void Members(Codec& codec, auto& v, const FindingFact*) {
  codec(v.kind), codec(v.outcome), codec(v.term), codec(v.words), codec(v.level), codec(v.score);
  codec(v.index);
}

template <typename T>
void Writer::operator()(const std::vector<T>& values) {
  PutFixed<uint32_t>(out_, static_cast<uint32_t>(values.size()));
  for (const T& value : values) (*this)(value);
}
template <typename T>
void Writer::operator()(const T& value) {
  Members(*this, value, static_cast<const T*>(nullptr));
}
template <typename T>
void Reader::operator()(T& value) {
  Members(*this, value, static_cast<const T*>(nullptr));
}

template <typename T>
std::string Written(const T& value) {
  std::string out;
  Writer{&out}(value);
  return out;
}

// Distinct entries by their bytes, numbered as they come; sorted at the end.
template <typename T>
class Table {
 public:
  uint32_t Intern(const T& value) {
    std::string bytes = Written(value);
    auto [it, added] = numbers_.try_emplace(std::move(bytes), values_.size());
    if (added) values_.push_back(value);
    return it->second;
  }
  // The entries by bytes; `*renumbered` gives the place of each number.
  std::vector<T> Sorted(std::vector<uint32_t>* renumbered) {
    std::vector<std::pair<absl::string_view, uint32_t>> order(numbers_.begin(), numbers_.end());
    std::sort(order.begin(), order.end());
    std::vector<T> out;
    renumbered->resize(values_.size());
    for (const auto& [bytes, number] : order) {
      (*renumbered)[number] = static_cast<uint32_t>(out.size());
      out.push_back(std::move(values_[number]));
    }
    return out;
  }

 private:
  absl::flat_hash_map<std::string, uint32_t> numbers_;
  std::vector<T> values_;
};

}  // namespace

class FactsBuilder {
 public:
  void Add(const SetFacts& set) {
    Place(set.id, contexts_.Intern(set.context), subjects_.Intern(set.subjects),
          findings_.Intern(set.findings));
  }
  // A row of `old`, whose entries are interned once each.
  void Keep(const StudyFacts& old, size_t row) {
    if (kept_contexts_.empty()) {
      kept_contexts_.assign(old.contexts_.size(), kNone);
      kept_subjects_.assign(old.subjects_.size(), kNone);
      kept_findings_.assign(old.findings_.size(), kNone);
    }
    const StudyFacts::Row& from = old.rows_[row];
    auto once = [](auto& table, const auto& values, std::vector<uint32_t>& known, uint32_t at) {
      if (known[at] == kNone) known[at] = table.Intern(values[at]);
      return known[at];
    };
    Place(old.id(row), once(contexts_, old.contexts_, kept_contexts_, from.context),
          once(subjects_, old.subjects_, kept_subjects_, from.subjects),
          once(findings_, old.findings_, kept_findings_, from.findings));
  }
  std::shared_ptr<const StudyFacts> Build(const std::optional<StudyHeader>& header) {
    auto out = std::shared_ptr<StudyFacts>(new StudyFacts());
    out->header_ = header;
    std::vector<uint32_t> context, subjects, findings;
    out->contexts_ = contexts_.Sorted(&context);
    out->subjects_ = subjects_.Sorted(&subjects);
    out->findings_ = findings_.Sorted(&findings);
    for (StudyFacts::Row& row : rows_) {
      row.context = context[row.context];
      row.subjects = subjects[row.subjects];
      row.findings = findings[row.findings];
    }
    out->ids_ = std::move(ids_);
    out->ids_.shrink_to_fit();
    out->rows_ = std::move(rows_);
    out->rows_.shrink_to_fit();
    Measure(out.get());
    return out;
  }
  static void Measure(StudyFacts* facts) {
    constexpr size_t kPerContext = 200, kPerSubject = 180, kPerFinding = 180;
    facts->memory_ = sizeof(StudyFacts) + facts->ids_.size() +
                     facts->rows_.size() * sizeof(StudyFacts::Row) +
                     facts->contexts_.size() * kPerContext;
    for (const auto& list : facts->subjects_) facts->memory_ += 24 + list.size() * kPerSubject;
    for (const auto& list : facts->findings_) facts->memory_ += 24 + list.size() * kPerFinding;
  }
  static absl::StatusOr<std::shared_ptr<const StudyFacts>> Decode(absl::string_view bytes);

 private:
  static constexpr uint32_t kNone = std::numeric_limits<uint32_t>::max();
  void Place(absl::string_view id, uint32_t context, uint32_t subjects, uint32_t findings) {
    ids_.append(id.data(), id.size());
    rows_.push_back({static_cast<uint32_t>(ids_.size()), context, subjects, findings});
  }

  Table<SetContext> contexts_;
  Table<std::vector<SubjectFact>> subjects_;
  Table<std::vector<FindingFact>> findings_;
  std::vector<uint32_t> kept_contexts_, kept_subjects_, kept_findings_;
  std::string ids_;
  std::vector<StudyFacts::Row> rows_;
};

std::shared_ptr<const StudyFacts> StudyFacts::Merge(
    const StudyFacts* old, const std::optional<StudyHeader>& header,
    const std::map<std::string, std::optional<SetFacts>>& changes) {
  FactsBuilder builder;
  auto change = changes.begin();
  const size_t rows = old == nullptr ? 0 : old->rows();
  for (size_t row = 0; row <= rows; ++row) {
    const bool end = row == rows;
    const absl::string_view id = end ? absl::string_view() : old->id(row);
    for (; change != changes.end() && (end || change->first < id); ++change) {
      if (change->second.has_value()) builder.Add(*change->second);
    }
    if (end) break;
    if (change != changes.end() && change->first == id) continue;  // Its new state comes next.
    builder.Keep(*old, row);
  }
  return builder.Build(header);
}

std::string StudyFacts::Encode() const {
  std::string out;
  Writer writer(&out);
  writer(header_.has_value());
  if (header_.has_value()) writer(*header_);
  writer(contexts_);
  writer(subjects_);
  writer(findings_);
  writer(ids_);
  PutFixed<uint32_t>(&out, static_cast<uint32_t>(rows_.size()));
  out.append(reinterpret_cast<const char*>(rows_.data()), rows_.size() * sizeof(Row));
  return out;
}

absl::StatusOr<std::shared_ptr<const StudyFacts>> FactsBuilder::Decode(absl::string_view bytes) {
  auto facts = std::shared_ptr<StudyFacts>(new StudyFacts());
  Reader reader(bytes);
  bool has_header = false;
  reader(has_header);
  if (has_header) reader(facts->header_.emplace());
  reader(facts->contexts_);
  reader(facts->subjects_);
  reader(facts->findings_);
  reader(facts->ids_);
  const size_t count = reader.wire()->Fixed<uint32_t>();
  const absl::string_view rows = reader.wire()->Take(count * sizeof(StudyFacts::Row));
  bool sound = reader.done();
  if (sound) {
    facts->rows_.resize(count);
    if (count > 0) std::memcpy(facts->rows_.data(), rows.data(), rows.size());
    size_t begin = 0;
    for (const StudyFacts::Row& row : facts->rows_) {
      sound = sound && row.id_end >= begin && row.id_end <= facts->ids_.size() &&
              row.context < facts->contexts_.size() && row.subjects < facts->subjects_.size() &&
              row.findings < facts->findings_.size();
      begin = row.id_end;
    }
  }
  if (!sound) return absl::DataLossError("phenotype facts: malformed study");
  Measure(facts.get());
  return std::shared_ptr<const StudyFacts>(std::move(facts));
}

absl::StatusOr<std::shared_ptr<const StudyFacts>> StudyFacts::Decode(absl::string_view bytes) {
  return FactsBuilder::Decode(bytes);
}

}  // namespace parfocal::phenotype
