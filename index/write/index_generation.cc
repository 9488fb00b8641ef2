#include "index_generation.h"

#include <algorithm>
#include <bit>
#include <filesystem>
#include <roaring/roaring.hh>
#include <set>
#include <system_error>

#include "parfocal/atomic_file/atomic_file.h"
#include "parfocal/segment/deletes.h"

namespace parfocal {
namespace {

namespace fs = std::filesystem;

// Segments of fewer rows than this are all of one size to the merge policy.
constexpr uint32_t kSmallRows = 64;
// No merge makes a larger segment: beyond it a merge costs more than it saves.
constexpr uint64_t kMaxMergedRows = 8'000'000;

// The files that a state consists of beside what all states share.
std::set<std::string> FilesOf(const Manifest& manifest) {
  std::set<std::string> files;
  for (const ManifestSegment& entry : manifest.segments) {
    files.insert(entry.file);
    if (!entry.deletes_file.empty()) files.insert(entry.deletes_file);
  }
  return files;
}

uint32_t LiveRows(const ManifestSegment& segment) { return segment.rows - segment.dead_rows; }

// Size class of a segment: each holds rows of a factor of eight.
int TierOf(uint32_t rows) {
  return (std::bit_width(std::max(rows, kSmallRows) / kSmallRows) - 1) / 3;
}

}  // namespace

// A merge that runs on a thread of its own, over segments as they were when it began.
struct IndexGeneration::MergeJob {
  std::vector<uint64_t> numbers;
  std::vector<MergeInput> inputs;
  uint64_t number = 0;
  std::string file;
  std::atomic<bool> stop{false};
  std::atomic<bool> done{false};
  absl::StatusOr<uint32_t> rows = absl::InternalError("not run");
  std::thread thread;

  ~MergeJob() {
    stop = true;
    if (thread.joinable()) thread.join();
  }
};

IndexGeneration::IndexGeneration(std::string directory, Options options)
    : directory_(std::move(directory)), options_(std::move(options)) {}

IndexGeneration::~IndexGeneration() = default;

absl::StatusOr<std::unique_ptr<IndexGeneration>> IndexGeneration::Create(std::string directory,
                                                                         Options options) {
  std::unique_ptr<IndexGeneration> out(
      new IndexGeneration(std::move(directory), std::move(options)));
  std::error_code error;
  fs::create_directories(out->directory_ + "/segments", error);
  if (error) {
    return absl::UnavailableError(
        absl::StrCat("cannot make '", out->directory_, "': ", error.message()));
  }
  out->manifest_.group = out->options_.group;
  out->manifest_.release = out->options_.release;
  PARFOCAL_RETURN_IF_ERROR(out->OpenTexts());
  PARFOCAL_RETURN_IF_ERROR(WriteManifest(out->directory_, out->manifest_));
  return out;
}

absl::StatusOr<std::unique_ptr<IndexGeneration>> IndexGeneration::Open(std::string directory,
                                                                       Options options) {
  std::unique_ptr<IndexGeneration> out(
      new IndexGeneration(std::move(directory), std::move(options)));
  PARFOCAL_ASSIGN_OR_RETURN(out->manifest_, ReadManifest(out->directory_));
  if (out->manifest_.group != out->options_.group) {
    return absl::FailedPreconditionError(
        absl::StrCat("index '", out->directory_, "' is of group '", out->manifest_.group, "'"));
  }
  out->manifest_.release = out->options_.release;
  PARFOCAL_RETURN_IF_ERROR(out->OpenSegments());
  PARFOCAL_RETURN_IF_ERROR(out->OpenTexts());
  out->OpenPinned();
  out->RemoveOrphans();
  return out;
}

absl::Status IndexGeneration::OpenSegments() {
  for (const ManifestSegment& entry : manifest_.segments) {
    LiveSegment live;
    PARFOCAL_ASSIGN_OR_RETURN(live.segment, Segment::Open(PathOf(entry.file)));
    PARFOCAL_RETURN_IF_ERROR(live.segment->Verify());
    if (!entry.deletes_file.empty()) {
      PARFOCAL_ASSIGN_OR_RETURN(live.dead, ReadDeletes(PathOf(entry.deletes_file), entry.rows));
    }
    const uint64_t dead = live.dead == nullptr ? 0 : live.dead->cardinality();
    const auto values = live.segment->values();
    if (live.segment->rows() != entry.rows || dead != entry.dead_rows ||
        (!values.empty() && values.back() >= manifest_.values)) {
      return absl::DataLossError(
          absl::StrCat("segment '", PathOf(entry.file), "' is not the one of the manifest"));
    }
    segments_.push_back(std::move(live));
  }
  return absl::OkStatus();
}

absl::Status IndexGeneration::OpenTexts() {
  PARFOCAL_ASSIGN_OR_RETURN(std::unique_ptr<Vocabulary> vocabulary,
                            Vocabulary::Open(directory_, manifest_.values, VocabularyTail::kKeep));
  vocabulary_ = std::move(vocabulary);
  indexer_ = std::make_unique<RowIndexer>(vocabulary_.get());
  PARFOCAL_ASSIGN_OR_RETURN(texts_, TextIndexWriter::Open(directory_));
  // The text index may be ahead of the manifest (a crash between the two), never behind it; and the
  // vocabulary is synced before the text index.
  if (texts_->values() < manifest_.values || texts_->values() > vocabulary_->size() ||
      texts_->last_study_document() < manifest_.last_text_doc) {
    return absl::DataLossError(
        absl::StrCat("index '", directory_, "': text index and manifest do not fit each other"));
  }
  return absl::OkStatus();
}

// A pinned state that is not whole any more is none: the newest one answers, as without it.
void IndexGeneration::OpenPinned() {
  absl::StatusOr<Manifest> pinned = ReadManifest(directory_, kPinnedManifest);
  if (absl::IsNotFound(pinned.status())) return;
  const bool fits =
      pinned.ok() && pinned->group == manifest_.group && pinned->values <= manifest_.values &&
      pinned->last_text_doc <= manifest_.last_text_doc && pinned->sequence <= manifest_.sequence;
  bool whole = fits;
  std::error_code ignored;
  if (fits) {
    for (const std::string& file : FilesOf(*pinned))
      whole = whole && fs::exists(PathOf(file), ignored);
  }
  if (whole) {
    pinned_ = *std::move(pinned);
  } else {
    fs::remove(PathOf(kPinnedManifest), ignored);
  }
}

absl::Status IndexGeneration::Pin(const std::string& name) {
  Manifest pinned = manifest_;
  pinned.release = name;
  PARFOCAL_RETURN_IF_ERROR(WriteManifest(directory_, pinned, kPinnedManifest));
  pinned_ = std::move(pinned);
  return absl::OkStatus();
}

absl::Status IndexGeneration::Unpin() {
  if (!pinned_) return absl::OkStatus();
  std::error_code error;
  fs::remove(PathOf(kPinnedManifest), error);
  if (error) {
    return absl::UnavailableError(
        absl::StrCat("cannot remove '", PathOf(kPinnedManifest), "': ", error.message()));
  }
  PARFOCAL_RETURN_IF_ERROR(SyncDirectory(directory_));
  const std::set<std::string> named = FilesOf(manifest_);
  for (const std::string& file : FilesOf(*pinned_)) {
    if (named.count(file) == 0) garbage_.push_back(PathOf(file));
  }
  pinned_.reset();
  RemoveGarbage();
  return absl::OkStatus();
}

void IndexGeneration::RemoveOrphans() const {
  std::set<std::string> named = FilesOf(manifest_);
  if (pinned_) named.merge(FilesOf(*pinned_));
  std::error_code error;
  for (const auto& file : fs::directory_iterator(directory_ + "/segments", error)) {
    if (named.count("segments/" + file.path().filename().string()) == 0) {
      fs::remove(file.path(), error);
    }
  }
}

absl::Status IndexGeneration::Stage(const StoredRecord& stored, bool replaces) {
  // One record has at most some hundred thousand values; far from the limit either way.
  if (vocabulary_->size() > kMaxValues - (kMaxValues >> 4)) {
    return absl::ResourceExhaustedError(
        absl::StrCat("index '", directory_, "': the vocabulary is full (", kMaxValues, " values)"));
  }
  const int64_t sequence = stored.meta.sequence;
  if (const auto* study = std::get_if<Study>(&stored.record)) {
    std::string key = StudyKey(study->source, study->accession);
    if (replaces) Kill(key, "");
    StudyRecord record = indexer_->Record(*study, stored.meta);
    PARFOCAL_ASSIGN_OR_RETURN(record.text_doc, texts_->AddStudy(*study));
    builder_.AddStudy(std::move(key), std::move(record));
    return absl::OkStatus();
  }
  const auto& set = std::get<ImageSet>(stored.record);
  std::string key = StudyKey(set.source, set.study);
  if (replaces) Kill(key, set.id);
  builder_.AddRow(std::move(key), indexer_->Row(set, sequence));
  return absl::OkStatus();
}

void IndexGeneration::StageDelete(const RecordName& name) {
  Kill(StudyKey(name.source, name.accession), name.image_set);
}

void IndexGeneration::Kill(const std::string& study_key, absl::string_view image_set) {
  for (size_t i = 0; i < segments_.size(); ++i) {
    const Segment& segment = *segments_[i].segment;
    const std::optional<uint32_t> study = segment.FindStudy(study_key);
    if (!study) continue;
    const StudyEntry entry = segment.study(*study);
    if (image_set.empty()) {
      if (entry.has_record) KillRow(i, entry.first_row);
      continue;
    }
    // A harvest brings the rows of a study in order, mostly behind all that is here.
    const RowId first = entry.first_row + (entry.has_record ? 1 : 0);
    if (first == entry.end_row || NaturalLess(segment.RowKey(entry.end_row - 1), image_set)) {
      continue;
    }
    if (const auto row = segment.FindRow(*study, image_set)) KillRow(i, *row);
  }
}

void IndexGeneration::KillRow(size_t segment, RowId row) {
  const LiveSegment& live = segments_[segment];
  if (live.dead != nullptr && live.dead->contains(row)) return;
  killed_[segment].push_back(row);
}

absl::Status IndexGeneration::Publish(int64_t sequence) {
  PARFOCAL_RETURN_IF_ERROR(vocabulary_->Sync());
  Step("vocabulary");
  const ValueId values = vocabulary_->size();
  PARFOCAL_RETURN_IF_ERROR(texts_->AddValues(*vocabulary_, values));
  PARFOCAL_RETURN_IF_ERROR(texts_->Commit());
  Step("text index");
  // Deletes first: their numbers of segments are those before the new one.
  PARFOCAL_RETURN_IF_ERROR(WriteNewDeletes());
  Step("delete bitmaps");
  PARFOCAL_RETURN_IF_ERROR(WriteNewSegment());
  Step("segment");
  manifest_.sequence = sequence;
  manifest_.values = values;
  manifest_.last_text_doc = texts_->last_study_document();
  return WriteState();
}

absl::Status IndexGeneration::WriteNewDeletes() {
  for (auto& [index, rows] : killed_) {
    ManifestSegment& entry = manifest_.segments[index];
    auto dead = segments_[index].dead == nullptr
                    ? std::make_shared<Roaring>()
                    : std::make_shared<Roaring>(*segments_[index].dead);
    dead->addMany(rows.size(), rows.data());
    // A number of its own for each file: the one that the manifest names is never touched.
    const std::string file =
        absl::StrCat("segments/", entry.number, ".", manifest_.next_segment++, ".del");
    PARFOCAL_RETURN_IF_ERROR(WriteDeletes(PathOf(file), *dead));
    if (!entry.deletes_file.empty()) garbage_.push_back(PathOf(entry.deletes_file));
    entry.deletes_file = file;
    entry.dead_rows = static_cast<uint32_t>(dead->cardinality());
    segments_[index].dead = std::move(dead);
  }
  killed_.clear();
  return absl::OkStatus();
}

absl::Status IndexGeneration::WriteNewSegment() {
  if (builder_.rows() == 0) return absl::OkStatus();
  ManifestSegment entry;
  entry.number = manifest_.next_segment++;
  entry.file = absl::StrCat("segments/", entry.number, ".seg");
  PARFOCAL_RETURN_IF_ERROR(builder_.Write(PathOf(entry.file), *vocabulary_));
  LiveSegment live;
  PARFOCAL_ASSIGN_OR_RETURN(live.segment, Segment::Open(PathOf(entry.file)));
  entry.rows = live.segment->rows();
  manifest_.segments.push_back(std::move(entry));
  segments_.push_back(std::move(live));
  return absl::OkStatus();
}

void IndexGeneration::DropDeadSegments() {
  for (size_t i = segments_.size(); i-- > 0;) {
    const ManifestSegment& entry = manifest_.segments[i];
    // A running merge still has to find its inputs.
    const bool merging = merge_ != nullptr && std::count(merge_->numbers.begin(),
                                                         merge_->numbers.end(), entry.number) > 0;
    if (LiveRows(entry) > 0 || merging) continue;
    garbage_.push_back(PathOf(entry.file));
    if (!entry.deletes_file.empty()) garbage_.push_back(PathOf(entry.deletes_file));
    manifest_.segments.erase(manifest_.segments.begin() + static_cast<ptrdiff_t>(i));
    segments_.erase(segments_.begin() + static_cast<ptrdiff_t>(i));
  }
}

absl::Status IndexGeneration::WriteState() {
  DropDeadSegments();
  PARFOCAL_RETURN_IF_ERROR(SyncDirectory(directory_ + "/segments"));
  PARFOCAL_RETURN_IF_ERROR(WriteManifest(directory_, manifest_));
  Step("manifest");
  return absl::OkStatus();
}

// Which segments to merge now; fewer than two, or one with many dead rows alone, or none.
std::vector<size_t> IndexGeneration::ChooseMerge(bool idle) const {
  std::map<int, std::vector<size_t>> tiers;
  uint64_t all = 0, largest = 0;
  for (size_t i = 0; i < manifest_.segments.size(); ++i) {
    const uint32_t live = LiveRows(manifest_.segments[i]);
    tiers[TierOf(live)].push_back(i);
    all += live;
    largest = std::max<uint64_t>(largest, live);
  }
  for (const auto& [tier, members] : tiers) {
    if (members.size() < static_cast<size_t>(options_.merge_factor)) continue;
    uint64_t rows = 0;
    for (size_t i : members) rows += LiveRows(manifest_.segments[i]);
    if (rows <= kMaxMergedRows) return members;
  }
  for (size_t i = 0; i < manifest_.segments.size(); ++i) {
    const ManifestSegment& entry = manifest_.segments[i];
    if (entry.dead_rows > entry.rows / 2 && entry.rows > kSmallRows) return {i};
  }
  // With nothing else to do, one segment is made of all, unless that would copy a large one for the
  // sake of a few rows.
  std::vector<size_t> every;
  if (idle && segments_.size() > 1 && all <= kMaxMergedRows && all - largest >= largest / 8) {
    for (size_t i = 0; i < segments_.size(); ++i) every.push_back(i);
  }
  return every;
}

void IndexGeneration::StartMerge(bool idle) {
  if (merge_ != nullptr) return;
  const std::vector<size_t> chosen = ChooseMerge(idle);
  if (chosen.empty()) return;
  merge_ = std::make_unique<MergeJob>();
  for (size_t i : chosen) {
    merge_->numbers.push_back(manifest_.segments[i].number);
    merge_->inputs.push_back({segments_[i].segment, segments_[i].dead});
  }
  merge_->number = manifest_.next_segment++;
  merge_->file = absl::StrCat("segments/", merge_->number, ".seg");
  merge_->thread = std::thread([job = merge_.get(), path = PathOf(merge_->file)] {
    job->rows = MergeSegments(job->inputs, path, job->stop);
    job->done = true;
  });
}

absl::StatusOr<bool> IndexGeneration::FinishMerge() {
  if (merge_ == nullptr || !merge_->done) return false;
  merge_->thread.join();
  const std::unique_ptr<MergeJob> job = std::move(merge_);
  PARFOCAL_RETURN_IF_ERROR(job->rows.status());
  std::vector<std::shared_ptr<const Roaring>> dead_at_start;
  for (const MergeInput& input : job->inputs) dead_at_start.push_back(input.dead);
  PARFOCAL_RETURN_IF_ERROR(
      TakeMerged(job->numbers, dead_at_start, job->file, job->number, *job->rows));
  return true;
}

absl::Status IndexGeneration::MergeAll(const std::atomic<bool>& stop) {
  if (segments_.size() < 2) return absl::OkStatus();
  std::vector<uint64_t> numbers;
  std::vector<MergeInput> inputs;
  std::vector<std::shared_ptr<const Roaring>> dead;
  uint64_t rows = 0;
  for (size_t i = 0; i < segments_.size(); ++i) {
    rows += LiveRows(manifest_.segments[i]);
    if (rows > kMaxMergedRows) break;
    numbers.push_back(manifest_.segments[i].number);
    inputs.push_back({segments_[i].segment, segments_[i].dead});
    dead.push_back(segments_[i].dead);
  }
  const uint64_t number = manifest_.next_segment++;
  const std::string file = absl::StrCat("segments/", number, ".seg");
  PARFOCAL_ASSIGN_OR_RETURN(const uint32_t merged, MergeSegments(inputs, PathOf(file), stop));
  return TakeMerged(numbers, dead, file, number, merged);
}

// Puts the merged segment into the place of its inputs. Rows that died while the merge ran are
// looked up by their keys and are dead in it from the start.
absl::Status IndexGeneration::TakeMerged(
    const std::vector<uint64_t>& inputs,
    const std::vector<std::shared_ptr<const Roaring>>& dead_at_start, const std::string& file,
    uint64_t number, uint32_t rows) {
  LiveSegment merged;
  Roaring died;
  if (rows > 0) {
    PARFOCAL_ASSIGN_OR_RETURN(merged.segment, Segment::Open(PathOf(file)));
  }
  for (size_t n = 0; n < inputs.size(); ++n) {
    size_t i = 0;
    while (i < segments_.size() && manifest_.segments[i].number != inputs[n]) ++i;
    if (i == segments_.size()) return absl::InternalError("merge: an input has gone");
    const LiveSegment& old = segments_[i];
    if (old.dead != nullptr && old.dead != dead_at_start[n]) {
      const Roaring fresh = dead_at_start[n] == nullptr ? *old.dead : *old.dead - *dead_at_start[n];
      for (RowId row : fresh) {
        const auto key = old.segment->study(old.segment->StudyOfRow(row)).key;
        const auto study = merged.segment->FindStudy(key);
        const absl::string_view id = old.segment->RowKey(row);
        if (!study) continue;
        const StudyEntry entry = merged.segment->study(*study);
        if (!id.empty()) {
          if (const auto found = merged.segment->FindRow(*study, id)) died.add(*found);
        } else if (entry.has_record) {
          died.add(entry.first_row);
        }
      }
    }
    garbage_.push_back(PathOf(manifest_.segments[i].file));
    if (!manifest_.segments[i].deletes_file.empty()) {
      garbage_.push_back(PathOf(manifest_.segments[i].deletes_file));
    }
    manifest_.segments.erase(manifest_.segments.begin() + static_cast<ptrdiff_t>(i));
    segments_.erase(segments_.begin() + static_cast<ptrdiff_t>(i));
  }
  if (rows > 0) {
    ManifestSegment entry;
    entry.number = number;
    entry.file = file;
    entry.rows = rows;
    if (!died.isEmpty()) {
      entry.deletes_file = absl::StrCat("segments/", number, ".", manifest_.next_segment++, ".del");
      entry.dead_rows = static_cast<uint32_t>(died.cardinality());
      PARFOCAL_RETURN_IF_ERROR(WriteDeletes(PathOf(entry.deletes_file), died));
      merged.dead = std::make_shared<const Roaring>(died);
    }
    manifest_.segments.push_back(std::move(entry));
    segments_.push_back(std::move(merged));
  }
  Step("merged segment");
  return WriteState();
}

void IndexGeneration::RemoveGarbage() {
  std::set<std::string> kept;
  if (pinned_) kept = FilesOf(*pinned_);
  std::error_code ignored;
  for (const std::string& path : garbage_) {
    // Unpin removes those.
    if (kept.count(path.substr(directory_.size() + 1)) == 0) fs::remove(path, ignored);
  }
  garbage_.clear();
}

}  // namespace parfocal
