#include <algorithm>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "documents.h"
#include "web_fetch.h"

namespace parfocal::defined {
namespace {

using definition::FeedRule;
using definition::Item;

constexpr size_t kMaxFiles = 1'000'000;
constexpr size_t kMaxNameBytes = 1000;

// Whether `name` is one below the location, and one that a cursor can hold.
bool IsSound(const std::string& name) {
  if (name.empty() || name.size() > kMaxNameBytes || name[0] == '/') return false;
  for (const absl::string_view part : absl::StrSplit(name, '/')) {
    if (part.empty() || part == "." || part == "..") return false;
  }
  return std::none_of(name.begin(), name.end(),
                      [](unsigned char c) { return c < 0x20 || c == 0x7f; });
}

class Tree final : public Documents {
 public:
  Tree(const std::string& location, const definition::SourceDefinition& definition,
       const WebAccess& access)
      : location_(location),
        tree_(*definition.tree),
        limits_(access.limits),
        fetch_(definition.pause_ms, access) {}

  absl::StatusOr<std::string> First(const FeedRule& feed) override { return Behind(feed, ""); }
  absl::StatusOr<Document> Read(const FeedRule&, const std::string& position) override {
    return Get(position, /*conditional=*/true);
  }
  absl::StatusOr<std::string> Next(const FeedRule& feed, const std::string& position,
                                   const Document&, int64_t) override {
    return Behind(feed, position);
  }
  absl::StatusOr<std::vector<std::string>> Choose(const definition::FileChoice& files) override {
    PARFOCAL_RETURN_IF_ERROR(List());
    std::vector<std::string> out;
    for (const auto& [name, tag] : tags_) {
      if (IsChosen(files, name)) out.push_back(name);
    }
    return out;
  }
  // For a join: what it says goes into other records and is not held.
  absl::StatusOr<Document> ReadFile(const std::string& name) override {
    return Get(name, /*conditional=*/false);
  }
  bool IsWhole() const override { return false; }
  bool InPages(const FeedRule&) const override { return false; }
  void Restart() override {
    tags_.clear();
    listed_ = false;
  }

 private:
  absl::StatusOr<Document> Get(const std::string& name, bool conditional) {
    PARFOCAL_RETURN_IF_ERROR(List());
    const auto at = tags_.find(name);
    DocumentRequest request;
    request.url = UrlBelow(location_, EncodedForUrl(name, /*path=*/true));
    if (at != tags_.end()) request.tag = at->second;
    request.needed = false;
    request.conditional = conditional;
    PARFOCAL_ASSIGN_OR_RETURN(Document out, fetch_.Get(request));
    out.name = name;
    return out;
  }

  absl::StatusOr<std::string> Behind(const FeedRule& feed, const std::string& position) {
    PARFOCAL_RETURN_IF_ERROR(List());
    for (auto at = tags_.upper_bound(position); at != tags_.end(); ++at) {
      if (IsChosen(feed.files, at->first)) return at->first;
    }
    return std::string();
  }

  absl::Status List() {
    if (listed_) return absl::OkStatus();
    DocumentRequest request;
    request.url = UrlBelow(location_, tree_.path);
    request.conditional = false;
    PARFOCAL_ASSIGN_OR_RETURN(const Document page, fetch_.Get(request));
    RecordLimits limits = limits_;
    limits.values = 10 * kMaxFiles;
    PARFOCAL_ASSIGN_OR_RETURN(const Item root,
                              Annotated(ParseJson(page.bytes, limits), request.url));
    // A host that cuts long listings says so; what is not listed would be taken for gone.
    if (!NextOfLinkHeader(page.link).empty())
      return absl::DataLossError(absl::StrCat(request.url, ": the listing has more pages"));
    if (const Item* cut = root.Field("truncated"); cut != nullptr && cut->text == "true")
      return absl::DataLossError(absl::StrCat(request.url, ": the listing is cut short"));
    const Item* list = &root;
    for (const absl::string_view key : absl::StrSplit(tree_.records, '/', absl::SkipEmpty())) {
      if (list != nullptr) list = list->Field(key);
    }
    if (list == nullptr || list->kind != Item::Kind::kList) {
      return absl::DataLossError(
          absl::StrCat(request.url, ": there is no list '", tree_.records, "' in it"));
    }
    for (const Item& one : list->items) {
      const Item* entry = &one;
      const std::vector<std::string> names = tree_.name.Values({entry, &root});
      if (names.empty() || !IsSound(names[0])) continue;
      const std::vector<std::string> tags = tree_.tag.Values({entry, &root});
      if (tags_.size() == kMaxFiles) {
        return WithReason(absl::ResourceExhaustedError(
                              absl::StrCat(request.url, ": more than ", kMaxFiles, " files")),
                          "LIMIT_EXCEEDED", "entries");
      }
      tags_[names[0]] = tags.empty() ? "" : tags[0];
    }
    listed_ = true;
    return absl::OkStatus();
  }

  template <typename T>
  static absl::StatusOr<T> Annotated(absl::StatusOr<T> value, const std::string& where) {
    if (value.ok()) return value;
    return Annotate(value.status(), where);
  }

  const std::string location_;
  const definition::TreeRule tree_;
  const RecordLimits limits_;
  WebFetch fetch_;
  bool listed_ = false;
  std::map<std::string, std::string> tags_;  // By name.
};

}  // namespace

std::unique_ptr<Documents> TreeDocuments(const std::string& location,
                                         const definition::SourceDefinition& definition,
                                         const WebAccess& access) {
  return std::make_unique<Tree>(location, definition, access);
}

}  // namespace parfocal::defined
