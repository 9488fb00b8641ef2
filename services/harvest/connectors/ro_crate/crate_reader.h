// What the readers of the parts of a crate share: the graph, the limits, and the notes for a
// curator.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "crate_graph.h"
#include "parfocal/identifiers/identifiers.h"
#include "parfocal/record.h"
#include "parfocal/ro_crate/crate_parser.h"

namespace parfocal::crate {

struct Note {
  std::string entity;
  std::string reason;
};

// Borrows everything; lives while one crate is read.
class Reader {
 public:
  Reader(const Graph& graph, const Entity& root, const CrateLimits& limits)
      : graph_(graph), root_(root), limits_(limits) {}

  const Graph& graph() const { return graph_; }
  const Entity& root() const { return root_; }
  const CrateLimits& limits() const { return limits_; }
  const std::vector<Note>& notes() const { return notes_; }

  // Keeps the note; beyond the limit of notes one that says so takes the place of the rest.
  void Add(absl::string_view entity, absl::string_view reason);

  // `text` as it is stored: trimmed, control characters as blanks, contacts of people masked, at
  // most `limit` bytes (cut between characters, with a note about `property`).
  std::string Clean(absl::string_view text, size_t limit, const Entity& entity,
                    absl::string_view property);

  // The first text or number of the property; "" if there is none. A reference counts by the name
  // of what it leads to.
  std::string Text(const Entity& entity, absl::string_view property, size_t limit);

  // Name, else the given and family name, else "".
  std::string NameOf(const Entity& entity);

  // What a value says in words: the text, the name of the entity, else the reference itself.
  std::string Words(const Value& value, const Entity& entity, absl::string_view property);

 private:
  const Graph& graph_;
  const Entity& root_;
  const CrateLimits& limits_;
  std::vector<Note> notes_;
};

// A reference within the crate: no identity outside of it.
bool IsLocalId(absl::string_view id);

// crate_people.cc
void ReadPeople(Reader* reader, Study* study);
void ReadPublications(Reader* reader, Study* study);
void ReadFunding(Reader* reader, Study* study);

// crate_statements.cc
void ReadStatements(Reader* reader, Study* study);

}  // namespace parfocal::crate
