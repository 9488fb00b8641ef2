// What one asks the phenotype matrix and what it answers; plain values. The messages of
// proto/parfocal/v1/phenotype_service.proto mirror them field by field.
//
// Words: a *subject* is what was perturbed, a gene or a compound. A *screen* is a block (screen or
// experiment) of a study; the block is empty for a study without blocks. A *finding* is one
// observation of an image set, of one kind, with one term. Counts are of image sets unless said
// otherwise; an image set counts once for a term however many of its columns say it.
//
// Units: information content is in bits. Organisms, terms and genes are canonical CURIEs.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "parfocal/gene_lookup.h"
#include "parfocal/record_store.h"

namespace parfocal::phenotype {

// Which observations count. Empty members do not restrict. Where something is, is said of genes
// whose product is labelled; every other kind of finding is of perturbed genes and of compounds.
struct Scope {
  ObservationKind kind = ObservationKind::kPhenotype;
  std::vector<std::string> organisms;           // CURIEs, labels or synonyms; what lies below too.
  std::vector<std::string> studies;             // "accession" or "accession/block".
  std::vector<std::string> sources;             // Ids.
  std::vector<std::string> perturbation_types;  // Without regard to case.
  // Only image sets in which one gene alone was perturbed (or labelled): a reagent with several
  // targets (`a;b`) counts for each of them otherwise.
  bool single_target = false;
};

// A page of a list. The whole list is computed for each page, on the snapshot that is asked.
struct Window {
  size_t offset = 0;
  size_t limit = 100;
};

struct Explain {
  struct Expansion {
    std::string asked, term, label;
    int64_t terms = 0;                   // Of the ontology below it, itself included.
    std::vector<std::string> seen;       // Of them, those that observations in scope assert.
    std::vector<std::string> bad_edges;  // "child label (CURIE)": what the closure leaves out.
    std::vector<std::string> bridged;    // CURIEs that bridges brought in.
  };
  std::vector<Expansion> terms;
  std::vector<std::string> studies;   // "accession/block", or "accession" without blocks; sorted.
  std::vector<std::string> left_out;  // What and why, with counts.
  std::vector<std::string> rules;
};

// Support for one term in one screen by one type of perturbation.
struct TermEvidence {
  std::string source, study, block;
  std::string term, label;
  std::string perturbation_type;  // Several of one screen are joined by ", "; may be empty.
  std::string level;              // As stated; several are joined by ", ".
  int64_t positive = 0;
  int64_t negative = 0;
  int64_t single_target = 0;                    // Of `positive`: the reagent had no other target.
  int64_t without_image = 0;                    // Of `positive`: the source has no image of it.
  std::vector<std::string> source_identifiers;  // Of `positive`, else of `negative`; sorted.
  std::vector<std::string> scores;              // Of positives, distinct; at most 10.
  std::string bridge;
};

struct PooledGene {
  std::string gene, symbol, organism;
  std::vector<std::string> sources;
  int32_t orthologs = 0;     // In the species pooled to.
  int32_t co_orthologs = 0;  // Genes of its own species that are orthologs of the gene pooled to.
};

struct GeneHit {
  std::string gene;  // Empty: no gene table has the source's identifier.
  std::string symbol, organism;
  std::vector<std::string> source_identifiers;
  // Studies with support; with pooling those of orthologs that are not one-to-one are not counted,
  // so that it may be 0.
  int32_t studies = 0;
  std::vector<TermEvidence> evidence;  // By study, block, term, type.
  std::vector<PooledGene> pooled_from;
};

struct FindQuery {
  std::string expression;
  bool exact = false;
  Scope scope;
  int32_t min_studies = 1;
  bool bridges = false;
  // Genes alone. A CURIE, label or synonym of a species.
  std::string pool_to;
  int32_t min_ortholog_sources = 1;
  // Compounds alone.
  bool without_effect = false;
  Window window;
};

struct FoundGenes {
  std::vector<GeneHit> genes;  // Most studies first, then by symbol, then by id.
  int64_t total_size = 0;
  int64_t total_source_identifiers = 0;
  int64_t total_single_target_identifiers = 0;  // Of image sets with one target alone.
  int64_t total_image_sets = 0;
  Explain explain;
};

struct CompoundHit {
  std::string compound;  // Empty: the source states no id.
  std::string name;
  std::vector<std::string> source_identifiers;
  int32_t studies = 0;
  std::vector<TermEvidence> evidence;
  // Over the screens in scope; with `without_effect` these say on what the answer rests.
  int64_t image_sets = 0, controls = 0, failed = 0;
};

struct FoundCompounds {
  std::vector<CompoundHit> compounds;  // Most studies first, then by name, then by id.
  int64_t total_size = 0;
  Explain explain;
};

struct GeneProfile {
  struct Entry {
    std::string term, label;
    std::vector<TermEvidence> evidence;
    int64_t positive = 0, negative = 0;
    std::string direction;  // increased, decreased, abnormal or empty.
  };
  struct Ancestor {
    std::string term, label;
    int32_t scored = 0;    // Terms at or below it that were scored.
    int32_t negative = 0;  // Of them never positive.
  };
  struct Screen {
    std::string source, study, block;
    std::vector<std::string> perturbation_types;
    int64_t image_sets = 0;  // Controls and failed ones excluded.
    int64_t controls = 0, failed = 0;
    int64_t with_finding = 0;  // Of `image_sets`, of the kind asked for, positive.
    std::vector<std::string> source_identifiers;
  };
  std::string asked;
  GeneResolution resolution;
  // The rest is empty unless resolution.outcome is kOne.
  std::string gene, symbol, organism;
  std::vector<Entry> terms;         // By id.
  std::vector<Ancestor> ancestors;  // Most scored first, then by id; at most 100.
  std::vector<Screen> screens;      // By study and block.
  std::vector<std::string> source_identifiers;
};

enum class Measure : uint8_t { kSimGic = 0, kResnikBma };

struct SharedTerm {
  std::string term, label;
  double information_content = 0;
};

// What the information content is computed from. All empty: every gene of the matrix with a finding
// of the kind. `genes` and `scope` may go together; `frequencies` stand alone.
struct Background {
  struct Frequency {
    std::string term;   // A CURIE in any spelling, or a label.
    int64_t genes = 0;  // With it or one below it; at most `total_genes`.
  };
  std::vector<std::string> genes;  // At most kMaxNames.
  std::string organism;            // Of the names.
  std::optional<Scope> scope;      // Its kind does not count: that of the query does.
  std::vector<Frequency> frequencies;
  int64_t total_genes = 0;
};

// A name of the request that is not used, and what came of it.
struct UnusedName {
  std::string asked;
  GeneResolution resolution;
};

struct SimilarQuery {
  std::string gene, organism;
  Scope scope;
  Measure measure = Measure::kSimGic;
  Window window = {0, 50};
  Background background;
};

struct SimilarAnswer {
  struct Match {
    std::string gene, symbol, organism;
    double score = 0;
    std::vector<SharedTerm> shared;  // Most specific ones, most informative first; at most 20.
  };
  std::vector<Match> genes;  // Best first; ties by symbol, then by id. Score 0 is left out.
  int64_t total_size = 0;
  GeneResolution resolution;
  int64_t background_size = 0;  // Genes.
  std::vector<UnusedName> background_not_used;
  Explain explain;
};

struct CompareQuery {
  std::vector<std::string> a, b;  // One gene, or CURIEs of terms; at most 500.
  std::string organism;
  Scope scope;
  Background background;
  Window window;  // Of the shared terms.
};

struct Comparison {
  double sim_gic = 0, resnik_bma = 0;
  std::vector<SharedTerm> shared;
  int64_t total_size = 0;                     // Shared terms.
  GeneResolution resolution_a, resolution_b;  // Unset (kUnknown, no candidate) for terms.
  int64_t background_size = 0;                // Genes.
  std::vector<UnusedName> background_not_used;
  Explain explain;
};

struct EnrichTermsQuery {
  std::vector<std::string> genes;
  std::string organism;
  Scope scope;
  double max_q = 1;
  Window window;
};

struct EnrichGenesQuery {
  std::string expression;
  bool exact = false;
  Scope scope;
  double max_q = 1;
  Window window;
};

struct Enrichment {
  std::string id, label;
  int64_t list_hits = 0, list_size = 0, background_hits = 0, background_size = 0;
  double p = 1, q = 1;
  std::vector<std::string> genes;  // Symbols (or ids) of the list that have it; at most 500.
};

struct Enrichments {
  std::vector<Enrichment> rows;  // Smallest p first, then by id.
  int64_t total_size = 0;        // Within `max_q`.
  std::vector<UnusedName> not_used;
  int64_t tested = 0;
  Explain explain;
};

struct NetworkQuery {
  // One of the three.
  std::string expression;
  std::vector<std::string> genes;
  std::string profile_of;
  std::string organism;
  bool exact = false;
  Scope scope;
  double min_information_content = 3;
  int32_t min_studies = 1;
  std::string pool_to;
  int32_t min_ortholog_sources = 1;
  bool interactions = false;
  bool bridges = false;
  int32_t max_nodes = 500;
  int32_t max_edges = 5000;
};

struct Network {
  struct Node {
    std::string id;  // CURIE, or "organism|identifier" for what no gene table has.
    std::string symbol, organism;
    int32_t studies = 0;
    std::vector<std::string> terms, labels;  // Asserted; in parallel, by id.
    std::vector<std::string> source_identifiers;
    std::vector<PooledGene> pooled_from;
  };
  struct Edge {
    std::string source, target;
    std::string kind;  // "phenotype" or "interaction".
    double weight = 0;
    std::vector<SharedTerm> shared;
    std::vector<uint32_t> credits;            // Studies of either gene: places in `credits` below.
    std::vector<std::string> common_studies;  // Accessions.
    std::vector<std::string> databases;       // Of an interaction; sorted.
  };
  struct Credit {
    std::string source, study, title, credit, paper_doi, data_doi, licence, url;
  };
  std::vector<Node> nodes;
  std::vector<Edge> edges;
  std::vector<Credit> credits;  // By accession, then by source: one for each of the two together.
  int64_t edges_left_out = 0;
  std::vector<UnusedName> not_used;
  Explain explain;
};

struct SampledTerms {
  struct Row {
    std::string term, label;
    std::string category;  // Label of its ancestor next below the root.
    int64_t positive = 0, negative = 0;
    int64_t genes = 0, genes_rolled_up = 0;
    int32_t screens = 0, studies = 0;
    double information_content = 0;
    // Image sets that show it but are controls, or failed; in none of the counts above.
    int64_t controls = 0, failed = 0;
  };
  std::vector<Row> rows;  // Most genes first, then by term.
  int64_t total_size = 0;
};

struct Coverage {
  struct Species {
    std::string organism, label;
    int64_t assayed = 0, in_one_study = 0, in_two_studies = 0, in_three_studies = 0;
    int64_t pairs_in_two_studies = 0;
    int64_t unresolved_identifiers = 0;
  };
  struct Screen {
    std::string source, study, block;
    std::string organism;  // Several are joined by ", ".
    int64_t perturbed = 0, controls = 0, failed = 0;
    int64_t positive = 0, negative = 0, unattributed = 0;  // Observations.
    int64_t genes = 0, genes_with_finding = 0;
  };
  // A window counts species first, then screens.
  std::vector<Species> species;
  std::vector<Screen> screens;
  int64_t total_size = 0;
};

struct UnattributedFindings {
  struct Row {
    std::string source, study, block;
    std::string reason, finding;
    int64_t observations = 0;
    std::string example;  // Id of one of the image sets.
  };
  std::vector<Row> rows;
  int64_t total_size = 0;
};

struct EvidenceQuery {
  enum class Which : uint8_t { kPositives = 0, kNegatives, kControls, kFailed };
  std::string subject;  // Empty: whatever was done; then `scope.studies` must not be.
  std::string organism;
  std::string expression;  // Empty: every finding.
  bool exact = false, bridges = false;
  Scope scope;
  Which which = Which::kPositives;
  Window window;
};

struct EvidenceItem {
  RecordName image_set;
  // As the store has it now; the record itself, its control and quality are in it.
  StoredRecord record;
  // Index of the finding in the image set's observations; -1 for a control or a failed image set
  // without one.
  int32_t observation = -1;
  // Where it stands in the whole list: items of the page may be missing.
  size_t position = 0;
};

struct Evidence {
  std::vector<EvidenceItem> items;  // By name.
  int64_t total_size = 0;
  GeneResolution resolution;  // Of the subject; kOne for a compound as well.
  Explain explain;
};

}  // namespace parfocal::phenotype
