#include "parser_process.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <algorithm>
#include <utility>
#include <vector>

extern char** environ;

namespace parfocal::sandbox {
namespace {

// Beyond the descriptors that the child is given, so that giving one does not close another.
constexpr int kFirstSpareDescriptor = 10;
// A child that has used this part of the time that it may stand still does not stand still.
constexpr double kWorkingPart = 0.02;
// Behind the limit of time, until the child is ended without its help.
constexpr absl::Duration kGraceOfSignal = absl::Seconds(3);
// Processor time of one page, whatever it reads again first.
constexpr absl::Duration kLongestPage = absl::Hours(1);

absl::Status Failed(absl::string_view call, int error) {
  return absl::InternalError(
      absl::StrCat("the parser cannot be begun: ", call, ": ", strerror(error)));
}

struct Actions {
  posix_spawn_file_actions_t files;
  posix_spawnattr_t attributes;
  Actions() {
    posix_spawn_file_actions_init(&files);
    posix_spawnattr_init(&attributes);
  }
  ~Actions() {
    posix_spawn_file_actions_destroy(&files);
    posix_spawnattr_destroy(&attributes);
  }
};

std::string SignalName(int number) {
  const char* name = sigabbrev_np(number);
  return name == nullptr ? absl::StrCat("signal ", number) : absl::StrCat("SIG", name);
}

}  // namespace

absl::StatusOr<std::unique_ptr<ParserProcess>> ParserProcess::Begin(const SandboxOptions& options) {
  if (options.command.empty()) return absl::InternalError("the parser has no command");
  PARFOCAL_ASSIGN_OR_RETURN(auto units, UnitPage::Make());
  std::unique_ptr<ParserProcess> process(new ParserProcess(options.limits, std::move(units)));
  int ends[2];
  if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) != 0)
    return Failed("socketpair", errno);
  process->socket_ = ends[0];
  const absl::Status spawned = process->Spawn(options.command, ends[1]);
  close(ends[1]);
  PARFOCAL_RETURN_IF_ERROR(spawned);
  const int64_t standstill = absl::ToInt64Milliseconds(options.limits.standstill);
  ParserProcess* self = process.get();
  process->channel_ = std::make_unique<Channel>(
      process->socket_, options.limits.message_bytes, [self] { return self->StillWorking(); },
      static_cast<int>(std::clamp<int64_t>(standstill / 10, 1, 1000)));
  return process;
}

absl::Status ParserProcess::Spawn(const std::vector<std::string>& command, int child_socket) {
  const int socket = fcntl(child_socket, F_DUPFD_CLOEXEC, kFirstSpareDescriptor);
  const int units = fcntl(units_->descriptor(), F_DUPFD_CLOEXEC, kFirstSpareDescriptor);
  int error = socket < 0 || units < 0 ? EMFILE : 0;
  if (error == 0) {
    Actions actions;
    for (int standard = 0; standard < 3; ++standard)
      posix_spawn_file_actions_addopen(&actions.files, standard, "/dev/null", O_RDWR, 0);
    posix_spawn_file_actions_adddup2(&actions.files, socket, kChannelDescriptor);
    posix_spawn_file_actions_adddup2(&actions.files, units, kUnitDescriptor);
    // A group of its own, so that an interrupt at the node's terminal is the node's alone.
    sigset_t none, all;
    sigemptyset(&none);
    sigfillset(&all);
    posix_spawnattr_setsigmask(&actions.attributes, &none);
    posix_spawnattr_setsigdefault(&actions.attributes, &all);
    posix_spawnattr_setpgroup(&actions.attributes, 0);
    posix_spawnattr_setflags(&actions.attributes, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF |
                                                      POSIX_SPAWN_SETPGROUP);
    std::vector<char*> arguments;
    for (const std::string& word : command) arguments.push_back(const_cast<char*>(word.c_str()));
    arguments.push_back(nullptr);
    error = posix_spawn(&pid_, arguments[0], &actions.files, &actions.attributes, arguments.data(),
                        environ);
    if (error != 0) pid_ = -1;
  }
  if (socket >= 0) close(socket);
  if (units >= 0) close(units);
  return error == 0 ? absl::OkStatus() : Failed(command[0], error);
}

ParserProcess::~ParserProcess() {
  if (socket_ >= 0) close(socket_);
  Reap(/*kill_it=*/true);
}

absl::Duration ParserProcess::ProcessorTime() const {
  clockid_t clock{};
  timespec used{};
  if (pid_ < 0 || clock_getcpuclockid(pid_, &clock) != 0 || clock_gettime(clock, &used) != 0)
    return absl::ZeroDuration();
  return absl::DurationFromTimespec(used);
}

void ParserProcess::AllowOnePage() {
  used_before_ = page_began_ = ProcessorTime();
  still_ticks_ = 0;
  last_unit_.reset();
  AllowOneUnit();
}

void ParserProcess::AllowOneUnit() {
  unit_began_ = ProcessorTime();
  const auto used = static_cast<rlim_t>(absl::ToInt64Seconds(unit_began_));
  // The first second of the limit may be partly used.
  const rlimit limit{used + static_cast<rlim_t>(limits_.cpu_seconds) + 1, RLIM_INFINITY};
  // It fails only for a child that is gone, as the channel will say.
  (void)prlimit(pid_, RLIMIT_CPU, &limit, nullptr);
}

bool ParserProcess::StillWorking() {
  const absl::Duration tick = absl::Milliseconds(
      std::clamp<int64_t>(absl::ToInt64Milliseconds(limits_.standstill) / 10, 1, 1000));
  const absl::Duration used = ProcessorTime();
  if (used - used_before_ >= limits_.standstill * kWorkingPart) {
    used_before_ = used;
    still_ticks_ = 0;
  }
  // A page may begin with reading again what lies before it: each record has the time of one.
  std::optional<ParseUnit> unit = units_->Read();
  if (unit && (!last_unit_ || unit->number != last_unit_->number ||
               unit->document != last_unit_->document)) {
    last_unit_ = std::move(unit);
    AllowOneUnit();
  }
  // A child that does not heed the signal of its limit, or that makes up records for ever.
  if (used - unit_began_ > absl::Seconds(limits_.cpu_seconds) + kGraceOfSignal ||
      used - page_began_ > kLongestPage) {
    return false;
  }
  return ++still_ticks_ * tick < limits_.standstill;
}

int ParserProcess::Reap(bool kill_it) {
  if (pid_ < 0) return 0;
  // One that is dying already keeps the cause of its death.
  if (kill_it) kill(pid_, SIGKILL);
  int status = 0;
  while (waitpid(pid_, &status, 0) < 0 && errno == EINTR) {
  }
  pid_ = -1;
  return status;
}

std::string ParserProcess::WhyItDied(const absl::Status& failure) {
  const int status = Reap(/*kill_it=*/true);
  if (absl::IsDeadlineExceeded(failure)) {
    return absl::StrCat("it stood still for ", absl::FormatDuration(limits_.standstill));
  }
  if (!absl::IsUnavailable(failure)) return absl::StrCat("it sent ", failure.message());
  if (units_->OutOfMemory())
    return absl::StrCat("it needed more than ", limits_.memory_bytes >> 20, " MiB of memory");
  if (WIFSIGNALED(status)) {
    switch (const int number = WTERMSIG(status)) {
      case SIGXCPU:
        return absl::StrCat("it used more than ", limits_.cpu_seconds, " s of processor time");
      case SIGSYS:
        return "it made a system call that is forbidden to parsers (SIGSYS)";
      default:
        return absl::StrCat("it was ended by ", SignalName(number));
    }
  }
  return absl::StrCat("it ended by itself with code ", WEXITSTATUS(status));
}

}  // namespace parfocal::sandbox
