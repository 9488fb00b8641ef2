// parfocal phenotype: one group of commands, in three files; AddPhenotypeCommands (command.h) adds
// it.
#pragma once

#include "command.h"

namespace parfocal::cli {

// genes, compounds, terms, coverage, unattributed, evidence.
void AddPhenotypeFindCommands(CLI::App& group, Session& session);
// profile, similar, compare, enrich.
void AddPhenotypeGeneCommands(CLI::App& group, Session& session);
// network.
void AddPhenotypeNetworkCommand(CLI::App& group, Session& session);

}  // namespace parfocal::cli
