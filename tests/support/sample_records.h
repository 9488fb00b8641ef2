// Small made-up records for tests of stores and codecs.
#pragma once

#include <cstdint>
#include <random>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "parfocal/clock.h"
#include "parfocal/record.h"

namespace parfocal::testing {

// Stands still until told.
class ManualClock final : public Clock {
 public:
  absl::Time Now() const override { return now_; }
  void Advance(absl::Duration by) { now_ += by; }

 private:
  absl::Time now_ = absl::FromUnixSeconds(1'700'000'000);
};

inline Study MakeStudy(const std::string& source, const std::string& accession,
                       const std::string& title) {
  Study study;
  study.source = source;
  study.accession = accession;
  study.title = title;
  return study;
}

inline ImageSet MakeImageSet(const std::string& source, const std::string& study,
                             const std::string& id, const std::string& value = "v") {
  ImageSet set;
  set.source = source;
  set.study = study;
  set.id = id;
  set.attributes = {{"Column", value}};
  return set;
}

// Fills every field of a record with something of its seed; lists are short, texts any bytes.
class RandomRecords {
 public:
  explicit RandomRecords(uint64_t seed) : random_(seed) {}

  Study NextStudy();
  ImageSet NextImageSet();

 private:
  uint64_t Below(uint64_t bound) { return random_() % bound; }
  bool Coin() { return Below(2) == 0; }
  std::string Text();
  std::string Name();
  std::optional<int64_t> MaybeInt();
  std::optional<double> MaybeReal();
  Licence NextLicence();
  Statement NextStatement();
  std::vector<Attribute> Attributes();
  template <typename E>
  E Pick(E last) {
    return static_cast<E>(Below(static_cast<uint64_t>(last) + 1));
  }
  template <typename T, typename F>
  void Fill(std::vector<T>* list, F next) {
    for (uint64_t left = Below(4); left > 0; --left) list->push_back(next());
  }

  std::mt19937_64 random_;
};

inline std::string RandomRecords::Text() {
  std::string text;
  for (uint64_t left = Below(20); left > 0; --left) text.push_back(static_cast<char>(Below(256)));
  return text;
}
// From a small set, as column names are.
inline std::string RandomRecords::Name() {
  return Below(5) == 0 ? "" : absl::StrCat("name ", Below(40));
}
inline std::optional<int64_t> RandomRecords::MaybeInt() {
  if (Coin()) return std::nullopt;
  return static_cast<int64_t>(random_()) >> Below(64);
}
inline std::optional<double> RandomRecords::MaybeReal() {
  if (Coin()) return std::nullopt;
  return static_cast<double>(Below(1'000'000)) / 7 - 1000;
}
inline Licence RandomRecords::NextLicence() {
  return {Text(),
          Text(),
          Text(),
          Pick(Tristate::kYes),
          Pick(Tristate::kYes),
          Pick(Tristate::kYes),
          Pick(Tristate::kYes)};
}
inline Statement RandomRecords::NextStatement() {
  Statement s;
  s.field = Name();
  s.value = Text();
  s.stated_id = Text();
  s.term = Coin() ? s.stated_id : Text();
  s.label = Coin() ? s.value : Text();
  s.origin = Pick(Origin::kInferred);
  s.rule = Pick(TermRule::kMined);
  s.confidence = static_cast<float>(Below(1000)) / 1000;
  s.label_conflict = Coin();
  s.role = Name();
  s.group = static_cast<uint32_t>(random_());
  s.scope = Name();
  s.evidence = Text();
  return s;
}
inline std::vector<Attribute> RandomRecords::Attributes() {
  std::vector<Attribute> list;
  Fill(&list, [&] { return Attribute{Name(), Text()}; });
  return list;
}

inline Study RandomRecords::NextStudy() {
  Study s = MakeStudy("src", absl::StrCat("A", Below(1000)), Text());
  s.description = Text();
  Fill(&s.keywords, [&] { return Text(); });
  s.publisher = Name();
  s.publisher_id = Name();
  s.release_date = Text();
  s.landing_page = Text();
  s.thumbnail = Text();
  s.data_doi = Text();
  Fill(&s.alternate_ids, [&] { return Text(); });
  Fill(&s.people, [&] { return Person{Text(), Text(), Text(), Text(), {Name(), Name()}}; });
  Fill(&s.publications,
       [&] { return Publication{Text(), Text(), Text(), Text(), Text(), Text()}; });
  Fill(&s.funding, [&] { return Funding{Text(), Text(), Text()}; });
  s.licence = NextLicence();
  s.data_access = Pick(DataAccess::kEmbargoed);
  Fill(&s.statements, [&] { return NextStatement(); });
  Fill(&s.annotation_sets, [&] {
    return AnnotationSet{Name(), Name(), Text(), Text(), NextLicence(), Text(), Name()};
  });
  Fill(&s.relations, [&] {
    return Relation{Pick(RelationType::kOther), Text(), Text(), Pick(Origin::kInferred)};
  });
  Fill(&s.blocks, [&] { return Block{Name(), Name(), Text(), Text(), MaybeInt(), MaybeInt()}; });
  s.bytes = MaybeInt();
  s.file_count = MaybeInt();
  s.image_count = MaybeInt();
  s.image_count_basis = Pick(CountBasis::kStated);
  s.attributes = Attributes();
  return s;
}

inline ImageSet RandomRecords::NextImageSet() {
  ImageSet s = MakeImageSet("src", absl::StrCat("A", Below(1000)), absl::StrCat("id", Below(1000)));
  s.block = Name();
  s.plate = Text();
  s.well = Text();
  s.image_count = MaybeInt();
  s.image_count_basis = Pick(CountBasis::kStated);
  s.images_available = Coin();
  s.image_kind = Pick(ImageKind::kDerived);
  s.derived_from = Text();
  s.extents = {MaybeInt(), MaybeInt(),  MaybeInt(),  MaybeInt(),
               MaybeInt(), MaybeReal(), MaybeReal(), MaybeReal()};
  s.control = Pick(ControlType::kOther);
  s.control_stated = Text();
  s.quality = Pick(Quality::kFailed);
  s.quality_stated = Text();
  Fill(&s.statements, [&] { return NextStatement(); });
  Fill(&s.observations, [&] {
    return Observation{Pick(ObservationKind::kOther), Pick(Outcome::kTestedNegative), Name(),
                       NextStatement(), Text()};
  });
  s.attributes = Attributes();
  return s;
}

}  // namespace parfocal::testing
