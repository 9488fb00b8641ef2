#include "unit_page.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>

namespace parfocal::sandbox {
namespace {

constexpr size_t kPageBytes = 4096;

absl::Status Failed(absl::string_view call) {
  return absl::InternalError(absl::StrCat("parser: ", call, ": ", strerror(errno)));
}

}  // namespace

struct UnitPage::Layout {
  std::atomic<uint32_t> in_hand;
  std::atomic<uint32_t> out_of_memory;
  int64_t number;
  uint32_t size;
  char document[kMaxDocumentBytes];
};

absl::StatusOr<std::unique_ptr<UnitPage>> UnitPage::Make() {
  static_assert(sizeof(Layout) <= kPageBytes);
  const int descriptor = memfd_create("parfocal-parser", MFD_CLOEXEC | MFD_ALLOW_SEALING);
  if (descriptor < 0) return Failed("memfd_create");
  void* memory = MAP_FAILED;
  // Sealed: a child that cut it would end the node with its next look at it.
  if (ftruncate(descriptor, kPageBytes) == 0 &&
      fcntl(descriptor, F_ADD_SEALS, F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_SEAL) == 0)
    memory = mmap(nullptr, kPageBytes, PROT_READ | PROT_WRITE, MAP_SHARED, descriptor, 0);
  if (memory == MAP_FAILED) {
    const absl::Status failed = Failed("shared page");
    close(descriptor);
    return failed;
  }
  return std::unique_ptr<UnitPage>(new UnitPage(static_cast<Layout*>(memory), descriptor));
}

absl::StatusOr<std::unique_ptr<UnitPage>> UnitPage::Open(int descriptor) {
  void* memory = mmap(nullptr, kPageBytes, PROT_READ | PROT_WRITE, MAP_SHARED, descriptor, 0);
  close(descriptor);
  if (memory == MAP_FAILED) return Failed("shared page");
  return std::unique_ptr<UnitPage>(new UnitPage(static_cast<Layout*>(memory), -1));
}

UnitPage::~UnitPage() {
  munmap(layout_, kPageBytes);
  if (descriptor_ >= 0) close(descriptor_);
}

void UnitPage::Enter(absl::string_view document, int64_t number) {
  layout_->in_hand.store(0, std::memory_order_release);
  const size_t size = std::min(document.size(), kMaxDocumentBytes);
  memcpy(layout_->document, document.data(), size);
  layout_->size = static_cast<uint32_t>(size);
  layout_->number = number;
  layout_->in_hand.store(1, std::memory_order_release);
}

void UnitPage::Leave() { layout_->in_hand.store(0, std::memory_order_release); }

void UnitPage::SetOutOfMemory() { layout_->out_of_memory.store(1); }

std::optional<ParseUnit> UnitPage::Read() const {
  if (layout_->in_hand.load(std::memory_order_acquire) == 0) return std::nullopt;
  // Read once: a child that still lived could change it between the check and the use.
  const uint32_t size = reinterpret_cast<const volatile uint32_t&>(layout_->size);
  return ParseUnit{std::string(layout_->document, std::min<size_t>(size, kMaxDocumentBytes)),
                   layout_->number};
}

bool UnitPage::OutOfMemory() const { return layout_->out_of_memory.load() != 0; }

}  // namespace parfocal::sandbox
