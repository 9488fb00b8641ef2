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
#include "parfocal/write/index_writer.h"

namespace parfocal {
namespace {

class WriterAndIndex final : public IndexParts {
 public:
  WriterAndIndex(Terms terms, const Log* log)
      : terms_(std::move(terms)), log_(log), served_terms_(terms_()) {}
  ~WriterAndIndex() override { Stop(); }

  absl::Status Open(const std::string& directory, RecordStore* store) {
    IndexWriterOptions options;
    options.release = ServedTerms()->release();
    options.on_publish = [this](const PublishedIndex& published) {
      MutexLock lock(&mu_);
      last_ = std::make_unique<PublishedIndex>(published);
      if (!held_ || served_sequence_ < 0) PublishLast();
    };
    PARFOCAL_ASSIGN_OR_RETURN(
        writer_,
        IndexWriter::Open(directory, store, std::string(kPublicGroup), std::move(options)));
    return absl::OkStatus();
  }

  void Start() override { writer_->Start(); }
  void Stop() override {
    if (writer_ != nullptr) writer_->Stop();
  }
  const SearchIndex* index() const override { return &index_; }

  absl::StatusOr<BoundQuery> Bind(absl::string_view query, absl::string_view filter,
                                  const Snapshot& snapshot) const override {
    const std::shared_ptr<const TermLookup> terms = TermsOf(snapshot.revision().release);
    SearchText text;
    text.query = std::string(query);
    text.filter = std::string(filter);
    return Binder(terms.get(), &snapshot).Bind(text);
  }

  void Hold() override {
    MutexLock lock(&mu_);
    held_ = true;
  }
  void Publish() override {
    MutexLock lock(&mu_);
    held_ = false;
    served_terms_ = terms_();
    PublishLast();
  }
  std::shared_ptr<const TermLookup> ServedTerms() const override {
    MutexLock lock(&mu_);
    return served_terms_;
  }

  int64_t ServedSequence() const override {
    MutexLock lock(&mu_);
    return served_sequence_;
  }
  bool WaitApplied(int64_t sequence, absl::Time deadline) const override {
    return writer_->WaitApplied(sequence, deadline);
  }

  absl::Status Health() const override {
    {
      MutexLock lock(&mu_);
      if (!publish_failure_.ok()) return publish_failure_;
    }
    return writer_->health();
  }

  void Size(int64_t* segments, int64_t* values) const override {
    MutexLock lock(&mu_);
    *segments = last_ == nullptr ? 0 : static_cast<int64_t>(last_->manifest.segments.size());
    *values = last_ == nullptr ? 0 : static_cast<int64_t>(last_->manifest.values);
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
  // The terms with which a snapshot of `release` was published, so that a page of an older search
  // is bound as its first page was.
  std::shared_ptr<const TermLookup> TermsOf(const std::string& release) const {
    MutexLock lock(&mu_);
    const auto found = releases_.find(release);
    std::shared_ptr<const TermLookup> terms =
        found == releases_.end() ? nullptr : found->second.lock();
    return terms != nullptr ? terms : served_terms_;
  }

  void PublishLast() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_) {
    if (last_ == nullptr) return;
    const std::shared_ptr<const TermLookup> terms = served_terms_;
    for (auto it = releases_.begin(); it != releases_.end();)
      it = it->second.expired() ? releases_.erase(it) : std::next(it);
    releases_[terms->release()] = terms;
    Manifest manifest = last_->manifest;
    manifest.release = terms->release();
    publish_failure_ = index_.Publish(last_->directory, manifest, last_->vocabulary, terms);
    if (!publish_failure_.ok()) {
      log_->Error("a state of the index cannot be opened; the one before answers",
                  {{"sequence", absl::StrCat(manifest.sequence)},
                   {"reason", std::string(publish_failure_.message())}});
    } else {
      served_sequence_ = manifest.sequence;
    }
  }

  const Terms terms_;
  const Log* const log_;
  SegmentSearchIndex index_;
  mutable Mutex mu_;
  std::shared_ptr<const TermLookup> served_terms_ ABSL_GUARDED_BY(mu_);
  int64_t served_sequence_ ABSL_GUARDED_BY(mu_) = -1;
  bool held_ ABSL_GUARDED_BY(mu_) = false;
  std::unique_ptr<PublishedIndex> last_ ABSL_GUARDED_BY(mu_);
  std::map<std::string, std::weak_ptr<const TermLookup>> releases_ ABSL_GUARDED_BY(mu_);
  absl::Status publish_failure_ ABSL_GUARDED_BY(mu_);
  std::unique_ptr<IndexWriter> writer_;  // Last: it calls back into the rest until it is gone.
};

}  // namespace

absl::StatusOr<std::unique_ptr<IndexParts>> IndexParts::Open(const std::string& directory,
                                                             RecordStore* store, Terms terms,
                                                             const Log* log) {
  auto parts = std::make_unique<WriterAndIndex>(std::move(terms), log);
  PARFOCAL_RETURN_IF_ERROR(parts->Open(directory, store));
  return parts;
}

}  // namespace parfocal
