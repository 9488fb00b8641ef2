// A place in a text that is being parsed: what the parsers of both grammars stand on.
#pragma once

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "parfocal/filter/filter.h"
#include "tree.h"

namespace parfocal::syntax {

inline bool IsSpace(char c) { return absl::ascii_isspace(static_cast<unsigned char>(c)); }

class Scanner {
 protected:
  // `language` names the grammar in messages and limits ("filter"), `reason` its syntax errors.
  Scanner(absl::string_view text, absl::string_view language, absl::string_view reason)
      : text_(text), language_(language), reason_(reason) {}

  bool AtEnd() const { return at_ >= text_.size(); }
  void SkipSpace() {
    while (!AtEnd() && IsSpace(text_[at_])) ++at_;
  }
  absl::Status Fail(absl::string_view why) const { return FailAt(at_, why); }
  absl::Status FailAt(size_t offset, absl::string_view why) const {
    return WithReason(
        absl::InvalidArgumentError(absl::StrCat(language_, ": ", why, " at byte ", offset)),
        reason_, language_);
  }
  absl::Status TooDeep() const {
    return LimitError(language_, absl::StrCat("nested too deep near byte ", at_),
                      absl::StrCat(language_, "_depth"), kMaxSyntaxDepth);
  }
  // Call at each leaf; `leaves` names what there are too many of.
  absl::Status CountLeaf(absl::string_view leaves) {
    if (++leaves_ <= kMaxSyntaxLeaves) return absl::OkStatus();
    return LimitError(language_, absl::StrCat("too many ", leaves, " at byte ", at_),
                      absl::StrCat(language_, "_leaves"), kMaxSyntaxLeaves);
  }

  const absl::string_view text_;
  size_t at_ = 0;

 private:
  const absl::string_view language_, reason_;
  int leaves_ = 0;
};

}  // namespace parfocal::syntax
