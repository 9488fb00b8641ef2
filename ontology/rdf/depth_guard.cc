#include "depth_guard.h"

namespace parfocal::internal {

absl::Status DepthGuard::Enter() {
  if (++depth_ <= limit_) return absl::OkStatus();
  const bool turtle = syntax_ == Syntax::kTurtle;
  return WithReason(
      absl::ResourceExhaustedError(absl::StrCat(turtle ? "Turtle: brackets" : "RDF/XML: elements",
                                                " nested deeper than ", limit_)),
      "LIMIT_EXCEEDED", turtle ? "ontology.turtle_depth" : "ontology.xml_depth");
}

absl::Status DepthGuard::Feed(absl::string_view piece) {
  const bool turtle = syntax_ == Syntax::kTurtle;
  for (char c : piece) {
    const State before = state_;
    PARFOCAL_RETURN_IF_ERROR(turtle ? Turtle(c) : Xml(c));
    if (turtle && state_ == State::kText) {
      run_ = 0;  // Between literals there may be any number of short names.
    } else if (state_ != before) {
      // Of a literal of Turtle the first byte after the quote tells that it is one.
      run_ = turtle && state_ == State::kQuoted && c != quote_ ? 1 : 0;
    } else {
      ++run_;
    }
    if (run_ <= literal_bytes_) continue;
    return WithReason(absl::ResourceExhaustedError(absl::StrCat(turtle ? "Turtle" : "RDF/XML",
                                                                ": a literal is longer than ",
                                                                literal_bytes_, " bytes")),
                      "LIMIT_EXCEEDED", "ontology.literal_bytes");
  }
  return absl::OkStatus();
}

absl::Status DepthGuard::Turtle(char c) {
  if (escaped_) {
    escaped_ = false;
    return absl::OkStatus();
  }
  switch (state_) {
    case State::kComment:
      if (c == '\n') state_ = State::kText;
      return absl::OkStatus();
    case State::kIri:
      if (c == '>' || c == '\n') state_ = State::kText;
      return absl::OkStatus();
    case State::kQuoteOpening:
      if (c == quote_) {
        if (++quotes_ == 3) {
          long_ = true;
          quotes_ = 0;
          state_ = State::kQuoted;
        }
        return absl::OkStatus();
      }
      if (quotes_ == 2) {  // An empty string.
        state_ = State::kText;
        return Turtle(c);
      }
      quotes_ = 0;
      state_ = State::kQuoted;
      return Turtle(c);
    case State::kQuoted:
      if (c == '\\') {
        escaped_ = true;
        quotes_ = 0;
      } else if (c != quote_) {
        quotes_ = 0;
      } else if (++quotes_ == (long_ ? 3 : 1)) {
        state_ = State::kText;
        quotes_ = 0;
      }
      return absl::OkStatus();
    default:
      break;
  }
  if (c == '\\') escaped_ = true;
  if (c == '#' && (previous_ == 0 || previous_ <= ' ' || previous_ == '.' || previous_ == ';' ||
                   previous_ == ',' || previous_ == ']' || previous_ == ')')) {
    state_ = State::kComment;
  }
  if (c == '<') state_ = State::kIri;
  if (c == '"' || c == '\'') {
    state_ = State::kQuoteOpening;
    quote_ = c;
    quotes_ = 1;
    long_ = false;
  }
  previous_ = c;
  if (c == '[' || c == '(' || c == '{') return Enter();
  if ((c == ']' || c == ')' || c == '}') && depth_ > 0) --depth_;
  return absl::OkStatus();
}

absl::Status DepthGuard::Xml(char c) {
  if (state_ == State::kText) {
    if (c == '<') state_ = State::kTagStart;
    return absl::OkStatus();
  }
  absl::Status status = XmlMarkup(c);
  before_ = previous_;
  previous_ = c;
  return status;
}

absl::Status DepthGuard::XmlMarkup(char c) {
  switch (state_) {
    case State::kTagStart:
      closing_ = c == '/';
      quote_ = 0;
      if (c == '!') {
        state_ = State::kDeclaration;
        opening_.clear();
        brackets_ = 0;
      } else {
        state_ = c == '?' ? State::kInstruction : State::kTag;
      }
      return absl::OkStatus();
    case State::kTag:
      if (quote_ != 0) {
        if (c == quote_) quote_ = 0;
        return absl::OkStatus();
      }
      if (c == '"' || c == '\'') quote_ = c;
      if (c != '>') return absl::OkStatus();
      state_ = State::kText;
      if (closing_) {
        if (depth_ > 0) --depth_;
        return absl::OkStatus();
      }
      return previous_ == '/' ? absl::OkStatus() : Enter();
    case State::kInstruction:
      if (c == '>' && previous_ == '?') state_ = State::kText;
      return absl::OkStatus();
    case State::kComment:
      if (c == '>' && previous_ == '-' && before_ == '-') state_ = State::kText;
      return absl::OkStatus();
    case State::kCdata:
      if (c == '>' && previous_ == ']' && before_ == ']') state_ = State::kText;
      return absl::OkStatus();
    case State::kDeclaration:
      if (opening_.size() < 7) opening_.push_back(c);
      if (opening_ == "--") state_ = State::kComment;
      if (opening_ == "[CDATA[") state_ = State::kCdata;
      if (quote_ != 0) {
        if (c == quote_) quote_ = 0;
        return absl::OkStatus();
      }
      if (c == '"' || c == '\'') quote_ = c;
      if (c == '[') ++brackets_;
      if (c == ']') --brackets_;
      // Inside the subset each declaration has a '>' of its own.
      if (c == '>' && brackets_ <= 0) state_ = State::kText;
      return absl::OkStatus();
    default:
      return absl::OkStatus();
  }
}

}  // namespace parfocal::internal
