#include "confinement.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/landlock.h>
#include <linux/seccomp.h>
#include <stddef.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>

#include "parfocal/sandbox/sandbox.h"

namespace parfocal {
namespace sandbox {
namespace {

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
constexpr bool kSanitized = true;
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer) || \
    __has_feature(memory_sanitizer)
constexpr bool kSanitized = true;
#else
constexpr bool kSanitized = false;
#endif
#else
constexpr bool kSanitized = false;
#endif

#if defined(__x86_64__)
constexpr uint32_t kArchitecture = AUDIT_ARCH_X86_64;
#elif defined(__aarch64__)
constexpr uint32_t kArchitecture = AUDIT_ARCH_AARCH64;
#else
#error "the system calls of this architecture are not listed"
#endif

absl::Status Failed(absl::string_view call) {
  return absl::InternalError(absl::StrCat("parser: ", call, ": ", strerror(errno)));
}

absl::Status Limit(int resource, rlim_t value, absl::string_view name) {
  const rlimit limit{value, value};
  return setrlimit(static_cast<__rlimit_resource>(resource), &limit) == 0 ? absl::OkStatus()
                                                                          : Failed(name);
}

int LandlockVersion() {
  return static_cast<int>(
      syscall(SYS_landlock_create_ruleset, nullptr, 0, LANDLOCK_CREATE_RULESET_VERSION));
}

// Every right that the version of Landlock knows: what is not named here is not forbidden.
uint64_t RightsOf(int version) {
  uint64_t rights = (uint64_t{1} << 13) - 1;      // Of the first version.
  if (version >= 2) rights |= uint64_t{1} << 13;  // Move between folders.
  if (version >= 3) rights |= uint64_t{1} << 14;  // Truncate.
  if (version >= 5) rights |= uint64_t{1} << 15;  // Talk to devices.
  return rights;
}

absl::Status AllowReading(int ruleset, const std::string& path) {
  const int descriptor = open(path.c_str(), O_PATH | O_CLOEXEC);
  if (descriptor < 0) return absl::OkStatus();  // Not there: nothing to allow.
  struct stat status {};
  landlock_path_beneath_attr rule{};
  rule.parent_fd = descriptor;
  rule.allowed_access = LANDLOCK_ACCESS_FS_READ_FILE;
  if (fstat(descriptor, &status) == 0 && S_ISDIR(status.st_mode))
    rule.allowed_access |= LANDLOCK_ACCESS_FS_READ_DIR;
  const long added = syscall(SYS_landlock_add_rule, ruleset, LANDLOCK_RULE_PATH_BENEATH, &rule, 0);
  const absl::Status result = added == 0 ? absl::OkStatus() : Failed("landlock_add_rule");
  close(descriptor);
  return result;
}

// ---- The filter of system calls: a program of the kernel's, built line by line.

class CallFilter {
 public:
  CallFilter() {
    Load(offsetof(seccomp_data, arch));
    Add(BPF_JMP | BPF_JEQ | BPF_K, kArchitecture, 1, 0);
    Return(SECCOMP_RET_KILL_PROCESS);
    LoadNumber();
  }
  void LoadNumber() { Load(offsetof(seccomp_data, nr)); }

  void Allow(int call) { On(call, SECCOMP_RET_ALLOW); }
  void Kill(int call) { On(call, SECCOMP_RET_KILL_PROCESS); }
  // Allows the call if the low word of the argument, masked, is `value`; kills otherwise.
  void AllowIf(int call, int argument, uint32_t mask, uint32_t value) {
    // If it is another call, the lines below are passed over.
    Add(BPF_JMP | BPF_JEQ | BPF_K, static_cast<uint32_t>(call), 0, 5);
    Load(static_cast<uint32_t>(offsetof(seccomp_data, args) + 8 * argument));
    Add(BPF_ALU | BPF_AND | BPF_K, mask, 0, 0);
    Add(BPF_JMP | BPF_JEQ | BPF_K, value, 0, 1);
    Return(SECCOMP_RET_ALLOW);
    Return(SECCOMP_RET_KILL_PROCESS);
  }
  // Allows the call if the argument, an address, is none; kills otherwise.
  void AllowIfNone(int call, int argument) {
    const auto offset = static_cast<uint32_t>(offsetof(seccomp_data, args) + 8 * argument);
    Add(BPF_JMP | BPF_JEQ | BPF_K, static_cast<uint32_t>(call), 0, 6);
    Load(offset);
    Add(BPF_JMP | BPF_JEQ | BPF_K, 0, 0, 3);
    Load(offset + 4);
    Add(BPF_JMP | BPF_JEQ | BPF_K, 0, 0, 1);
    Return(SECCOMP_RET_ALLOW);
    Return(SECCOMP_RET_KILL_PROCESS);
  }
  absl::Status Install() {
    Return(SECCOMP_RET_ERRNO | EPERM);
    const sock_fprog program{static_cast<unsigned short>(lines_.size()), lines_.data()};
    return prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) == 0 ? absl::OkStatus()
                                                                     : Failed("seccomp");
  }

 private:
  void Add(uint16_t code, uint32_t value, uint8_t if_true, uint8_t if_false) {
    lines_.push_back({code, if_true, if_false, value});
  }
  void Load(uint32_t offset) { Add(BPF_LD | BPF_W | BPF_ABS, offset, 0, 0); }
  void Return(uint32_t action) { Add(BPF_RET | BPF_K, action, 0, 0); }
  void On(int call, uint32_t action) {
    Add(BPF_JMP | BPF_JEQ | BPF_K, static_cast<uint32_t>(call), 0, 1);
    Return(action);
  }

  std::vector<sock_filter> lines_;
};

constexpr int kAllowed[] = {
    SYS_read,
    SYS_write,
    SYS_futex,
    SYS_mmap,
    SYS_munmap,
    SYS_brk,
    SYS_mremap,
    SYS_mprotect,
    SYS_madvise,
    SYS_ppoll,
    SYS_lseek,
    SYS_fstat,
    SYS_close,
    SYS_getdents64,
    SYS_newfstatat,
    SYS_statx,
    SYS_readlinkat,
    SYS_faccessat,
    SYS_faccessat2,
    SYS_readv,
    SYS_writev,
    SYS_pread64,
    SYS_dup,
    SYS_fadvise64,
    SYS_fstatfs,
    SYS_statfs,
    SYS_clock_gettime,
    SYS_clock_getres,
    SYS_gettimeofday,
    SYS_nanosleep,
    SYS_clock_nanosleep,
    SYS_sched_yield,
    SYS_getrandom,
    SYS_getpid,
    SYS_gettid,
    SYS_getuid,
    SYS_geteuid,
    SYS_getgid,
    SYS_getegid,
    SYS_getcwd,
    SYS_uname,
    SYS_sysinfo,
    SYS_getrusage,
    SYS_rt_sigaction,
    SYS_rt_sigprocmask,
    SYS_rt_sigreturn,
    SYS_sigaltstack,
    SYS_restart_syscall,
    SYS_set_robust_list,
    SYS_rseq,
    SYS_sched_getaffinity,
    SYS_membarrier,
    SYS_exit,
    SYS_exit_group,
#if defined(__x86_64__)
    SYS_poll,
    SYS_stat,
    SYS_lstat,
    SYS_access,
    SYS_readlink,
    SYS_getdents,
    SYS_time,
#endif
};

// What nobody does by accident.
constexpr int kDeadly[] = {
    SYS_socket,
    SYS_socketpair,
    SYS_connect,
    SYS_bind,
    SYS_listen,
    SYS_accept,
    SYS_accept4,
    SYS_sendmsg,
    SYS_recvmsg,
    SYS_execve,
    SYS_execveat,
    SYS_clone,
    SYS_clone3,
    SYS_ptrace,
    SYS_process_vm_readv,
    SYS_process_vm_writev,
    SYS_openat2,
    SYS_unlinkat,
    SYS_renameat,
    SYS_renameat2,
    SYS_mkdirat,
    SYS_linkat,
    SYS_symlinkat,
    SYS_mknodat,
    SYS_fchmodat,
    SYS_fchownat,
    SYS_truncate,
    SYS_mount,
    SYS_umount2,
    SYS_chroot,
    SYS_setns,
    SYS_unshare,
    SYS_bpf,
    SYS_kill,
    SYS_setrlimit,
    SYS_io_uring_setup,
#if defined(__x86_64__)
    SYS_fork,
    SYS_vfork,
    SYS_creat,
    SYS_unlink,
    SYS_rename,
    SYS_mkdir,
    SYS_rmdir,
    SYS_link,
    SYS_symlink,
    SYS_chmod,
    SYS_chown,
#endif
};

}  // namespace

absl::Status LimitResources(size_t memory_bytes, int open_files) {
  if (!kSanitized) PARFOCAL_RETURN_IF_ERROR(Limit(RLIMIT_AS, memory_bytes, "RLIMIT_AS"));
  PARFOCAL_RETURN_IF_ERROR(Limit(RLIMIT_NOFILE, static_cast<rlim_t>(open_files), "RLIMIT_NOFILE"));
  PARFOCAL_RETURN_IF_ERROR(Limit(RLIMIT_FSIZE, 0, "RLIMIT_FSIZE"));
  return Limit(RLIMIT_CORE, 0, "RLIMIT_CORE");
}

absl::Status ForbidFiles(const std::vector<std::string>& readable) {
  const int version = LandlockVersion();
  if (version < 1) return absl::OkStatus();
  landlock_ruleset_attr attributes{};
  attributes.handled_access_fs = RightsOf(version);
  // The size of the first version's structure: all that is filled in.
  const int ruleset = static_cast<int>(
      syscall(SYS_landlock_create_ruleset, &attributes, sizeof(attributes.handled_access_fs), 0));
  if (ruleset < 0) return Failed("landlock_create_ruleset");
  absl::Status status;
  for (const std::string& path : readable) status.Update(AllowReading(ruleset, path));
  if (status.ok() && syscall(SYS_landlock_restrict_self, ruleset, 0) != 0)
    status = Failed("landlock_restrict_self");
  close(ruleset);
  return status;
}

absl::Status ForbidCalls(int channel) {
  CallFilter filter;
  const auto own_end = static_cast<uint32_t>(channel);
  filter.AllowIf(SYS_recvfrom, 0, ~uint32_t{0}, own_end);
  filter.AllowIf(SYS_sendto, 0, ~uint32_t{0}, own_end);
  for (int call : kAllowed) filter.Allow(call);
  // Files may be opened to be read: flags that write, make or cut one are deadly.
  constexpr uint32_t kWriting = O_ACCMODE | O_CREAT | O_TRUNC | O_APPEND;
  filter.AllowIf(SYS_openat, 2, kWriting, O_RDONLY);
#if defined(__x86_64__)
  filter.AllowIf(SYS_open, 1, kWriting, O_RDONLY);
#endif
  // F_DUPFD, F_GETFD, F_SETFD and F_GETFL: others make the kernel send signals to whom they name.
  filter.AllowIf(SYS_fcntl, 1, ~uint32_t{3}, 0);
  // abort() sends its signal by these; to nobody but itself.
  filter.AllowIf(SYS_tgkill, 0, ~uint32_t{0}, static_cast<uint32_t>(getpid()));
  // Limits may be read, of itself.
  filter.AllowIfNone(SYS_prlimit64, 2);
  for (int call : kDeadly) filter.Kill(call);
  return filter.Install();
}

}  // namespace sandbox

bool SandboxGuardsFiles() { return sandbox::LandlockVersion() >= 1; }

}  // namespace parfocal
