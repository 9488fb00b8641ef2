// Counts the nesting of Turtle brackets or XML elements, and the length of literals, in the bytes
// before the parser sees them: Raptor's time for nested RDF/XML grows with the square of the depth,
// and its buffer with the literal. N-Triples counts as Turtle.
#pragma once

#include <string>

#include "absl/strings/string_view.h"
#include "parfocal/status.h"

namespace parfocal::internal {

class DepthGuard {
 public:
  enum class Syntax { kTurtle, kXml };
  DepthGuard(Syntax syntax, int limit, int64_t literal_bytes)
      : syntax_(syntax), limit_(limit), literal_bytes_(literal_bytes) {}
  // RESOURCE_EXHAUSTED as soon as a piece goes deeper than the limit, or a literal (an IRI, a
  // comment, text between two tags) is longer than `literal_bytes`. Pieces may be cut anywhere.
  absl::Status Feed(absl::string_view piece);

 private:
  enum class State : uint8_t {
    kText,
    kComment,       // Turtle: to the end of the line. XML: to "-->".
    kIri,           // Turtle: to '>'.
    kQuoted,        // Turtle: to `quote_`, or three of them if `long_`.
    kQuoteOpening,  // Turtle: one or two quotes seen.
    kTag,           // XML: inside <...>.
    kTagStart,      // XML: '<' seen.
    kDeclaration,   // XML: <! ... > with an internal subset.
    kInstruction,   // XML: <? ... ?>.
    kCdata,         // XML: to "]]>".
  };
  absl::Status Enter();
  absl::Status Turtle(char c);
  absl::Status Xml(char c);
  absl::Status XmlMarkup(char c);

  Syntax syntax_;
  int limit_;
  int64_t literal_bytes_;
  int64_t run_ = 0;  // Bytes since the state changed; in the text of Turtle 0.
  int64_t depth_ = 0;
  State state_ = State::kText;
  bool escaped_ = false;
  char quote_ = 0;  // The open quote; in an XML tag 0 if none.
  bool long_ = false;
  int quotes_ = 0;        // Quotes seen in a row.
  bool closing_ = false;  // The tag is </...>.
  char previous_ = 0;
  char before_ = 0;      // Before `previous_`.
  int brackets_ = 0;     // Of a declaration.
  std::string opening_;  // The first bytes of a declaration.
};

}  // namespace parfocal::internal
