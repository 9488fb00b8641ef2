#include "gene_index.h"

#include <xxhash.h>

#include <algorithm>
#include <cstring>

namespace parfocal::internal {
namespace {

constexpr char kMagic[8] = {'P', 'F', 'G', 'E', 'N', 'E', 'S', '\n'};
constexpr uint64_t kVersion = 1;
struct Header {
  char magic[8];
  uint64_t version;
  uint64_t length;
  uint64_t hash;
};
static_assert(sizeof(Header) == 32);

absl::Status Damaged(absl::string_view what) {
  return absl::DataLossError(absl::StrCat("genes: the stored release is damaged: ", what));
}

}  // namespace

// Takes one section after the other.
class ImageReader {
 public:
  explicit ImageReader(absl::string_view payload) : rest_(payload) {}

  absl::Status Take(absl::string_view* out) {
    uint64_t length = 0;
    if (rest_.size() < sizeof(length)) return Damaged("it ends too early");
    std::memcpy(&length, rest_.data(), sizeof(length));
    rest_.remove_prefix(sizeof(length));
    if (length > rest_.size()) return Damaged("a section is cut off");
    *out = rest_.substr(0, length);
    rest_.remove_prefix(std::min<uint64_t>(rest_.size(), (length + 7) / 8 * 8));
    return absl::OkStatus();
  }
  template <typename T>
  absl::Status Take(absl::Span<const T>* out) {
    absl::string_view bytes;
    PARFOCAL_RETURN_IF_ERROR(Take(&bytes));
    if (bytes.size() % sizeof(T) != 0) return Damaged("a section has half an element");
    // Sections begin at multiples of 8 of an array of 64-bit words.
    *out = absl::MakeConstSpan(reinterpret_cast<const T*>(bytes.data()), bytes.size() / sizeof(T));
    return absl::OkStatus();
  }
  absl::Status Take(TextArray* out) {
    PARFOCAL_RETURN_IF_ERROR(Take(&out->bytes));
    PARFOCAL_RETURN_IF_ERROR(Take(&out->ends));
    uint32_t last = 0;
    for (uint32_t end : out->ends) {
      if (end < last) return Damaged("texts overlap");
      last = end;
    }
    return last == out->bytes.size() ? absl::OkStatus()
                                     : Damaged("texts do not fill their section");
  }

 private:
  absl::string_view rest_;
};

GeneIndex::GeneIndex() = default;

absl::StatusOr<std::unique_ptr<GeneIndex>> GeneIndex::Parse(absl::string_view file) {
  Header header;
  if (file.size() < sizeof(header) || std::memcmp(file.data(), kMagic, sizeof(kMagic)) != 0) {
    return Damaged("it does not begin as one");
  }
  std::memcpy(&header, file.data(), sizeof(header));
  if (header.version != kVersion) {
    return absl::FailedPreconditionError(absl::StrCat("genes: the stored release has format ",
                                                      header.version, ", this program reads ",
                                                      kVersion, ": load the tables again"));
  }
  file.remove_prefix(sizeof(header));
  if (header.length != file.size()) return Damaged("its length is wrong");
  if (XXH3_64bits(file.data(), file.size()) != header.hash) return Damaged("its checksum is wrong");
  auto index = std::make_unique<GeneIndex>();
  index->size_ = file.size();
  index->owned_ = std::make_unique<uint64_t[]>(file.size() / 8 + 1);
  std::memcpy(index->owned_.get(), file.data(), file.size());
  PARFOCAL_RETURN_IF_ERROR(index->Read(
      absl::string_view(reinterpret_cast<const char*>(index->owned_.get()), file.size())));
  PARFOCAL_RETURN_IF_ERROR(index->Check());
  return index;
}

absl::Status GeneIndex::Read(absl::string_view payload) {
  ImageReader in(payload);
  PARFOCAL_RETURN_IF_ERROR(in.Take(&fingerprint));
  PARFOCAL_RETURN_IF_ERROR(in.Take(&release));
  PARFOCAL_RETURN_IF_ERROR(in.Take(&taxa));
  PARFOCAL_RETURN_IF_ERROR(in.Take(&case_matters));
  PARFOCAL_RETURN_IF_ERROR(in.Take(&ids));
  PARFOCAL_RETURN_IF_ERROR(in.Take(&taxon));
  PARFOCAL_RETURN_IF_ERROR(in.Take(&full_names));
  PARFOCAL_RETURN_IF_ERROR(in.Take(&first_name));
  PARFOCAL_RETURN_IF_ERROR(in.Take(&names));
  PARFOCAL_RETURN_IF_ERROR(in.Take(&name_kinds));
  PARFOCAL_RETURN_IF_ERROR(in.Take(&entries));
  PARFOCAL_RETURN_IF_ERROR(in.Take(&first_ortholog));
  PARFOCAL_RETURN_IF_ERROR(in.Take(&orthologs));
  PARFOCAL_RETURN_IF_ERROR(in.Take(&ortholog_sources));
  PARFOCAL_RETURN_IF_ERROR(in.Take(&first_interaction));
  PARFOCAL_RETURN_IF_ERROR(in.Take(&interactions));
  PARFOCAL_RETURN_IF_ERROR(in.Take(&interaction_sources));
  return in.Take(&withdrawn);
}

absl::Status GeneIndex::Check() const {
  const size_t n = genes();
  const auto lists = [n](absl::Span<const uint32_t> first, size_t values) {
    return first.size() == n + 1 && first.front() == 0 && first.back() == values &&
           std::is_sorted(first.begin(), first.end());
  };
  if (taxon.size() != n || full_names.size() != n || case_matters.size() != taxa.size() ||
      name_kinds.size() != names.size() || entries.size() != names.size() ||
      !lists(first_name, names.size()) || !lists(first_ortholog, orthologs.size()) ||
      !lists(first_interaction, interactions.size()) || ortholog_sources.size() > 32) {
    return Damaged("its sections do not fit together");
  }
  bool good = true;
  for (uint16_t t : taxon) good = good && t < taxa.size();
  for (const NameEntry& entry : entries) good = good && entry.name < names.size();
  for (const OrthologEntry& entry : orthologs) good = good && entry.gene < n;
  for (const InteractionEntry& entry : interactions) {
    good = good && entry.gene < n && entry.source < interaction_sources.size();
  }
  return good ? absl::OkStatus() : Damaged("an entry points outside");
}

uint32_t GeneIndex::Find(absl::string_view id) const {
  size_t low = 0, high = ids.size();
  while (low < high) {
    const size_t middle = (low + high) / 2;
    if (ids[middle] < id) {
      low = middle + 1;
    } else {
      high = middle;
    }
  }
  return low < ids.size() && ids[low] == id ? static_cast<uint32_t>(low) : kNoGene;
}

uint32_t GeneIndex::GeneOfName(uint32_t name) const {
  const auto after = std::upper_bound(first_name.begin(), first_name.end(), name);
  return static_cast<uint32_t>(after - first_name.begin() - 1);
}

absl::string_view GeneIndex::SymbolOf(uint32_t gene) const {
  const uint32_t first = first_name[gene];
  const bool has = first < first_name[gene + 1] && name_kinds[first] == kSymbolName;
  return has ? names[first] : absl::string_view();
}

std::pair<const NameEntry*, const NameEntry*> GeneIndex::Entries(uint32_t hash) const {
  const auto less = [](const NameEntry& entry, uint32_t h) { return entry.hash < h; };
  const NameEntry* begin = entries.data();
  const NameEntry* end = begin + entries.size();
  const NameEntry* first = std::lower_bound(begin, end, hash, less);
  const NameEntry* last = first;
  while (last != end && last->hash == hash) ++last;
  return {first, last};
}

bool GeneIndex::Withdrawn(absl::string_view taxon_curie, absl::string_view folded) const {
  const std::string key = absl::StrCat(taxon_curie, "\t", folded);
  size_t low = 0, high = withdrawn.size();
  while (low < high) {
    const size_t middle = (low + high) / 2;
    if (withdrawn[middle] < key) {
      low = middle + 1;
    } else {
      high = middle;
    }
  }
  return low < withdrawn.size() && withdrawn[low] == key;
}

uint32_t GeneIndex::TaxonNumber(absl::string_view curie) const {
  for (size_t i = 0; i < taxa.size(); ++i) {
    if (taxa[i] == curie) return static_cast<uint32_t>(i);
  }
  return kNoGene;
}

void ImageWriter::PutBytes(const void* bytes, size_t n) {
  const uint64_t length = n;
  payload_.append(reinterpret_cast<const char*>(&length), sizeof(length));
  payload_.append(static_cast<const char*>(bytes), n);
  payload_.append((8 - n % 8) % 8, '\0');
}

void ImageWriter::PutTexts(const std::vector<std::string>& texts) {
  std::string bytes;
  std::vector<uint32_t> ends;
  ends.reserve(texts.size());
  for (const std::string& text : texts) {
    bytes.append(text);
    ends.push_back(static_cast<uint32_t>(bytes.size()));
  }
  Put(bytes);
  Put(ends);
}

std::string ImageWriter::Finish() const {
  Header header;
  std::memcpy(header.magic, kMagic, sizeof(kMagic));
  header.version = kVersion;
  header.length = payload_.size();
  header.hash = XXH3_64bits(payload_.data(), payload_.size());
  std::string file(reinterpret_cast<const char*>(&header), sizeof(header));
  file.append(payload_);
  return file;
}

}  // namespace parfocal::internal
