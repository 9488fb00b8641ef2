#include <archive.h>
#include <archive_entry.h>
#include <locale.h>

#include <memory>
#include <utility>

#include "absl/strings/str_cat.h"
#include "documents.h"

namespace parfocal::defined {
namespace {

constexpr size_t kMaxUnpacked = size_t{256} << 20;
constexpr size_t kMaxEntries = 1'000'000;
constexpr size_t kBlock = 256 << 10;
constexpr size_t kMaxRatio = 200;
constexpr size_t kRatioFrom = 1 << 20;  // Small files may pack as well as they like.

struct CloseArchive {
  void operator()(struct archive* a) const { archive_read_free(a); }
};

absl::Status TooMuch(const std::string& path, absl::string_view what) {
  return WithReason(
      absl::ResourceExhaustedError(absl::StrCat("archive ", path, ": more than ", what)),
      "LIMIT_EXCEEDED", "archive_bytes");
}

// While it lives this thread reads the names in archives as UTF-8, which the locale "C" cannot.
class Utf8Names {
 public:
  Utf8Names() : utf8_(newlocale(LC_CTYPE_MASK, "C.UTF-8", nullptr)) {
    if (utf8_ != nullptr) before_ = uselocale(utf8_);
  }
  ~Utf8Names() {
    if (utf8_ == nullptr) return;
    uselocale(before_);
    freelocale(utf8_);
  }
  Utf8Names(const Utf8Names&) = delete;
  Utf8Names& operator=(const Utf8Names&) = delete;

 private:
  locale_t utf8_ = nullptr, before_ = nullptr;
};

}  // namespace

absl::StatusOr<std::map<std::string, std::string>> ReadArchive(const std::string& path) {
  const Utf8Names names;
  std::unique_ptr<struct archive, CloseArchive> reader(archive_read_new());
  archive_read_support_filter_gzip(reader.get());
  archive_read_support_filter_xz(reader.get());
  archive_read_support_format_tar(reader.get());
  archive_read_support_format_zip(reader.get());
  const auto damaged = [&] {
    const char* why = archive_error_string(reader.get());
    return absl::DataLossError(
        absl::StrCat("archive ", path, ": is damaged or cut off: ", why == nullptr ? "" : why));
  };
  if (archive_read_open_filename(reader.get(), path.c_str(), kBlock) != ARCHIVE_OK)
    return damaged();
  std::map<std::string, std::string> out;
  size_t bytes = 0, entries = 0;
  std::string block(kBlock, '\0');
  while (true) {
    struct archive_entry* entry = nullptr;
    const int code = archive_read_next_header(reader.get(), &entry);
    if (code == ARCHIVE_EOF) return out;
    if (code < ARCHIVE_WARN) return damaged();
    if (++entries > kMaxEntries) return TooMuch(path, absl::StrCat(kMaxEntries, " entries"));
    const char* name = archive_entry_pathname(entry);
    if (archive_entry_filetype(entry) != AE_IFREG) continue;
    // Passed over, it would be taken for gone.
    if (name == nullptr) {
      return absl::DataLossError(
          absl::StrCat("archive ", path, ": entry ", entries, " has a name that cannot be read"));
    }
    std::string content;
    while (true) {
      const la_ssize_t got = archive_read_data(reader.get(), block.data(), block.size());
      if (got < 0) return damaged();
      if (got == 0) break;
      content.append(block.data(), static_cast<size_t>(got));
      if ((bytes += static_cast<size_t>(got)) > kMaxUnpacked)
        return TooMuch(path, absl::StrCat(kMaxUnpacked, " bytes unpacked"));
    }
    const std::string key(name);
    // A name that cannot stand in a cursor is none that an archive of records has.
    if (key.find('\n') == std::string::npos) out.try_emplace(key, std::move(content));
  }
}

absl::StatusOr<std::string> UnpackedXz(absl::string_view bytes) {
  std::unique_ptr<struct archive, CloseArchive> reader(archive_read_new());
  archive_read_support_filter_xz(reader.get());
  archive_read_support_format_raw(reader.get());
  const auto damaged = [] { return absl::DataLossError("the packed file is damaged or cut off"); };
  if (archive_read_open_memory(reader.get(), bytes.data(), bytes.size()) != ARCHIVE_OK)
    return damaged();
  struct archive_entry* entry = nullptr;
  if (archive_read_next_header(reader.get(), &entry) != ARCHIVE_OK) return damaged();
  std::string out;
  std::string block(kBlock, '\0');
  while (true) {
    const la_ssize_t got = archive_read_data(reader.get(), block.data(), block.size());
    if (got < 0) return damaged();
    if (got == 0) return out;
    out.append(block.data(), static_cast<size_t>(got));
    if (out.size() > kMaxUnpacked ||
        (out.size() > kRatioFrom && out.size() > bytes.size() * kMaxRatio)) {
      return WithReason(
          absl::ResourceExhaustedError(absl::StrCat("unpacks to more than ", kMaxUnpacked,
                                                    " bytes or ", kMaxRatio, " times its size")),
          "LIMIT_EXCEEDED", "document_bytes");
    }
  }
}

}  // namespace parfocal::defined
