// recorded_answers FOLDER MANIFEST: plays back recorded answers on loopback for tests of whole
// programs. Prints the port on a line; for each line that it reads it prints what was asked so far:
// requests, bodies, 304s, unknown. Ends with its input.
#include <fstream>
#include <iostream>
#include <sstream>
#include <string>

#include "support/recorded_answers.h"

int main(int argc, char** argv) {
  using parfocal::testing::RecordedAnswers;
  if (argc != 3) {
    std::cerr << "recorded_answers FOLDER MANIFEST\n";
    return 2;
  }
  std::ostringstream manifest;
  manifest << std::ifstream(argv[2], std::ios::binary).rdbuf();
  auto answers = RecordedAnswers::Load(argv[1], manifest.str());
  if (!answers.ok()) {
    std::cerr << "recorded_answers: " << answers.status().message() << "\n";
    return 1;
  }
  parfocal::testing::RecordedServer server((*answers)->handler());
  std::cout << server.port() << std::endl;
  for (std::string line; std::getline(std::cin, line);) {
    const auto counts = (*answers)->counts();
    std::cout << counts.requests << ' ' << counts.bodies << ' ' << counts.not_modified << ' '
              << counts.unknown << std::endl;
  }
  return 0;
}
