#include "parfocal/segment/manifest.h"

#include <filesystem>
#include <fstream>
#include <random>
#include <roaring/roaring.hh>

#include "parfocal/segment/deletes.h"
#include "parfocal/segment/durable_file.h"
#include "support/status_matchers.h"
#include "support/temp_dir.h"

namespace parfocal {
namespace {

using testing::IsOk;
using testing::StatusIs;

Manifest Sample() {
  Manifest manifest;
  manifest.sequence = 1234567890123;
  manifest.group = "public";
  manifest.release = "r1";
  manifest.values = 77;
  manifest.last_text_doc = 5;
  manifest.next_segment = 9;
  manifest.segments = {{1, "segments/1.seg", "", 10, 0},
                       {8, "segments/8.seg", "segments/8.2.del", 7, 3}};
  return manifest;
}

TEST(ManifestTest, IsReadAsItWasWritten) {
  testing::TempDir dir;
  EXPECT_THAT(ReadManifest(dir.path()), StatusIs(absl::StatusCode::kNotFound));
  ASSERT_THAT(WriteManifest(dir.path(), Sample()), IsOk());
  EXPECT_EQ(ReadManifest(dir.path()).value(), Sample());
  ASSERT_THAT(WriteManifest(dir.path(), Manifest()), IsOk());
  EXPECT_EQ(ReadManifest(dir.path()).value(), Manifest());
  EXPECT_FALSE(std::filesystem::exists(dir / "MANIFEST.new"));
}

TEST(ManifestTest, EveryFlippedBitAndEveryCutIsFound) {
  testing::TempDir dir;
  ASSERT_THAT(WriteManifest(dir.path(), Sample()), IsOk());
  const std::string good = ReadWholeFile(dir / "MANIFEST").value();
  for (size_t bit = 0; bit < good.size() * 8; ++bit) {
    std::string bad = good;
    bad[bit / 8] = static_cast<char>(bad[bit / 8] ^ (1 << (bit % 8)));
    std::ofstream(dir / "MANIFEST", std::ios::binary) << bad;
    EXPECT_THAT(ReadManifest(dir.path()), StatusIs(absl::StatusCode::kDataLoss)) << bit;
  }
  for (size_t size = 0; size < good.size(); ++size) {
    std::ofstream(dir / "MANIFEST", std::ios::binary) << good.substr(0, size);
    EXPECT_THAT(ReadManifest(dir.path()), StatusIs(absl::StatusCode::kDataLoss)) << size;
  }
}

TEST(ManifestTest, AFileOutsideOfTheDirectoryIsRefused) {
  testing::TempDir dir;
  for (const char* file : {"/etc/passwd", "segments/../../x", "x.seg", ""}) {
    Manifest manifest = Sample();
    manifest.segments[0].file = file;
    ASSERT_THAT(WriteManifest(dir.path(), manifest), IsOk());
    EXPECT_THAT(ReadManifest(dir.path()), StatusIs(absl::StatusCode::kDataLoss)) << file;
  }
}

TEST(DeletesTest, BitmapsOfEveryShapeComeBack) {
  testing::TempDir dir;
  std::mt19937 random(3);
  for (int shape = 0; shape < 8; ++shape) {
    Roaring dead;
    if (shape & 1) dead.addRange(100, 200000);
    if (shape & 2) {
      for (int i = 0; i < 30000; ++i) dead.add(random() % 300000);
    }
    if (shape & 4) {
      for (int i = 0; i < 50; ++i) dead.add(random() % 1000000);
    }
    const std::string path = dir / "x.del";
    ASSERT_THAT(WriteDeletes(path, dead), IsOk());
    PARFOCAL_ASSERT_OK_AND_ASSIGN(const auto read, ReadDeletes(path, 1000000));
    EXPECT_TRUE(*read == dead);
    if (!dead.isEmpty()) {
      EXPECT_THAT(ReadDeletes(path, dead.maximum() + 1), IsOk());
      EXPECT_THAT(ReadDeletes(path, dead.maximum()), StatusIs(absl::StatusCode::kDataLoss));
    }
  }
}

TEST(DeletesTest, EveryFlippedBitIsFound) {
  testing::TempDir dir;
  Roaring dead;
  dead.addRange(5, 50);
  dead.add(1000);
  ASSERT_THAT(WriteDeletes(dir / "x.del", dead), IsOk());
  const std::string good = ReadWholeFile(dir / "x.del").value();
  for (size_t bit = 0; bit < good.size() * 8; ++bit) {
    std::string bad = good;
    bad[bit / 8] = static_cast<char>(bad[bit / 8] ^ (1 << (bit % 8)));
    std::ofstream(dir / "x.del", std::ios::binary) << bad;
    EXPECT_THAT(ReadDeletes(dir / "x.del", 2000), StatusIs(absl::StatusCode::kDataLoss)) << bit;
  }
}

}  // namespace
}  // namespace parfocal
