#include "stored_sets.h"

#include <xxhash.h>

#include <algorithm>
#include <filesystem>
#include <system_error>

#include "absl/strings/match.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "parfocal/atomic_file/atomic_file.h"
#include "whole_file.h"

namespace parfocal {
namespace {

// Another number for another layout, or for a reader that understands tables otherwise.
constexpr absl::string_view kLayout = "parfocal stored mapping set 1\n";

std::string Encode(const StoredSet& stored) {
  const std::string rest =
      absl::StrCat(stored.fingerprint, "\n", stored.source, "\n", stored.set->Encode());
  return absl::StrCat(kLayout, FingerprintOf(rest), "\n", rest);
}

absl::StatusOr<StoredSet> Decode(absl::string_view bytes) {
  if (!absl::ConsumePrefix(&bytes, kLayout))
    return absl::FailedPreconditionError("is of another version");
  const std::vector<absl::string_view> sum = absl::StrSplit(bytes, absl::MaxSplits('\n', 1));
  if (sum.size() != 2 || FingerprintOf(sum[1]) != sum[0])
    return absl::DataLossError("its checksum does not fit");
  const std::vector<absl::string_view> parts = absl::StrSplit(sum[1], absl::MaxSplits('\n', 2));
  if (parts.size() != 3) return absl::DataLossError("a part is missing");
  PARFOCAL_ASSIGN_OR_RETURN(MappingSet set, MappingSet::Decode(parts[2]));
  return StoredSet{std::string(parts[1]), std::string(parts[0]),
                   std::make_shared<const MappingSet>(std::move(set))};
}

}  // namespace

std::string FingerprintOf(absl::string_view bytes) {
  const XXH128_hash_t hash = XXH3_128bits(bytes.data(), bytes.size());
  return absl::StrCat(absl::Hex(hash.high64, absl::kZeroPad16),
                      absl::Hex(hash.low64, absl::kZeroPad16));
}

absl::StatusOr<StoredSets> StoredSets::Open(const std::string& folder,
                                            std::vector<std::string>* warnings) {
  std::error_code error;
  std::filesystem::create_directories(folder, error);
  if (error) return absl::UnavailableError(absl::StrCat(folder, ": ", error.message()));
  StoredSets out;
  out.folder_ = folder;
  std::vector<std::string> paths;
  for (const auto& entry : std::filesystem::directory_iterator(folder, error)) {
    if (absl::EndsWith(entry.path().string(), ".set")) paths.push_back(entry.path().string());
  }
  if (error) return absl::UnavailableError(absl::StrCat(folder, ": ", error.message()));
  std::sort(paths.begin(), paths.end());
  for (const std::string& path : paths) {
    PARFOCAL_ASSIGN_OR_RETURN(const std::string bytes, internal::ReadWholeFile(path));
    absl::StatusOr<StoredSet> stored = Decode(bytes);
    if (stored.ok()) {
      out.sets_.push_back(*std::move(stored));
    } else {
      warnings->push_back(absl::StrCat(path, ": ", stored.status().message()));
    }
  }
  return out;
}

const StoredSet* StoredSets::OfSource(const std::string& source) const {
  for (const StoredSet& stored : sets_) {
    if (!source.empty() && stored.source == source) return &stored;
  }
  return nullptr;
}

const StoredSet* StoredSets::Imported(const std::string& id) const {
  for (const StoredSet& stored : sets_) {
    if (stored.source.empty() && stored.set->id() == id) return &stored;
  }
  return nullptr;
}

std::string StoredSets::FileOf(const StoredSet& set) {
  const std::string key = set.source.empty() ? absl::StrCat("id\n", set.set->id())
                                             : absl::StrCat("source\n", set.source);
  return absl::StrCat(FingerprintOf(key), ".set");
}

absl::Status StoredSets::CopyImported(const std::string& folder) const {
  std::error_code error;
  std::filesystem::create_directories(folder, error);
  if (error) return absl::UnavailableError(absl::StrCat(folder, ": ", error.message()));
  for (const StoredSet& set : sets_) {
    if (!set.source.empty()) continue;
    PARFOCAL_RETURN_IF_ERROR(ReplaceFile(folder + "/" + FileOf(set), Encode(set)));
  }
  return absl::OkStatus();
}

absl::Status StoredSets::Put(StoredSet set) {
  PARFOCAL_RETURN_IF_ERROR(ReplaceFile(PathOf(set), Encode(set)));
  const StoredSet* old = set.source.empty() ? Imported(set.set->id()) : OfSource(set.source);
  if (old == nullptr) {
    sets_.push_back(std::move(set));
  } else {
    sets_[static_cast<size_t>(old - sets_.data())] = std::move(set);
  }
  return absl::OkStatus();
}

absl::Status StoredSets::KeepSources(const std::vector<std::string>& sources) {
  std::vector<StoredSet> kept;
  for (StoredSet& stored : sets_) {
    if (stored.source.empty() ||
        std::find(sources.begin(), sources.end(), stored.source) != sources.end()) {
      kept.push_back(std::move(stored));
      continue;
    }
    std::error_code error;
    std::filesystem::remove(PathOf(stored), error);
    if (error) return absl::UnavailableError(absl::StrCat(folder_, ": ", error.message()));
  }
  sets_ = std::move(kept);
  return absl::OkStatus();
}

}  // namespace parfocal
