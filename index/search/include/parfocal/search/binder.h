// Gives the words and the filter of a request their meaning: fields of the schema, terms of the
// ontologies, values in use. What was understood is written into the explain steps, one for each
// leaf.
//
// Thread safety: a Binder may be used by any number of threads.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "parfocal/query.h"
#include "parfocal/schema/schema.h"
#include "parfocal/search/everyday_words.h"
#include "parfocal/search_index.h"
#include "parfocal/status.h"
#include "parfocal/term_lookup.h"

namespace parfocal {

inline constexpr size_t kMaxClosureTerms = 200000;

// A search as a caller writes it.
struct SearchText {
  std::string query;   // See filter/query_parser.h.
  std::string filter;  // See filter/filter.h.
  SearchLevel level = SearchLevel::kStudy;
  SearchOrder order = SearchOrder::kRelevance;
  int page_size = 25;
  std::string after;
  std::vector<FacetSpec> facets;
  bool snippets = false;
  bool exact = false;                    // Words mean themselves.
  std::optional<RecordName> similar_to;  // A study: see Snapshot::LikenessOf.
  std::vector<TableSpec> tables;
  std::vector<HistogramSpec> histograms;
  bool corrections = false;
};

// Keys under which the values of a field lie that a person calls by a name no ontology gives them:
// genes by any of their names, cell lines by any of their ids. Empty if there are none.
using OtherNames =
    std::function<std::vector<std::string>(const Field& field, absl::string_view text)>;

class Binder {
 public:
  // `terms` may be nullptr: no ontology, values mean themselves. `everyday` may be nullptr: none.
  // All must outlive it.
  Binder(const TermLookup* terms, const Snapshot* snapshot, OtherNames names = nullptr,
         const EverydayWords* everyday = nullptr)
      : terms_(terms), snapshot_(snapshot), names_(std::move(names)), everyday_(everyday) {}

  // What words side by side mean, unless `exact` is set: themselves, each somewhere on the row, or
  // what they name, the longest names first:
  //   an everyday word            see everyday_words.h
  //   a term, by label, by exact  it and all of its descendants, in any field whose terms roll up
  //   synonym or by id            and in which words are looked for
  //   a cell line or a gene       by any of its names; a gene only if it is written like a symbol
  // Words that say nothing are passed over beside others; a single character must stand beside the
  // next word. Phrases and words of one field (`title:actin`) mean themselves.

  // What a condition `field = "v"` means:
  //   term field that rolls up   the term with that id (an obsolete one: its replacement), or else
  //                              the terms with that label, or else exact synonym, in the field's
  //                              ontologies, each with all of its descendants; or else the values
  //                              in use with that key or label. `field.exact`: without descendants.
  //                              An id that no ontology describes: with the values in use that
  //                              count as one with it, since they have the same words.
  //   stated_x                   the values that the archive wrote so: id or words.
  //                              `stated_x.closure`: with the descendants of their terms.
  //                              A value of another name (OtherNames) is meant, too.
  //   keyword, flag, other terms the values of that other name, with the words of that very key
  //                              which no rule mapped; without one the values in use with that key
  //                              or label, without regard to case, or else to hyphens and blanks
  //   number, date               equal to; a date of less than a day is all of its days
  //   attribute["key"]           the values written so, or, if "v" is a number, that are the same
  //   one
  //                              (NumberIn); `attribute` alone: of any key
  // `field:"v"` means "contains", without regard to case. <, <=, >, >= stand with numbers and
  // dates.
  //
  // INVALID_ARGUMENT with reason FILTER_SYNTAX, QUERY_SYNTAX, LIMIT_EXCEEDED, FILTER_UNKNOWN_FIELD
  // (with the nearest names) or FILTER_TYPE.
  absl::StatusOr<BoundQuery> Bind(const SearchText& text) const;

 private:
  const TermLookup* const terms_;
  const Snapshot* const snapshot_;
  const OtherNames names_;
  const EverydayWords* const everyday_;
};

}  // namespace parfocal
