#include "parfocal/connector_idr/study_draft.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/str_split.h"
#include "parfocal/connector_idr/block_facts.h"
#include "parfocal/connector_idr/cell_text.h"
#include "parfocal/licence/licence.h"
#include "parfocal/privacy/contacts.h"
#include "parfocal/terms/curie.h"

namespace parfocal::idr {
namespace {

constexpr size_t kMaxTitleBytes = 4 << 10;
constexpr size_t kMaxTextBytes = 256 << 10;
constexpr size_t kMaxKeywords = 1000;
constexpr size_t kMaxPeople = 200;

std::string At(const std::vector<std::string>& values, size_t i) {
  return i < values.size() ? values[i] : std::string();
}

bool Empty(absl::string_view value, const Rules& rules) {
  if (value.empty()) return true;
  for (const std::string& pattern : rules.empty_values) {
    if (Matches(pattern, value)) return true;
  }
  return false;
}

// The id in `accession` under the ontology `ref`: a canonical CURIE, an IRI, or nothing.
std::string TermId(const std::string& accession, const std::string& ref) {
  return accession.empty() ? std::string() : CanonicalCurie(accession, ref);
}

// "2016-12-16" or a shorter form of it; empty if it is neither.
std::string ReleaseDate(absl::string_view text) {
  text = Trim(text);
  if (text.size() != 4 && text.size() != 7 && text.size() != 10) return "";
  for (size_t i = 0; i < text.size(); ++i) {
    const bool dash = i == 4 || i == 7;
    if (dash != (text[i] == '-')) return "";
    if (!dash && !absl::ascii_isdigit(static_cast<unsigned char>(text[i]))) return "";
  }
  return std::string(text);
}

bool IsAlnum(char c) { return absl::ascii_isalnum(static_cast<unsigned char>(c)); }

// Whether a word of `text` begins with `word`, or is `word` if that is written in capitals only.
bool HasWord(absl::string_view text, absl::string_view word) {
  const bool whole =
      std::all_of(word.begin(), word.end(), [](unsigned char c) { return absl::ascii_isupper(c); });
  const std::string lower_text = absl::AsciiStrToLower(text),
                    lower_word = absl::AsciiStrToLower(word);
  const absl::string_view t = whole ? text : lower_text, w = whole ? word : lower_word;
  for (size_t at = t.find(w); at != absl::string_view::npos; at = t.find(w, at + 1)) {
    const size_t end = at + w.size();
    const bool begins = at == 0 || !IsAlnum(t[at - 1]);
    if (begins && (!whole || end == t.size() || !IsAlnum(t[end]))) return true;
  }
  return false;
}

class Builder {
 public:
  Builder(const StudyFile& file, const StudyContext& context, const Rules& rules, StudyDraft* out)
      : file_(file), context_(context), rules_(rules), out_(out), study_(out->study) {}

  void Build() {
    out_->problems = file_.problems;
    Identity();
    Publications();
    People();
    LicenceRows();
    AlternateIds();
    Blocks();
    Statements();
    Attributes();
  }

 private:
  void Problem(int line, std::string reason, absl::string_view raw = "") {
    out_->problems.push_back({line, std::move(reason), std::string(CutUtf8(raw, 64 << 10))});
  }

  std::string Limited(std::string text, size_t limit, absl::string_view what) {
    text = WithoutContacts(text);
    // A title is one line, however the file wraps it.
    if (limit == kMaxTitleBytes) text = absl::StrReplaceAll(text, {{"\n", " "}});
    if (text.size() <= limit) return text;
    Problem(0, absl::StrCat(what, " of ", text.size(), " bytes is cut to ", limit));
    return std::string(CutUtf8(text, limit));
  }

  void Identity() {
    const StudySection& s = file_.study;
    study_.source = context_.source;
    study_.accession = s.First("Comment[IDR Study Accession]");
    if (study_.accession.empty() || study_.accession.size() > 255) {
      study_.accession = context_.folder.substr(0, context_.folder.find('-'));
      Problem(0, "no study accession; the folder's name stands in", "");
    }
    study_.title = Limited(s.First("Study Title"), kMaxTitleBytes, "title");
    study_.description = Limited(s.First("Study Description"), kMaxTextBytes, "description");
    for (const std::string& value : s.Values("Study Key Words")) {
      // Some files put all words into one cell.
      for (absl::string_view word : absl::StrSplit(value, absl::ByAnyChar(";,"))) {
        word = Trim(word);
        if (word.empty()) continue;
        if (study_.keywords.size() == kMaxKeywords)
          return Problem(0, absl::StrCat("more than ", kMaxKeywords, " key words"));
        if (std::find(study_.keywords.begin(), study_.keywords.end(), word) ==
            study_.keywords.end()) {
          study_.keywords.emplace_back(word);
        }
      }
    }
    study_.publisher = rules_.publisher;
    study_.publisher_id = rules_.publisher_id;
    const std::string date = s.First("Study Public Release Date");
    study_.release_date = ReleaseDate(date);
    if (study_.release_date.empty() && !date.empty())
      Problem(0, "release date is not YYYY-MM-DD", date);
    study_.landing_page =
        absl::StrReplaceAll(rules_.landing_page, {{"{accession}", study_.accession}});
    const std::string doi = s.First("Study Data DOI");
    study_.data_doi = CanonicalDoi(doi);
    if (study_.data_doi.empty() && !Empty(doi, rules_)) Problem(0, "Study Data DOI is no DOI", doi);
  }

  void Publications() {
    const StudySection& s = file_.study;
    const auto &titles = s.Values("Study Publication Title"),
               &authors = s.Values("Study Author List"), &dois = s.Values("Study DOI"),
               &pmids = s.Values("Study PubMed ID"), &pmcs = s.Values("Study PMC ID"),
               &preprints = s.Values("Study Publication Preprint");
    const size_t n = std::max({titles.size(), dois.size(), pmids.size(), pmcs.size()});
    for (size_t i = 0; i < n; ++i) {
      Publication p;
      p.title = Limited(At(titles, i), kMaxTitleBytes, "publication title");
      // The authors of a single article may each have a cell.
      const std::string who = n == 1 ? absl::StrJoin(authors, ", ") : At(authors, i);
      p.authors = Limited(who, kMaxTextBytes, "author list");
      p.doi = CanonicalDoi(At(dois, i));
      if (p.doi.empty() && absl::StartsWith(At(dois, i), "http")) p.url = At(dois, i);
      p.pmid = CanonicalPubMedId(At(pmids, i));
      p.pmcid = CanonicalPmcId(At(pmcs, i));
      if (!(p == Publication())) study_.publications.push_back(std::move(p));
    }
    for (const std::string& preprint : preprints) {
      Publication p;
      p.doi = CanonicalDoi(preprint);
      if (p.doi.empty() && absl::StartsWith(preprint, "http")) p.url = preprint;
      if (!(p == Publication())) study_.publications.push_back(std::move(p));
    }
  }

  // The parts of a postal address that name an institution; never street, code, phone or e-mail.
  std::string Affiliation(absl::string_view address) const {
    std::vector<std::string> kept;
    for (absl::string_view part : absl::StrSplit(address, absl::ByAnyChar(",;\n"))) {
      part = Trim(part);
      const bool digits = std::any_of(part.begin(), part.end(),
                                      [](unsigned char c) { return absl::ascii_isdigit(c); });
      if (part.empty() || digits || absl::StrContains(part, "@")) continue;
      for (const std::string& word : rules_.institution_words) {
        if (!HasWord(part, word)) continue;
        kept.emplace_back(part);
        break;
      }
    }
    return std::string(CutUtf8(absl::StrJoin(kept, ", "), 1024));
  }

  void People() {
    const StudySection& s = file_.study;
    const auto &last = s.Values("Study Person Last Name"),
               &first = s.Values("Study Person First Name"),
               &address = s.Values("Study Person Address"), &orcid = s.Values("Study Person ORCID"),
               &roles = s.Values("Study Person Roles");
    const size_t n = std::max(last.size(), first.size());
    if (n > kMaxPeople) Problem(0, absl::StrCat(n, " people; the first ", kMaxPeople, " are kept"));
    for (size_t i = 0; i < std::min(n, kMaxPeople); ++i) {
      Person person;
      person.name = WithoutContacts(Trim(absl::StrCat(At(first, i), " ", At(last, i))));
      if (person.name.empty()) continue;
      person.orcid = CheckedOrcid(At(orcid, i));
      if (person.orcid.empty() && !Empty(At(orcid, i), rules_))
        Problem(0, "ORCID iD is malformed or its check digit is wrong", At(orcid, i));
      person.affiliation = Affiliation(At(address, i));
      for (absl::string_view role : absl::StrSplit(At(roles, i), absl::ByAnyChar(",;"))) {
        if (!Trim(role).empty()) person.roles.push_back(Fold(role));
      }
      study_.people.push_back(std::move(person));
    }
  }

  void LicenceRows() {
    const std::string name = file_.study.First("Study License"),
                      url = file_.study.First("Study License URL");
    study_.licence = LicenceFromStated(name.empty() ? url : name);
    // The name may be free text while the URL is that of a known licence.
    if (study_.licence.url.empty() && !url.empty()) {
      Licence by_url = LicenceFromStated(url);
      if (!name.empty()) by_url.stated = name;
      if (by_url.url.empty()) by_url.stated = name.empty() ? url : absl::StrCat(name, " ", url);
      study_.licence = std::move(by_url);
    }
  }

  void AlternateIds() {
    for (absl::string_view key : {"Study BioImage Archive Accession", "Study BioStudies Accession",
                                  "Study EMPIAR Accession"}) {
      for (const std::string& value : file_.study.Values(key)) {
        if (Empty(value, rules_)) continue;
        // An accession or a page that ends with it.
        absl::string_view id = Trim(value);
        if (absl::StrContains(id, "://")) id = id.substr(id.rfind('/') + 1);
        if (id.empty() || id.size() > 255) continue;
        if (std::find(study_.alternate_ids.begin(), study_.alternate_ids.end(), id) !=
            study_.alternate_ids.end())
          continue;
        study_.alternate_ids.emplace_back(id);
        Relation relation;
        relation.type = RelationType::kOther;
        relation.target = std::string(id);
        relation.because = absl::StrCat(key, ": ", value);
        study_.relations.push_back(std::move(relation));
      }
    }
  }

  void Blocks();
  void Statements();
  void Attributes();
  void AddBlock(const StudySection& section, size_t index);
  // One value of a block with the id of its term.
  struct Valued {
    std::string value, id;
    friend bool operator==(const Valued&, const Valued&) = default;
  };
  std::vector<Valued> ValuesOf(const StudySection& section, absl::string_view key,
                               absl::string_view ref, absl::string_view accession) const;
  void Put(absl::string_view field, const std::vector<Valued>& values, absl::string_view scope);
  // Puts the values of each block: once and unscoped if all blocks agree.
  void PutByBlock(absl::string_view field, const std::vector<std::vector<Valued>>& by_block);

  const StudyFile& file_;
  const StudyContext& context_;
  const Rules& rules_;
  StudyDraft* out_;
  Study& study_;
  std::vector<const StudySection*> sections_;  // Of study_.blocks.
};

// "Plates: 12 | 5D Images: 1,536 | Total Tb: 0.2": the numbers behind the labels, whose values may
// stand in the next cell.
void ReadSize(const std::vector<std::string>& cells, Block* block) {
  const std::string text = absl::StrJoin(cells, " ");
  const size_t images = text.find("D Images:");
  if (images != std::string::npos) {
    // "5D Images: 1 Tb" is a size.
    const absl::string_view count = Trim(absl::string_view(text).substr(images + 9));
    const std::string unit =
        Fold(count.substr(std::min(count.find_first_not_of("0123456789,"), count.size())));
    if (!absl::StartsWith(unit, "tb") && !absl::StartsWith(unit, "gb"))
      block->image_count = ReadCount(count);
  }
  const size_t total = text.find("Total Tb:");
  if (total == std::string::npos) return;
  absl::string_view rest = Trim(absl::string_view(text).substr(total + 9));
  if (!rest.empty() && rest.front() == '~') rest.remove_prefix(1);
  const size_t end = rest.find_first_not_of("0123456789.");
  double value = 0;
  if (!absl::SimpleAtod(rest.substr(0, end), &value) || value <= 0 || value > 1e6) return;
  const std::string unit = end == absl::string_view::npos ? "" : Fold(rest.substr(end));
  const double scale = absl::StartsWith(unit, "gb")   ? 1e9
                       : absl::StartsWith(unit, "mb") ? 1e6
                                                      : 1e12;
  block->bytes = static_cast<int64_t>(value * scale + 0.5);
}

void Builder::AddBlock(const StudySection& section, size_t index) {
  const bool screen = section.kind == "screen";
  const std::string prefix = screen ? "Screen " : "Experiment ";
  Block block;
  block.kind = section.kind;
  const std::string name =
      section.First(screen ? "Comment[IDR Screen Name]" : "Comment[IDR Experiment Name]");
  block.id = name.substr(name.rfind('/') + 1);
  if (block.id.empty() || block.id.size() > 255) {
    block.id = absl::StrCat(section.kind, index + 1);
    Problem(section.line, absl::StrCat("block without a name; called ", block.id));
  }
  block.name = WithoutContacts(name);
  block.description =
      Limited(section.First(prefix + "Description"), kMaxTextBytes, "block description");
  ReadSize(section.Values(prefix + "Size"), &block);

  BlockFacts facts = FactsOfBlock(study_.accession, block.id, section, file_, rules_);
  for (const Block& other : study_.blocks) {
    if (other.id == block.id)
      return Problem(section.line,
                     absl::StrCat("second block called ", block.id, "; the first holds"));
  }
  sections_.push_back(&section);
  study_.blocks.push_back(std::move(block));
  out_->blocks.push_back(std::move(facts));
}

void Builder::Blocks() {
  for (size_t i = 0; i < file_.blocks.size(); ++i) AddBlock(file_.blocks[i], i);
  int64_t images = 0, bytes = 0;
  bool all_images = !study_.blocks.empty(), all_bytes = all_images;
  for (const Block& block : study_.blocks) {
    all_images = all_images && block.image_count.has_value();
    all_bytes = all_bytes && block.bytes.has_value();
    images += block.image_count.value_or(0);
    bytes += block.bytes.value_or(0);
  }
  if (all_images) {
    study_.image_count = images;
    study_.image_count_basis = CountBasis::kStated;
  }
  if (all_bytes) study_.bytes = bytes;
}

std::vector<Builder::Valued> Builder::ValuesOf(const StudySection& section, absl::string_view key,
                                               absl::string_view ref,
                                               absl::string_view accession) const {
  const auto &values = section.Values(key), &refs = section.Values(ref),
             &ids = section.Values(accession);
  std::vector<Valued> out;
  for (size_t i = 0; i < std::max(values.size(), ids.size()); ++i) {
    Valued v;
    v.value = At(values, i);
    if (Empty(v.value, rules_)) v.value.clear();
    // One prefix for all values stands in the first cell only.
    v.id = TermId(At(ids, i), i < refs.size() ? refs[i] : At(refs, 0));
    // An id alone is a value, the address of an ontology is not.
    if (v.value.empty() && (v.id.empty() || absl::StrContains(v.id, "://"))) continue;
    if (v.value.empty()) v.value = At(ids, i);
    if (std::find(out.begin(), out.end(), v) == out.end()) out.push_back(std::move(v));
  }
  return out;
}

void Builder::Put(absl::string_view field, const std::vector<Valued>& values,
                  absl::string_view scope) {
  for (const Valued& v : values) {
    Statement statement;
    statement.field = std::string(field);
    statement.value = v.value;
    statement.stated_id = v.id;
    statement.scope = std::string(scope);
    if (field == "organism") statement.role = "sample";
    if (std::find(study_.statements.begin(), study_.statements.end(), statement) ==
        study_.statements.end()) {
      study_.statements.push_back(std::move(statement));
    }
  }
}

void Builder::PutByBlock(absl::string_view field,
                         const std::vector<std::vector<Valued>>& by_block) {
  const bool agree = std::all_of(by_block.begin(), by_block.end(),
                                 [&](const auto& v) { return v == by_block[0]; });
  for (size_t i = 0; i < by_block.size(); ++i) {
    const std::string& id = study_.blocks[i].id;
    const bool scoped = !agree && context_.with_rows.count(id) > 0;
    Put(field, by_block[i], scoped ? absl::string_view(id) : absl::string_view());
  }
}

void Builder::Statements() {
  const StudySection& s = file_.study;
  Put("study_type",
      ValuesOf(s, "Study Type", "Study Type Term Source REF", "Study Type Term Accession"), "");
  const auto organisms = ValuesOf(s, "Study Organism", "Study Organism Term Source REF",
                                  "Study Organism Term Accession");
  std::vector<std::vector<Valued>> organism, method, technology, perturbation;
  bool some_block_organism = false;
  for (size_t i = 0; i < sections_.size(); ++i) {
    const StudySection& section = *sections_[i];
    const std::string p = section.kind == "screen" ? "Screen " : "Experiment ";
    auto own = ValuesOf(section, p + "Organism", p + "Organism Term Source REF",
                        p + "Organism Term Accession");
    some_block_organism = some_block_organism || !own.empty();
    organism.push_back(own.empty() ? organisms : std::move(own));
    method.push_back(ValuesOf(section, p + "Imaging Method", p + "Imaging Method Term Source REF",
                              p + "Imaging Method Term Accession"));
    technology.push_back(ValuesOf(section, "Screen Technology Type",
                                  "Screen Technology Term Source REF",
                                  "Screen Technology Term Accession"));
    perturbation.emplace_back();
    for (absl::string_view type :
         absl::StrSplit(out_->blocks[i].perturbation_type, ',', absl::SkipWhitespace())) {
      perturbation.back().push_back({std::string(Trim(type)), ""});
    }
  }
  if (some_block_organism) {
    PutByBlock("organism", organism);
    // What the study says and no block does.
    std::vector<Valued> left;
    for (const Valued& v : organisms) {
      const bool claimed = std::any_of(organism.begin(), organism.end(), [&](const auto& block) {
        return std::find(block.begin(), block.end(), v) != block.end();
      });
      if (!claimed) left.push_back(v);
    }
    Put("organism", left, "");
  } else {
    Put("organism", organisms, "");
  }
  PutByBlock("imaging_method", method);
  PutByBlock("technology", technology);
  const size_t before = study_.statements.size();
  PutByBlock("perturbation_type", perturbation);
  // The archive states library and technology; the type is what our rules make of them.
  for (size_t i = before; i < study_.statements.size(); ++i)
    study_.statements[i].origin = Origin::kInferred;
}

// Keys whose values are in fields of their own, that repeat the form, or that hold contact data.
bool IsAttributeKey(absl::string_view key) {
  static constexpr absl::string_view kKept[] = {"Study External URL",      "Study Copyright",
                                                "Study Data Publisher",    "Study Version History",
                                                "Study License URL",       "Study Screens Number",
                                                "Study Experiments Number"};
  static constexpr absl::string_view kKeptOfBlocks[] = {
      "Sample Type", "Type", "Comments", "Data DOI", "Data Publisher", "Example Images"};
  static constexpr absl::string_view kKeptOther[] = {"Library Type",
                                                     "Library Manufacturer",
                                                     "Library Version",
                                                     "Library Assembly",
                                                     "Library Experimental Conditions",
                                                     "Assay Experimental Conditions",
                                                     "Quality Control Description",
                                                     "Raw Image Organization",
                                                     "Raw Image Data Format"};
  const auto in = [&](const auto& list, absl::string_view k) {
    return std::find(std::begin(list), std::end(list), k) != std::end(list);
  };
  if (in(kKept, key) || in(kKeptOther, key)) return true;
  for (absl::string_view prefix : {"Screen ", "Experiment "}) {
    if (absl::StartsWith(key, prefix) && in(kKeptOfBlocks, key.substr(prefix.size()))) return true;
  }
  return false;
}

void Builder::Attributes() {
  auto add = [&](const StudySection& section, absl::string_view block) {
    for (const StudyRow& row : section.rows) {
      if (!IsAttributeKey(row.key)) continue;
      std::vector<absl::string_view> filled;
      for (const std::string& value : row.values) {
        if (!value.empty()) filled.push_back(value);
      }
      if (filled.empty()) continue;
      const std::string text = WithoutContacts(absl::StrJoin(filled, "; "));
      study_.attributes.emplace_back(block.empty() ? row.key : absl::StrCat(block, ": ", row.key),
                                     std::string(CutUtf8(text, kMaxTextBytes)));
    }
  };
  add(file_.study, "");
  for (size_t i = 0; i < sections_.size(); ++i) {
    add(*sections_[i], sections_.size() > 1 ? study_.blocks[i].id : "");
  }
}

}  // namespace

StudyDraft MakeStudyDraft(const StudyFile& file, const StudyContext& context, const Rules& rules) {
  StudyDraft draft;
  Builder(file, context, rules, &draft).Build();
  return draft;
}

}  // namespace parfocal::idr
