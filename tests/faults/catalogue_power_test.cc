// Power loss: after each acknowledged page, a copy of the catalogue in which every file is cut back
// to what had been synced opens with every acknowledged page. The program's own fsync and fdatasync
// stand before the C library's, so they see every sync that RocksDB makes. Not modelled: renames
// and new directory entries that were not synced.
#include <dlfcn.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <map>
#include <memory>
#include <string>
#include <utility>

#include "faults/written_pages.h"
#include "gtest/gtest.h"
#include "parfocal/catalogue/rocksdb_record_store.h"
#include "parfocal/mutex.h"
#include "support/status_matchers.h"
#include "support/temp_dir.h"

namespace {

using FileId = std::pair<dev_t, ino_t>;

parfocal::Mutex synced_mu;
std::map<FileId, off_t>& Synced() {
  static auto* const sizes = new std::map<FileId, off_t>;
  return *sizes;
}
// Sabotage: syncs are forgotten.
bool forget_syncs = false;
int64_t syncs_seen = 0;

void NoteSync(int fd) {
  struct stat info;
  if (fstat(fd, &info) != 0 || !S_ISREG(info.st_mode)) return;
  parfocal::MutexLock lock(&synced_mu);
  ++syncs_seen;
  if (!forget_syncs) Synced()[{info.st_dev, info.st_ino}] = info.st_size;
}

}  // namespace

extern "C" int fsync(int fd) {
  static auto* const real = reinterpret_cast<int (*)(int)>(dlsym(RTLD_NEXT, "fsync"));
  const int result = real(fd);
  if (result == 0) NoteSync(fd);
  return result;
}
extern "C" int fdatasync(int fd) {
  static auto* const real = reinterpret_cast<int (*)(int)>(dlsym(RTLD_NEXT, "fdatasync"));
  const int result = real(fd);
  if (result == 0) NoteSync(fd);
  return result;
}

namespace parfocal {
namespace {

namespace fs = std::filesystem;
using testing::IsOk;

class CataloguePowerTest : public ::testing::Test {
 protected:
  void SetUp() override {
    forget_syncs = false;
    PARFOCAL_ASSERT_OK_AND_ASSIGN(store_, OpenRocksDbRecordStore(dir_ / "catalogue"));
    Source source;
    source.id = "src";
    ASSERT_THAT(store_->CreateSource(source), IsOk());
    bool resumed = false;
    run_ = store_->BeginRun("src", absl::Now(), &resumed)->id;
  }
  // What a disk holds that lost all that was not synced. Must not be called while files come and
  // go.
  std::string CrashImage() {
    const std::string image = dir_ / "image";
    fs::remove_all(image);
    fs::copy(dir_ / "catalogue", image, fs::copy_options::recursive);
    for (const auto& entry : fs::recursive_directory_iterator(dir_ / "catalogue")) {
      if (!entry.is_regular_file() || entry.path().filename() == "LOG") continue;
      struct stat info;
      if (stat(entry.path().c_str(), &info) != 0) continue;
      MutexLock lock(&synced_mu);
      auto synced = Synced().find({info.st_dev, info.st_ino});
      const off_t size = synced == Synced().end() ? 0 : synced->second;
      fs::resize_file(image + "/" + entry.path().lexically_relative(dir_ / "catalogue").string(),
                      static_cast<uintmax_t>(std::min(size, info.st_size)));
    }
    return image;
  }
  // What is wrong after a power cut now, when `pages` pages were acknowledged; "" if nothing is.
  std::string WrongAfterPowerCut(int64_t pages) {
    auto opened = OpenRocksDbRecordStore(CrashImage());
    if (!opened.ok()) return opened.status().ToString();
    return testing::DifferenceFrom(**opened, run_, pages);
  }

  testing::TempDir dir_;
  std::unique_ptr<RecordStore> store_;
  std::string run_;
};

TEST_F(CataloguePowerTest, KeepsEveryAcknowledgedPage) {
  ASSERT_EQ(WrongAfterPowerCut(0), "") << "a catalogue is durable from its first opening";
  for (int64_t page = 0; page < 15; ++page) {
    const int64_t before = syncs_seen;
    ASSERT_THAT(store_->CommitPage(testing::WrittenPage(run_, page)), IsOk());
    ASSERT_GT(syncs_seen, before) << "acknowledged without a sync";
    ASSERT_EQ(WrongAfterPowerCut(page + 1), "");
  }
}

TEST_F(CataloguePowerTest, NoticesAcknowledgementsWithoutASync) {
  ASSERT_THAT(store_->CommitPage(testing::WrittenPage(run_, 0)), IsOk());
  forget_syncs = true;
  ASSERT_THAT(store_->CommitPage(testing::WrittenPage(run_, 1)), IsOk());
  EXPECT_NE(WrongAfterPowerCut(2), "");
}

}  // namespace
}  // namespace parfocal
