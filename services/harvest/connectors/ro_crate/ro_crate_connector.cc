#include "parfocal/ro_crate/ro_crate_connector.h"

#include <algorithm>
#include <filesystem>
#include <map>

#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "crate_files.h"
#include "parfocal/privacy/contacts.h"
#include "parfocal/ro_crate/crate_parser.h"

namespace parfocal {
namespace {

using crate::CrateFiles;
using crate::FileContent;
using crate::FileLimits;

constexpr size_t kRejectedRawBytes = 64 << 10;

struct Options {
  CrateLimits crate;
  FileLimits files;
  size_t page_size = 200;
};

absl::Status ReadOption(const std::string& key, const std::string& text, Options* options) {
  struct Range {
    absl::string_view key;
    int64_t most;
  };
  constexpr Range kRanges[] = {
      {"max_record_bytes", 16 << 20}, {"page_size", 500}, {"max_archive_bytes", int64_t{1} << 40}};
  const Range* range = std::find_if(std::begin(kRanges), std::end(kRanges),
                                    [&](const Range& r) { return r.key == key; });
  if (range == std::end(kRanges)) {
    return absl::InvalidArgumentError(
        absl::StrCat("option '", key,
                     "': the ro-crate connector knows max_record_bytes, page_size and "
                     "max_archive_bytes"));
  }
  int64_t number = 0;
  if (!absl::SimpleAtoi(text, &number) || number < 1 || number > range->most) {
    return absl::InvalidArgumentError(
        absl::StrCat("option ", key, " = '", text, "': expected 1 to ", range->most));
  }
  if (key == "page_size") options->page_size = static_cast<size_t>(number);
  if (key == "max_archive_bytes") options->files.archive_bytes = number;
  if (key == "max_record_bytes") options->crate.record_bytes = static_cast<size_t>(number);
  return absl::OkStatus();
}

class RoCrateConnector final : public Connector {
 public:
  RoCrateConnector(std::string source, std::unique_ptr<CrateFiles> files, const Options& options,
                   ParseGuard* guard)
      : source_(std::move(source)), files_(std::move(files)), options_(options), guard_(guard) {}

  bool ListingIsWhole() const override { return files_->IsWhole(); }

  absl::StatusOr<DraftPage> NextPage(const std::string& cursor) override {
    if (!listed_) {
      PARFOCAL_ASSIGN_OR_RETURN(names_, files_->List());
      if (names_.empty()) {
        return absl::NotFoundError(
            "the location holds no file named *-ro-crate-metadata.json or ro-crate-metadata.json");
      }
      listed_ = true;
    }
    const auto begin = std::upper_bound(names_.begin(), names_.end(), cursor);
    const auto end = begin + std::min<ptrdiff_t>(names_.end() - begin,
                                                 static_cast<ptrdiff_t>(options_.page_size));
    PARFOCAL_RETURN_IF_ERROR(KnowEarlier(begin));
    const absl::Span<const std::string> names(names_.data() + (begin - names_.begin()),
                                              static_cast<size_t>(end - begin));
    DraftPage page;
    if (cursor.empty() && !files_->Remark().empty()) Reject(&page, "", "", files_->Remark(), "");
    if (!names.empty()) {
      PARFOCAL_ASSIGN_OR_RETURN(std::vector<FileContent> contents, files_->Read(names));
      for (size_t i = 0; i < names.size(); ++i) AddCrate(names[i], std::move(contents[i]), &page);
    }
    page.ledger.pages = 1;
    page.ledger.fetched = static_cast<int64_t>(names.size());
    page.progress_total = static_cast<int64_t>(names_.size());
    page.progress_done = end - names_.begin();
    page.last = end == names_.end();
    if (page.last) {
      page.mark = files_->Mark();
    } else {
      page.next_cursor = names.back();
    }
    known_until_ = static_cast<size_t>(end - names_.begin());
    return page;
  }

  absl::StatusOr<DraftPage> Replay(const Rejection& rejection) override {
    DraftPage page;
    page.ledger.fetched = 1;
    AddCrate(rejection.place, {absl::OkStatus(), rejection.raw}, &page);
    return page;
  }

 private:
  // Accessions of the files before the page, after a run was resumed: what they are called decides
  // which of two equal ones is the second. Files on the web are not fetched again for that; their
  // names stand for the identifiers.
  absl::Status KnowEarlier(std::vector<std::string>::const_iterator begin) {
    const size_t until = static_cast<size_t>(begin - names_.cbegin());
    while (known_until_ < until) {
      const size_t count = std::min(options_.page_size, until - known_until_);
      const absl::Span<const std::string> names(&names_[known_until_], count);
      std::vector<FileContent> contents;
      if (files_->IsLocal()) {
        PARFOCAL_ASSIGN_OR_RETURN(contents, files_->Read(names));
      }
      for (size_t i = 0; i < count; ++i) {
        std::string accession = files_->KeyOf(names[i]);
        if (i < contents.size()) {
          auto parsed = Parse(names[i], contents[i]);
          if (!parsed.ok()) continue;
          accession = parsed->study.accession;
        }
        file_of_.try_emplace(accession, names[i]);
      }
      known_until_ += count;
    }
    return absl::OkStatus();
  }

  absl::StatusOr<ParsedCrate> Parse(const std::string& name, const FileContent& content) const {
    PARFOCAL_RETURN_IF_ERROR(content.status);
    PARFOCAL_RETURN_IF_ERROR(Annotate(EnterUnit(guard_, name, 0), "the file"));
    return ParseCrate(source_, {name, files_->KeyOf(name), content.bytes}, options_.crate);
  }

  void Reject(DraftPage* page, const std::string& place, const std::string& record,
              absl::string_view reason, absl::string_view raw) const {
    Rejection rejection;
    rejection.source = source_;
    rejection.place = place;
    rejection.record = record;
    rejection.reason = WithoutContacts(reason);
    rejection.raw = std::string(raw.substr(0, kRejectedRawBytes));
    // A file that was read whole is all that Replay needs.
    rejection.can_replay = !raw.empty() && raw.size() <= kRejectedRawBytes;
    page->rejections.push_back(std::move(rejection));
  }

  void AddCrate(const std::string& name, FileContent content, DraftPage* page) {
    absl::StatusOr<ParsedCrate> parsed = Parse(name, content);
    if (!parsed.ok()) {
      ++page->ledger.quarantined;
      Reject(page, name, "", parsed.status().message(), content.bytes);
      return;
    }
    const std::string record = FormatRecordName(NameOf(parsed->study));
    const auto [first, is_new] = file_of_.try_emplace(parsed->study.accession, name);
    if (!is_new && first->second != name) {
      ++page->ledger.quarantined;
      Reject(page, name, record,
             absl::StrCat("the accession ", parsed->study.accession, " is that of ", first->second,
                          ", which comes first; give each crate an identifier of its own"),
             content.bytes);
      return;
    }
    Draft draft;
    draft.raw.blob = static_cast<uint32_t>(page->raw.size());
    draft.raw.length = content.bytes.size();
    draft.record = std::move(parsed->study);
    page->drafts.push_back(std::move(draft));
    page->raw.push_back(std::move(content.bytes));
    for (Rejection& note : parsed->notes) page->rejections.push_back(std::move(note));
  }

  const std::string source_;
  const std::unique_ptr<CrateFiles> files_;
  const Options options_;
  ParseGuard* const guard_;
  bool listed_ = false;
  std::vector<std::string> names_;
  std::map<std::string, std::string> file_of_;  // By accession: the first file that has it.
  size_t known_until_ = 0;                      // Files before it have their accession in file_of_.
};

bool IsArchiveName(absl::string_view path) {
  for (absl::string_view end : {".tar.gz", ".tgz", ".tar", ".zip"}) {
    if (absl::EndsWithIgnoreCase(path, end)) return true;
  }
  return false;
}

}  // namespace

absl::StatusOr<std::unique_ptr<Connector>> MakeRoCrateConnector(const Source& source,
                                                                const ConnectorContext& context) {
  Options options;
  const std::string& location = source.location;
  const bool http = absl::StartsWith(location, "http://") || absl::StartsWith(location, "https://");
  if (http) options.page_size = 50;
  for (const auto& [key, text] : source.options)
    PARFOCAL_RETURN_IF_ERROR(ReadOption(key, text, &options));
  options.files.file_bytes = options.crate.record_bytes;

  auto bad = [&](absl::string_view why) {
    return WithReason(absl::InvalidArgumentError(absl::StrCat("location '", location, "': ", why)),
                      "SOURCE_DEFINITION", "location");
  };
  std::unique_ptr<CrateFiles> files;
  std::error_code error;
  if (http) {
    if (context.fetcher == nullptr) return bad("this node reads local files only");
    files = crate::IndexFiles(location, context, options.files);
  } else if (std::filesystem::is_directory(location, error)) {
    files = crate::FolderFiles(location, options.files);
  } else if (!std::filesystem::is_regular_file(location, error)) {
    return bad("no such folder or file");
  } else if (IsArchiveName(location)) {
    files = crate::ArchiveFiles(location, options.files);
  } else {
    files = crate::SingleFile(location, options.files);
  }
  return std::make_unique<RoCrateConnector>(source.id, std::move(files), options, context.guard);
}

}  // namespace parfocal
