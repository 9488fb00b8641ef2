// Keeps studies that were taken down out of a page: neither their records nor their bytes are to be
// stored again.
#pragma once

#include <functional>

#include "parfocal/connectors/connector.h"
#include "parfocal/record_name.h"

namespace parfocal {

// Removes the drafts of studies for which `taken_down` holds, and blanks the bytes of their pages
// on which no other draft stands; rejections that name them lose their text. They count as never
// fetched. One thread.
void LeaveOutTakenDown(const std::function<bool(const RecordName& study)>& taken_down,
                       DraftPage* page);

// The same connectors, each of whose pages has passed through LeaveOutTakenDown.
ConnectorRegistry WithoutTakenDown(ConnectorRegistry connectors,
                                   std::function<bool(const RecordName& study)> taken_down);

}  // namespace parfocal
