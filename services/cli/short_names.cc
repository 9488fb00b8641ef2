#include "short_names.h"

#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "parfocal/status.h"

namespace parfocal::cli {

std::string SourceName(absl::string_view text) {
  return absl::StartsWith(text, "sources/") ? std::string(text) : absl::StrCat("sources/", text);
}

std::string SourceOrRunName(absl::string_view text) {
  absl::ConsumePrefix(&text, "sources/");
  const std::pair<absl::string_view, absl::string_view> parts =
      absl::StrSplit(text, absl::MaxSplits('/', 1));
  absl::string_view run = parts.second;
  absl::ConsumePrefix(&run, "runs/");
  return run.empty() ? absl::StrCat("sources/", parts.first)
                     : absl::StrCat("sources/", parts.first, "/runs/", run);
}

std::string TermName(absl::string_view text) {
  return absl::StartsWith(text, "terms/") ? std::string(text) : absl::StrCat("terms/", text);
}

std::string RecordNameFrom(absl::string_view text) {
  if (absl::StartsWith(text, "sources/")) return std::string(text);
  const std::vector<absl::string_view> parts = absl::StrSplit(text, absl::MaxSplits('/', 2));
  std::string name = absl::StrCat("sources/", parts[0]);
  if (parts.size() > 1) absl::StrAppend(&name, "/studies/", parts[1]);
  if (parts.size() > 2) absl::StrAppend(&name, "/imageSets/", parts[2]);
  return name;
}

std::string ShortName(absl::string_view name) {
  absl::string_view rest = name;
  if (absl::ConsumePrefix(&rest, "terms/")) return std::string(rest);
  if (!absl::ConsumePrefix(&rest, "sources/")) return std::string(name);
  std::vector<std::string> parts = absl::StrSplit(rest, absl::MaxSplits('/', 4));
  if (parts.size() > 1 && (parts[1] == "studies" || parts[1] == "runs")) {
    parts.erase(parts.begin() + 1);
    if (parts.size() > 2 && parts[2] == "imageSets") parts.erase(parts.begin() + 2);
  }
  return absl::StrJoin(parts, "/");
}

absl::StatusOr<std::string> FindRecord(Client& client, absl::string_view text) {
  if (absl::StrContains(text, '/')) return RecordNameFrom(text);
  std::vector<std::string> found;
  v1::ListSourcesRequest list;
  list.set_page_size(200);
  do {
    v1::ListSourcesResponse sources;
    PARFOCAL_RETURN_IF_ERROR(
        client.Call(client.harvest(), &v1::HarvestService::Stub::ListSources, list, &sources));
    for (const v1::Source& source : sources.sources()) {
      v1::GetRecordRequest get;
      get.set_name(absl::StrCat(source.name(), "/studies/", text));
      get.set_view(v1::BASIC);
      v1::Record record;
      absl::Status status =
          client.Call(client.catalogue(), &v1::CatalogueService::Stub::GetRecord, get, &record);
      if (status.ok()) {
        found.push_back(get.name());
      } else if (!absl::IsNotFound(status)) {
        return status;
      }
    }
    list.set_page_token(sources.next_page_token());
  } while (!list.page_token().empty());
  if (found.size() == 1) return found[0];
  if (found.empty()) {
    return WithReason(absl::NotFoundError(absl::StrCat("no source has a study ", text)),
                      "RESOURCE_NOT_FOUND", "name");
  }
  return WithReason(absl::FailedPreconditionError(absl::StrCat(
                        "several sources have a study ", text, ": ", absl::StrJoin(found, ", "))),
                    "RESOURCE_NAME", "name");
}

}  // namespace parfocal::cli
