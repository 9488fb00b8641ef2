#include <map>
#include <set>
#include <string_view>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "crate_files.h"
#include "held_files.h"
#include "parfocal/ro_crate/crate_parser.h"
#include "simdjson.h"

namespace parfocal::crate {
namespace {

// The contents call of GitHub lists at most so many files of a folder and does not say when it
// stops.
constexpr size_t kGitHubListLimit = 1000;
constexpr int kMaxIndexDepth = 8;

std::string Text(simdjson::dom::object body, const char* key) {
  std::string_view text;
  if (body[key].get(text) != simdjson::SUCCESS) return "";
  return std::string(text);
}

bool IsHttp(absl::string_view url) {
  return absl::StartsWith(url, "https://") || absl::StartsWith(url, "http://");
}

// An address of the index that is relative to it: a plain path without `..`.
std::string Resolve(absl::string_view url, absl::string_view base) {
  if (IsHttp(url) || absl::StrContains(url, ":") || absl::StartsWith(url, "/") ||
      absl::StrContains(url, "..")) {
    return std::string(url);
  }
  base = base.substr(0, base.find_first_of("?#"));
  const size_t host = base.find("://") + 3;
  const size_t slash = base.rfind('/');
  if (slash < host) return absl::StrCat(base, "/", url);
  return absl::StrCat(base.substr(0, slash + 1), url);
}

class Index final : public CrateFiles {
 public:
  Index(std::string url, const ConnectorContext& context, const FileLimits& limits)
      : url_(std::move(url)), context_(context), fetcher_(context.fetcher), limits_(limits) {}

  absl::StatusOr<std::vector<std::string>> List() override {
    PARFOCAL_ASSIGN_OR_RETURN(held_, HeldFiles::Read(context_, limits_.cache_bytes));
    FetchRequest request;
    request.url = url_;
    PARFOCAL_ASSIGN_OR_RETURN(FetchResponse answer, fetcher_->Fetch(request));
    const size_t first = answer.body.find_first_not_of(" \t\r\n");
    if (first != std::string::npos && answer.body[first] == '{') {
      // The address of a crate itself.
      urls_[url_] = url_;
      single_ = std::move(answer.body);
    } else {
      PARFOCAL_RETURN_IF_ERROR(ReadList(answer.body));
    }
    std::vector<std::string> names;
    for (const auto& [name, unused] : urls_) names.push_back(name);
    return names;
  }

  absl::StatusOr<std::vector<FileContent>> Read(absl::Span<const std::string> names) override {
    std::vector<FileContent> out;
    for (const std::string& name : names) {
      if (!single_.empty()) {
        out.push_back({absl::OkStatus(), single_});
        continue;
      }
      if (const std::string* bytes = held_.Find(blob_ids_[name])) {
        out.push_back({absl::OkStatus(), *bytes});
        continue;
      }
      FetchRequest request;
      request.url = urls_[name];
      held_.MakeConditional(&request);
      absl::StatusOr<FetchResponse> answer = fetcher_->Fetch(request);
      if (answer.ok() && answer->http_status == 304) {
        out.push_back({absl::OkStatus(), *held_.Unchanged(request.url)});
      } else if (answer.ok()) {
        held_.Note(request.url, *answer, answer->body);
        out.push_back({absl::OkStatus(), std::move(answer->body)});
      } else if (absl::IsNotFound(answer.status()) || absl::IsInvalidArgument(answer.status()) ||
                 absl::IsResourceExhausted(answer.status())) {
        // This file alone is at fault; anything else is the server's trouble and fails the page.
        out.push_back({answer.status(), ""});
      } else {
        return Annotate(answer.status(), absl::StrCat("crate ", name));
      }
    }
    return out;
  }

  std::string KeyOf(const std::string& name) const override {
    const auto at = urls_.find(name);
    const bool by_name = at == urls_.end() || !IsHttp(name);
    const std::string path = by_name ? name : at->second.substr(0, at->second.find_first_of("?#"));
    return PrintablePath(CrateKey(path));
  }
  bool IsWhole() const override { return false; }
  bool IsLocal() const override { return false; }
  std::string Remark() const override { return remark_; }
  std::string Mark() const override {
    std::set<std::string> urls;
    for (const auto& [name, url] : urls_) urls.insert(url);
    return held_.Mark(urls);
  }

 private:
  absl::Status Bad(absl::string_view what) const {
    return absl::InvalidArgumentError(absl::StrCat(
        "index ", url_, ": ", what,
        "; expected a JSON array of objects with name and download_url, or of addresses"));
  }

  absl::Status ReadList(const std::string& body) {
    simdjson::dom::parser parser;
    if (parser.allocate(body.size(), kMaxIndexDepth) != simdjson::SUCCESS) {
      return absl::ResourceExhaustedError("no memory for the index");
    }
    simdjson::dom::array list;
    if (const auto error = parser.parse(body).get(list)) {
      return Bad(simdjson::error_message(error));
    }
    int64_t entries = 0;
    for (simdjson::dom::element item : list) {
      if (++entries > limits_.entries) {
        return WithReason(absl::ResourceExhaustedError(absl::StrCat("index ", url_, ": more than ",
                                                                    limits_.entries, " entries")),
                          "LIMIT_EXCEEDED", "entries");
      }
      std::string_view text;
      simdjson::dom::object body_of;
      if (item.get(text) == simdjson::SUCCESS) {
        const std::string url = Resolve({text.data(), text.size()}, url_);
        AddFile(url, url, "");
      } else if (item.get(body_of) == simdjson::SUCCESS) {
        // A folder's listing: files that are no crates and sub-folders are none of ours.
        const std::string name = Text(body_of, "name");
        const std::string url = Text(body_of, "download_url");
        if (IsCrateFileName(name) && !url.empty()) AddFile(name, url, Text(body_of, "sha"));
      } else {
        return Bad("an entry is neither an object nor a string");
      }
    }
    if (entries == static_cast<int64_t>(kGitHubListLimit)) {
      remark_ = absl::StrCat("the index has exactly ", entries,
                             " entries, the most that some servers list: it may be cut short");
    }
    return absl::OkStatus();
  }

  void AddFile(absl::string_view name, const std::string& url, const std::string& blob_id) {
    const std::string plain = PrintablePath(name);
    std::string distinct = plain;
    for (int n = 2; !urls_.try_emplace(distinct, url).second; ++n)
      distinct = absl::StrCat(plain, "#", n);
    if (!blob_id.empty()) blob_ids_[distinct] = blob_id;
  }

  const std::string url_;
  const ConnectorContext context_;
  Fetcher* const fetcher_;
  const FileLimits limits_;
  std::map<std::string, std::string> urls_;      // By name.
  std::map<std::string, std::string> blob_ids_;  // By name, as far as the index tells them.
  HeldFiles held_;
  std::string single_;
  std::string remark_;
};

}  // namespace

std::unique_ptr<CrateFiles> IndexFiles(std::string url, const ConnectorContext& context,
                                       const FileLimits& limits) {
  return std::make_unique<Index>(std::move(url), context, limits);
}

}  // namespace parfocal::crate
