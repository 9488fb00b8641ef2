// The record model: a Study (one deposition with an accession) and an ImageSet (the unit that the
// source itself annotates: a well, an image, a table row). Plain values, no behaviour; the proto
// messages in proto/parfocal/v1/record.proto mirror them and services/ alone converts.
//
// Personal data: there is no field for e-mail addresses, telephone numbers or donor identifiers.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "parfocal/statement.h"

namespace parfocal {

enum class CountBasis : uint8_t {
  kUnknown = 0,  // Nobody says how many: the set counts as one "set of unknown size".
  kCounted = 1,  // We counted entries that the source lists.
  kStated = 2,   // The source states the number.
};

// What the images are. Only kOriginal and kUnspecified count as original images.
enum class ImageKind : uint8_t {
  kUnspecified = 0,
  kOriginal,
  kMask,
  kLabel,
  kCalibration,
  kDerived
};

enum class ControlType : uint8_t { kNone = 0, kNegative, kPositive, kEmpty, kOther };

enum class Quality : uint8_t { kNotStated = 0, kPassed, kFailed };

// A tri-state flag. kNotStated is never treated as kYes.
enum class Tristate : uint8_t { kNotStated = 0, kNo, kYes };

struct Licence {
  std::string stated;  // As the source writes it (name or URL).
  std::string url;     // Canonical URL if the licence is known, else empty.
  std::string spdx;    // SPDX id if the licence is known, else empty.
  Tristate commercial_use = Tristate::kNotStated;
  Tristate derivatives = Tristate::kNotStated;
  Tristate share_alike = Tristate::kNotStated;
  Tristate attribution = Tristate::kNotStated;
  friend bool operator==(const Licence&, const Licence&) = default;
};

// Access to the data (not to the record).
enum class DataAccess : uint8_t { kNotStated = 0, kOpen, kRegistered, kControlled, kEmbargoed };

struct Person {
  std::string name;
  std::string orcid;  // 0000-0000-0000-000X, checked; empty if absent or malformed.
  std::string affiliation;
  std::string ror;                 // https://ror.org/...
  std::vector<std::string> roles;  // "author", "submitter", "contact", ... lower case
  friend bool operator==(const Person&, const Person&) = default;
};

struct Publication {
  std::string doi;    // Lower case, without resolver: 10.1083/jcb.201103168
  std::string pmid;   // Digits.
  std::string pmcid;  // PMC + digits.
  std::string url;    // Whatever is neither of the above.
  std::string title;
  std::string authors;
  friend bool operator==(const Publication&, const Publication&) = default;
};

struct Funding {
  std::string funder;
  std::string funder_id;
  std::string award;
  friend bool operator==(const Funding&, const Funding&) = default;
};

enum class RelationType : uint8_t {
  kUnspecified = 0,
  kCopy,
  kConversion,
  kSubset,
  kSameSpecimen,
  kSamePaper,
  kOther
};

struct Relation {
  RelationType type = RelationType::kUnspecified;
  std::string target;   // A record name, an accession of another archive, or a URL.
  std::string because;  // The rule and the value that made it.
  Origin origin = Origin::kStated;
  friend bool operator==(const Relation&, const Relation&) = default;
};

// Ground truth or other annotations of images (after MIFA).
struct AnnotationSet {
  std::string kind;    // masks, boxes, points, tracks, class_labels, other
  std::string method;  // manual, semi_automatic, predicted, simulated; empty if not stated
  std::string coverage;
  std::string description;
  Licence licence;
  std::string name;    // As the archive calls it.
  std::string target;  // What is annotated: "nucleus", "cell"; empty if not stated.
  friend bool operator==(const AnnotationSet&, const AnnotationSet&) = default;
};

// A part of a study that its archive describes separately: a screen or an experiment.
struct Block {
  std::string id;    // "screenA", "experimentB"
  std::string kind;  // "screen" or "experiment"
  std::string name;
  std::string description;
  std::optional<int64_t> image_count;  // As stated for the block.
  std::optional<int64_t> bytes;
  friend bool operator==(const Block&, const Block&) = default;
};

// A key of the source's own with its value, verbatim (trimmed of white space at the ends).
using Attribute = std::pair<std::string, std::string>;

struct Study {
  std::string source;     // Id of the source, such as "idr".
  std::string accession;  // The source's own.
  std::string title;
  std::string description;  // Empty if the source only repeats the accession.
  std::vector<std::string> keywords;
  std::string publisher;     // Name as stated.
  std::string publisher_id;  // IRI as stated, canonical.
  std::string release_date;  // YYYY, YYYY-MM or YYYY-MM-DD; empty if not stated.
  std::string landing_page;
  std::string thumbnail;
  std::string data_doi;
  std::vector<std::string>
      alternate_ids;  // Accessions of the same deposition elsewhere, as stated.
  std::vector<Person> people;
  std::vector<Publication> publications;
  std::vector<Funding> funding;
  Licence licence;
  DataAccess data_access = DataAccess::kNotStated;
  std::vector<Statement> statements;
  std::vector<AnnotationSet> annotation_sets;
  std::vector<Relation> relations;
  std::vector<Block> blocks;
  std::optional<int64_t> bytes;
  std::optional<int64_t> file_count;
  std::optional<int64_t> image_count;  // Of the whole study, as stated or counted.
  CountBasis image_count_basis = CountBasis::kUnknown;
  std::vector<Attribute> attributes;
  friend bool operator==(const Study&, const Study&) = default;
};

enum class ObservationKind : uint8_t {
  kPhenotype = 0,
  kLocalisation,
  kExpression,
  kAnatomy,
  kDiagnosis,
  kNormal,
  kOther
};
enum class Outcome : uint8_t {
  kNotScored = 0,
  kPositive = 1,
  kTestedNegative = 2,  // Not a control, quality passed, imaged, scored for that very term.
};

// A finding about what the ImageSet shows, at the level at which the source states it.
struct Observation {
  ObservationKind kind = ObservationKind::kPhenotype;
  Outcome outcome = Outcome::kNotScored;
  std::string level;  // "gene", "well", "compound", "reagent", "image", ... as stated, folded
  // The finding. `field` is "phenotype", "localisation", "expression", "anatomy", "diagnosis".
  // A name that the archive maps to two terms gives two Observations with the same group.
  Statement finding;
  std::string score;  // As stated.
  friend bool operator==(const Observation&, const Observation&) = default;
};

struct Extents {
  std::optional<int64_t> x, y, z, c, t;
  std::optional<double> pixel_size_x_um, pixel_size_y_um, pixel_size_z_um;
  friend bool operator==(const Extents&, const Extents&) = default;
};

struct ImageSet {
  std::string source;
  std::string study;  // Accession.
  std::string id;     // From the source's own keys: "screenA/Plate1/A1".
  std::string block;  // "screenA"; empty if the study has no blocks.
  std::string plate;
  std::string well;
  std::optional<int64_t> image_count;
  CountBasis image_count_basis = CountBasis::kUnknown;
  bool images_available = true;  // False: the source lists the unit but has no image of it.
  ImageKind image_kind = ImageKind::kUnspecified;
  std::string derived_from;  // Id of the ImageSet that it was made from.
  Extents extents;
  ControlType control = ControlType::kNone;
  std::string control_stated;
  Quality quality = Quality::kNotStated;
  std::string quality_stated;
  std::vector<Statement> statements;
  std::vector<Observation> observations;
  std::vector<Attribute> attributes;  // Every non-empty cell, by the source's column name.
  friend bool operator==(const ImageSet&, const ImageSet&) = default;
};

using Record = std::variant<Study, ImageSet>;

}  // namespace parfocal
