// Commands of the group `genes` that have a file of their own.
#pragma once

#include "command.h"

namespace parfocal::cli {

void AddGeneImagesCommand(CLI::App& group, Session& session);

}  // namespace parfocal::cli
