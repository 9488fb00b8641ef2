#include <pty.h>
#include <unistd.h>

#include <cstdlib>
#include <optional>

#include "gtest/gtest.h"
#include "parfocal/cli/cli.h"

namespace parfocal::cli {
namespace {

// Standard output as a terminal of 57 columns, or as a pipe, for the life of this object.
class Redirected {
 public:
  explicit Redirected(bool terminal) : saved_(dup(STDOUT_FILENO)) {
    if (terminal) {
      winsize size{};
      size.ws_col = 57;
      size.ws_row = 20;
      EXPECT_EQ(openpty(&ends_[0], &ends_[1], nullptr, nullptr, &size), 0);
    } else {
      EXPECT_EQ(pipe(ends_), 0);
    }
    dup2(ends_[1], STDOUT_FILENO);
  }
  ~Redirected() {
    dup2(saved_, STDOUT_FILENO);
    for (int descriptor : {saved_, ends_[0], ends_[1]}) close(descriptor);
  }

 private:
  int saved_;
  int ends_[2] = {-1, -1};
};

struct Row {
  bool terminal;
  std::optional<const char*> no_colour;
  const char* term;
  int columns;
  bool colour;
};
constexpr Row kRows[] = {
    {true, std::nullopt, "xterm", 57, true},  {true, "", "xterm", 57, true},
    {true, "1", "xterm", 57, false},          {true, std::nullopt, "dumb", 57, false},
    {false, std::nullopt, "xterm", 0, false},
};

bool HasTerminals() {
  int ends[2];
  if (openpty(&ends[0], &ends[1], nullptr, nullptr, nullptr) != 0) return false;
  close(ends[0]);
  close(ends[1]);
  return true;
}

TEST(ScreenTest, ColourAndWidthAreOfTheTerminal) {
  if (!HasTerminals()) GTEST_SKIP() << "skipped: no pseudo-terminals (is devpts mounted?)";
  for (const Row& row : kRows) {
    if (row.no_colour.has_value()) {
      setenv("NO_COLOR", *row.no_colour, 1);
    } else {
      unsetenv("NO_COLOR");
    }
    setenv("TERM", row.term, 1);
    Screen screen;
    {
      Redirected redirected(row.terminal);
      screen = ScreenOfProcess();
    }
    SCOPED_TRACE(&row - kRows);
    EXPECT_EQ(screen.out_is_terminal, row.terminal);
    EXPECT_EQ(screen.columns, row.columns);
    EXPECT_EQ(screen.colour, row.colour);
  }
}

}  // namespace
}  // namespace parfocal::cli
