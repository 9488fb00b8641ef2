// A source definition: everything that tells a connector about one system, as data. It says where
// the records lie, what identifies them and which of their values mean what; see docs/sources.md
// for the keys, and template.h for how values are named. A new system of a known protocol is a new
// definition (deploy/sources/*.yaml) and no code.
//
// Plain values, immutable after loading; any thread.
//
// Bounds: 1 MiB of text, 10,000 rules, 100,000 words in value maps.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "parfocal/definition/template.h"
#include "parfocal/record.h"
#include "parfocal/status.h"

namespace parfocal::definition {

// Protocols whose connectors read a definition. `git-folder`: files of any kind that their names
// tell apart, also of an archive.
inline constexpr absl::string_view kProtocols[] = {"json-rest",     "xml-rest",   "table",  "rdf",
                                                   "json-ld-pages", "git-folder", "oai-pmh"};

inline constexpr size_t kMaxDefinitionBytes = 1 << 20;
inline constexpr size_t kMaxDefinitionRules = 10'000;
inline constexpr size_t kMaxMapWords = 100'000;

// What a source's word means. `id` empty: the word alone is replaced.
struct MappedWord {
  std::string value;
  std::string id;
  bool nothing = false;  // Declared to be no value of the field.
};
// By folded word.
using ValueMap = std::map<std::string, MappedWord>;

// Holds if some value is one of `is` (if there are any) and none is one of `is_not`; with neither,
// if there is a value. Words are compared as idr::Matches does: `*` is any text, case does not
// count.
struct Condition {
  ValueTemplate value;
  std::vector<std::string> is, is_not;
  bool absent = false;  // Holds if there is no value.
};

// How values are got: the first template that has any.
struct ValueRule {
  std::vector<ValueTemplate> any_of;
  bool empty() const { return any_of.empty(); }
};

struct StatementRule {
  std::string field;
  std::vector<Condition> when;
  ItemPath each;  // Empty: the record itself.
  ValueRule value, id;
  std::vector<std::string> split;  // Several values in one text are separated by one of these.
  // "{value} ({id})": both stand in one text, the separators being what stands around them.
  std::string pattern;
  std::string map;       // Name of a value map; empty: none.
  std::string role;      // Fixed.
  std::string ontology;  // Prefix for ids that have none.
  std::string unit;      // Put behind bare numbers.
  // Statements whose rules name the same group, and come of the same element of `each`, belong
  // together.
  std::string group;
};

struct ObservationFrom {
  StatementRule finding;
  ObservationKind kind = ObservationKind::kPhenotype;
  Outcome outcome = Outcome::kPositive;
  std::string level;
  ValueRule score;
};

struct PersonRule {
  std::vector<Condition> when;
  ItemPath each;
  ValueRule name, orcid, affiliation, ror;
  std::string role;
};

struct PublicationRule {
  std::vector<Condition> when;
  ItemPath each;
  ValueRule doi, pmid, pmcid, url, title, authors;
};

struct FundingRule {
  ItemPath each;
  ValueRule funder, funder_id, award;
};

struct RelationRule {
  std::vector<Condition> when;
  RelationType type = RelationType::kOther;
  ValueRule target;
  std::string because;
};

// Fields of a study. Those of the definition come first, those of the feed after them; of one value
// the feed's holds.
struct StudyRule {
  ValueRule accession, title, description, publisher, publisher_id, release_date, landing_page,
      thumbnail, data_doi, licence, bytes, file_count, image_count, data_access;
  std::string licence_map;  // Name of a value map that says what the licence's words mean.
  std::vector<ValueRule> keywords, alternate_ids;
  std::vector<PersonRule> people;
  std::vector<PublicationRule> publications;
  std::vector<FundingRule> funding;
  std::vector<RelationRule> relations;
  std::vector<StatementRule> statements;
  std::vector<ValueRule> attributes;  // Paths; the key is the path.
};

// A word that names one of a few states, through the definition's map of that name.
template <typename T>
struct StateRule {
  ValueRule value;
  std::map<std::string, T> words;  // Folded; `*` is a pattern.
};

// Image sets beneath a study: one for each element of `each`, or one.
struct SetRule {
  std::vector<Condition> when;
  ItemPath each;
  ValueRule id, block, plate, well, image_count, derived_from;
  CountBasis basis = CountBasis::kStated;
  bool images_available = true;
  StateRule<ControlType> control;
  StateRule<Quality> quality;
  StateRule<ImageKind> image_kind;
  ValueRule size_x, size_y, size_z, size_c, size_t_, pixel_x, pixel_y, pixel_z;
  std::string pixel_unit = "um";
  std::vector<StatementRule> statements;
  std::vector<ObservationFrom> observations;
  // Attributes: every text of the record or the element beside lists and objects, unless named
  // here; then those paths.
  std::vector<ValueRule> attributes;
  bool all_attributes = true;
};

enum class PagingKind : uint8_t {
  kFiles,
  kPage,
  kOffset,
  kCursor,  // A token in the answer.
  kLink,    // An address in the answer.
  kHeader,  // An address in the answer's header `Link`, rel="next".
  kFollow,  // Every address that an answer names is read as well, each once.
};

// How a list is read over http(s). The first address is the source's location and `path` behind it.
// With `window_days` the list is asked for span after span, and `{from}` and `{until}` in the path
// are the first and the last day of each.
struct Paging {
  PagingKind kind = PagingKind::kFiles;
  std::string path;            // Behind the location; may hold `?query`.
  std::string parameter;       // Of the page, the offset or the cursor.
  std::string size_parameter;  // Of the page size; empty: not sent.
  int64_t size = 100;
  int64_t first = 1;         // Number of the first page.
  ItemPath next;             // kCursor, kLink, kFollow: where the answer says how to go on.
  std::string media_types;   // Header `Accept`; empty: any.
  int64_t window_days = 0;   // 0: no windows.
  std::string window_first;  // YYYY-MM-DD, the day that the first window begins with.
  // The path when what changed is enough, with `{since}` (YYYY-MM-DD) or `{since_epoch}` (seconds):
  // the day before the last COMPLETE run began. Empty: every run lists everything.
  std::string changes;
  int64_t full_days = 30;  // So often everything is listed all the same.
};

// A list that names records instead of giving them: each of its entries is an address, and the
// document there is read. The record has the entry as its field `@list`. Over a folder or an
// archive there is no list: the files are the documents.
struct DetailRule {
  ValueTemplate path;  // Of the entry; an address of the same host, or below the location.
  ValueTemplate tag;   // What changes with the document; the same again: it is not fetched.
  std::vector<Condition> when;  // Of the entry.
  std::string records;          // Within the document.
  std::string protocol;         // How the document is read; empty: as the definition says.
  std::string media_types;      // Header `Accept`; empty: any.
};

// A listing of files with the ids of their contents, as the tree of a Git repository: with it an
// http(s) location is read like a folder, and a file whose id is known is not fetched.
struct TreeRule {
  std::string path;              // Of the listing (JSON), below the location or an address.
  std::string records = "tree";  // Where the entries are.
  ValueTemplate name, tag;       // Of an entry; default {path} and {sha}.
};

// Files whose path below the location is as some pattern says, where `*` is any text, and as none
// that begins with `!`.
struct FileChoice {
  std::vector<std::string> match;
};

// Records of another file that belong to a record: they become its field `name`, a list.
struct JoinRule {
  std::string name;
  FileChoice files;
  std::string records;
  ValueTemplate here, there;
  bool required = false;  // A record without any is none of ours.
};

// What becomes of a record that is called like an earlier one and says something else. One that
// repeats it to the byte counts once in any case but kNumber.
enum class RepeatRule : uint8_t {
  kReject,  // It is refused.
  kNumber,  // Image sets are told apart by their order (#2, #3).
  kFirst,   // The first counts: the same thing in answers of different days.
};

struct FeedRule {
  std::string name;
  FileChoice files;
  Paging paging;
  std::string records;    // Names with `/` between them; empty: the document itself.
  std::string separator;  // Of a table: "," or tab; empty: by the name of the file.
  std::vector<Condition> when;
  std::vector<JoinRule> joins;
  std::optional<DetailRule> detail;
  StudyRule study;
  std::vector<SetRule> sets;
  RepeatRule repeats = RepeatRule::kReject;
};

enum class DeletionRule : uint8_t {
  kWholeList,  // What a complete local listing lacks is gone; over http(s) two must agree.
  kTwoLists,   // Always two.
};

struct SourceDefinition {
  std::string name;      // For people.
  std::string protocol;  // See kProtocols.
  DeletionRule deletion = DeletionRule::kWholeList;
  std::string licence;   // Where a record states none.
  int64_t pause_ms = 0;  // Between requests, besides what the fetcher keeps.
  StudyRule study;       // For every feed.
  std::map<std::string, ValueMap> maps;
  std::vector<FeedRule> feeds;
  std::optional<TreeRule> tree;
  // Of `rdf`: what a prefix stands for, such as dct: "http://purl.org/dc/terms/". Names of classes
  // and properties are written with them.
  std::map<std::string, std::string> prefixes;
  // Of `oai-pmh`, which maps its formats by itself: options of the connector, and nothing else.
  std::map<std::string, std::string> options;
  uint64_t fingerprint = 0;  // Of the text: another definition has another.
  std::string place;         // Of the definition, for evidence and messages.
};

// The tree of a Git host, listed at `path`.
absl::StatusOr<TreeRule> DefaultTree(const std::string& path);

// Reads a definition from YAML. INVALID_ARGUMENT names `place` and the line: not YAML, a key that
// is not known (with those that are), a key twice, a value of the wrong form, a bound, a protocol
// that is not built.
absl::StatusOr<SourceDefinition> ParseDefinition(absl::string_view yaml, absl::string_view place);

// Reads the file at `path`. NOT_FOUND if there is none; otherwise as ParseDefinition.
absl::StatusOr<SourceDefinition> LoadDefinition(const std::string& path);

}  // namespace parfocal::definition
