// Amend: hash without a lock, then compare with what is stored, and write, with it.
#include <utility>

#include "absl/container/flat_hash_set.h"
#include "keys.h"
#include "parfocal/catalogue/record_codec.h"
#include "sha256.h"
#include "store.h"

namespace parfocal::catalogue {
namespace {

struct PreparedAmendment {
  std::string key;
  std::string content_sha256;
};

absl::Status BadAmendment(const RecordName& name, absl::string_view what) {
  return absl::InvalidArgumentError(
      absl::StrCat("amendment of '", FormatRecordName(name).substr(0, 200), "': ", what));
}

absl::StatusOr<std::vector<PreparedAmendment>> PrepareAll(absl::Span<const Amendment> amendments) {
  if (amendments.size() > kMaxPageRecords) {
    return WithReason(absl::InvalidArgumentError(absl::StrCat(
                          "amendments: more than ", kMaxPageRecords, " records; split them")),
                      "PAGE_LIMIT", "max_page_records");
  }
  std::vector<PreparedAmendment> prepared;
  prepared.reserve(amendments.size());
  absl::flat_hash_set<std::string> seen;
  Sha256 sha;
  std::string canonical;
  for (const Amendment& amendment : amendments) {
    const RecordName name = NameOf(amendment.record);
    const bool nameless =
        std::holds_alternative<ImageSet>(amendment.record) && name.image_set.empty();
    if (!IsSourceId(name.source) || name.accession.empty() || nameless)
      return BadAmendment(name, "this is not the name of a record");
    canonical.clear();
    AppendCanonical(amendment.record, &canonical);
    prepared.push_back({RecordKey(name), sha.Of({canonical})});
    if (!seen.insert(prepared.back().key).second) return BadAmendment(name, "stands there twice");
  }
  return prepared;
}

}  // namespace

absl::StatusOr<AmendReceipt> RocksDbRecordStore::Amend(const std::string& group,
                                                       absl::Span<const Amendment> amendments,
                                                       const std::string& release) {
  PARFOCAL_ASSIGN_OR_RETURN(const std::vector<PreparedAmendment> prepared, PrepareAll(amendments));
  std::vector<absl::string_view> keys;
  keys.reserve(prepared.size());
  for (const PreparedAmendment& amendment : prepared) keys.push_back(amendment.key);

  MutexLock lock(&write_mu_);
  PARFOCAL_RETURN_IF_ERROR(Writable());
  PARFOCAL_ASSIGN_OR_RETURN(auto rows, ReadMetas(keys));
  ChangeSet changes = NewChangeSet();
  AmendReceipt receipt;
  std::string body;
  for (size_t i = 0; i < prepared.size(); ++i) {
    if (!rows[i] || rows[i]->deleted || rows[i]->group != group ||
        rows[i]->sequence != amendments[i].sequence) {
      ++receipt.skipped;
      continue;
    }
    if (rows[i]->content_sha256 == prepared[i].content_sha256) {
      ++receipt.unchanged;
      continue;
    }
    rows[i]->content_sha256 = prepared[i].content_sha256;
    rows[i]->release = release;
    body.clear();
    AppendStored(amendments[i].record, &strings_, &body);
    changes.Amend(keys[i], body, &*rows[i]);
    ++receipt.changed;
  }
  receipt.sequence = changes.state().groups[group].sequence;
  if (receipt.changed > 0) PARFOCAL_RETURN_IF_ERROR(Write(&changes));
  return receipt;
}

absl::Status RocksDbRecordStore::SetNormalised(const std::string& group,
                                               const std::string& release) {
  if (!IsSourceId(group)) {
    return absl::InvalidArgumentError(absl::StrCat("'", group.substr(0, 100), "' is not a group"));
  }
  MutexLock lock(&write_mu_);
  PARFOCAL_RETURN_IF_ERROR(Writable());
  ChangeSet changes = NewChangeSet();
  if (changes.state().groups[group].normalised == release) return absl::OkStatus();
  changes.SetNormalised(group, release);
  return Write(&changes);
}

}  // namespace parfocal::catalogue
