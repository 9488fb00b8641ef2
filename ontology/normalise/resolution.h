// What the words and the id of one statement come to.
#pragma once

#include <string>

#include "parfocal/statement.h"

namespace parfocal {

struct Resolution {
  std::string term;
  std::string label;
  TermRule rule = TermRule::kUnmapped;
  float confidence = 1.0f;
  bool conflict = false;
  std::string evidence;

  bool mapped() const { return !term.empty(); }
};

inline constexpr float kSynonymConfidence = 0.9f;
inline constexpr float kFoldedConfidence = 0.9f;

}  // namespace parfocal
