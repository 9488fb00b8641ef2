// The program that the kill test of decisions kills: opens the mapping store in argv[1] and
// decides, one after the other, that the words "words N" mean term N, until it is killed. After
// each acknowledged decision it writes N, a line of text, to standard output.
//
// PARFOCAL_SABOTAGE=ack-first acknowledges before it decides, which the test must notice.
#include <unistd.h>

#include <cstdlib>
#include <iostream>
#include <string>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "parfocal/mapping/mapping_store.h"

int main(int argc, char** argv) {
  if (argc != 2) return 2;
  const parfocal::SystemClock clock;
  std::vector<std::string> warnings;
  auto store = parfocal::MappingStore::Open(argv[1], {}, &clock, &warnings);
  if (!store.ok()) {
    std::cerr << store.status() << std::endl;
    return 3;
  }
  const bool ack_first = std::getenv("PARFOCAL_SABOTAGE") != nullptr;
  for (size_t number = (*store)->Current()->decisions() + 1;; ++number) {
    const std::string line = absl::StrCat(number, "\n");
    const auto acknowledge = [&] {
      if (write(STDOUT_FILENO, line.data(), line.size()) != static_cast<ssize_t>(line.size()))
        _exit(4);
    };
    if (ack_first) {
      acknowledge();
      usleep(2000);  // A decision is written faster than a test can kill.
    }
    parfocal::CuratorDecision decision;
    decision.field = "phenotype";
    decision.words = absl::StrCat("words ", number);
    decision.term = absl::StrFormat("CMPO:%07d", number);
    decision.author = "A. Curator";
    decision.comment = std::string(number % 3000, 'x');
    if (const auto done = (*store)->Decide(decision); !done.ok()) {
      std::cerr << done.status() << std::endl;
      return 3;
    }
    if (!ack_first) acknowledge();
  }
}
