#include "parfocal/genes/gene_store.h"

#include <malloc.h>
#include <xxhash.h>

#include <algorithm>
#include <cctype>
#include <filesystem>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "gene_builder.h"
#include "gene_index.h"
#include "gene_vocabulary.h"
#include "indexed_gene_lookup.h"
#include "parfocal/atomic_file/atomic_file.h"
#include "parfocal/mutex.h"
#include "parfocal/rdf/byte_stream.h"
#include "table_reader.h"

namespace parfocal {
namespace {

using internal::GeneBuilder;
using internal::GeneIndex;
using internal::GeneVocabulary;
using internal::IndexedGeneLookup;

constexpr char kFileName[] = "/genes.release";
// Of the rules that make a release of tables: a change of them makes a new one.
constexpr absl::string_view kRules = "1";
constexpr int64_t kMaxReleaseBytes = int64_t{4} << 30;

struct Input {
  std::string path;
  bool named = false;  // By the caller, not found in a folder.
};

std::string NameOf(const std::string& path) {
  return std::filesystem::path(path).filename().string();
}

absl::StatusOr<std::vector<Input>> InputsOf(const std::vector<std::string>& paths) {
  std::vector<Input> out;
  for (const std::string& path : paths) {
    std::error_code error;
    if (!std::filesystem::is_directory(path, error)) {
      if (!std::filesystem::exists(path, error)) {
        return absl::NotFoundError(absl::StrCat("genes: there is no ", path));
      }
      out.push_back({path, true});
      continue;
    }
    std::vector<Input> found;
    for (const auto& entry : std::filesystem::directory_iterator(path, error)) {
      if (entry.is_regular_file(error)) found.push_back({entry.path().string(), false});
    }
    if (error) {
      return absl::PermissionDeniedError(absl::StrCat("genes: cannot read the folder ", path));
    }
    std::sort(found.begin(), found.end(),
              [](const Input& a, const Input& b) { return a.path < b.path; });
    out.insert(out.end(), found.begin(), found.end());
  }
  return out;
}

// The first YYYY-MM-DD, YYYY-MM or YYYY (of 19.. or 20..) in a file's name.
std::string DateInName(const std::string& name) {
  const auto digits = [&](size_t at, size_t n) {
    if (at + n > name.size()) return false;
    return std::all_of(name.begin() + at, name.begin() + at + n,
                       [](unsigned char c) { return absl::ascii_isdigit(c); });
  };
  for (size_t i = 0; i + 4 <= name.size(); ++i) {
    const bool begins = i == 0 || !absl::ascii_isdigit(static_cast<unsigned char>(name[i - 1]));
    if (!begins || !digits(i, 4) || digits(i + 4, 1)) continue;
    if (name.compare(i, 2, "19") != 0 && name.compare(i, 2, "20") != 0) continue;
    size_t length = 4;
    while (length < 10 && i + length < name.size() && name[i + length] == '-' &&
           digits(i + length + 1, 2)) {
      length += 3;
    }
    return name.substr(i, length);
  }
  return "";
}

std::string HexHash(const std::string& text) {
  return absl::StrCat(absl::Hex(XXH3_64bits(text.data(), text.size()), absl::kZeroPad16));
}

// Names and contents of the inputs, and the rules.
absl::StatusOr<std::string> FingerprintOf(const std::vector<Input>& inputs,
                                          const GeneVocabulary& vocabulary) {
  std::string all = absl::StrCat(kRules, "\n", HexHash(vocabulary.text), "\n");
  std::string piece(1 << 20, '\0');
  for (const Input& input : inputs) {
    std::unique_ptr<std::FILE, int (*)(std::FILE*)> file(std::fopen(input.path.c_str(), "rb"),
                                                         &std::fclose);
    if (file == nullptr) {
      return absl::NotFoundError(absl::StrCat("genes: cannot open ", input.path));
    }
    std::unique_ptr<XXH3_state_t, XXH_errorcode (*)(XXH3_state_t*)> state(XXH3_createState(),
                                                                          &XXH3_freeState);
    XXH3_64bits_reset(state.get());
    size_t n = 0;
    while ((n = std::fread(piece.data(), 1, piece.size(), file.get())) > 0) {
      XXH3_64bits_update(state.get(), piece.data(), n);
    }
    absl::StrAppend(&all, NameOf(input.path), "\t", input.named ? "named" : "found", "\t",
                    absl::Hex(XXH3_64bits_digest(state.get())), "\n");
  }
  return all;
}

absl::StatusOr<std::shared_ptr<const GeneIndex>> ReadIndex(const std::string& path) {
  PARFOCAL_ASSIGN_OR_RETURN(auto in, ByteStream::OpenFile(path, kMaxReleaseBytes, "genes"));
  PARFOCAL_ASSIGN_OR_RETURN(const std::string bytes, in->ReadAll());
  PARFOCAL_ASSIGN_OR_RETURN(std::unique_ptr<GeneIndex> index, GeneIndex::Parse(bytes));
  return std::shared_ptr<const GeneIndex>(std::move(index));
}

class FileGeneStore final : public GeneStore {
 public:
  FileGeneStore(std::string directory, std::shared_ptr<const GeneVocabulary> vocabulary)
      : path_(directory + kFileName),
        vocabulary_(std::move(vocabulary)),
        index_(std::make_shared<GeneIndex>()) {
    current_ = std::make_shared<IndexedGeneLookup>(index_, vocabulary_);
  }

  void ReadLast() {
    std::error_code error;
    if (!std::filesystem::exists(path_, error)) return;
    absl::StatusOr<std::shared_ptr<const GeneIndex>> index = ReadIndex(path_);
    problem_ = index.status();
    if (index.ok()) Swap(*std::move(index));
  }

  absl::Status Problem() const override { return problem_; }

  absl::StatusOr<GeneLoadReport> Load(const GeneLoadRequest& request,
                                      const GeneLoadProgress& progress) override {
    MutexLock lock(&loading_);
    PARFOCAL_ASSIGN_OR_RETURN(const std::vector<Input> inputs, InputsOf(request.paths));
    PARFOCAL_ASSIGN_OR_RETURN(const std::string fingerprint, FingerprintOf(inputs, *vocabulary_));
    GeneLoadReport report;
    report.release = HexHash(fingerprint);
    if (Index()->fingerprint == fingerprint) {
      report.reused = true;
    } else {
      PARFOCAL_RETURN_IF_ERROR(Build(inputs, request.limits, fingerprint, progress, &report));
    }
    report.genes = static_cast<int64_t>(Index()->genes());
    report.names = static_cast<int64_t>(Index()->names.size());
    report.bytes = Index()->bytes();
    return report;
  }

  std::shared_ptr<const GeneLookup> Current() const override {
    MutexLock lock(&mu_);
    return current_;
  }

 private:
  std::shared_ptr<const GeneIndex> Index() const {
    MutexLock lock(&mu_);
    return index_;
  }

  void Swap(std::shared_ptr<const GeneIndex> index) {
    MutexLock lock(&mu_);
    index_ = std::move(index);
    current_ = std::make_shared<IndexedGeneLookup>(index_, vocabulary_);
  }

  absl::Status Build(const std::vector<Input>& inputs, const GeneReadLimits& limits,
                     const std::string& fingerprint, const GeneLoadProgress& progress,
                     GeneLoadReport* report) {
    std::string file;
    {
      GeneBuilder builder(vocabulary_.get());
      for (size_t i = 0; i < inputs.size(); ++i) {
        if (progress) progress(NameOf(inputs[i].path), i, inputs.size());
        PARFOCAL_RETURN_IF_ERROR(ReadTable(inputs[i], limits, &builder, report));
      }
      file = builder.Build(report->release, fingerprint, report);
    }
    PARFOCAL_RETURN_IF_ERROR(ReplaceFile(path_, file));
    PARFOCAL_ASSIGN_OR_RETURN(std::unique_ptr<GeneIndex> index, GeneIndex::Parse(file));
    Swap(std::shared_ptr<const GeneIndex>(std::move(index)));
    file = std::string();
    malloc_trim(0);  // What building took is several times what stays.
    return absl::OkStatus();
  }

  static absl::Status ReadTable(const Input& input, const GeneReadLimits& limits,
                                GeneBuilder* builder, GeneLoadReport* report) {
    GeneTableReport table;
    table.file = NameOf(input.path);
    PARFOCAL_ASSIGN_OR_RETURN(auto in,
                              ByteStream::OpenFile(input.path, limits.file_bytes, "genes"));
    const absl::Status status = internal::ReadGeneTable(in.get(), limits, builder, &table);
    if (absl::IsInvalidArgument(status) && !input.named) {
      table.skipped = std::string(status.message());
    } else if (!status.ok()) {
      return Annotate(status, table.file);
    }
    if (table.date.empty() && table.skipped.empty()) table.date = DateInName(table.file);
    builder->EndTable(table.date);
    report->tables.push_back(std::move(table));
    return absl::OkStatus();
  }

  const std::string path_;
  const std::shared_ptr<const GeneVocabulary> vocabulary_;
  absl::Status problem_;  // Set before it is shared.
  Mutex loading_;
  mutable Mutex mu_;
  std::shared_ptr<const GeneIndex> index_ ABSL_GUARDED_BY(mu_);
  std::shared_ptr<const GeneLookup> current_ ABSL_GUARDED_BY(mu_);
};

}  // namespace

absl::StatusOr<std::unique_ptr<GeneStore>> GeneStore::Open(const std::string& directory,
                                                           const std::string& vocabulary) {
  PARFOCAL_ASSIGN_OR_RETURN(GeneVocabulary read, GeneVocabulary::Read(vocabulary));
  std::error_code error;
  std::filesystem::create_directories(directory, error);
  if (error) {
    return absl::UnavailableError(
        absl::StrCat("genes: cannot make ", directory, ": ", error.message()));
  }
  auto store = std::make_unique<FileGeneStore>(
      directory, std::make_shared<const GeneVocabulary>(std::move(read)));
  store->ReadLast();
  return std::unique_ptr<GeneStore>(std::move(store));
}

}  // namespace parfocal
