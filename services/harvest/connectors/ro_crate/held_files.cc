#include "held_files.h"

#include <openssl/evp.h>

#include <utility>
#include <vector>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"

namespace parfocal::crate {
namespace {

constexpr absl::string_view kMarkBegin = "crate-index 1";

}  // namespace

std::string GitBlobId(absl::string_view bytes) {
  std::string text = absl::StrCat("blob ", bytes.size());
  text.push_back('\0');
  absl::StrAppend(&text, bytes);
  unsigned char digest[EVP_MAX_MD_SIZE];
  unsigned int size = 0;
  // SHA-1 is what Git's ids are; it protects nothing here: who can forge a blob can change the
  // file.
  if (EVP_Digest(text.data(), text.size(), digest, &size, EVP_sha1(), nullptr) != 1) return "";
  return absl::BytesToHexString(absl::string_view(reinterpret_cast<const char*>(digest), size));
}

absl::StatusOr<HeldFiles> HeldFiles::Read(const ConnectorContext& context, size_t most_bytes) {
  HeldFiles out;
  size_t bytes = 0;
  if (context.held) {
    PARFOCAL_RETURN_IF_ERROR(context.held([&](std::string raw) {
      if (raw.size() > most_bytes - bytes) return;
      bytes += raw.size();
      std::string id = GitBlobId(raw);
      out.held_.try_emplace(std::move(id), std::move(raw));
    }));
  }
  const std::vector<absl::string_view> lines = absl::StrSplit(context.mark, '\n');
  if (lines[0] != kMarkBegin) return out;
  for (size_t i = 1; i < lines.size(); ++i) {
    const std::vector<absl::string_view> fields = absl::StrSplit(lines[i], '\t');
    std::string url;
    Validators validators;
    if (fields.size() != 4 || !absl::CUnescape(fields[0], &url) ||
        !absl::CUnescape(fields[1], &validators.etag) ||
        !absl::CUnescape(fields[2], &validators.last_modified))
      continue;
    validators.blob_id = std::string(fields[3]);
    out.validators_[url] = std::move(validators);
  }
  return out;
}

const std::string* HeldFiles::Find(const std::string& blob_id) const {
  const auto at = held_.find(blob_id);
  return at == held_.end() ? nullptr : &at->second;
}

const std::string* HeldFiles::Unchanged(const std::string& url) const {
  const auto at = validators_.find(url);
  return at == validators_.end() ? nullptr : Find(at->second.blob_id);
}

void HeldFiles::MakeConditional(FetchRequest* request) const {
  if (Unchanged(request->url) == nullptr) return;
  const Validators& validators = validators_.at(request->url);
  request->if_none_match = validators.etag;
  request->if_modified_since = validators.last_modified;
}

void HeldFiles::Note(const std::string& url, const FetchResponse& answer, absl::string_view bytes) {
  validators_.erase(url);
  if (answer.etag.empty() && answer.last_modified.empty()) return;
  validators_[url] = {answer.etag, answer.last_modified, GitBlobId(bytes)};
}

std::string HeldFiles::Mark(const std::set<std::string>& urls) const {
  std::string out(kMarkBegin);
  for (const auto& [url, validators] : validators_) {
    if (!urls.contains(url)) continue;
    const std::string line =
        absl::StrCat("\n", absl::CEscape(url), "\t", absl::CEscape(validators.etag), "\t",
                     absl::CEscape(validators.last_modified), "\t", validators.blob_id);
    // What has no room is fetched again next time.
    if (out.size() + line.size() > kMaxMarkBytes) break;
    out += line;
  }
  return out;
}

}  // namespace parfocal::crate
