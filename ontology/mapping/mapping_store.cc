#include "parfocal/mapping/mapping_store.h"

#include <algorithm>
#include <filesystem>
#include <map>
#include <system_error>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "decision_log.h"
#include "decision_table.h"
#include "parfocal/mutex.h"
#include "set_index.h"
#include "stored_sets.h"
#include "whole_file.h"

namespace parfocal {

struct MappingStore::State {
  State(StoredSets s, std::unique_ptr<DecisionLog> l, std::shared_ptr<const MappingUse> u,
        const Clock* c)
      : stored(std::move(s)), log(std::move(l)), use(std::move(u)), clock(c) {}

  absl::StatusOr<MappingFileReport> LoadFile(const std::string& path)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(writing);
  absl::StatusOr<MappingImportReport> ImportDecisions(const MappingSet& set,
                                                      const MappingImport& options,
                                                      MappingImportReport report)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(writing);
  absl::Status Record(const std::vector<CuratorDecision>& decisions)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(writing);
  // The sets under their names, imported ones over configured ones.
  std::vector<NamedSet> Named() const ABSL_EXCLUSIVE_LOCKS_REQUIRED(writing);
  void IndexSets() ABSL_EXCLUSIVE_LOCKS_REQUIRED(writing);
  void Publish() ABSL_EXCLUSIVE_LOCKS_REQUIRED(writing);

  Mutex writing;
  StoredSets stored ABSL_GUARDED_BY(writing);
  std::unique_ptr<DecisionLog> log ABSL_GUARDED_BY(writing);
  std::vector<NamedSet> derived ABSL_GUARDED_BY(writing);
  std::shared_ptr<const SetIndex> index ABSL_GUARDED_BY(writing);
  std::shared_ptr<const DecisionTable> decisions ABSL_GUARDED_BY(writing) =
      std::make_shared<const DecisionTable>();
  const std::shared_ptr<const MappingUse> use;
  const Clock* const clock;

  mutable Mutex mu;
  std::shared_ptr<const MappingSnapshot> current ABSL_GUARDED_BY(mu);
};

namespace {

bool IsTable(const std::string& path) {
  return absl::EndsWith(path, ".tsv") || absl::EndsWith(path, ".tsv.gz");
}

absl::StatusOr<std::vector<std::string>> TablesIn(const std::vector<std::string>& paths) {
  std::vector<std::string> files;
  for (const std::string& path : paths) {
    std::error_code error;
    if (!std::filesystem::exists(path, error))
      return absl::NotFoundError(absl::StrCat("mappings: ", path, ": no such file or folder"));
    if (!std::filesystem::is_directory(path, error)) {
      files.push_back(path);
      continue;
    }
    std::vector<std::string> found;
    for (const auto& entry : std::filesystem::directory_iterator(path, error)) {
      if (entry.is_regular_file(error) && IsTable(entry.path().string()))
        found.push_back(entry.path().string());
    }
    if (error)
      return absl::UnavailableError(absl::StrCat("mappings: ", path, ": ", error.message()));
    std::sort(found.begin(), found.end());
    files.insert(files.end(), found.begin(), found.end());
  }
  return files;
}

}  // namespace

std::vector<NamedSet> MappingStore::State::Named() const {
  std::map<std::string, int> configured;
  for (const StoredSet& set : stored.sets()) {
    if (!set.source.empty() && stored.Imported(set.set->id()) == nullptr)
      ++configured[set.set->id()];
  }
  std::vector<NamedSet> out = derived;
  for (const StoredSet& set : stored.sets()) {
    const std::string& id = set.set->id();
    if (set.source.empty()) {
      out.push_back({id, set.set});
    } else if (stored.Imported(id) == nullptr) {
      const bool alone = configured[id] == 1;
      out.push_back({alone ? id : absl::StrCat(id, "#", MappingFileName(set.source)), set.set});
    }
  }
  return out;
}

void MappingStore::State::IndexSets() {
  index = std::make_shared<const SetIndex>(Named(), use);
  Publish();
}

void MappingStore::State::Publish() {
  auto next = std::make_shared<const MappingSnapshot>(index, decisions);
  MutexLock lock(&mu);
  current = std::move(next);
}

absl::Status MappingStore::State::Record(const std::vector<CuratorDecision>& more) {
  if (more.empty()) return absl::OkStatus();
  PARFOCAL_RETURN_IF_ERROR(log->Append(more));
  decisions = decisions->With(more);
  Publish();
  return absl::OkStatus();
}

MappingStore::MappingStore(std::unique_ptr<State> state) : state_(std::move(state)) {}
MappingStore::~MappingStore() = default;

absl::StatusOr<std::unique_ptr<MappingStore>> MappingStore::Open(
    const std::string& dir, MappingUse use, const Clock* clock,
    std::vector<std::string>* warnings) {
  PARFOCAL_ASSIGN_OR_RETURN(StoredSets stored, StoredSets::Open(dir + "/sets", warnings));
  std::vector<CuratorDecision> decisions;
  PARFOCAL_ASSIGN_OR_RETURN(std::unique_ptr<DecisionLog> log,
                            DecisionLog::Open(dir + "/decisions.log", &decisions));
  auto state = std::make_unique<State>(std::move(stored), std::move(log),
                                       std::make_shared<const MappingUse>(std::move(use)), clock);
  {
    MutexLock lock(&state->writing);
    state->decisions = state->decisions->With(decisions);
    state->IndexSets();
  }
  return std::unique_ptr<MappingStore>(new MappingStore(std::move(state)));
}

absl::StatusOr<MappingFileReport> MappingStore::State::LoadFile(const std::string& path) {
  MappingFileReport report;
  report.file = std::filesystem::path(path).filename().string();
  const SssomLimits limits;
  PARFOCAL_ASSIGN_OR_RETURN(const std::string bytes,
                            internal::ReadWholeFile(path, limits.file_bytes));
  const std::string fingerprint = FingerprintOf(
      absl::StrCat(FingerprintOf(bytes), MetadataBeside(path, limits.metadata_bytes)));
  const StoredSet* old = stored.OfSource(path);
  std::shared_ptr<const MappingSet> set;
  if (old != nullptr && old->fingerprint == fingerprint) {
    report.reused = true;
    set = old->set;
  } else {
    SssomReport rows;
    PARFOCAL_ASSIGN_OR_RETURN(MappingSet read, ReadSssomFile(path, {}, &rows));
    set = std::make_shared<const MappingSet>(std::move(read));
    report.left_out = rows.rows - rows.accepted;
    report.warnings = rows.warnings;
    for (size_t i = 0; i < rows.errors.size() && i < 10; ++i) {
      report.warnings.push_back(
          absl::StrCat("line ", rows.errors[i].line, ": ", rows.errors[i].reason));
    }
    PARFOCAL_RETURN_IF_ERROR(stored.Put({path, fingerprint, set}));
  }
  report.set = set->id();
  report.rows = static_cast<int64_t>(set->size());
  return report;
}

absl::StatusOr<std::vector<MappingFileReport>> MappingStore::Load(
    const std::vector<std::string>& paths) {
  PARFOCAL_ASSIGN_OR_RETURN(const std::vector<std::string> files, TablesIn(paths));
  MutexLock lock(&state_->writing);
  std::vector<MappingFileReport> reports;
  for (const std::string& file : files) {
    absl::StatusOr<MappingFileReport> loaded = state_->LoadFile(file);
    if (loaded.ok()) {
      reports.push_back(*std::move(loaded));
      continue;
    }
    MappingFileReport& report = reports.emplace_back();
    report.file = std::filesystem::path(file).filename().string();
    report.error = std::string(loaded.status().message());
  }
  PARFOCAL_RETURN_IF_ERROR(state_->stored.KeepSources(files));
  state_->IndexSets();
  return reports;
}

absl::StatusOr<MappingImportReport> MappingStore::State::ImportDecisions(
    const MappingSet& set, const MappingImport& options, MappingImportReport report) {
  report.set = std::string(kCuratorSet);
  report.rows.accepted = 0;
  // Micro-seconds are what the file keeps.
  const absl::Time now = absl::FromUnixMicros(absl::ToUnixMicros(clock->Now()));
  std::vector<CuratorDecision> fresh;
  // What holds after each row, so that rows may follow from each other.
  DecisionTable table = *decisions;
  const auto leave_out = [&](size_t row, const absl::Status& why) {
    if (report.rows.errors.size() < SssomReport::kListedErrors)
      report.rows.errors.push_back({report.rows.lines[row], std::string(why.message())});
  };
  for (size_t row = 0; row < set.size(); ++row) {
    absl::StatusOr<CuratorDecision> decision = DecisionOfRow(set, row, now);
    absl::Status status = decision.status();
    if (status.ok() && options.check) status = options.check(*decision);
    if (!status.ok()) {
      leave_out(row, status);
      continue;
    }
    const bool holds = table.Same(*decision) != nullptr;
    if (const CuratorDecision* later = table.Later(*decision); later != nullptr && !holds) {
      leave_out(row, absl::FailedPreconditionError(absl::StrCat("decision ", later->number, " of ",
                                                                later->author, " is newer")));
      continue;
    }
    ++report.rows.accepted;
    if (holds) continue;
    decision->number = static_cast<int64_t>(table.history().size()) + 1;
    fresh.push_back(*decision);
    table.Add(*decision);
  }
  PARFOCAL_RETURN_IF_ERROR(Record(fresh));
  report.decisions = static_cast<int64_t>(fresh.size());
  report.changed = report.used = !fresh.empty();
  return report;
}

absl::StatusOr<MappingImportReport> MappingStore::Import(absl::string_view content,
                                                         const MappingImport& options) {
  MappingImportReport report;
  const bool named_curator = options.id == kCuratorSet;
  SssomOptions sssom;
  sssom.id = named_curator ? std::string(kCuratorSetId) : options.id;
  sssom.name = options.name;
  sssom.metadata = options.metadata;
  sssom.keep_lines = true;
  PARFOCAL_ASSIGN_OR_RETURN(MappingSet set, ReadSssom(content, sssom, &report.rows));
  if (set.id().empty() || set.id() == kCuratorSet) {
    return WithReason(
        absl::InvalidArgumentError("mapping set: it states no mapping_set_id; name the set"),
        "MAPPING_SET", "mapping_set");
  }
  MutexLock lock(&state_->writing);
  if (set.id() == kCuratorSetId) return state_->ImportDecisions(set, options, std::move(report));
  report.set = set.id();
  const StoredSet* old = state_->stored.Imported(set.id());
  report.changed = old == nullptr || old->set->fingerprint() != set.fingerprint();
  if (!report.changed) return report;
  const std::string before = state_->index->used_fingerprint();
  PARFOCAL_RETURN_IF_ERROR(state_->stored.Put(
      {"", FingerprintOf(content), std::make_shared<const MappingSet>(std::move(set))}));
  state_->IndexSets();
  report.used = state_->index->used_fingerprint() != before;
  return report;
}

absl::StatusOr<MappingImportReport> MappingStore::ImportFile(const std::string& path,
                                                             const MappingImport& options) {
  absl::StatusOr<std::string> bytes = internal::ReadWholeFile(path, SssomLimits().file_bytes);
  if (!bytes.ok()) {
    if (ReasonOf(bytes.status()) == "LIMIT_EXCEEDED") return bytes.status();
    return WithReason(
        absl::InvalidArgumentError(absl::StrCat("mapping set: ", bytes.status().message())),
        "MAPPING_SET", "path");
  }
  MappingImport of_file = options;
  if (of_file.name.empty()) of_file.name = MappingFileName(path);
  if (of_file.metadata.empty())
    of_file.metadata = MetadataBeside(path, SssomLimits().metadata_bytes);
  return Import(*bytes, of_file);
}

absl::StatusOr<CuratorDecision> MappingStore::Decide(CuratorDecision decision) {
  PARFOCAL_RETURN_IF_ERROR(CheckDecision(decision));
  MutexLock lock(&state_->writing);
  decision.number = static_cast<int64_t>(state_->decisions->history().size()) + 1;
  // Micro-seconds are what the file keeps.
  decision.when = absl::FromUnixMicros(absl::ToUnixMicros(state_->clock->Now()));
  PARFOCAL_RETURN_IF_ERROR(state_->Record({decision}));
  return decision;
}

absl::Status MappingStore::CopyTo(const std::string& dir) const {
  MutexLock lock(&state_->writing);
  PARFOCAL_RETURN_IF_ERROR(state_->stored.CopyImported(dir + "/sets"));
  return state_->log->CopyTo(dir + "/decisions.log");
}

void MappingStore::SetDerived(std::vector<NamedSet> sets) {
  MutexLock lock(&state_->writing);
  state_->derived = std::move(sets);
  state_->IndexSets();
}

std::shared_ptr<const MappingSnapshot> MappingStore::Current() const {
  MutexLock lock(&state_->mu);
  return state_->current;
}

const MappingUse& MappingStore::use() const { return *state_->use; }

}  // namespace parfocal
