#include "phenotype_request.h"

#include <algorithm>
#include <map>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_replace.h"
#include "parfocal/cli/terminal_text.h"

namespace parfocal::cli {
namespace {

// Words of `--kind`, in the order of the wire's kinds from PHENOTYPE on.
const std::vector<std::string>& Kinds() {
  static const auto& kinds = *new std::vector<std::string>{
      "phenotype", "localisation", "expression", "anatomy", "diagnosis", "normal", "other"};
  return kinds;
}

// What needs no quotes in an expression: a CURIE, an IRI, a word that is no operator.
bool IsBareWord(absl::string_view text) {
  if (text == "AND" || text == "OR" || text == "NOT") return false;
  return std::all_of(text.begin(), text.end(), [](unsigned char c) {
    return absl::ascii_isalnum(c) || c == ':' || c == '_' || c == '-' || c == '.' || c == '/' ||
           c == '#';
  });
}

}  // namespace

CLI::Option* AddList(CLI::App& command, const std::string& name, std::vector<std::string>* values,
                     const std::string& description) {
  return command.add_option(name, *values, description)
      ->allow_extra_args(false)
      ->multi_option_policy(CLI::MultiOptionPolicy::TakeAll);
}

void AddScopeOptions(CLI::App& command, ScopeArguments* arguments, bool organisms) {
  AddList(command, "--study", &arguments->studies,
          "Only this study, or STUDY/SCREEN for one screen of it; may be repeated");
  if (organisms) {
    AddList(command, "--organism", &arguments->organisms,
            "Only this organism: an id, a name, a common name; may be repeated");
  }
  AddList(command, "--source", &arguments->sources, "Only this source; may be repeated");
  AddList(command, "--perturbation", &arguments->types,
          "Only this type of perturbation, such as RNAi; may be repeated");
  command.add_flag("--single-target", arguments->single_target,
                   "Only image sets in which one gene alone was perturbed");
  command.add_option("--kind", arguments->kind, absl::StrJoin(Kinds(), ", "))
      ->check(CLI::IsMember(Kinds()))
      ->capture_default_str();
}

void FillScope(const ScopeArguments& arguments, v1::PhenotypeScope* scope) {
  const auto kind = std::find(Kinds().begin(), Kinds().end(), arguments.kind);
  scope->set_kind(static_cast<v1::Observation::Kind>(kind - Kinds().begin() + 1));
  for (const std::string& value : arguments.organisms) scope->add_organisms(value);
  for (const std::string& value : arguments.studies) scope->add_studies(value);
  for (const std::string& value : arguments.sources) scope->add_sources(value);
  for (const std::string& value : arguments.types) scope->add_perturbation_types(value);
  scope->set_single_target(arguments.single_target);
}

void AddTermOptions(CLI::App& command, TermArguments* arguments) {
  auto* term =
      command.add_option("--term", arguments->term, "A term: its id in any spelling, or its label");
  command
      .add_option("--expression", arguments->expression,
                  "Terms with AND, OR, NOT and brackets; labels in double quotes")
      ->excludes(term);
  command.add_flag("--exact", arguments->exact, "The term itself, without what lies below it");
}

std::string ExpressionOf(const TermArguments& arguments) {
  if (arguments.term.empty() || IsBareWord(arguments.term))
    return absl::StrCat(arguments.term, arguments.expression);
  return absl::StrCat("\"", absl::StrReplaceAll(arguments.term, {{"\\", "\\\\"}, {"\"", "\\\""}}),
                      "\"");
}

std::string ScreenName(absl::string_view study, absl::string_view block) {
  return block.empty() ? std::string(study) : absl::StrCat(study, "/", block);
}

std::string NameOf(const v1::GeneHit& hit) {
  if (!hit.symbol().empty()) return hit.symbol();
  if (!hit.gene().empty()) return hit.gene();
  return hit.source_identifiers().empty() ? "" : hit.source_identifiers(0);
}

std::string EvidenceText(const google::protobuf::RepeatedPtrField<v1::TermEvidence>& evidence) {
  std::vector<std::string> order;
  std::map<std::string, std::vector<std::string>> screens;
  for (const v1::TermEvidence& row : evidence) {
    const std::string label = row.label().empty() ? row.term() : row.label();
    if (screens.count(label) == 0) order.push_back(label);
    std::string text = absl::StrCat(ScreenName(row.study(), row.block()), " ", row.positive());
    if (row.negative() > 0) absl::StrAppend(&text, " of ", row.positive() + row.negative());
    if (row.without_image() > 0)
      absl::StrAppend(&text, " (", row.without_image(), " without image)");
    if (!row.bridge().empty()) absl::StrAppend(&text, " (by ", row.bridge(), ")");
    screens[label].push_back(std::move(text));
  }
  return absl::StrJoin(order, "; ", [&](std::string* out, const std::string& label) {
    absl::StrAppend(out, label, " in ", absl::StrJoin(screens[label], ", "));
  });
}

std::string SharedText(const google::protobuf::RepeatedPtrField<v1::SharedTerm>& shared) {
  return absl::StrJoin(shared, "; ", [](std::string* out, const v1::SharedTerm& term) {
    absl::StrAppendFormat(out, "%s (%.1f)", term.label().empty() ? term.term() : term.label(),
                          term.information_content());
  });
}

std::string ResolutionText(const v1::GeneResolution& resolution) {
  using Resolution = v1::GeneResolution;
  std::string text;
  switch (resolution.outcome()) {
    case Resolution::ONE:
      return resolution.reason();
    case Resolution::UNKNOWN:
      text = "unknown";
      break;
    case Resolution::AMBIGUOUS:
      text = absl::StrCat(
          "ambiguous: ",
          absl::StrJoin(resolution.candidates(), ", ",
                        [](std::string* out, const Resolution::Candidate& candidate) {
                          absl::StrAppend(out, candidate.symbol(), " ", candidate.gene());
                        }));
      break;
    case Resolution::SEVERAL:
      text = "several genes: give them one by one";
      break;
    case Resolution::CONTROL:
      text = "a word for a control, no gene";
      break;
    case Resolution::DAMAGED:
      text = "damaged by a spreadsheet";
      break;
    default:
      break;
  }
  if (!resolution.reason().empty())
    absl::StrAppend(&text, text.empty() ? "" : ": ", resolution.reason());
  return text;
}

void PrintUnused(const Session& session,
                 const google::protobuf::RepeatedPtrField<v1::GeneResolution>& names,
                 absl::string_view otherwise) {
  Table unused({{"not used", false, true}, {"why", false, true}});
  for (const v1::GeneResolution& name : names) {
    const std::string why = ResolutionText(name);
    unused.AddRow({name.text(), why.empty() ? std::string(otherwise) : why});
  }
  if (!unused.empty()) session.Print(unused);
}

void PrintExplain(const Session& session, const v1::PhenotypeExplain& explain) {
  session.out() << '\n';
  Table table({{"asked", false, true},
               {"term"},
               {"label", false, true},
               {"terms", true},
               {"seen", false, true, true},
               {"without edges", false, true, true},
               {"by bridge", false, true, true}});
  for (const auto& term : explain.terms()) {
    table.AddRow({term.asked(), term.term(), term.label(), FormatCount(term.terms()),
                  absl::StrJoin(term.seen(), ", "), absl::StrJoin(term.bad_edges(), ", "),
                  absl::StrJoin(term.bridged(), ", ")});
  }
  if (!table.empty()) session.Print(table);
  const auto print = [&](absl::string_view what, const auto& lines) {
    for (const std::string& line : lines)
      session.out() << what << ": " << EscapeForTerminal(line) << '\n';
  };
  if (!explain.studies().empty()) {
    session.out() << "studies: " << EscapeForTerminal(absl::StrJoin(explain.studies(), ", "))
                  << '\n';
  }
  print("left out", explain.left_out());
  print("rule", explain.rules());
}

}  // namespace parfocal::cli
