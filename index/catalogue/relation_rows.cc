#include "relation_rows.h"

#include <algorithm>
#include <bit>

#include "parfocal/catalogue/wire.h"

namespace parfocal::catalogue {
namespace {

constexpr uint8_t kRowVersion = 1;

absl::Status Finish(const ByteReader& in, absl::string_view what) {
  if (in.ok() && in.AtEnd()) return absl::OkStatus();
  return absl::DataLossError(absl::StrCat("catalogue: malformed ", what,
                                          " row; verify the store and restore a checkpoint"));
}

void PutName(ByteWriter& out, const RecordName& name) {
  out.Text(name.source);
  out.Text(name.accession);
}

RecordName GetName(ByteReader& in) {
  RecordName name;
  name.source = std::string(in.Text());
  name.accession = std::string(in.Text());
  return name;
}

template <typename E>
E GetEnum(ByteReader& in, E last) {
  const uint8_t byte = in.Byte();
  if (byte > static_cast<uint8_t>(last)) in.Fail();
  return static_cast<E>(byte);
}

}  // namespace

std::string RelationsKey(absl::string_view key) { return absl::StrCat(kRelationsKeyPrefix, key); }
std::string TakedownKey(absl::string_view key) { return absl::StrCat(kTakedownKeyPrefix, key); }
// A RecordKey of a study ends where it says, so two of them in a row are read back without a mark.
std::string DecisionKey(absl::string_view from, absl::string_view to) {
  return absl::StrCat(kDecisionKeyPrefix, from, to);
}

std::string Encode(const StudyRelations& row) {
  std::string bytes;
  ByteWriter out(&bytes);
  out.Byte(kRowVersion);
  out.Text(row.work);
  out.Varint(row.relations.size());
  for (const RecordRelation& relation : row.relations) {
    PutName(out, relation.to);
    out.Text(relation.accession);
    out.Byte(static_cast<uint8_t>(relation.type));
    out.Byte(relation.inverse ? 1 : 0);
    out.Fixed32(std::bit_cast<uint32_t>(relation.confidence));
    out.Text(relation.because);
    out.Byte(static_cast<uint8_t>(relation.verdict));
  }
  return bytes;
}

absl::Status Decode(absl::string_view bytes, StudyRelations* row) {
  ByteReader in(bytes);
  if (in.Byte() != kRowVersion) in.Fail();
  row->work = std::string(in.Text());
  row->relations.clear();
  for (uint64_t left = in.Varint(); left > 0 && in.ok(); --left) {
    RecordRelation& relation = row->relations.emplace_back();
    relation.from = row->study;
    relation.to = GetName(in);
    relation.accession = std::string(in.Text());
    relation.type = GetEnum(in, RelationType::kOther);
    relation.inverse = in.Byte() != 0;
    relation.confidence = std::bit_cast<float>(in.Fixed32());
    relation.because = std::string(in.Text());
    relation.verdict = GetEnum(in, RelationVerdict::kRejected);
  }
  return Finish(in, "relations");
}

absl::Status DecodeWork(absl::string_view bytes, std::string* work) {
  ByteReader in(bytes);
  if (in.Byte() != kRowVersion) in.Fail();
  *work = std::string(in.Text());
  return in.ok() ? absl::OkStatus() : Finish(in, "relations");
}

std::string Encode(const RelationDecision& row) {
  std::string bytes;
  ByteWriter out(&bytes);
  out.Byte(kRowVersion);
  PutName(out, row.from);
  PutName(out, row.to);
  out.Byte(static_cast<uint8_t>(row.type));
  out.Byte(static_cast<uint8_t>(row.verdict));
  out.Text(row.author);
  out.Text(row.note);
  out.Signed(absl::ToUnixNanos(row.decided));
  return bytes;
}

absl::Status Decode(absl::string_view bytes, RelationDecision* row) {
  ByteReader in(bytes);
  if (in.Byte() != kRowVersion) in.Fail();
  row->from = GetName(in);
  row->to = GetName(in);
  row->type = GetEnum(in, RelationType::kOther);
  row->verdict = GetEnum(in, RelationVerdict::kRejected);
  row->author = std::string(in.Text());
  row->note = std::string(in.Text());
  row->decided = absl::FromUnixNanos(in.Signed());
  return Finish(in, "decision");
}

}  // namespace parfocal::catalogue
