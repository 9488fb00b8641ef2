#include "joins.h"

#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"

namespace parfocal::defined {

absl::Status Joins::Load(const definition::FeedRule& feed, const RecordFormat& format,
                         const RecordLimits& limits, Documents* documents,
                         std::vector<Rejection>* rejections) {
  tables_.clear();
  size_t bytes = 0;
  const auto reject = [&](const std::string& place, absl::string_view reason) {
    Rejection rejection;
    rejection.place = place;
    rejection.reason = std::string(reason);
    rejections->push_back(std::move(rejection));
  };
  for (const definition::JoinRule& join : feed.joins) {
    auto& table = tables_.emplace_back();
    RecordFormat joined = format;
    joined.records = join.records;
    joined.separator.clear();
    PARFOCAL_ASSIGN_OR_RETURN(const std::vector<std::string> names, documents->Choose(join.files));
    // Without its authority every record would be left out, and taken for gone.
    if (join.required && names.empty()) {
      return absl::NotFoundError(absl::StrCat("feed ", feed.name, ": the join ", join.name,
                                              " is required, and the location has no file of it"));
    }
    if (names.empty())
      reject(feed.name,
             absl::StrCat("the join ", join.name, " finds no file: its values are missing"));
    for (const std::string& name : names) {
      PARFOCAL_ASSIGN_OR_RETURN(const Document document, documents->ReadFile(name));
      if ((bytes += document.bytes.size()) > kMaxJoinBytes) {
        return WithReason(absl::ResourceExhaustedError(absl::StrCat("feed ", feed.name,
                                                                    ": the files of its joins have "
                                                                    "more than ",
                                                                    kMaxJoinBytes, " bytes")),
                          "LIMIT_EXCEEDED", "join_bytes");
      }
      absl::Status status = document.status;
      std::unique_ptr<RecordReader> reader;
      if (status.ok()) {
        auto opened = OpenRecords(name, document.bytes, joined, limits);
        status = opened.status();
        if (opened.ok()) reader = *std::move(opened);
      }
      if (!status.ok()) {
        if (join.required) return Annotate(status, document.name);
        reject(document.name, status.message());
        continue;
      }
      FoundRecord record;
      while (true) {
        PARFOCAL_ASSIGN_OR_RETURN(const bool some, reader->Next(&record));
        if (!some) break;
        if (!record.problem.empty()) {
          reject(document.name + record.place, record.problem);
          continue;
        }
        for (const std::string& key : join.there.Values({&record.item, &record.item}))
          table[key].push_back(record.item);
      }
    }
  }
  return absl::OkStatus();
}

void Joins::Apply(const definition::FeedRule& feed, definition::Item* record) const {
  for (size_t i = 0; i < feed.joins.size() && i < tables_.size(); ++i) {
    definition::Item list;
    list.kind = definition::Item::Kind::kList;
    for (const std::string& key : feed.joins[i].here.Values({record, record})) {
      const auto found = tables_[i].find(key);
      if (found == tables_[i].end()) continue;
      list.items.insert(list.items.end(), found->second.begin(), found->second.end());
    }
    record->fields.emplace_back(feed.joins[i].name, std::move(list));
  }
}

}  // namespace parfocal::defined
