// The one place where Xapian's exceptions become a Status. Every call into Xapian, in index/write
// and in index/search, runs inside one.
#pragma once

#include "absl/functional/function_ref.h"
#include "absl/strings/string_view.h"
#include "parfocal/status.h"

namespace parfocal {

// Runs `call` and returns its Status, or what it threw: a database that changed under the reader is
// ABORTED (reopen, retry), a damaged or missing one DATA_LOSS and one of another format
// FAILED_PRECONDITION (rebuild), one in use by another writer or a failed read or write of the
// system UNAVAILABLE, out of memory RESOURCE_EXHAUSTED, anything else INTERNAL. `what` begins the
// message.
absl::Status GuardXapian(absl::string_view what, absl::FunctionRef<absl::Status()> call);

}  // namespace parfocal
