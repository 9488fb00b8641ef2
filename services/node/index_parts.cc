#include "index_parts.h"

#include <condition_variable>
#include <map>
#include <thread>
#include <utility>

#include "absl/time/clock.h"
#include "log.h"
#include "parfocal/mutex.h"
#include "parfocal/search/binder.h"
#include "parfocal/search/segment_search_index.h"
#include "parfocal/write/index_auditor.h"
#include "parfocal/write/index_writer.h"

namespace parfocal {
namespace {

class WriterAndIndex final : public IndexParts {
 public:
  WriterAndIndex(Terms terms, OtherNames names, const Log* log,
                 std::shared_ptr<const EverydayWords> everyday)
      : terms_(std::move(terms)),
        names_(std::move(names)),
        everyday_(std::move(everyday)),
        log_(log) {
    if (terms_.kept) served_terms_ = terms_.kept();
    if (served_terms_ == nullptr) served_terms_ = terms_.newest();
  }
  ~WriterAndIndex() override { Stop(); }

  absl::Status Open(const std::string& directory, RecordStore* store) {
    IndexWriterOptions options;
    options.release = ServedTerms()->release();
    options.on_publish = [this](const PublishedIndex& published) {
      MutexLock lock(&mu_);
      const bool remade = last_ != nullptr && last_->directory != published.directory;
      last_ = std::make_unique<PublishedIndex>(published);
      const bool first = ServedSequence() < 0;
      if (held_ && (remade || (resumed_ && published.pinned.empty() && first))) {
        // An index that was made anew has no older state, and the one before it goes.
        held_ = false;
        SetHeldName("");
      }
      resumed_ = resumed_ && first && !published.pinned.empty();
      if (!held_ || first) PublishLast(ServedTerms());
    };
    PARFOCAL_ASSIGN_OR_RETURN(
        writer_,
        IndexWriter::Open(directory, store, std::string(kPublicGroup), std::move(options)));
    IndexAuditOptions audit;
    audit.on_damage = [this](const IndexCheckReport& report) {
      log_->Error("the index is not what the catalogue says; it is rebuilt",
                  {{"differences", absl::StrCat(report.difference_count)},
                   {"first", report.differences.empty() ? "" : report.differences[0]}});
    };
    auditor_ = std::make_unique<IndexAuditor>(writer_.get(), std::move(audit));
    const std::string pinned = writer_->PinnedName();
    MutexLock lock(&mu_);
    held_ = resumed_ = !pinned.empty();
    SetHeldName(pinned);
    return absl::OkStatus();
  }

  void Start() override {
    writer_->Start();
    auditor_->Start();
  }
  void Stop() override {
    if (writer_ != nullptr) writer_->Stop();
    if (auditor_ != nullptr) auditor_->Stop();
  }
  const SearchIndex* index() const override { return &index_; }

  absl::StatusOr<BoundQuery> Bind(const QueryText& wanted,
                                  const Snapshot& snapshot) const override {
    const std::shared_ptr<const TermLookup> terms = TermsOf(snapshot.revision().release);
    SearchText text;
    text.query = wanted.query;
    text.filter = wanted.filter;
    text.exact = wanted.exact;
    text.similar_to = wanted.similar_to;
    return Binder(terms.get(), &snapshot, names_, everyday_.get()).Bind(text);
  }

  void Hold(const std::string& name) override {
    {
      MutexLock lock(&mu_);
      if (held_) return;
      held_ = true;
      SetHeldName(name);
    }
    if (name.empty()) return;
    // Not under mu_, which the writer takes behind its own. What it publishes in between is of the
    // same records: they change after this call alone.
    const absl::Status pinned = writer_->Pin(name);
    if (pinned.ok()) return;
    log_->Warning(
        "the state that answers cannot be kept: if the node is stopped before the records "
        "have followed, answers mix two states until they have",
        {{"reason", std::string(pinned.message())}});
  }
  std::string Held() const override {
    MutexLock lock(&served_mu_);
    return held_name_;
  }
  void Publish() override {
    {
      MutexLock lock(&mu_);
      held_ = false;
      PublishLast(terms_.newest());
    }
    SetHeldName("");
    if (const absl::Status unpinned = writer_->Unpin(); !unpinned.ok()) {
      log_->Warning("a state of the index stays on disk that nobody needs",
                    {{"reason", std::string(unpinned.message())}});
    }
    if (terms_.shown) terms_.shown();
  }
  std::shared_ptr<const TermLookup> ServedTerms() const override {
    MutexLock lock(&served_mu_);
    return served_terms_;
  }

  int64_t ServedSequence() const override {
    MutexLock lock(&served_mu_);
    return served_sequence_;
  }
  bool WaitApplied(int64_t sequence, absl::Time deadline) const override {
    return writer_->WaitApplied(sequence, deadline);
  }

  absl::Status Health() const override {
    {
      MutexLock lock(&served_mu_);
      if (!publish_failure_.ok()) return publish_failure_;
    }
    return writer_->health();
  }

  void Size(int64_t* segments, int64_t* values) const override {
    MutexLock lock(&served_mu_);
    *segments = segments_;
    *values = values_;
  }

  absl::Status Rebuild(const std::function<void(int64_t sequence)>& progress) override {
    Mutex mu;
    std::condition_variable_any ended;
    bool done = false;
    absl::Status status;
    std::thread work([&] {
      absl::Status rebuilt = writer_->Rebuild().status();
      MutexLock lock(&mu);
      status = std::move(rebuilt);
      done = true;
      ended.notify_all();
    });
    while (true) {
      {
        MutexLock lock(&mu);
        ended.wait_for(mu, std::chrono::seconds(1), [&] { return done; });
        if (done) break;
      }
      progress(writer_->AppliedSequence());
    }
    work.join();
    return status;
  }

  void DropRetired() override { writer_->DropRetired(); }

  absl::StatusOr<std::vector<std::string>> Check(size_t limit) const override {
    IndexCheckOptions options;
    options.max_differences = limit;
    PARFOCAL_ASSIGN_OR_RETURN(IndexCheckReport report, writer_->Check(options));
    const int64_t listed = static_cast<int64_t>(report.differences.size());
    if (report.difference_count > listed && !report.differences.empty()) {
      report.differences.back() =
          absl::StrCat("... and ", report.difference_count - listed + 1, " more");
    }
    return report.differences;
  }

 private:
  void SetHeldName(const std::string& name) {
    MutexLock lock(&served_mu_);
    held_name_ = name;
  }

  // The terms with which a snapshot of `release` was published, so that a page of an older search
  // is bound as its first page was.
  std::shared_ptr<const TermLookup> TermsOf(const std::string& release) const {
    MutexLock lock(&served_mu_);
    const auto found = releases_.find(release);
    std::shared_ptr<const TermLookup> terms =
        found == releases_.end() ? nullptr : found->second.lock();
    return terms != nullptr ? terms : served_terms_;
  }

  // Takes as long as a dictionary of all values under other terms does; searches go on meanwhile.
  void PublishLast(std::shared_ptr<const TermLookup> terms) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_) {
    {
      MutexLock lock(&served_mu_);
      for (auto it = releases_.begin(); it != releases_.end();)
        it = it->second.expired() ? releases_.erase(it) : std::next(it);
      // Before the snapshot that is bound with it.
      releases_[terms->release()] = terms;
      if (last_ == nullptr) served_terms_ = terms;
    }
    if (last_ == nullptr) return;
    Manifest manifest = last_->manifest;
    manifest.release = terms->release();
    const absl::Status published =
        index_.Publish(last_->directory, manifest, last_->vocabulary, terms);
    if (!published.ok()) {
      log_->Error("a state of the index cannot be opened; the one before answers",
                  {{"sequence", absl::StrCat(manifest.sequence)},
                   {"reason", std::string(published.message())}});
    }
    MutexLock lock(&served_mu_);
    publish_failure_ = published;
    segments_ = static_cast<int64_t>(manifest.segments.size());
    values_ = static_cast<int64_t>(manifest.values);
    if (!published.ok()) return;
    served_terms_ = std::move(terms);
    served_sequence_ = manifest.sequence;
  }

  const Terms terms_;
  const OtherNames names_;
  const std::shared_ptr<const EverydayWords> everyday_;
  const Log* const log_;
  SegmentSearchIndex index_;
  Mutex mu_;  // Held while a state is published. Taken before served_mu_.
  std::unique_ptr<PublishedIndex> last_ ABSL_GUARDED_BY(mu_);
  bool held_ ABSL_GUARDED_BY(mu_) = false;
  // Held since before the start, and nothing published yet but the state that was kept.
  bool resumed_ ABSL_GUARDED_BY(mu_) = false;

  mutable Mutex served_mu_;  // Held for a moment, by searches too.
  std::shared_ptr<const TermLookup> served_terms_ ABSL_GUARDED_BY(served_mu_);
  int64_t served_sequence_ ABSL_GUARDED_BY(served_mu_) = -1;
  std::string held_name_ ABSL_GUARDED_BY(served_mu_);
  std::map<std::string, std::weak_ptr<const TermLookup>> releases_ ABSL_GUARDED_BY(served_mu_);
  absl::Status publish_failure_ ABSL_GUARDED_BY(served_mu_);
  int64_t segments_ ABSL_GUARDED_BY(served_mu_) = 0;
  int64_t values_ ABSL_GUARDED_BY(served_mu_) = 0;
  std::unique_ptr<IndexWriter> writer_;  // It calls back into the rest until it is gone.
  std::unique_ptr<IndexAuditor> auditor_;
};

}  // namespace

absl::StatusOr<std::unique_ptr<IndexParts>> IndexParts::Open(
    const std::string& directory, RecordStore* store, Terms terms, OtherNames names, const Log* log,
    std::shared_ptr<const EverydayWords> everyday) {
  auto parts = std::make_unique<WriterAndIndex>(std::move(terms), std::move(names), log,
                                                std::move(everyday));
  PARFOCAL_RETURN_IF_ERROR(parts->Open(directory, store));
  return parts;
}

}  // namespace parfocal
