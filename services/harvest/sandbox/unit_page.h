// A page of memory that a parser child and the node share: which unit of parsing the child has in
// hand. It outlives the child, whatever that dies of. The child writes, the node reads what it
// finds there as the bytes of a stranger.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "absl/strings/string_view.h"
#include "parfocal/status.h"

namespace parfocal::sandbox {

// Of a document's name; longer ones are cut.
inline constexpr size_t kMaxDocumentBytes = 2000;

struct ParseUnit {
  std::string document;
  int64_t number = 0;
};

class UnitPage {
 public:
  // In the node: makes a page that cannot shrink. INTERNAL.
  static absl::StatusOr<std::unique_ptr<UnitPage>> Make();
  // In the child: the page behind `descriptor`, which is closed.
  static absl::StatusOr<std::unique_ptr<UnitPage>> Open(int descriptor);
  ~UnitPage();
  UnitPage(const UnitPage&) = delete;
  UnitPage& operator=(const UnitPage&) = delete;

  int descriptor() const { return descriptor_; }

  void Enter(absl::string_view document, int64_t number);
  void Leave();
  // May be called where no memory is left.
  void SetOutOfMemory();

  std::optional<ParseUnit> Read() const;
  bool OutOfMemory() const;

 private:
  struct Layout;
  UnitPage(Layout* layout, int descriptor) : layout_(layout), descriptor_(descriptor) {}

  Layout* const layout_;
  const int descriptor_;  // -1 in the child.
};

}  // namespace parfocal::sandbox
