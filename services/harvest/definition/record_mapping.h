// The mapping of one record: what its parts share. Lives while the record is mapped.
#pragma once

#include <map>
#include <string>
#include <utility>
#include <vector>

#include "parfocal/definition/mapper.h"

namespace parfocal::definition {

class RecordMapping {
 public:
  RecordMapping(Mapper* mapper, MappedRecord* out) : mapper_(*mapper), out_(*out) {}

  // mapper.cc
  void Map(const FeedRule& feed, const Item& record);
  static bool Holds(const std::vector<Condition>& conditions, const View& view);
  // The values of the first template that has any.
  static std::vector<std::string> ValuesOf(const ValueRule& rule, const View& view);
  // The elements of `each`; the view itself if there is no `each`.
  static std::vector<View> Elements(const ItemPath& each, const View& view);
  // The first value as it is stored; empty if there is none.
  std::string Text(const ValueRule& rule, const View& view, size_t limit);
  std::optional<int64_t> Number(const ValueRule& rule, const View& view, absl::string_view what);

  // study_mapping.cc
  void MapStudy(const StudyRule& common, const StudyRule& feed, const View& view);

  // statement_mapping.cc
  void MapStatement(const StatementRule& rule, const View& view, std::vector<Statement>* out);
  void MapObservation(const ObservationFrom& rule, const View& view, ImageSet* set);

 private:
  struct Pair {
    std::string value, id;
  };
  void MapSets(const SetRule& rule, const View& view);
  void MapSet(const SetRule& rule, const View& view);
  void MapExtents(const SetRule& rule, const View& view, ImageSet* set);
  void MapAttributes(const std::vector<ValueRule>& rules, const View& view,
                     std::vector<Attribute>* out);
  void AllAttributes(const Item& item, std::vector<Attribute>* out);
  void MapPeople(const PersonRule& rule, const View& view);
  void MapPublication(const PublicationRule& rule, const View& view);
  void MapTexts(const StudyRule& common, const StudyRule& feed, const View& view);
  void MapLicence(const std::string& map, const std::string& stated);
  void MapLists(const StudyRule& rule, const View& view);
  std::vector<Pair> PairsOf(const StatementRule& rule, const View& view);
  bool ByMap(const StatementRule& rule, Statement* statement);
  uint32_t GroupOf(const std::string& group, const Item* element);
  bool Room(size_t have, size_t limit, absl::string_view what);
  void Remark(std::string text);

  Mapper& mapper_;
  MappedRecord& out_;
  std::map<std::pair<std::string, const Item*>, uint32_t> groups_;
  uint32_t last_group_ = 0;
};

}  // namespace parfocal::definition
