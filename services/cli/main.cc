#include <string>
#include <vector>

#include "parfocal/cli/cli.h"

int main(int argc, char** argv) {
  return parfocal::cli::RunCommandLine(std::vector<std::string>(argv + 1, argv + argc),
                                       parfocal::cli::ScreenOfProcess());
}
