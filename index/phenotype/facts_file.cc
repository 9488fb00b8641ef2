#include "facts_file.h"

#include <utility>

#include "parfocal/segment/durable_file.h"
#include "parfocal/segment/wire.h"

namespace parfocal::phenotype {
namespace {

constexpr absl::string_view kMagic = "PFPH";
constexpr uint32_t kVersion = 2;

absl::Status Malformed(absl::string_view what) {
  return absl::DataLossError(absl::StrCat("phenotype facts: ", what));
}

}  // namespace

std::string EncodeFacts(int64_t sequence, const FactsByStudy& studies) {
  std::string out(kMagic);
  PutFixed(&out, kVersion);
  PutFixed(&out, sequence);
  PutFixed(&out, static_cast<uint32_t>(studies.size()));
  for (const auto& [key, facts] : studies) {
    PutBytes(&out, key.source);
    PutBytes(&out, key.accession);
    PutBytes(&out, facts->Encode());
  }
  PutFixed(&out, HashBytes(out));
  return out;
}

absl::StatusOr<FactsFile> DecodeFacts(absl::string_view bytes) {
  constexpr size_t kSum = sizeof(uint64_t);
  if (bytes.size() < kMagic.size() + kSum || bytes.substr(0, kMagic.size()) != kMagic) {
    return Malformed("no such file, or a file of another kind");
  }
  WireReader sum(bytes.substr(bytes.size() - kSum));
  if (sum.Fixed<uint64_t>() != HashBytes(bytes.substr(0, bytes.size() - kSum))) {
    return Malformed("the checksum is wrong");
  }
  WireReader in(bytes.substr(kMagic.size(), bytes.size() - kSum - kMagic.size()));
  if (in.Fixed<uint32_t>() != kVersion) return Malformed("another version");
  FactsFile out;
  out.sequence = in.Fixed<int64_t>();
  const uint32_t count = in.Fixed<uint32_t>();
  for (uint32_t i = 0; i < count && in.ok(); ++i) {
    StudyKey key;
    key.source = std::string(in.Bytes());
    key.accession = std::string(in.Bytes());
    const absl::string_view study = in.Bytes();
    if (!in.ok()) break;
    PARFOCAL_ASSIGN_OR_RETURN(std::shared_ptr<const StudyFacts> facts, StudyFacts::Decode(study));
    if (!out.studies.emplace(std::move(key), std::move(facts)).second) {
      return Malformed("a study stands twice");
    }
  }
  if (!in.ok() || !in.rest().empty()) return Malformed("it ends early, or late");
  return out;
}

}  // namespace parfocal::phenotype
