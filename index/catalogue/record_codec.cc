#include "parfocal/catalogue/record_codec.h"

#include <bit>
#include <type_traits>
#include <utility>

#include "parfocal/catalogue/wire.h"

namespace parfocal::catalogue {
namespace {

// An internable string is a varint: 0, then the text itself; 1, the empty string; n + 2, number n.
constexpr uint64_t kInline = 0;
constexpr uint64_t kEmpty = 1;
constexpr uint64_t kFirstNumber = 2;

// Each struct's fields are listed once, below; Encoder and Decoder give the list its direction, so
// that what is written and what is read cannot drift apart.
class Encoder {
 public:
  // `table` may be nullptr: repeated strings are then written out.
  Encoder(std::string* out, StringTable* table) : out_(out), table_(table) {}

  void Key(const std::string& text) {
    if (table_ == nullptr) return out_.Text(text);
    if (text.empty()) return out_.Varint(kEmpty);
    if (auto number = table_->Intern(text)) return out_.Varint(*number + kFirstNumber);
    out_.Varint(kInline);
    out_.Text(text);
  }
  void Text(const std::string& text) { out_.Text(text); }
  // A text that often equals another of the same struct, written before it.
  void TextLike(const std::string& text, const std::string& other) {
    if (text == other) return out_.Varint(0);
    out_.Varint(text.size() + 1);
    out_.Raw(text);
  }
  void Number(uint32_t value) { out_.Varint(value); }
  void Flag(bool value) { out_.Byte(value ? 1 : 0); }
  template <typename E>
  void Enum(E value, E) {
    out_.Byte(static_cast<uint8_t>(value));
  }
  void Real(float value) { out_.Fixed32(std::bit_cast<uint32_t>(value)); }
  void Optional(const std::optional<int64_t>& value) {
    out_.Byte(value.has_value() ? 1 : 0);
    if (value) out_.Signed(*value);
  }
  void Optional(const std::optional<double>& value) {
    out_.Byte(value.has_value() ? 1 : 0);
    if (value) out_.Fixed64(std::bit_cast<uint64_t>(*value));
  }
  template <typename T, typename F>
  void List(const std::vector<T>& list, F element) {
    out_.Varint(list.size());
    for (const T& item : list) element(item);
  }

 private:
  ByteWriter out_;
  StringTable* table_;
};

class Decoder {
 public:
  Decoder(absl::string_view bytes, const StringTable& table) : in_(bytes), table_(table) {}

  bool Finished() const { return in_.ok() && in_.AtEnd(); }

  void Key(std::string& text) {
    const uint64_t code = in_.Varint();
    if (code == kInline) return Text(text);
    if (code == kEmpty) return text.clear();
    const uint64_t number = code - kFirstNumber;
    auto found = number < StringTable::kMaxStrings ? table_.Find(static_cast<uint32_t>(number))
                                                   : std::nullopt;
    if (!found) return in_.Fail();
    text.assign(found->data(), found->size());
  }
  void Text(std::string& text) {
    const absl::string_view bytes = in_.Text();
    text.assign(bytes.data(), bytes.size());
  }
  void TextLike(std::string& text, const std::string& other) {
    const uint64_t size = in_.Varint();
    if (size == 0) {
      if (in_.ok()) text = other;
      return;
    }
    const absl::string_view bytes = in_.Raw(size - 1);
    text.assign(bytes.data(), bytes.size());
  }
  void Number(uint32_t& value) {
    const uint64_t wide = in_.Varint();
    if (wide > UINT32_MAX) return in_.Fail();
    value = static_cast<uint32_t>(wide);
  }
  void Flag(bool& value) {
    const uint8_t byte = in_.Byte();
    if (byte > 1) return in_.Fail();
    value = byte != 0;
  }
  template <typename E>
  void Enum(E& value, E last) {
    const uint8_t byte = in_.Byte();
    if (byte > static_cast<uint8_t>(last)) return in_.Fail();
    value = static_cast<E>(byte);
  }
  void Real(float& value) { value = std::bit_cast<float>(in_.Fixed32()); }
  void Optional(std::optional<int64_t>& value) {
    if (Present()) value = in_.Signed();
  }
  void Optional(std::optional<double>& value) {
    if (Present()) value = std::bit_cast<double>(in_.Fixed64());
  }
  template <typename T, typename F>
  void List(std::vector<T>& list, F element) {
    const uint64_t size = in_.Varint();
    // Every element takes at least a byte, so a larger count is a lie; growing as we go keeps a
    // count that merely lies a little from reserving memory for it.
    if (size > in_.remaining()) return in_.Fail();
    list.reserve(size < kReserve ? size : kReserve);
    for (uint64_t i = 0; i < size && in_.ok(); ++i) element(list.emplace_back());
  }

 private:
  static constexpr uint64_t kReserve = 64;
  bool Present() {
    bool present = false;
    Flag(present);
    return present;
  }
  ByteReader in_;
  const StringTable& table_;
};

template <typename Io, typename T>
void LicenceFields(Io& io, T& x) {
  io.Text(x.stated);
  io.Text(x.url);
  io.Text(x.spdx);
  io.Enum(x.commercial_use, Tristate::kYes);
  io.Enum(x.derivatives, Tristate::kYes);
  io.Enum(x.share_alike, Tristate::kYes);
  io.Enum(x.attribution, Tristate::kYes);
}

template <typename Io, typename T>
void StatementFields(Io& io, T& x) {
  io.Key(x.field);
  io.Text(x.value);
  io.Text(x.stated_id);
  io.TextLike(x.term, x.stated_id);
  io.TextLike(x.label, x.value);
  io.Enum(x.origin, Origin::kInferred);
  io.Enum(x.rule, TermRule::kMined);
  io.Real(x.confidence);
  io.Flag(x.label_conflict);
  io.Key(x.role);
  io.Number(x.group);
  io.Key(x.scope);
  io.Text(x.evidence);
}

template <typename Io, typename T>
void AttributeFields(Io& io, T& x) {
  io.Key(x.first);
  io.Text(x.second);
}

template <typename Io, typename T>
void PersonFields(Io& io, T& x) {
  io.Text(x.name);
  io.Text(x.orcid);
  io.Text(x.affiliation);
  io.Text(x.ror);
  io.List(x.roles, [&](auto& role) { io.Key(role); });
}

template <typename Io, typename T>
void PublicationFields(Io& io, T& x) {
  io.Text(x.doi);
  io.Text(x.pmid);
  io.Text(x.pmcid);
  io.Text(x.url);
  io.Text(x.title);
  io.Text(x.authors);
}

template <typename Io, typename T>
void AnnotationSetFields(Io& io, T& x) {
  io.Key(x.kind);
  io.Key(x.method);
  io.Text(x.coverage);
  io.Text(x.description);
  LicenceFields(io, x.licence);
  // No source had offered a set before these two were added, so no stored row lacks them.
  io.Text(x.name);
  io.Key(x.target);
}

template <typename Io, typename T>
void RelationFields(Io& io, T& x) {
  io.Enum(x.type, RelationType::kOther);
  io.Text(x.target);
  io.Text(x.because);
  io.Enum(x.origin, Origin::kInferred);
}

template <typename Io, typename T>
void BlockFields(Io& io, T& x) {
  io.Key(x.id);
  io.Key(x.kind);
  io.Text(x.name);
  io.Text(x.description);
  io.Optional(x.image_count);
  io.Optional(x.bytes);
}

template <typename Io, typename T>
void StudyFields(Io& io, T& x) {
  io.Text(x.title);
  io.Text(x.description);
  io.List(x.keywords, [&](auto& keyword) { io.Text(keyword); });
  io.Key(x.publisher);
  io.Key(x.publisher_id);
  io.Text(x.release_date);
  io.Text(x.landing_page);
  io.Text(x.thumbnail);
  io.Text(x.data_doi);
  io.List(x.alternate_ids, [&](auto& id) { io.Text(id); });
  io.List(x.people, [&](auto& person) { PersonFields(io, person); });
  io.List(x.publications, [&](auto& publication) { PublicationFields(io, publication); });
  io.List(x.funding, [&](auto& funding) {
    io.Text(funding.funder);
    io.Text(funding.funder_id);
    io.Text(funding.award);
  });
  LicenceFields(io, x.licence);
  io.Enum(x.data_access, DataAccess::kEmbargoed);
  io.List(x.statements, [&](auto& statement) { StatementFields(io, statement); });
  io.List(x.annotation_sets, [&](auto& set) { AnnotationSetFields(io, set); });
  io.List(x.relations, [&](auto& relation) { RelationFields(io, relation); });
  io.List(x.blocks, [&](auto& block) { BlockFields(io, block); });
  io.Optional(x.bytes);
  io.Optional(x.file_count);
  io.Optional(x.image_count);
  io.Enum(x.image_count_basis, CountBasis::kStated);
  io.List(x.attributes, [&](auto& attribute) { AttributeFields(io, attribute); });
}

template <typename Io, typename T>
void ObservationFields(Io& io, T& x) {
  io.Enum(x.kind, ObservationKind::kOther);
  io.Enum(x.outcome, Outcome::kTestedNegative);
  io.Key(x.level);
  StatementFields(io, x.finding);
  io.Text(x.score);
}

template <typename Io, typename T>
void ExtentsFields(Io& io, T& x) {
  io.Optional(x.x);
  io.Optional(x.y);
  io.Optional(x.z);
  io.Optional(x.c);
  io.Optional(x.t);
  io.Optional(x.pixel_size_x_um);
  io.Optional(x.pixel_size_y_um);
  io.Optional(x.pixel_size_z_um);
}

template <typename Io, typename T>
void ImageSetFields(Io& io, T& x) {
  io.Key(x.block);
  io.Text(x.plate);
  io.Text(x.well);
  io.Optional(x.image_count);
  io.Enum(x.image_count_basis, CountBasis::kStated);
  io.Flag(x.images_available);
  io.Enum(x.image_kind, ImageKind::kDerived);
  io.Text(x.derived_from);
  ExtentsFields(io, x.extents);
  io.Enum(x.control, ControlType::kOther);
  io.Text(x.control_stated);
  io.Enum(x.quality, Quality::kFailed);
  io.Text(x.quality_stated);
  io.List(x.statements, [&](auto& statement) { StatementFields(io, statement); });
  io.List(x.observations, [&](auto& observation) { ObservationFields(io, observation); });
  io.List(x.attributes, [&](auto& attribute) { AttributeFields(io, attribute); });
}

template <typename Io>
void RecordFields(Io& io, const Study& study) {
  StudyFields(io, study);
}
template <typename Io>
void RecordFields(Io& io, const ImageSet& set) {
  ImageSetFields(io, set);
}

constexpr char kStudyKind = 'S';
constexpr char kImageSetKind = 'I';
char KindOf(const Record& record) {
  return std::holds_alternative<Study>(record) ? kStudyKind : kImageSetKind;
}

void AppendHeader(const Record& record, std::string* out) {
  out->push_back(static_cast<char>(kRecordCodecVersion));
  out->push_back(KindOf(record));
}

}  // namespace

void AppendCanonical(const Record& record, std::string* out) {
  AppendHeader(record, out);
  ByteWriter name(out);
  const RecordName of = NameOf(record);
  name.Text(of.source);
  name.Text(of.accession);
  name.Text(of.image_set);
  Encoder encoder(out, nullptr);
  std::visit([&](const auto& r) { RecordFields(encoder, r); }, record);
}

void AppendStored(const Record& record, StringTable* table, std::string* out) {
  AppendHeader(record, out);
  Encoder encoder(out, table);
  std::visit([&](const auto& r) { RecordFields(encoder, r); }, record);
}

absl::StatusOr<Record> DecodeStored(const RecordName& name, absl::string_view bytes,
                                    const StringTable& table) {
  auto damaged = [&](absl::string_view what) {
    return absl::DataLossError(absl::StrCat("catalogue: row of ", FormatRecordName(name), ": ",
                                            what, "; verify the store and restore a checkpoint"));
  };
  const char kind = name.image_set.empty() ? kStudyKind : kImageSetKind;
  if (bytes.size() < 2) return damaged("too short");
  if (static_cast<unsigned char>(bytes[0]) != kRecordCodecVersion)
    return damaged("unknown version");
  if (bytes[1] != kind) return damaged("the row is of another kind than its name");
  Decoder decoder(bytes.substr(2), table);
  if (kind == kStudyKind) {
    Record record{Study{}};
    Study& study = std::get<Study>(record);
    study.source = name.source;
    study.accession = name.accession;
    StudyFields(decoder, study);
    if (!decoder.Finished()) return damaged("malformed");
    return record;
  }
  Record record{ImageSet{}};
  ImageSet& set = std::get<ImageSet>(record);
  set.source = name.source;
  set.study = name.accession;
  set.id = name.image_set;
  ImageSetFields(decoder, set);
  if (!decoder.Finished()) return damaged("malformed");
  return record;
}

}  // namespace parfocal::catalogue
