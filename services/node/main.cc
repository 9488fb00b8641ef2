// parfocald: one node. See --help.
#include <signal.h>
#include <sys/resource.h>
#include <time.h>

#include <CLI/CLI.hpp>
#include <chrono>
#include <condition_variable>
#include <cstdio>
#include <cstdlib>
#include <iostream>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "config.h"
#include "connectors.h"
#include "log.h"
#include "node.h"
#include "offline.h"
#include "parfocal/sandbox/sandbox.h"

namespace parfocal {
namespace {

// Exit codes; 0 is a stop that was asked for.
constexpr int kFailed = 1;       // Could not start, or an offline command failed.
constexpr int kStoreFailed = 3;  // The catalogue could not be written.
constexpr std::chrono::seconds kStopTime(5);
// With this one argument the program is a parser of a node's; see sandbox/sandbox.h. Not for
// people.
constexpr char kParserWord[] = "parser";

struct Arguments {
  std::string config_file, data_dir, listen, http, share_dir, log_level, log_format;
  std::vector<std::string> ontologies, genes, mappings;
  bool no_sandbox = false;
  std::string checkpoint_to, restore_from, offline_data_dir;
};

int Report(const absl::StatusOr<std::string>& outcome) {
  if (outcome.ok()) {
    std::cout << *outcome << std::endl;
    return 0;
  }
  std::cerr << "parfocald: " << outcome.status().message() << std::endl;
  return kFailed;
}

absl::StatusOr<Config> MakeConfig(const Arguments& arguments) {
  Config config;
  config.share_dir = PARFOCAL_SHARE_DIR;
  if (!arguments.config_file.empty())
    PARFOCAL_RETURN_IF_ERROR(ApplyConfigFile(arguments.config_file, &config));
  const auto over = [](const std::string& flag, std::string* setting) {
    if (!flag.empty()) *setting = flag;
  };
  over(arguments.data_dir, &config.data_dir);
  over(arguments.listen, &config.listen);
  over(arguments.http, &config.http);
  over(arguments.share_dir, &config.share_dir);
  over(arguments.log_level, &config.log.level);
  if (!arguments.log_format.empty()) config.log.json = arguments.log_format == "json";
  if (!arguments.ontologies.empty()) config.ontologies = arguments.ontologies;
  if (!arguments.genes.empty()) config.genes = arguments.genes;
  if (!arguments.mappings.empty()) config.mappings = arguments.mappings;
  if (arguments.no_sandbox) config.parser.sandbox = false;
  config.parser.command = {"/proc/self/exe", kParserWord};
  PARFOCAL_RETURN_IF_ERROR(CheckConfig(config));
  return config;
}

// gRPC's listener is dead for good once it runs out of file descriptors: take all that are allowed.
void RaiseFileLimit(const Log& log) {
  constexpr rlim_t kWanted = 65536;
  rlimit limit{};
  if (getrlimit(RLIMIT_NOFILE, &limit) != 0) return;
  limit.rlim_cur = limit.rlim_max;
  if (setrlimit(RLIMIT_NOFILE, &limit) != 0 || limit.rlim_cur < kWanted) {
    log.Warning("few file descriptors are allowed; many connections at once would end the listener",
                {{"allowed", std::to_string(limit.rlim_cur)}, {"wanted", std::to_string(kWanted)}});
  }
}

// Ends the process if stopping takes too long. That loses nothing: whatever was acknowledged is on
// disk, as after a kill, and the rest is replayed.
class StopWatch {
 public:
  explicit StopWatch(const Log* log)
      : thread_([this, log] {
          std::unique_lock<std::mutex> lock(mu_);
          if (done_.wait_for(lock, kStopTime, [this] { return stopped_; })) return;
          log->Warning("stopping took too long; what was not finished goes on at the next start");
          log->Flush();
          std::_Exit(0);
        }) {}
  ~StopWatch() {
    {
      std::lock_guard<std::mutex> lock(mu_);
      stopped_ = true;
    }
    done_.notify_all();
    thread_.join();
  }

 private:
  std::mutex mu_;
  std::condition_variable done_;
  bool stopped_ = false;
  std::thread thread_;
};

int Serve(const Arguments& arguments) {
  const absl::StatusOr<Config> config = MakeConfig(arguments);
  if (!config.ok()) return Report(config.status());
  // Before any thread is made, so that none but this one takes the signals.
  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGINT);
  sigaddset(&signals, SIGTERM);
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);
  signal(SIGPIPE, SIG_IGN);

  const Log log(config->log.level, config->log.json);
  RaiseFileLimit(log);
  absl::StatusOr<std::unique_ptr<Node>> node = Node::Start(*config, &log);
  if (!node.ok()) {
    log.Error("not started", {{"reason", std::string(node.status().message())}});
    return kFailed;
  }
  log.Info("serving", {{"version", PARFOCAL_VERSION},
                       {"grpc", (*node)->grpc_address()},
                       {"http", (*node)->http_address()},
                       {"data", config->data_dir}});
  // For scripts that asked for any free port.
  std::cout << "grpc " << (*node)->grpc_address() << "\nhttp " << (*node)->http_address()
            << std::endl;

  int signal_number = 0;
  while (signal_number <= 0 && (*node)->failure().ok()) {
    const timespec wait{0, 100'000'000};
    signal_number = sigtimedwait(&signals, nullptr, &wait);
  }
  const bool failed = !(*node)->failure().ok();
  log.Info("stopping", {{"reason", failed                    ? "the catalogue failed"
                                   : signal_number == SIGINT ? "SIGINT"
                                                             : "SIGTERM"}});
  {
    const StopWatch watch(&log);
    node->reset();
  }
  log.Info("stopped");
  return failed ? kStoreFailed : 0;
}

int Main(int argc, char** argv) {
  if (argc == 2 && std::string(argv[1]) == kParserWord) ServeParser(Connectors());
  Arguments arguments;
  CLI::App app(
      "parfocald " PARFOCAL_VERSION
      ": a node of Parfocal. It listens on loopback only.\n"
      "Example: parfocald --data-dir /var/lib/parfocal --ontologies /usr/share/ontologies");
  app.set_version_flag("--version", "parfocald " PARFOCAL_VERSION);
  app.add_option("--config", arguments.config_file,
                 "YAML file with the same settings; flags go over it");
  app.add_option("--data-dir", arguments.data_dir,
                 "Directory of the node; made if it is not there");
  app.add_option("--listen", arguments.listen,
                 "gRPC address (127.0.0.1:7470); port 0 takes any free one");
  app.add_option("--http", arguments.http,
                 "Address of /healthz, /readyz, /metrics (127.0.0.1:7471)");
  app.add_option("--ontologies", arguments.ontologies,
                 "Ontology files or folders to load at start");
  app.add_option(
      "--genes", arguments.genes,
      "Tables of genes, orthologs and interactions, or folders of them, to load at start");
  app.add_option("--mappings", arguments.mappings,
                 "Mapping sets (SSSOM tables), or folders of them, to load at start");
  app.add_option("--share-dir", arguments.share_dir,
                 "Where the definitions of sources lie (sources/)");
  app.add_flag("--no-sandbox", arguments.no_sandbox,
               "For debugging: read what archives send in this process");
  app.add_option("--log-level", arguments.log_level, "debug, info, warning or error")
      ->check(CLI::IsMember({"debug", "info", "warning", "error"}));
  app.add_option("--log-format", arguments.log_format, "text or json")
      ->check(CLI::IsMember({"text", "json"}));

  const auto offline = [&](const char* name, const char* help) {
    CLI::App* command = app.add_subcommand(name, help);
    command
        ->add_option("--data-dir", arguments.offline_data_dir,
                     "Data directory on which no node runs")
        ->required();
    return command;
  };
  CLI::App* checkpoint = offline("checkpoint",
                                 "Writes a verified copy of the catalogue. "
                                 "Example: parfocald checkpoint --data-dir D --to /backup/1");
  checkpoint->add_option("--to", arguments.checkpoint_to, "A directory that does not exist yet")
      ->required();
  CLI::App* restore = offline("restore",
                              "Makes a data directory from a checkpoint. "
                              "Example: parfocald restore --from /backup/1 --data-dir D2");
  restore->add_option("--from", arguments.restore_from, "The checkpoint")->required();
  CLI::App* verify = offline(
      "verify", "Reads the whole catalogue and checks it. Example: parfocald verify --data-dir D");
  app.require_subcommand(0, 1);
  CLI11_PARSE(app, argc, argv);

  if (checkpoint->parsed())
    return Report(OfflineCheckpoint(arguments.offline_data_dir, arguments.checkpoint_to));
  if (restore->parsed())
    return Report(OfflineRestore(arguments.restore_from, arguments.offline_data_dir));
  if (verify->parsed()) return Report(OfflineVerify(arguments.offline_data_dir));
  return Serve(arguments);
}

}  // namespace
}  // namespace parfocal

int main(int argc, char** argv) { return parfocal::Main(argc, argv); }
