// What the stored cursor of a run says besides the place of its next page: the catalogue keeps one
// text for it, written with every page, so whatever must survive a kill stands in there.
#pragma once

#include <set>
#include <string>

#include "absl/strings/string_view.h"
#include "parfocal/record_name.h"

namespace parfocal {

struct RunCursor {
  // Whoever started the run has agreed to any number of deletions.
  bool accept_deletions = false;
  // The run parses anew what the run of this id refused, and lists nothing; empty: it is a harvest.
  std::string replay_of;
  // Records that the source called deleted and that wait for the end of the listing.
  std::set<RecordName> condemned;

  enum class Stage {
    kReading,       // `text` is the connector's cursor.
    kListedAll,     // The last page was read, of a listing of everything; `text` is its mark.
    kListedChanges  // The last page was read, of a listing of changes; `text` is its mark.
  };
  Stage stage = Stage::kReading;
  std::string text;

  // A run that has nothing but the connector's cursor is written as just that, as runs of older
  // catalogues are.
  std::string Format() const;
  // Never fails: what is no cursor of ours is the connector's.
  static RunCursor Parse(absl::string_view stored);
};

}  // namespace parfocal
