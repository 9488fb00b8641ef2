// The pages that catalogue_writer commits, and the state of a catalogue after the first n of them:
// what the kill test compares with.
#pragma once

#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "parfocal/record_store.h"
#include "support/sample_records.h"

namespace parfocal::testing {

// The page that comes at `cursor`.
inline int64_t PageAt(const std::string& cursor) {
  int64_t page = 0;
  (void)absl::SimpleAtoi(cursor, &page);
  return page;
}

inline std::string NewAccession(int64_t page) { return absl::StrFormat("new-%09d", page); }

inline PageCommit WrittenPage(const std::string& run, int64_t number) {
  PageCommit page;
  page.source = "src";
  page.run = run;
  page.cursor = absl::StrCat(number + 1);
  page.raw = {absl::StrCat("raw page ", number, " ", std::string(number * 37 % 3000, 'r')),
              "the same"};
  page.upserts.push_back({MakeStudy("src", NewAccession(number), absl::StrCat("title ", number)),
                          {0, 0, page.raw[0].size(), 0, 0}});
  page.upserts.push_back({MakeStudy("src", "changing", absl::StrCat(number)), {1, 0, 8, 0, 0}});
  page.upserts.push_back({MakeImageSet("src", "changing", "the same"), {1, 0, 8, 0, 0}});
  if (number >= 2) page.tombstones = {{"src", NewAccession(number - 2), ""}};
  Rejection rejection;
  rejection.place = absl::StrCat("page ", number);
  page.rejections = {rejection};
  page.ledger.pages = 1;
  page.ledger.fetched = 4;
  page.ledger.quarantined = 1;
  return page;
}

// Returns what differs between `store` and one to which the first `pages` pages were committed,
// whole; empty if nothing does. Looks at everything: records, tombstones, raw bytes, feed, ledger,
// counts.
inline std::string DifferenceFrom(const RecordStore& store, const std::string& run_id,
                                  int64_t pages) {
  std::map<std::string, std::string> live;  // Accession -> title; ImageSets under their id.
  for (int64_t n = std::max<int64_t>(0, pages - 2); n < pages; ++n)
    live[NewAccession(n)] = absl::StrCat("title ", n);
  if (pages > 0) {
    live["changing"] = absl::StrCat(pages - 1);
    live["the same"] = "";
  }
  std::map<std::string, std::string> found;
  absl::Status status = store.Scan({"src", "", ""}, {}, [&](const StoredRecord& stored) {
    if (const auto* study = std::get_if<Study>(&stored.record))
      found[study->accession] = study->title;
    else
      found[std::get<ImageSet>(stored.record).id] = "";
    return true;
  });
  if (!status.ok()) return status.ToString();
  if (found != live) return absl::StrCat("live records are not those of ", pages, " pages");

  std::set<std::string> gone;
  status = store.ScanTombstones("src", [&](const StoredRecord& stored) {
    gone.insert(std::get<Study>(stored.record).accession);
    return true;
  });
  if (!status.ok()) return status.ToString();
  const int64_t tombstones = std::max<int64_t>(0, pages - 2);
  if (static_cast<int64_t>(gone.size()) != tombstones)
    return absl::StrCat(gone.size(), " tombstones, not ", tombstones);
  for (int64_t n = 0; n < pages; ++n) {
    if (n < tombstones && gone.count(NewAccession(n)) == 0)
      return absl::StrCat("no tombstone of page ", n);
    auto raw = store.GetRaw({"src", NewAccession(n), ""});
    if (!raw.ok() || *raw != WrittenPage(run_id, n).raw[0])
      return absl::StrCat("raw bytes of page ", n);
  }

  // Page 0: 3 changes; page 1: 2; then 3 each (two upserts and a tombstone).
  const int64_t sequence = pages == 0 ? 0 : pages == 1 ? 3 : 5 + 3 * (pages - 2);
  auto changes = store.ChangesSince("public", 0, 1'000'000'000);
  if (!changes.ok()) return changes.status().ToString();
  if (static_cast<int64_t>(changes->size()) != sequence) {
    return absl::StrCat(changes->size(), " changes, not ", sequence);
  }
  for (int64_t i = 0; i < sequence; ++i) {
    if ((*changes)[i].sequence != i + 1)
      return absl::StrCat("hole in the feed before ", (*changes)[i].sequence);
  }
  auto counts = store.Status("public");
  if (!counts.ok() || counts->sequence != sequence || counts->tombstones != tombstones ||
      counts->studies != static_cast<int64_t>(live.size()) - (pages > 0) ||
      counts->image_sets != (pages > 0)) {
    return "counts";
  }
  auto run = store.GetRun("src", run_id);
  if (!run.ok()) return run.status().ToString();
  if (PageAt(run->cursor) != pages)
    return absl::StrCat("cursor ", run->cursor, " after ", pages, " pages");
  if (!run->ledger.Adds() || run->ledger.fetched != 4 * pages || run->ledger.deleted != tombstones)
    return "ledger";
  auto rejections = store.ListRejections("src", run_id, 0, 1'000'000'000);
  if (!rejections.ok() || static_cast<int64_t>(rejections->size()) != pages) return "rejections";
  return "";
}

}  // namespace parfocal::testing
