#include "normalisation.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "log.h"

namespace parfocal {

std::string ReleaseOf(const NormaliserParts& parts) {
  std::string release =
      absl::StrCat("rules ", kNormaliserRules, ", terms ", parts.terms->release());
  if (!parts.vocabulary.empty()) absl::StrAppend(&release, ", words ", parts.vocabulary);
  if (parts.declared != nullptr)
    absl::StrAppend(&release, ", declared ", parts.declared->release());
  if (parts.genes != nullptr) absl::StrAppend(&release, ", genes ", parts.genes->release());
  if (parts.mappings != nullptr)
    absl::StrAppend(&release, ", mappings ", parts.mappings->normalisation_release());
  return release;
}

struct Normalisation::Shelf {
  explicit Shelf(NormaliserParts p) : parts(std::move(p)), release(ReleaseOf(parts)) {}

  const NormaliserParts parts;
  const std::string release;
  Mutex mu;
  std::condition_variable_any returned;
  std::vector<std::unique_ptr<Normaliser>> idle ABSL_GUARDED_BY(mu);
  int out ABSL_GUARDED_BY(mu) = 0;
};

class Normalisation::Lease {
 public:
  explicit Lease(std::shared_ptr<Shelf> shelf) : shelf_(std::move(shelf)) {
    MutexLock lock(&shelf_->mu);
    ++shelf_->out;
    if (shelf_->idle.empty()) return;
    normaliser_ = std::move(shelf_->idle.back());
    shelf_->idle.pop_back();
    normaliser_->ForgetStudy();
  }
  ~Lease() {
    MutexLock lock(&shelf_->mu);
    if (normaliser_ != nullptr) shelf_->idle.push_back(std::move(normaliser_));
    --shelf_->out;
    shelf_->returned.notify_all();
  }
  Lease(const Lease&) = delete;
  Lease& operator=(const Lease&) = delete;

  int Normalise(Record* record) {
    // Made by its first user: making one may take a while, and nobody else should wait for it.
    if (normaliser_ == nullptr) normaliser_ = std::make_unique<Normaliser>(shelf_->parts);
    return normaliser_->Normalise(record);
  }

 private:
  const std::shared_ptr<Shelf> shelf_;
  std::unique_ptr<Normaliser> normaliser_;
};

Normalisation::Normalisation(std::function<NormaliserParts()> newest, RecordStore* store,
                             IndexParts* index, const Log* log)
    : newest_(std::move(newest)), log_(log), shelf_(std::make_shared<Shelf>(newest_())) {
  RenormaliserOptions options;
  options.store = store;
  options.index = index->index();
  options.normaliser = [this] { return Take(); };
  options.release = [this] { return Release(); };
  options.take_over = [this] { TakeOver(); };
  options.hold = [index](const std::string& before) { index->Hold(before); };
  options.held = [index] { return index->Held(); };
  options.publish = [index] { index->Publish(); };
  options.await_index = [index](int64_t sequence, absl::Time deadline) {
    return index->WaitApplied(sequence, deadline);
  };
  options.on_event = [this](absl::string_view event, const RenormaliseCounts& counts,
                            const absl::Status& status) { Report(event, counts, status); };
  renormaliser_ = std::make_unique<Renormaliser>(std::move(options));
}

Normalisation::~Normalisation() { Stop(); }

void Normalisation::Start() { renormaliser_->Start(); }

std::string Normalisation::Release() const {
  MutexLock lock(&mu_);
  return shelf_->release;
}

PageNormaliser Normalisation::Take() {
  std::shared_ptr<Lease> lease;
  PageNormaliser page;
  {
    // With the lock: whoever exchanges the shelf sees this lease.
    MutexLock lock(&mu_);
    lease = std::make_shared<Lease>(shelf_);
    page.release = shelf_->release;
  }
  page.normalise = [lease](Record* record) { return lease->Normalise(record); };
  return page;
}

void Normalisation::TakeOver() {
  auto fresh = std::make_shared<Shelf>(newest_());
  std::shared_ptr<Shelf> old;
  {
    MutexLock lock(&mu_);
    old = std::exchange(shelf_, std::move(fresh));
  }
  MutexLock lock(&old->mu);
  while (old->out > 0) old->returned.wait(old->mu);
}

absl::StatusOr<Renormalised> Normalisation::Decide(const std::string& field,
                                                   const std::string& words,
                                                   const std::function<absl::Status()>& decide) {
  PARFOCAL_ASSIGN_OR_RETURN(const RenormaliseCounts counts,
                            renormaliser_->Decide(field, words, decide));
  log_->Info("records normalised after a decision", {{"field", field},
                                                     {"examined", absl::StrCat(counts.examined)},
                                                     {"changed", absl::StrCat(counts.changed)}});
  return Renormalised{counts.changed, counts.sequence};
}

void Normalisation::Report(absl::string_view event, const RenormaliseCounts& counts,
                           const absl::Status& status) const {
  LogFields fields = {{"release", Release()},
                      {"examined", absl::StrCat(counts.examined)},
                      {"changed", absl::StrCat(counts.changed)},
                      {"skipped", absl::StrCat(counts.skipped)}};
  if (!status.ok()) fields.emplace_back("reason", std::string(status.message()));
  log_->Write(status.ok() ? LogLevel::kInfo : LogLevel::kWarning,
              absl::StrCat("normalising all records ", event), fields);
}

}  // namespace parfocal
