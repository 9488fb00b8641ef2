// What the phenotype commands have in common: which observations count, which terms are asked for,
// and how the evidence is told.
#pragma once

#include <string>
#include <vector>

#include "CLI/CLI.hpp"
#include "command.h"
#include "parfocal/v1/phenotype_service.pb.h"

namespace parfocal::cli {

struct ScopeArguments {
  std::string kind = "phenotype";
  std::vector<std::string> organisms, studies, sources, types;
  bool single_target = false;
};

// Without `organisms` where --organism is that of the genes named.
void AddScopeOptions(CLI::App& command, ScopeArguments* arguments, bool organisms = true);
void FillScope(const ScopeArguments& arguments, v1::PhenotypeScope* scope);

struct TermArguments {
  std::string term;
  std::string expression;
  bool exact = false;
};

void AddTermOptions(CLI::App& command, TermArguments* arguments);
// The expression of `--term` or `--expression`; empty if neither was given.
std::string ExpressionOf(const TermArguments& arguments);

// An option that may be repeated, one value each time.
CLI::Option* AddList(CLI::App& command, const std::string& name, std::vector<std::string>* values,
                     const std::string& description);

// "symbol" or, where there is none, the id; for a gene that no table has its first identifier.
std::string NameOf(const v1::GeneHit& hit);
// "label in S1/screenA 3 of 8, S2 1" for each term, joined by "; ".
std::string EvidenceText(const google::protobuf::RepeatedPtrField<v1::TermEvidence>& evidence);
std::string SharedText(const google::protobuf::RepeatedPtrField<v1::SharedTerm>& shared);
// What came of a name, for people: "one", "unknown", "could be A or B", with the reason.
std::string ResolutionText(const v1::GeneResolution& resolution);
// The screen of a row: `study/block`.
std::string ScreenName(absl::string_view study, absl::string_view block);
// A table of names that are not used, with the reason; `otherwise` where the name itself is good.
void PrintUnused(const Session& session,
                 const google::protobuf::RepeatedPtrField<v1::GeneResolution>& names,
                 absl::string_view otherwise = "no finding of this kind");
// Terms expanded, studies used, what was left out, rules.
void PrintExplain(const Session& session, const v1::PhenotypeExplain& explain);

}  // namespace parfocal::cli
