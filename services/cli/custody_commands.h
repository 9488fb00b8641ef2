// parfocal relations, corrections, takedown, audit
#pragma once

#include "command.h"

namespace parfocal::cli {

void AddCustodyCommands(CLI::App& app, Session& session);

}  // namespace parfocal::cli
