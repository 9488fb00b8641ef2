// parfocal source try: rehearses a source definition.
#pragma once

#include <string>

#include "command.h"

namespace parfocal::cli {

// A path as the node sees it, which has another working directory than this program; an http(s)
// address as it is.
std::string AbsoluteLocation(const std::string& location);

void AddSourceTry(CLI::App& group, Session& session);

}  // namespace parfocal::cli
