// SHA-256 of many short texts: one digest after another from the same context.
#pragma once

#include <initializer_list>
#include <string>

#include "absl/strings/string_view.h"

struct evp_md_ctx_st;

namespace parfocal::catalogue {

inline constexpr size_t kSha256Bytes = 32;

// Not thread-safe: one per thread.
class Sha256 {
 public:
  Sha256();
  ~Sha256();
  Sha256(const Sha256&) = delete;
  Sha256& operator=(const Sha256&) = delete;

  // Returns the 32 bytes for the concatenation of `parts`.
  std::string Of(std::initializer_list<absl::string_view> parts);

  // The same in steps: Begin, any number of Update, Finish.
  void Begin();
  void Update(absl::string_view bytes);
  std::string Finish();

 private:
  evp_md_ctx_st* context_;
};

}  // namespace parfocal::catalogue
