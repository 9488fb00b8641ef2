// Whom to credit for a study.
#pragma once

#include <string>

#include "parfocal/v1/record.pb.h"

namespace parfocal::cli {

// `Authors (year). Title. Publisher. DOI or page of the data.`; parts that are not known are left
// out.
std::string CitationOf(const v1::Study& study);
// The licence as SPDX id, else address, else as stated, else "not stated".
std::string LicenceOf(const v1::Study& study);

}  // namespace parfocal::cli
