#include "citation_answer.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "parfocal/rpc/status.h"
#include "parfocal/rpc/utf8.h"

namespace parfocal {

absl::StatusOr<std::vector<Citation::Entry>> WalkAnswer(const NextHits& next) {
  std::vector<Citation::Entry> out;
  std::string after;
  while (true) {
    PARFOCAL_ASSIGN_OR_RETURN(const SearchAnswer answer, next(after));
    const int64_t all = std::max(answer.total.rows, answer.total.studies);
    if (out.size() + answer.hits.size() > kMaxCitedRecords) {
      return LimitExceeded(
          "citation_records", kMaxCitedRecords, "search",
          absl::StrCat("search: finds up to ", all, " records; at most ", kMaxCitedRecords,
                       " can be cited, ask for something narrower"));
    }
    for (const Hit& hit : answer.hits) {
      out.push_back({FormatRecordName(hit.name), hit.sequence, hit.counts.rows, hit.counts.images});
    }
    if (!answer.more || answer.hits.empty()) break;
    after = answer.hits.back().sort_key;
  }
  std::sort(out.begin(), out.end(), [](const auto& a, const auto& b) { return a.name < b.name; });
  return out;
}

v1::SearchRequest CitedPart(const v1::SearchRequest& request) {
  v1::SearchRequest out = request;
  out.clear_page_size();
  out.clear_page_token();
  out.clear_facets();
  out.clear_tables();
  out.clear_histograms();
  out.clear_view();
  out.clear_snippets();
  out.clear_explain();
  out.clear_min_sequence();
  return out;
}

std::string Compare(const std::vector<Citation::Entry>& then,
                    const std::vector<Citation::Entry>& now, const CitedPage& page,
                    v1::SearchCitation* out) {
  int64_t counts[5] = {};
  std::string last;
  bool more = false;
  const auto add = [&](const std::string& name, v1::CitedRecord::Since since) {
    ++counts[since];
    if (page.differences_only && since == v1::CitedRecord::UNCHANGED) return;
    if (!page.after.empty() && name <= page.after) return;
    if (out->records_size() >= page.size) {
      more = true;
      return;
    }
    v1::CitedRecord* record = out->add_records();
    record->set_name(ValidUtf8(name));
    record->set_since(since);
    last = name;
  };
  size_t i = 0, j = 0;
  while (i < then.size() || j < now.size()) {
    if (j == now.size() || (i < then.size() && then[i].name < now[j].name)) {
      add(then[i++].name, v1::CitedRecord::REMOVED);
    } else if (i == then.size() || now[j].name < then[i].name) {
      add(now[j++].name, v1::CitedRecord::ADDED);
    } else {
      add(now[j].name, then[i] == now[j] ? v1::CitedRecord::UNCHANGED : v1::CitedRecord::CHANGED);
      ++i;
      ++j;
    }
  }
  out->set_added_count(counts[v1::CitedRecord::ADDED]);
  out->set_changed_count(counts[v1::CitedRecord::CHANGED]);
  out->set_removed_count(counts[v1::CitedRecord::REMOVED]);
  return more ? last : "";
}

}  // namespace parfocal
