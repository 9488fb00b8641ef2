// A segment file whose header checksum is right and whose content is anything: it is refused, or it
// can be read from end to end.
#include <sys/mman.h>
#include <unistd.h>
#include <xxhash.h>

#include <cstdlib>
#include <cstring>
#include <roaring/roaring.hh>
#include <string>
#include <vector>

#include "parfocal/segment/segment.h"

namespace {

// Header: magic, version, sections, schema, rows, studies, 19 sections of 24 bytes, checksum.
constexpr size_t kSchemaAt = 16, kHashAt = 32 + 19 * 24;

void ReadAll(const parfocal::Segment& segment) {
  std::vector<parfocal::RowId> rows;
  for (uint32_t i = 0; i < segment.values().size(); ++i) {
    rows.clear();
    segment.AppendRows(i, &rows);
    for (parfocal::RowId row : rows) {
      if (row >= segment.rows()) std::abort();
    }
    // One word more than there are rows for, which must stay empty.
    std::vector<uint64_t> words((segment.rows() + 63) / 64 + 1, 0);
    if (segment.SetRows(i, words.data())) {
      for (parfocal::RowId row : rows) {
        if (((words[row / 64] >> (row % 64)) & 1) == 0) std::abort();
      }
    }
    if (words.back() != 0 ||
        (segment.rows() % 64 != 0 && words[words.size() - 2] >> (segment.rows() % 64) != 0)) {
      std::abort();
    }
    const auto bitmap = segment.RowsWith(segment.values()[i]);
    if (!bitmap->isEmpty() && bitmap->maximum() >= segment.rows()) std::abort();
  }
  size_t sum = 0;
  for (uint32_t s = 0; s < segment.studies(); ++s) {
    const parfocal::StudyEntry entry = segment.study(s);
    if (segment.FindStudy(entry.key) != s) std::abort();
    sum += entry.title.size() + parfocal::FoldedText(entry.folded_text, 3).size();
    for (const auto& value : entry.values) sum += segment.block(value.scope).size();
    for (uint32_t length : entry.text_lengths) sum += length;
    for (parfocal::RowId row = entry.first_row; row < entry.end_row; ++row) {
      segment.FindRow(s, segment.RowKey(row));
      sum += segment.ImageCount(row) + segment.block(segment.BlockOfRow(row)).size();
    }
    for (const parfocal::Field& field : parfocal::Fields()) {
      for (const parfocal::RowRun& run : segment.Runs(field.id, s)) {
        if (run.begin < entry.first_row || run.end > entry.end_row) std::abort();
        sum += segment.Set(field.id, run.set).size();
      }
    }
  }
  if (sum == SIZE_MAX) std::abort();  // So that no read is optimised away.
  segment.Verify().IgnoreError();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  std::string bytes(reinterpret_cast<const char*>(data), size);
  if (bytes.size() >= kHashAt + 8) {
    const uint64_t schema = parfocal::SchemaFingerprint();
    std::memcpy(bytes.data() + kSchemaAt, &schema, 8);
    const uint64_t hash = XXH64(bytes.data(), kHashAt, 0);
    std::memcpy(bytes.data() + kHashAt, &hash, 8);
  }
  const int fd = memfd_create("segment", MFD_CLOEXEC);
  if (fd < 0 || write(fd, bytes.data(), bytes.size()) != static_cast<ssize_t>(bytes.size())) {
    std::abort();
  }
  const auto segment = parfocal::Segment::Open("/proc/self/fd/" + std::to_string(fd));
  if (segment.ok()) ReadAll(**segment);
  close(fd);
  return 0;
}
