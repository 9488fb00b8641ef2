#include "parfocal/segment/vocabulary.h"

#include <algorithm>
#include <array>
#include <atomic>
#include <cstring>
#include <mutex>
#include <shared_mutex>

#include "absl/container/flat_hash_map.h"
#include "absl/container/flat_hash_set.h"
#include "absl/hash/hash.h"
#include "absl/strings/ascii.h"
#include "parfocal/atomic_file/atomic_file.h"
#include "parfocal/segment/durable_file.h"
#include "parfocal/segment/wire.h"

namespace parfocal {
namespace {

constexpr absl::string_view kMagic = "PFVOCABU";
constexpr uint32_t kVersion = 1;
constexpr size_t kHeaderBytes = 8 + 4 + 8 + 8;

// Kinds of entry in the log.
constexpr uint8_t kFieldValue = 1;
constexpr uint8_t kAttributeValue = 2;
constexpr uint8_t kAttributeKeyName = 3;

constexpr uint8_t kFlagTerm = 1;
constexpr uint8_t kFlagNumber = 2;

absl::string_view CutValue(absl::string_view text) {
  if (text.size() <= kMaxValueBytes) return text;
  size_t end = kMaxValueBytes;
  while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xc0) == 0x80) --end;
  return text.substr(0, end);
}

std::string Header() {
  std::string header(kMagic);
  PutFixed<uint32_t>(&header, kVersion);
  PutFixed<uint64_t>(&header, SchemaFingerprint());
  PutFixed<uint64_t>(&header, HashBytes(header));
  return header;
}

absl::Status CheckHeader(absl::string_view bytes, const std::string& path) {
  WireReader in(bytes);
  const absl::string_view head = in.rest().substr(0, kHeaderBytes - 8);
  const absl::string_view magic = in.Take(kMagic.size());
  const uint32_t version = in.Fixed<uint32_t>();
  const uint64_t fingerprint = in.Fixed<uint64_t>();
  const uint64_t hash = in.Fixed<uint64_t>();
  if (!in.ok() || magic != kMagic || HashBytes(head) != hash) {
    return absl::DataLossError(absl::StrCat(path, ": the header is damaged"));
  }
  if (version != kVersion || fingerprint != SchemaFingerprint()) {
    return absl::FailedPreconditionError(
        absl::StrCat(path, ": written in another format or with another table of fields; ",
                     "rebuild the index"));
  }
  return absl::OkStatus();
}

// The place of an entry is part of its checksum: entries that changed places are found.
uint32_t EntryHash(uint64_t offset, absl::string_view payload) {
  return static_cast<uint32_t>(HashBytes(payload) ^ (offset * 0x9e3779b97f4a7c15u >> 32));
}

struct Entry {
  const char* data = nullptr;  // [number] key label
  uint32_t key_size = 0;
  uint16_t label_size = 0;  // kMaxValueBytes fits.
  FieldId field = 0;
  uint32_t attribute_key = 0;
  uint8_t flags = 0;

  bool has_number() const { return (flags & kFlagNumber) != 0; }
  absl::string_view key() const { return {data + (has_number() ? sizeof(double) : 0), key_size}; }
  absl::string_view label() const { return {key().data() + key_size, label_size}; }
};
static_assert(kMaxValueBytes <= UINT16_MAX);

// Values are found by (field, attribute key, key).
struct Probe {
  FieldId field;
  uint32_t attribute_key;
  absl::string_view key;
  template <typename H>
  friend H AbslHashValue(H h, const Probe& p) {
    return H::combine(std::move(h), p.field, p.attribute_key, p.key);
  }
};

constexpr size_t kChunk = 1 << 14;  // Entries per chunk.
constexpr size_t kChunks = kMaxValues / kChunk;
constexpr size_t kArenaBlock = 1 << 20;

// Entries never move, so a reader needs no lock for those below the published size.
class Entries {
 public:
  ~Entries() {
    for (auto& chunk : chunks_) delete[] chunk.load(std::memory_order_relaxed);
  }
  const Entry& operator[](ValueId id) const {
    return chunks_[id / kChunk].load(std::memory_order_acquire)[id % kChunk];
  }
  ValueId size() const { return size_.load(std::memory_order_acquire); }
  void Push(const Entry& entry) {
    const ValueId id = size();
    auto& chunk = chunks_[id / kChunk];
    if (id % kChunk == 0) chunk.store(new Entry[kChunk], std::memory_order_release);
    chunk.load(std::memory_order_relaxed)[id % kChunk] = entry;
    size_.store(id + 1, std::memory_order_release);
  }

 private:
  std::array<std::atomic<Entry*>, kChunks> chunks_{};
  std::atomic<ValueId> size_{0};
};

class Arena {
 public:
  // Returns memory that stays where it is.
  char* Take(size_t size) {
    if (size > left_) {
      const size_t block = std::max(size, kArenaBlock);
      blocks_.push_back(std::unique_ptr<char[]>(new char[block]));
      at_ = blocks_.back().get();
      left_ = block;
    }
    char* out = at_;
    at_ += size;
    left_ -= size;
    return out;
  }

 private:
  std::vector<std::unique_ptr<char[]>> blocks_;
  char* at_ = nullptr;
  size_t left_ = 0;
};

struct ByContent {
  using is_transparent = void;
  const Entries* entries;
  Probe ProbeOf(ValueId id) const {
    const Entry& e = (*entries)[id];
    return {e.field, e.attribute_key, e.key()};
  }
  size_t operator()(ValueId id) const { return absl::Hash<Probe>()(ProbeOf(id)); }
  size_t operator()(const Probe& probe) const { return absl::Hash<Probe>()(probe); }
  static bool Same(const Probe& a, const Probe& b) {
    return a.field == b.field && a.attribute_key == b.attribute_key && a.key == b.key;
  }
  bool operator()(ValueId a, ValueId b) const { return a == b; }
  bool operator()(ValueId a, const Probe& b) const { return Same(ProbeOf(a), b); }
  bool operator()(const Probe& a, ValueId b) const { return Same(a, ProbeOf(b)); }
};

}  // namespace

struct Vocabulary::State {
  State() : by_content(0, ByContent{&entries}, ByContent{&entries}) {}

  std::string path;
  std::unique_ptr<DurableFile> file;
  Entries entries;
  Arena arena;  // Writer only.

  mutable std::shared_mutex mu;  // Guards what follows; taken alone by the writer.
  absl::flat_hash_set<ValueId, ByContent, ByContent> by_content;
  std::vector<std::vector<ValueId>> of_field;
  std::vector<std::vector<ValueId>> of_attribute;
  std::vector<std::string> attribute_names;  // As first spelt.
  absl::flat_hash_map<std::string, uint32_t> attribute_by_folded;

  void Remember(FieldId field, uint32_t attribute_key, absl::string_view key,
                absl::string_view label, uint8_t flags, double number);
  void RememberAttributeKey(absl::string_view name);
  // Applies one entry of the log; false if it makes no sense.
  bool Apply(absl::string_view payload);
  void Log(absl::string_view payload);
  std::optional<ValueId> Find(const Probe& probe) const;
};

void Vocabulary::State::Remember(FieldId field, uint32_t attribute_key, absl::string_view key,
                                 absl::string_view label, uint8_t flags, double number) {
  const bool has_number = (flags & kFlagNumber) != 0;
  char* data = arena.Take((has_number ? sizeof(double) : 0) + key.size() + label.size());
  Entry entry;
  entry.data = data;
  entry.key_size = static_cast<uint32_t>(key.size());
  entry.label_size = static_cast<uint16_t>(label.size());
  entry.field = field;
  entry.attribute_key = attribute_key;
  entry.flags = flags;
  if (has_number) {
    std::memcpy(data, &number, sizeof(double));
    data += sizeof(double);
  }
  if (!key.empty()) std::memcpy(data, key.data(), key.size());
  if (!label.empty()) std::memcpy(data + key.size(), label.data(), label.size());
  std::unique_lock lock(mu);
  const ValueId id = entries.size();
  entries.Push(entry);
  by_content.insert(id);
  std::vector<std::vector<ValueId>>& lists = field == kAttributeField ? of_attribute : of_field;
  const size_t list = field == kAttributeField ? attribute_key : field;
  if (lists.size() <= list) lists.resize(list + 1);
  lists[list].push_back(id);
}

void Vocabulary::State::RememberAttributeKey(absl::string_view name) {
  std::unique_lock lock(mu);
  attribute_by_folded.emplace(absl::AsciiStrToLower(name),
                              static_cast<uint32_t>(attribute_names.size()));
  attribute_names.emplace_back(name);
}

bool Vocabulary::State::Apply(absl::string_view payload) {
  WireReader in(payload);
  const uint8_t kind = in.Fixed<uint8_t>();
  if (kind == kAttributeKeyName) {
    if (attribute_by_folded.contains(absl::AsciiStrToLower(in.rest()))) return false;
    RememberAttributeKey(in.rest());
    return true;
  }
  Probe probe{kAttributeField, 0, {}};
  absl::string_view label;
  uint8_t flags = 0;
  double number = 0;
  if (kind == kAttributeValue) {
    probe.attribute_key = in.Fixed<uint32_t>();
    probe.key = in.rest();
    if (probe.attribute_key >= attribute_names.size()) return false;
  } else if (kind == kFieldValue) {
    probe.field = in.Fixed<FieldId>();
    flags = in.Fixed<uint8_t>();
    if ((flags & kFlagNumber) != 0) number = in.Fixed<double>();
    probe.key = in.Bytes();
    label = in.rest();
    if (probe.field >= Fields().size()) return false;
  }
  const bool known_kind = kind == kAttributeValue || kind == kFieldValue;
  if (!in.ok() || !known_kind || probe.key.size() > kMaxValueBytes ||
      label.size() > kMaxValueBytes || entries.size() == kMaxValues || Find(probe).has_value()) {
    return false;
  }
  Remember(probe.field, probe.attribute_key, probe.key, label, flags, number);
  return true;
}

void Vocabulary::State::Log(absl::string_view payload) {
  std::string head;
  PutFixed<uint32_t>(&head, static_cast<uint32_t>(payload.size()));
  PutFixed<uint32_t>(&head, EntryHash(file->size(), payload));
  file->Append(head);
  file->Append(payload);
}

std::optional<ValueId> Vocabulary::State::Find(const Probe& probe) const {
  std::shared_lock lock(mu);
  auto it = by_content.find(probe);
  if (it == by_content.end()) return std::nullopt;
  return *it;
}

namespace {

// Calls `apply(payload)` for the entries behind the header until `values` values have passed, then,
// if the tail is kept, for as many as are whole. Returns the offset behind the last of them.
template <typename Apply>
absl::StatusOr<uint64_t> ReadLog(absl::string_view bytes, ValueId values, VocabularyTail tail,
                                 const std::string& path, Apply apply) {
  PARFOCAL_RETURN_IF_ERROR(CheckHeader(bytes, path));
  uint64_t offset = kHeaderBytes;
  for (ValueId seen = 0; seen < values || tail == VocabularyTail::kKeep;) {
    WireReader in(bytes.substr(offset));
    const uint32_t size = in.Fixed<uint32_t>();
    const uint32_t hash = in.Fixed<uint32_t>();
    const absl::string_view payload = in.Take(size);
    if (!in.ok() || payload.empty() || EntryHash(offset, payload) != hash || !apply(payload)) {
      if (seen >= values) break;
      return absl::DataLossError(absl::StrCat(path, ": value ", seen, " of ", values, " (at byte ",
                                              offset, ") is missing or damaged"));
    }
    if (static_cast<uint8_t>(payload[0]) != kAttributeKeyName) ++seen;
    offset = bytes.size() - in.rest().size();
  }
  return offset;
}

}  // namespace

Vocabulary::Vocabulary(std::unique_ptr<State> state) : state_(std::move(state)) {}
Vocabulary::~Vocabulary() = default;

absl::StatusOr<std::unique_ptr<Vocabulary>> Vocabulary::Open(const std::string& directory,
                                                             ValueId size, VocabularyTail tail) {
  auto state = std::make_unique<State>();
  state->path = directory + "/vocabulary.log";
  uint64_t end = 0;
  {
    absl::StatusOr<std::unique_ptr<MappedFile>> file = MappedFile::Open(state->path);
    if (file.ok() && (size > 0 || (*file)->bytes().size() >= kHeaderBytes)) {
      auto read = ReadLog((*file)->bytes(), size, tail, state->path,
                          [&](absl::string_view payload) { return state->Apply(payload); });
      if (!read.ok()) return read.status();
      end = *read;
    } else if (size > 0) {
      return absl::DataLossError(
          absl::StrCat(state->path, ": missing, but the manifest counts ", size, " values"));
    } else if (!file.ok() && !absl::IsNotFound(file.status())) {
      return file.status();
    }
  }
  PARFOCAL_ASSIGN_OR_RETURN(state->file, DurableFile::OpenAt(state->path, end));
  if (end == 0) {
    state->file->Append(Header());
    PARFOCAL_RETURN_IF_ERROR(state->file->Sync());
    PARFOCAL_RETURN_IF_ERROR(SyncDirectory(directory));
  }
  return std::unique_ptr<Vocabulary>(new Vocabulary(std::move(state)));
}

ValueId Vocabulary::size() const { return state_->entries.size(); }

VocabularyValue Vocabulary::Get(ValueId id) const {
  const Entry& entry = state_->entries[id];
  VocabularyValue value;
  value.field = entry.field;
  value.attribute_key = entry.attribute_key;
  value.key = entry.key();
  value.label = entry.label();
  value.is_term = (entry.flags & kFlagTerm) != 0;
  if (entry.has_number()) {
    double number;
    std::memcpy(&number, entry.data, sizeof(double));
    value.number = number;
  }
  return value;
}

std::optional<ValueId> Vocabulary::Find(FieldId field, absl::string_view key) const {
  return state_->Find({field, 0, CutValue(key)});
}

std::optional<ValueId> Vocabulary::FindAttribute(uint32_t attribute_key,
                                                 absl::string_view value) const {
  return state_->Find({kAttributeField, attribute_key, CutValue(value)});
}

namespace {

std::vector<ValueId> Below(const std::vector<std::vector<ValueId>>& lists, size_t list,
                           ValueId limit) {
  if (list >= lists.size()) return {};
  const std::vector<ValueId>& ids = lists[list];
  return {ids.begin(), std::lower_bound(ids.begin(), ids.end(), limit)};
}

}  // namespace

std::vector<ValueId> Vocabulary::OfField(FieldId field, ValueId limit) const {
  std::shared_lock lock(state_->mu);
  return Below(state_->of_field, field, limit);
}

std::vector<ValueId> Vocabulary::OfAttribute(uint32_t attribute_key, ValueId limit) const {
  std::shared_lock lock(state_->mu);
  return Below(state_->of_attribute, attribute_key, limit);
}

std::optional<uint32_t> Vocabulary::FindAttributeKey(absl::string_view name) const {
  const std::string folded = absl::AsciiStrToLower(CutValue(name));
  std::shared_lock lock(state_->mu);
  auto it = state_->attribute_by_folded.find(folded);
  if (it == state_->attribute_by_folded.end()) return std::nullopt;
  return it->second;
}

std::string Vocabulary::AttributeKeyName(uint32_t attribute_key) const {
  std::shared_lock lock(state_->mu);
  return attribute_key < state_->attribute_names.size() ? state_->attribute_names[attribute_key]
                                                        : std::string();
}

uint32_t Vocabulary::attribute_keys() const {
  std::shared_lock lock(state_->mu);
  return static_cast<uint32_t>(state_->attribute_names.size());
}

ValueId Vocabulary::Add(FieldId field, absl::string_view key, absl::string_view label, bool is_term,
                        std::optional<double> number) {
  key = CutValue(key);
  label = CutValue(label);
  if (label == key) label = {};
  if (auto known = state_->Find({field, 0, key})) return *known;
  const uint8_t flags = (is_term ? kFlagTerm : 0) | (number ? kFlagNumber : 0);
  std::string payload;
  PutFixed<uint8_t>(&payload, kFieldValue);
  PutFixed<FieldId>(&payload, field);
  PutFixed<uint8_t>(&payload, flags);
  if (number) PutFixed<double>(&payload, *number);
  PutBytes(&payload, key);
  payload.append(label.data(), label.size());
  state_->Log(payload);
  state_->Remember(field, 0, key, label, flags, number.value_or(0));
  return state_->entries.size() - 1;
}

ValueId Vocabulary::AddAttribute(absl::string_view attribute_name, absl::string_view value) {
  attribute_name = CutValue(attribute_name);
  value = CutValue(value);
  std::string payload;
  std::optional<uint32_t> attribute_key = FindAttributeKey(attribute_name);
  if (!attribute_key) {
    PutFixed<uint8_t>(&payload, kAttributeKeyName);
    payload.append(attribute_name.data(), attribute_name.size());
    state_->Log(payload);
    attribute_key = attribute_keys();
    state_->RememberAttributeKey(attribute_name);
    payload.clear();
  }
  if (auto known = state_->Find({kAttributeField, *attribute_key, value})) return *known;
  PutFixed<uint8_t>(&payload, kAttributeValue);
  PutFixed<uint32_t>(&payload, *attribute_key);
  payload.append(value.data(), value.size());
  state_->Log(payload);
  state_->Remember(kAttributeField, *attribute_key, value, {}, 0, 0);
  return state_->entries.size() - 1;
}

absl::Status Vocabulary::Sync() { return state_->file->Sync(); }

absl::Status Vocabulary::Verify(ValueId size) const {
  PARFOCAL_ASSIGN_OR_RETURN(const std::unique_ptr<MappedFile> file, MappedFile::Open(state_->path));
  return ReadLog(file->bytes(), size, VocabularyTail::kDrop, state_->path,
                 [](absl::string_view) { return true; })
      .status();
}

}  // namespace parfocal
