// A program that writes until it is killed, and says on standard output what it acknowledged.
#pragma once

#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <cstdlib>
#include <string>
#include <thread>
#include <vector>

#include "absl/strings/numbers.h"

namespace parfocal::testing {

inline int64_t NumberFromEnvironment(const char* name, int64_t otherwise) {
  const char* text = std::getenv(name);
  int64_t value = 0;
  return text != nullptr && absl::SimpleAtoi(text, &value) ? value : otherwise;
}

// One from its start to its violent end.
class KilledWriter {
 public:
  // `mode`: a second argument; empty: none.
  KilledWriter(const std::string& program, const std::string& directory, bool sabotage,
               const std::string& mode = "") {
    int ends[2];
    if (pipe2(ends, O_CLOEXEC) != 0) std::abort();
    posix_spawn_file_actions_t actions;
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_adddup2(&actions, ends[1], STDOUT_FILENO);
    std::vector<std::string> variables;
    for (char** variable = environ; *variable != nullptr; ++variable)
      variables.emplace_back(*variable);
    if (sabotage) variables.emplace_back("PARFOCAL_SABOTAGE=ack-first");
    std::vector<char*> environment;
    for (std::string& variable : variables) environment.push_back(variable.data());
    environment.push_back(nullptr);
    std::string path = program, argument = directory, second = mode;
    char* arguments[] = {path.data(), argument.data(), mode.empty() ? nullptr : second.data(),
                         nullptr};
    if (posix_spawn(&pid_, program.c_str(), &actions, nullptr, arguments, environment.data()) != 0)
      std::abort();
    posix_spawn_file_actions_destroy(&actions);
    close(ends[1]);
    acks_ = ends[0];
  }

  // Lets it work for `time` from its first acknowledgement (or at most 20 s without one), kills it,
  // and returns the last number that it acknowledged, or -1. *by_itself: it ended without being
  // killed.
  int64_t KillAfter(std::chrono::microseconds time, bool* by_itself) {
    std::string text;
    char buffer[4096];
    const ssize_t first =
        read(acks_, buffer, sizeof(buffer));  // Blocks until it has begun, or has died.
    if (first > 0) text.append(buffer, static_cast<size_t>(first));
    std::this_thread::sleep_for(time);
    kill(pid_, SIGKILL);
    ssize_t size = 0;
    while ((size = read(acks_, buffer, sizeof(buffer))) > 0)
      text.append(buffer, static_cast<size_t>(size));
    close(acks_);
    int status = 0;
    waitpid(pid_, &status, 0);
    *by_itself = !WIFSIGNALED(status);
    // Only lines that are whole count: the last may be cut.
    text.resize(text.rfind('\n') == std::string::npos ? 0 : text.rfind('\n'));
    const size_t before = text.rfind('\n');
    int64_t number = -1;
    if (!absl::SimpleAtoi(text.substr(before == std::string::npos ? 0 : before + 1), &number))
      return -1;
    return number;
  }

 private:
  pid_t pid_ = 0;
  int acks_ = -1;
};

}  // namespace parfocal::testing
