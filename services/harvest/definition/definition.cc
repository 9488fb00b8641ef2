#include "parfocal/definition/definition.h"

#include <xxhash.h>

#include <algorithm>
#include <fstream>
#include <iterator>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/time/civil_time.h"
#include "parfocal/connector_idr/cell_text.h"
#include "yaml_reading.h"

namespace parfocal::definition {
namespace {

absl::Status ReadFiles(YamlReading* in, const YAML::Node& node, FileChoice* out) {
  PARFOCAL_RETURN_IF_ERROR(SetTexts(*in, &out->match)(node));
  return out->match.empty() ? in->Fail(node, "names no file") : absl::OkStatus();
}

absl::Status ReadPaging(YamlReading* in, const YAML::Node& node, Paging* out) {
  PARFOCAL_RETURN_IF_ERROR(
      ReadKeys(*in, node, "paging",
               {{"kind", SetChoice<PagingKind>(*in, &out->kind,
                                               {{"files", PagingKind::kFiles},
                                                {"page", PagingKind::kPage},
                                                {"offset", PagingKind::kOffset},
                                                {"cursor", PagingKind::kCursor},
                                                {"link", PagingKind::kLink},
                                                {"header", PagingKind::kHeader},
                                                {"follow", PagingKind::kFollow}})},
                {"path", SetText(*in, &out->path)},
                {"parameter", SetText(*in, &out->parameter)},
                {"size_parameter", SetText(*in, &out->size_parameter)},
                {"size", SetNumber(*in, 1, 10'000, &out->size)},
                {"first", SetNumber(*in, 0, 1, &out->first)},
                {"next", SetPath(*in, &out->next)},
                {"media_types", SetText(*in, &out->media_types)},
                {"window_days", SetNumber(*in, 1, 36'600, &out->window_days)},
                {"window_first", SetText(*in, &out->window_first)},
                {"changes", SetText(*in, &out->changes)},
                {"full_days", SetNumber(*in, 1, 3650, &out->full_days)}}));
  absl::CivilDay day;
  if (out->window_days > 0 && !absl::ParseCivilTime(out->window_first, &day))
    return in->Fail(node, "windows need 'window_first', a day YYYY-MM-DD");
  const bool follows = out->kind == PagingKind::kCursor || out->kind == PagingKind::kLink ||
                       out->kind == PagingKind::kFollow;
  if (follows && out->next.empty()) return in->Fail(node, "this kind of paging needs 'next'");
  const bool asks = out->kind == PagingKind::kPage || out->kind == PagingKind::kOffset ||
                    out->kind == PagingKind::kCursor;
  if (asks && out->parameter.empty())
    return in->Fail(node, "this kind of paging needs 'parameter'");
  return absl::OkStatus();
}

absl::Status ReadJoin(YamlReading* in, const YAML::Node& node, JoinRule* out) {
  PARFOCAL_RETURN_IF_ERROR(
      ReadKeys(*in, node, "a join",
               {{"name", SetText(*in, &out->name)},
                {"files", [&](const YAML::Node& n) { return ReadFiles(in, n, &out->files); }},
                {"records", SetText(*in, &out->records)},
                {"here", SetTemplate(*in, &out->here)},
                {"there", SetTemplate(*in, &out->there)},
                {"required", SetFlag(*in, &out->required)}}));
  if (out->name.empty() || out->files.match.empty() || out->here.text().empty() ||
      out->there.text().empty()) {
    return in->Fail(node, "a join needs 'name', 'files', 'here' and 'there'");
  }
  return absl::OkStatus();
}

bool IsProtocol(absl::string_view name) {
  return std::find(std::begin(kProtocols), std::end(kProtocols), name) != std::end(kProtocols);
}

absl::Status ReadDetail(YamlReading* in, const YAML::Node& node, std::optional<DetailRule>* out) {
  DetailRule detail;
  PARFOCAL_RETURN_IF_ERROR(ReadKeys(*in, node, "detail",
                                    {{"path", SetTemplate(*in, &detail.path)},
                                     {"tag", SetTemplate(*in, &detail.tag)},
                                     {"when", SetConditions(in, &detail.when)},
                                     {"records", SetText(*in, &detail.records)},
                                     {"protocol", SetText(*in, &detail.protocol)},
                                     {"media_types", SetText(*in, &detail.media_types)}}));
  if (detail.path.text().empty()) return in->Fail(node, "detail needs 'path'");
  if (!detail.protocol.empty() && (!IsProtocol(detail.protocol) || detail.protocol == "oai-pmh"))
    return in->Fail(node, "detail: 'protocol' is none that reads documents");
  *out = std::move(detail);
  return absl::OkStatus();
}

absl::Status ReadTree(YamlReading* in, const YAML::Node& node, std::optional<TreeRule>* out) {
  PARFOCAL_ASSIGN_OR_RETURN(TreeRule tree, DefaultTree(""));
  PARFOCAL_RETURN_IF_ERROR(ReadKeys(*in, node, "tree",
                                    {{"path", SetText(*in, &tree.path)},
                                     {"records", SetText(*in, &tree.records)},
                                     {"name", SetTemplate(*in, &tree.name)},
                                     {"tag", SetTemplate(*in, &tree.tag)}}));
  if (tree.path.empty()) return in->Fail(node, "a tree needs 'path'");
  *out = std::move(tree);
  return absl::OkStatus();
}

KeySetter SetWords(const YamlPlace& in, std::map<std::string, std::string>* out) {
  return [&in, out](const YAML::Node& node) -> absl::Status {
    if (!node.IsMap()) return in.Fail(node, "must be a mapping of words");
    for (const auto& entry : node) {
      if (!entry.first.IsScalar() || !entry.second.IsScalar())
        return in.Fail(entry.first, "must be a word and a text");
      (*out)[entry.first.Scalar()] = entry.second.Scalar();
    }
    return absl::OkStatus();
  };
}

absl::Status ReadFeed(YamlReading* in, const YAML::Node& node, FeedRule* out) {
  PARFOCAL_RETURN_IF_ERROR(ReadKeys(
      *in, node, "a feed",
      {{"name", SetText(*in, &out->name)},
       {"files", [&](const YAML::Node& n) { return ReadFiles(in, n, &out->files); }},
       {"paging", [&](const YAML::Node& n) { return ReadPaging(in, n, &out->paging); }},
       {"records", SetText(*in, &out->records)},
       {"separator", SetChoice<std::string>(*in, &out->separator, {{"comma", ","}, {"tab", "\t"}})},
       {"when", SetConditions(in, &out->when)},
       {"joins", SetList(in, &out->joins, ReadJoin)},
       {"detail", [&](const YAML::Node& n) { return ReadDetail(in, n, &out->detail); }},
       {"study", [&](const YAML::Node& n) { return ReadStudyRule(in, n, &out->study); }},
       {"sets", SetList(in, &out->sets, ReadSetRule)},
       {"repeats", SetChoice<RepeatRule>(*in, &out->repeats,
                                         {{"number", RepeatRule::kNumber},
                                          {"reject", RepeatRule::kReject},
                                          {"first", RepeatRule::kFirst}})}}));
  if (out->name.empty()) return in->Fail(node, "a feed needs 'name'");
  if (out->name.find_first_of("\n") != std::string::npos)
    return in->Fail(node, "the name of a feed holds a line break");
  if (out->files.match.empty() && out->paging.kind == PagingKind::kFiles)
    return in->Fail(node, "a feed needs 'files' or 'paging'");
  return absl::OkStatus();
}

// word: new word | {value, id} | {nothing: true}
absl::Status ReadMappedWord(YamlReading* in, const YAML::Node& node, MappedWord* out) {
  if (++in->words > kMaxMapWords)
    return in->Fail(node, absl::StrCat("more than ", kMaxMapWords, " words in maps"));
  if (node.IsScalar()) {
    out->value = node.Scalar();
    return absl::OkStatus();
  }
  return ReadKeys(*in, node, "a mapped word",
                  {{"value", SetText(*in, &out->value)},
                   {"id", SetText(*in, &out->id)},
                   {"nothing", SetFlag(*in, &out->nothing)}});
}

absl::Status ReadMaps(YamlReading* in, const YAML::Node& node,
                      std::map<std::string, ValueMap>* out) {
  if (!node.IsMap()) return in->Fail(node, "maps must be a mapping");
  for (const auto& map : node) {
    if (!map.first.IsScalar() || !map.second.IsMap())
      return in->Fail(map.first, "a value map is a name and a mapping of words");
    ValueMap& words = (*out)[map.first.Scalar()];
    for (const auto& entry : map.second) {
      if (!entry.first.IsScalar()) return in->Fail(entry.first, "must be a word");
      const auto [word, added] = words.try_emplace(idr::Fold(entry.first.Scalar()));
      if (!added) return in->Fail(entry.first, "the word stands twice in the map");
      PARFOCAL_RETURN_IF_ERROR(ReadMappedWord(in, entry.second, &word->second));
    }
  }
  return absl::OkStatus();
}

absl::Status CheckMap(const SourceDefinition& out, const std::string& map) {
  if (map.empty() || out.maps.count(map) > 0) return absl::OkStatus();
  return absl::InvalidArgumentError(
      absl::StrCat(out.place, ": there is no value map '", map, "' in maps"));
}

absl::Status CheckStudyMaps(const SourceDefinition& out, const StudyRule& study) {
  PARFOCAL_RETURN_IF_ERROR(CheckMap(out, study.licence_map));
  for (const StatementRule& rule : study.statements)
    PARFOCAL_RETURN_IF_ERROR(CheckMap(out, rule.map));
  return absl::OkStatus();
}

absl::Status CheckMaps(const SourceDefinition& out) {
  PARFOCAL_RETURN_IF_ERROR(CheckStudyMaps(out, out.study));
  for (const FeedRule& feed : out.feeds) {
    PARFOCAL_RETURN_IF_ERROR(CheckStudyMaps(out, feed.study));
    for (const SetRule& set : feed.sets) {
      for (const StatementRule& rule : set.statements)
        PARFOCAL_RETURN_IF_ERROR(CheckMap(out, rule.map));
      for (const ObservationFrom& rule : set.observations)
        PARFOCAL_RETURN_IF_ERROR(CheckMap(out, rule.finding.map));
    }
  }
  return absl::OkStatus();
}

absl::Status CheckFeeds(const YamlReading& in, const YAML::Node& root,
                        const SourceDefinition& out) {
  if (out.protocol.empty()) return in.Fail(root, "a definition needs 'protocol'");
  if (out.protocol == "oai-pmh") {
    return out.feeds.empty() ? absl::OkStatus()
                             : in.Fail(root, "oai-pmh maps its formats by itself: no 'feeds'");
  }
  if (!out.options.empty()) return in.Fail(root, "'options' are for oai-pmh");
  if (out.feeds.empty()) return in.Fail(root, "a definition needs 'feeds'");
  for (const FeedRule& feed : out.feeds) {
    if (feed.study.accession.empty() && out.study.accession.empty())
      return in.Fail(root, absl::StrCat("feed ", feed.name, ": no 'accession' in its study"));
    const auto same = std::count_if(out.feeds.begin(), out.feeds.end(),
                                    [&](const FeedRule& f) { return f.name == feed.name; });
    if (same > 1) return in.Fail(root, absl::StrCat("two feeds are called ", feed.name));
    if (out.protocol == "table" && !feed.records.empty())
      return in.Fail(root, absl::StrCat("feed ", feed.name, ": a table has no 'records'"));
  }
  return CheckMaps(out);
}

absl::Status ReadDefinition(YamlReading* in, const YAML::Node& root, SourceDefinition* out) {
  const auto protocol = [in, out](const YAML::Node& node) -> absl::Status {
    PARFOCAL_RETURN_IF_ERROR(SetText(*in, &out->protocol)(node));
    if (IsProtocol(out->protocol)) return absl::OkStatus();
    return in->Fail(node,
                    absl::StrCat("protocol '", idr::CutUtf8(out->protocol, 40),
                                 "' is not known; there are: ", absl::StrJoin(kProtocols, ", ")));
  };
  const auto politeness = [in, out](const YAML::Node& node) {
    return ReadKeys(*in, node, "politeness",
                    {{"pause_ms", SetNumber(*in, 0, 600'000, &out->pause_ms)}});
  };
  PARFOCAL_RETURN_IF_ERROR(ReadKeys(
      *in, root, "the definition",
      {{"name", SetText(*in, &out->name)},
       {"protocol", protocol},
       {"licence", SetText(*in, &out->licence)},
       {"politeness", politeness},
       {"deletion", SetChoice<DeletionRule>(*in, &out->deletion,
                                            {{"whole-list", DeletionRule::kWholeList},
                                             {"two-lists", DeletionRule::kTwoLists}})},
       {"tree", [&](const YAML::Node& node) { return ReadTree(in, node, &out->tree); }},
       {"prefixes", SetWords(*in, &out->prefixes)},
       {"options", SetWords(*in, &out->options)},
       {"maps", [&](const YAML::Node& node) { return ReadMaps(in, node, &out->maps); }},
       {"study", [&](const YAML::Node& node) { return ReadStudyRule(in, node, &out->study); }},
       {"feeds", SetList(in, &out->feeds, ReadFeed)}}));
  return CheckFeeds(*in, root, *out);
}

}  // namespace

absl::StatusOr<TreeRule> DefaultTree(const std::string& path) {
  TreeRule out;
  out.path = path;
  PARFOCAL_ASSIGN_OR_RETURN(out.name, ValueTemplate::Parse("{path}"));
  PARFOCAL_ASSIGN_OR_RETURN(out.tag, ValueTemplate::Parse("{sha}"));
  return out;
}

absl::StatusOr<SourceDefinition> ParseDefinition(absl::string_view yaml, absl::string_view place) {
  if (yaml.size() > kMaxDefinitionBytes) {
    return absl::InvalidArgumentError(
        absl::StrCat(place, ": ", yaml.size(), " bytes; at most ", kMaxDefinitionBytes));
  }
  SourceDefinition out;
  out.place = std::string(place);
  out.fingerprint = XXH3_64bits(yaml.data(), yaml.size());
  YamlReading in{{std::string(place)}};
  try {  // The one border to yaml-cpp, which throws.
    const YAML::Node root = YAML::Load(std::string(yaml));
    PARFOCAL_RETURN_IF_ERROR(ReadDefinition(&in, root, &out));
  } catch (const YAML::Exception& error) {
    return absl::InvalidArgumentError(
        absl::StrCat(place, ":", error.mark.line + 1, ": ", error.msg));
  }
  return out;
}

absl::StatusOr<SourceDefinition> LoadDefinition(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  if (!file)
    return absl::NotFoundError(
        absl::StrCat(path, ": no source definition; give its path as option 'definition'"));
  const std::string text((std::istreambuf_iterator<char>(file)), std::istreambuf_iterator<char>());
  return ParseDefinition(text, path);
}

}  // namespace parfocal::definition
