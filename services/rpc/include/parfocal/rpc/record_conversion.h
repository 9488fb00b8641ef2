// Core values -> proto messages. The one place that knows how a record looks on the wire; strings
// that are not UTF-8 are mended, since a client could not parse them.
//
// Channels and perturbations of an ImageSet are assembled from its statements by group.
#pragma once

#include "parfocal/harvest.h"
#include "parfocal/query.h"
#include "parfocal/record.h"
#include "parfocal/record_name.h"
#include "parfocal/record_store.h"
#include "parfocal/term_lookup.h"
#include "parfocal/v1/harvest_service.pb.h"
#include "parfocal/v1/ontology_service.pb.h"
#include "parfocal/v1/record.pb.h"
#include "parfocal/v1/search_service.pb.h"

namespace parfocal {

// `view` BASIC leaves out attributes and people's affiliations; anything else sends all.
void ToProto(const StoredRecord& stored, v1::RecordView view, v1::Record* out);
void ToProto(const Statement& statement, v1::Statement* out);
v1::TermRule ToProto(TermRule rule);

void ToProto(const Ledger& ledger, v1::Ledger* out);
void ToProto(const Run& run, v1::Run* out);
// E-mail addresses and telephone numbers in reason and bytes are masked.
void ToProto(const Rejection& rejection, v1::Rejection* out);

void ToProto(const Counts& counts, v1::Counts* out);
// Without counts.
void ToProto(const Term& term, v1::Term* out);

// `sources/{source}/runs/{run}`.
std::string FormatRunName(absl::string_view source, absl::string_view run);
struct RunName {
  std::string source;
  std::string run;
};
// INVALID_ARGUMENT with RESOURCE_NAME and `field` if `name` does not have that form.
absl::StatusOr<RunName> ParseRunName(absl::string_view name, absl::string_view field = "name");
// `sources/{source}` alone; INVALID_ARGUMENT with RESOURCE_NAME otherwise.
absl::StatusOr<std::string> ParseSourceName(absl::string_view name,
                                            absl::string_view field = "name");

}  // namespace parfocal
