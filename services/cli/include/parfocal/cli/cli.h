// The command line `parfocal`: a client of a node. It holds no rules of its own: it sends a request
// and shows the answer, as a table for people or as protobuf JSON for scripts.
//
// RunCommandLine is called once per process by main(), and many times by tests; it keeps no state.
#pragma once

#include <ostream>
#include <string>
#include <vector>

namespace parfocal::cli {

// What scripts may rely on.
enum ExitCode : int {
  kOk = 0,
  kNotComplete =
      1,  // A harvest that did not become COMPLETE; a thing that is not there; a check that failed.
  kUsage = 2,        // The command line itself is wrong; nothing was sent.
  kUnreachable = 3,  // No node there, or no answer in time.
  kRefused = 4,      // The node refused the request, or the output could not be written.
};

// Where a command writes. Borrows the streams, which must outlive the call.
struct Screen {
  std::ostream* out = nullptr;
  std::ostream* err = nullptr;
  bool out_is_terminal = false;
  bool err_is_terminal = false;
  int columns = 0;  // Width of the terminal; 0: unlimited.
  bool colour = false;
};

// The standard streams of this process. Colour only on a terminal and without NO_COLOR.
Screen ScreenOfProcess();

// Runs one command. `arguments` are those behind the program's name.
int RunCommandLine(const std::vector<std::string>& arguments, const Screen& screen);

}  // namespace parfocal::cli
