// Parsing in a process of its own: a connector that reads bytes of strangers runs in a child that
// can neither reach the network nor write, open or start anything, and whose death costs the node
// nothing. The connector itself is unchanged; the whole of it runs in the child, one child for each
// run. What it fetches it asks of the node, whose fetcher has its own guard; drafts come back over
// a socket pair, in the catalogue's codec.
//
//   node                                    child (the node's own program, begun anew)
//   SandboxedConnector ── page at cursor ──> Connector::NextPage
//                      <── fetch this ─────  its Fetcher
//                      ── the answer ─────>
//                      <── the drafts ─────
//
// A child that dies (a signal, a limit, a forbidden call) is replaced. Its successor reads the same
// page again, from the same answers, and refuses the unit that the dead one had in hand
// (ParseGuard), with the reason of its death: that one record or file is in quarantine, what stands
// beside it is not. A death outside of any unit ends the run as an unreadable page does.
//
// What a child may do: read files below the source's location, the node's share directory, the
// paths that its options name, and the tables of character sets; allocate; tell the time; use its
// end of the socket pair.
//
// Thread safety: the factories may be used from any thread; a connector from one.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "absl/time/time.h"
#include "parfocal/connectors/connector.h"

namespace parfocal {

struct SandboxLimits {
  // Address space of the child: a document may have 256 MiB, and is held, parsed and copied there.
  // Not set under the sanitizers, which need terabytes of it.
  size_t memory_bytes = size_t{2} << 30;
  // Of one page.
  int cpu_seconds = 60;
  // Without using the processor, while the node waits for nothing but the child.
  absl::Duration standstill = absl::Seconds(60);
  int open_files = 32;
  // Deaths within one run; the run ends with the next.
  int deaths = 100;
  // Of what one message of the child may hold.
  size_t message_bytes = size_t{256} << 20;
};

struct SandboxOptions {
  // Program and arguments of the child; it must call ServeParser with the same connectors.
  std::vector<std::string> command;
  SandboxLimits limits;
};

// Connectors of the same kinds, each of which runs in a child. INTERNAL if the child cannot be
// begun; else they fail as those of `kinds` would.
ConnectorRegistry Sandboxed(const ConnectorRegistry& kinds, const SandboxOptions& options);

// The whole life of a child; ends the process. REQUIRES: the process has one thread and was begun
// by Sandboxed.
[[noreturn]] void ServeParser(const ConnectorRegistry& connectors);

// Whether this kernel can keep a child away from files (Landlock). Without it a child can read what
// the node can. It has no network of its own, but the node fetches for it from any public host that
// the fetcher allows: an address could carry out what it read. It still writes nothing.
bool SandboxGuardsFiles();

}  // namespace parfocal
