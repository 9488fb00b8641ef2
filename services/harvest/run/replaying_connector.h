// A connector that lists nothing of its source: its pages are what an earlier run refused, parsed
// anew by the source's own connector from the bytes that were kept.
//
// Thread safety: as any connector.
#pragma once

#include <memory>
#include <string>

#include "parfocal/connectors/connector.h"
#include "parfocal/record_store.h"

namespace parfocal {

// `store` must outlive it. `mark` is handed on as the mark of the source's last harvest, so that
// the next one goes on where that ended.
std::unique_ptr<Connector> MakeReplayingConnector(std::unique_ptr<Connector> connector,
                                                  const RecordStore* store, std::string source,
                                                  std::string run, std::string mark);

}  // namespace parfocal
