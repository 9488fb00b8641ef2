#include "record_page.h"

#include <algorithm>
#include <map>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_replace.h"
#include "absl/time/time.h"
#include "citation.h"
#include "parfocal/cli/terminal_text.h"
#include "short_names.h"

namespace parfocal::cli {
namespace {

constexpr int kIndent = 2;
constexpr int kKeyWidth = 18;
constexpr int kWidestKey = 40;  // Of attributes, whose keys the archives make up.

void AddDistinct(absl::string_view text, std::vector<std::string>* all) {
  if (!text.empty() && std::find(all->begin(), all->end(), text) == all->end())
    all->emplace_back(text);
}

template <typename Pick>
std::string JoinDistinct(const Statements& statements, absl::string_view field, Pick pick) {
  std::vector<std::string> all;
  for (const v1::Statement& statement : statements) {
    if (statement.field() == field) AddDistinct(pick(statement), &all);
  }
  return absl::StrJoin(all, "; ");
}

// NOT_STATED as "not stated".
std::string Words(absl::string_view enum_name) {
  return absl::AsciiStrToLower(absl::StrReplaceAll(enum_name, {{"_", " "}}));
}

// The page of a record: sections of `key  value` lines, broken at the width of the terminal.
class Page {
 public:
  explicit Page(const Session& session) : session_(session) {}

  void Title(absl::string_view text) {
    for (const std::string& line : WrapText(EscapeForTerminal(text), session_.screen.columns)) {
      session_.out() << session_.Bold(line) << '\n';
    }
  }
  void Section(absl::string_view text) { session_.out() << '\n' << session_.Bold(text) << '\n'; }
  // Nothing if the value is empty.
  void Line(absl::string_view key, absl::string_view value, int key_width = kKeyWidth) {
    if (value.empty()) return;
    const int room = session_.screen.columns > 0
                         ? std::max(20, session_.screen.columns - kIndent - key_width - 1)
                         : 0;
    std::string left = EscapeForTerminal(key);
    left.append(std::max(0, key_width - DisplayWidth(left)), ' ');
    for (const std::string& line : WrapText(EscapeForTerminal(value), room)) {
      session_.out() << std::string(kIndent, ' ') << left << ' ' << line << '\n';
      left.assign(key_width, ' ');
    }
  }
  void Print(const Table& table) {
    if (!table.empty()) session_.Print(table, kIndent);
  }

 private:
  const Session& session_;
};

std::string LicenceText(const v1::Licence& licence) {
  if (licence.stated().empty() && licence.url().empty()) return "not stated";
  std::string text = licence.spdx().empty() ? licence.stated() : licence.spdx();
  if (!licence.url().empty()) absl::StrAppend(&text, " <", licence.url(), ">");
  absl::StrAppend(&text,
                  "; commercial use: ", Words(v1::Licence::Flag_Name(licence.commercial_use())),
                  ", derivatives: ", Words(v1::Licence::Flag_Name(licence.derivatives())),
                  ", share alike: ", Words(v1::Licence::Flag_Name(licence.share_alike())),
                  ", attribution: ", Words(v1::Licence::Flag_Name(licence.attribution())));
  return text;
}

std::string EvidenceOf(const v1::Statement& statement) {
  std::string text = statement.origin() == v1::INFERRED ? "inferred, " : "";
  absl::StrAppend(&text, Words(v1::TermRule_Name(statement.rule())));
  if (statement.confidence() < 1) absl::StrAppend(&text, " ", statement.confidence());
  if (statement.label_conflict()) absl::StrAppend(&text, ", id and words disagree");
  if (statement.rule() == v1::MINED) absl::StrAppend(&text, ", ", statement.evidence());
  return text;
}

void PrintStatements(const Statements& statements, Page* page) {
  if (statements.empty()) return;
  page->Section("Statements");
  Table table({{"field"},
               {"archive's words", false, true},
               {"term"},
               {"label", false, true, true},
               {"role", false, false, true},
               {"group", true, false, true},
               {"holds for", false, false, true},
               {"how found", false, true}});
  for (const v1::Statement& statement : statements) {
    // The words of a text are not what the archive says of its images.
    std::string stated = statement.rule() == v1::MINED ? std::string() : statement.value();
    if (!statement.stated_id().empty() && statement.stated_id() != statement.term()) {
      absl::StrAppend(&stated, " <", statement.stated_id(), ">");
    }
    table.AddRow({statement.field(), stated, statement.term(),
                  statement.label() == stated ? "" : statement.label(), statement.role(),
                  statement.group() > 0 ? absl::StrCat(statement.group()) : "", statement.scope(),
                  EvidenceOf(statement)});
  }
  page->Print(table);
}

void PrintAttributes(const google::protobuf::RepeatedPtrField<v1::Attribute>& attributes,
                     Page* page) {
  if (attributes.empty()) return;
  page->Section("Attributes");
  int width = kKeyWidth;
  for (const v1::Attribute& attribute : attributes) {
    width = std::max(width, DisplayWidth(EscapeForTerminal(attribute.key())));
  }
  for (const v1::Attribute& attribute : attributes)
    page->Line(attribute.key(), attribute.value(), std::min(width, kWidestKey));
}

std::string TimeText(const google::protobuf::Timestamp& time) {
  if (time.seconds() == 0) return "";
  return absl::FormatTime("%Y-%m-%d %H:%M:%S UTC", absl::FromUnixSeconds(time.seconds()),
                          absl::UTCTimeZone());
}

void PrintProvenance(const v1::Provenance& provenance, Page* page) {
  page->Section("Provenance");
  page->Line("first seen", TimeText(provenance.first_seen()));
  page->Line("last changed", TimeText(provenance.last_changed()));
  if (provenance.has_last_seen()) page->Line("last seen", TimeText(provenance.last_seen()));
  page->Line("sequence", absl::StrCat(provenance.sequence()));
  page->Line("SHA-256 as received", provenance.raw_sha256());
}

std::string CountText(bool known, int64_t count, v1::CountBasis basis) {
  if (!known) return "unknown";
  return absl::StrCat(FormatCount(count), basis == v1::COUNTED        ? " (counted)"
                                          : basis == v1::COUNT_STATED ? " (stated)"
                                                                      : "");
}

void PrintPeople(const v1::Study& study, Page* page) {
  for (const v1::Person& person : study.people()) {
    std::string text = person.name();
    if (!person.orcid().empty()) absl::StrAppend(&text, " (ORCID ", person.orcid(), ")");
    if (!person.affiliation().empty()) absl::StrAppend(&text, ", ", person.affiliation());
    page->Line(person.roles().empty() ? std::string("person") : absl::StrJoin(person.roles(), ", "),
               text);
  }
  for (const v1::Publication& paper : study.publications()) {
    std::string text = paper.title();
    for (const auto& [kind, value] :
         {std::pair<const char*, const std::string&>("doi:", paper.doi()),
          {"PMID ", paper.pmid()},
          {"", paper.pmcid()},
          {"", paper.url()}}) {
      if (!value.empty()) absl::StrAppend(&text, text.empty() ? "" : "  ", kind, value);
    }
    page->Line("publication", text);
  }
  for (const v1::Funding& funding : study.funding()) {
    page->Line("funding",
               absl::StrCat(funding.funder(), funding.award().empty() ? "" : " ", funding.award()));
  }
}

// What the other one is to this record, and who says so.
std::string RelationWords(const v1::Relation& relation) {
  std::string words = Words(v1::Relation::Type_Name(relation.type()));
  if (relation.type() == v1::Relation::CONVERSION)
    words = relation.inverse() ? "converted to" : "conversion of";
  if (relation.type() == v1::Relation::SUBSET) words = relation.inverse() ? "has part" : "part of";
  if (relation.verdict() == v1::Relation::REJECTED) {
    absl::StrAppend(&words, ", rejected");
  } else if (relation.verdict() == v1::Relation::ASSERTED) {
    absl::StrAppend(&words, ", asserted");
  } else if (relation.origin() == v1::INFERRED) {
    absl::StrAppend(&words, ", found");
  }
  return words;
}

void PrintStudyParts(const v1::Study& study, Page* page) {
  if (!study.blocks().empty()) {
    page->Section("Screens and experiments");
    Table table({{"block"},
                 {"name", false, true},
                 {"description", false, true},
                 {"images", true},
                 {"bytes", true}});
    for (const v1::Block& block : study.blocks()) {
      table.AddRow({block.id(), block.name(), block.description(),
                    block.has_image_count() ? FormatCount(block.image_count()) : "?",
                    block.has_bytes() ? FormatBytes(block.bytes()) : "?"});
    }
    page->Print(table);
  }
  if (!study.annotation_sets().empty()) {
    page->Section("Ground truth offered");
    for (const v1::AnnotationSet& set : study.annotation_sets()) {
      std::vector<std::string> parts;
      for (const std::string& part : {set.target().empty() ? "" : absl::StrCat("of ", set.target()),
                                      set.method().empty() ? "method not stated" : set.method(),
                                      set.name(), set.coverage(), set.description()}) {
        if (!part.empty()) parts.push_back(part);
      }
      page->Line(set.kind(), absl::StrJoin(parts, "; "));
    }
  }
  if (!study.relations().empty()) {
    page->Section("Related records");
    for (const v1::Relation& relation : study.relations()) {
      page->Line(
          RelationWords(relation),
          absl::StrCat(relation.record().empty() ? relation.target() : ShortName(relation.record()),
                       relation.because().empty() ? "" : ", because ", relation.because()));
    }
  }
}

void PrintStudy(const v1::Study& study, Page* page) {
  page->Title(study.title().empty() ? study.accession() : study.title());
  page->Line("record", ShortName(study.name()));
  page->Line("publisher", study.publisher());
  page->Line("released", study.release_date());
  page->Line("licence", LicenceText(study.licence()));
  page->Line("data access", study.data_access() == v1::Study::DATA_ACCESS_UNSPECIFIED
                                ? "not stated"
                                : Words(v1::Study::DataAccess_Name(study.data_access())));
  page->Line("data DOI", study.data_doi());
  page->Line("page", study.landing_page());
  page->Line("also known as", absl::StrJoin(study.alternate_ids(), ", "));
  page->Line("images",
             CountText(study.has_image_count(), study.image_count(), study.image_count_basis()));
  if (study.has_bytes()) page->Line("size", FormatBytes(study.bytes()));
  if (study.has_file_count()) page->Line("files", FormatCount(study.file_count()));
  page->Line("keywords", absl::StrJoin(study.keywords(), ", "));
  page->Line("description", study.description());
  PrintPeople(study, page);
  page->Line("cite as", CitationOf(study));
  PrintStatements(study.statements(), page);
  PrintStudyParts(study, page);
  PrintAttributes(study.attributes(), page);
  PrintProvenance(study.provenance(), page);
}

void PrintFindings(const v1::ImageSet& set, Page* page) {
  if (set.observations().empty()) return;
  page->Section("Findings");
  Table table({{"finding", false, true},
               {"term"},
               {"kind"},
               {"outcome"},
               {"stated for", false, false, true},
               {"score", false, false, true}});
  for (const v1::Observation& observation : set.observations()) {
    const v1::Statement& finding = observation.finding();
    table.AddRow({finding.label().empty() ? finding.value() : finding.label(), finding.term(),
                  Words(v1::Observation::Kind_Name(observation.kind())),
                  Words(v1::Observation::Outcome_Name(observation.outcome())), observation.level(),
                  observation.score()});
  }
  page->Print(table);
}

void PrintImageSet(const v1::ImageSet& set, Page* page) {
  page->Title(ShortName(set.name()));
  page->Line("block", set.block());
  page->Line("plate", set.plate());
  page->Line("well", set.well());
  page->Line("images",
             CountText(set.has_image_count(), set.image_count(), set.image_count_basis()));
  if (!set.images_available()) page->Line("", "there are no images of it");
  if (set.image_kind() != v1::ImageSet::IMAGE_KIND_UNSPECIFIED) {
    page->Line("kind", Words(v1::ImageSet::ImageKind_Name(set.image_kind())));
  }
  page->Line("made from", ShortName(set.derived_from()));
  if (set.control() != v1::ImageSet::CONTROL_UNSPECIFIED) {
    page->Line("control", absl::StrCat(Words(v1::ImageSet::Control_Name(set.control())),
                                       "; stated: ", set.control_stated()));
  }
  if (set.quality() != v1::ImageSet::QUALITY_UNSPECIFIED) {
    page->Line("quality", absl::StrCat(Words(v1::ImageSet::Quality_Name(set.quality())),
                                       "; stated: ", set.quality_stated()));
  }
  for (const v1::Channel& channel : set.channels()) {
    page->Line("channel",
               absl::StrCat(channel.label(), "  ", channel.stain(),
                            channel.target().empty() ? "" : " shows ", channel.target()));
  }
  for (const v1::Perturbation& done : set.perturbations()) {
    std::vector<std::string> parts;
    for (const std::string& part :
         {absl::StrJoin(done.genes(), ", "), absl::StrJoin(done.gene_ids(), ", "), done.compound(),
          done.reagent(), done.allele(), done.dose(), done.time()}) {
      if (!part.empty()) parts.push_back(part);
    }
    page->Line(done.type().empty() ? "perturbation" : done.type(), absl::StrJoin(parts, "; "));
  }
  PrintFindings(set, page);
  PrintStatements(set.statements(), page);
  PrintAttributes(set.attributes(), page);
  PrintProvenance(set.provenance(), page);
}

}  // namespace

std::string FieldLabels(const Statements& statements, absl::string_view field) {
  return JoinDistinct(statements, field, [](const v1::Statement& s) -> const std::string& {
    return !s.label().empty() ? s.label() : !s.value().empty() ? s.value() : s.stated_id();
  });
}

std::string GeneLabels(const v1::ImageSet& set) {
  std::vector<std::string> perturbed;
  std::vector<std::string> any;
  for (const v1::Statement& statement : set.statements()) {
    if (statement.field() != "gene" && !absl::EndsWith(statement.field(), "_gene")) continue;
    const std::string& text =
        !statement.value().empty() ? statement.value() : statement.stated_id();
    AddDistinct(text, statement.role() == "perturbed" || statement.field() == "perturbed_gene"
                          ? &perturbed
                          : &any);
  }
  return absl::StrJoin(perturbed.empty() ? any : perturbed, "; ");
}

std::string CompoundLabels(const v1::ImageSet& set) {
  std::vector<std::string> all;
  for (const v1::Perturbation& done : set.perturbations()) AddDistinct(done.compound(), &all);
  return absl::StrJoin(all, "; ");
}

std::string FindingLabels(const v1::ImageSet& set) {
  std::vector<std::string> all;
  for (const v1::Observation& observation : set.observations()) {
    const v1::Statement& finding = observation.finding();
    const std::string& label = finding.label().empty() ? finding.value() : finding.label();
    if (observation.outcome() == v1::Observation::POSITIVE) AddDistinct(label, &all);
  }
  for (const v1::Observation& observation : set.observations()) {
    if (observation.outcome() != v1::Observation::TESTED_NEGATIVE) continue;
    const v1::Statement& finding = observation.finding();
    AddDistinct(absl::StrCat("no ", finding.label().empty() ? finding.value() : finding.label()),
                &all);
  }
  return absl::StrJoin(all, "; ");
}

std::string ControlLabel(const v1::ImageSet& set) {
  std::string text;
  if (set.control() != v1::ImageSet::CONTROL_UNSPECIFIED)
    text = Words(v1::ImageSet::Control_Name(set.control()));
  if (set.quality() == v1::ImageSet::FAILED)
    absl::StrAppend(&text, text.empty() ? "" : ", ", "failed");
  return text;
}

void PrintRecord(const Session& session, const v1::Record& record) {
  Page page(session);
  if (record.has_study()) {
    PrintStudy(record.study(), &page);
  } else {
    PrintImageSet(record.image_set(), &page);
  }
}

}  // namespace parfocal::cli
