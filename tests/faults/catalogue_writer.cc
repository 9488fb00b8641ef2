// The program that the kill test kills: opens the catalogue in argv[1], goes on with the run of
// source "src" at its cursor, and commits page after page until it is killed. After each
// acknowledged page it writes the page's number, a line of text, to standard output.
//
// Page n: a study that is new, one that every page changes, one that stays as it is, a rejection,
// and the tombstone of what page n - 2 brought.
//
// With a second argument: amends the records of the source again and again instead, and
// acknowledges each round.
//
// PARFOCAL_SABOTAGE=ack-first acknowledges before it commits, which the test must notice.
#include <unistd.h>

#include <cstdlib>
#include <iostream>
#include <string>

#include "faults/written_pages.h"
#include "parfocal/catalogue/rocksdb_record_store.h"

namespace {

int Fail(const absl::Status& status) {
  std::cerr << status << std::endl;
  return 3;
}

void Acknowledge(int64_t page) {
  const std::string line = absl::StrCat(page, "\n");
  if (write(STDOUT_FILENO, line.data(), line.size()) != static_cast<ssize_t>(line.size())) _exit(4);
}

// Gives every record the number of the round as its title, one Amend a round.
int AmendForEver(parfocal::RecordStore* store) {
  while (true) {
    std::vector<parfocal::Amendment> amendments;
    int64_t round = 0;
    const absl::Status scanned =
        store->Scan({"src", "", ""}, {}, [&](const parfocal::StoredRecord& stored) {
          parfocal::Study study = std::get<parfocal::Study>(stored.record);
          round = parfocal::testing::PageAt(study.title) + 1;
          study.title = absl::StrCat(round);
          amendments.push_back({study, stored.meta.sequence});
          return true;
        });
    if (!scanned.ok()) return Fail(scanned);
    auto receipt = store->Amend("public", amendments, absl::StrCat(round));
    if (!receipt.ok()) return Fail(receipt.status());
    Acknowledge(round);
  }
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 2 && argc != 3) return 2;
  const char* sabotage = std::getenv("PARFOCAL_SABOTAGE");
  const bool ack_first = sabotage != nullptr && std::string(sabotage) == "ack-first";
  auto store = parfocal::OpenRocksDbRecordStore(argv[1]);
  if (!store.ok()) return Fail(store.status());
  if (argc == 3) return AmendForEver(store->get());
  bool resumed = false;
  auto run = (*store)->BeginRun("src", absl::Now(), &resumed);
  if (!run.ok()) return Fail(run.status());
  for (int64_t page = parfocal::testing::PageAt(run->cursor);; ++page) {
    if (ack_first) {
      Acknowledge(page);
      usleep(2000);
    }
    auto receipt = (*store)->CommitPage(parfocal::testing::WrittenPage(run->id, page));
    if (!receipt.ok()) return Fail(receipt.status());
    if (!ack_first) Acknowledge(page);
  }
}
