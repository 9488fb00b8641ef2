// An OAI-PMH server in memory that behaves as a test says: right, or wrong in one of the ways in
// which servers are wrong.
#pragma once

#include <algorithm>
#include <functional>
#include <map>
#include <string>
#include <vector>

#include "absl/strings/escaping.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/str_split.h"
#include "absl/time/time.h"
#include "parfocal/fetcher.h"

namespace parfocal::testing {

struct OaiItem {
  absl::Time stamp;
  int version = 1;
  bool deleted = false;
};

class ScriptedOai final : public Fetcher {
 public:
  // What the server has. Items are listed by stamp, then by identifier.
  std::map<std::string, OaiItem> items;
  absl::Time now = absl::FromCivil(absl::CivilSecond(2024, 3, 1, 12, 0, 0), absl::UTCTimeZone());
  bool days = false;
  std::string deleted_record = "no";
  std::vector<std::string> formats = {"oai_dc"};
  size_t page_size = 10;
  // Tokens name the last item that was sent, so that items which change meanwhile move nothing.
  bool keyed = false;
  // Tokens of an answer hold for so many answers after it.
  int token_life = 1'000'000;
  enum class Ending { kNoElement, kEmptyElement, kEmptyWithAttributes, kTokenToNothing };
  Ending ending = Ending::kNoElement;
  enum class Loop {
    kNone,
    kSameToken,
    kSamePage,
    kTwoTokens,
    kBackToStart,
    kEmptyPages,
    kFreshTokens
  };
  Loop loop = Loop::kNone;
  // Changes the answer's body, by the number of the list request.
  std::function<void(int list, std::string* body)> spoil;
  // Called before each list answer.
  std::function<void(int list)> before;

  std::vector<std::string> urls;
  int lists = 0;

  void Add(const std::string& id, absl::Time stamp, int version = 1) {
    items[id] = {stamp, version, false};
  }

  absl::StatusOr<FetchResponse> Fetch(const FetchRequest& request) override {
    urls.push_back(request.url);
    std::map<std::string, std::string> arguments;
    const std::string query = request.url.substr(request.url.find('?') + 1);
    for (absl::string_view part : absl::StrSplit(query, '&')) {
      const std::pair<std::string, std::string> pair =
          absl::StrSplit(part, absl::MaxSplits('=', 1));
      arguments[pair.first] = Decoded(pair.second);
    }
    FetchResponse response;
    response.http_status = 200;
    response.content_type = "text/xml; charset=UTF-8";
    const std::string& verb = arguments["verb"];
    if (verb == "Identify") {
      response.body = Envelope(absl::StrCat(
          "<Identify><repositoryName>x</repositoryName><earliestDatestamp>", Stamp(Earliest()),
          "</earliestDatestamp><deletedRecord>", deleted_record, "</deletedRecord><granularity>",
          days ? "YYYY-MM-DD" : "YYYY-MM-DDThh:mm:ssZ", "</granularity></Identify>"));
    } else if (verb == "ListMetadataFormats") {
      std::string body;
      for (const std::string& format : formats)
        absl::StrAppend(&body, "<metadataFormat><metadataPrefix>", format,
                        "</metadataPrefix></metadataFormat>");
      response.body =
          Envelope(absl::StrCat("<ListMetadataFormats>", body, "</ListMetadataFormats>"));
    } else if (verb == "ListSets") {
      response.body = Envelope("<ListSets><set><setSpec>known</setSpec></set></ListSets>");
    } else if (verb == "GetRecord") {
      const auto item = items.find(arguments["identifier"]);
      response.body = item == items.end()
                          ? Error("idDoesNotExist")
                          : Envelope(absl::StrCat("<GetRecord>", Record(*item), "</GetRecord>"));
    } else {
      if (before) before(lists);
      response.body = List(verb, arguments);
      if (spoil) spoil(lists, &response.body);
      ++lists;
    }
    return response;
  }

  std::string Record(const std::pair<const std::string, OaiItem>& item) const {
    const std::string header = Header(item);
    if (item.second.deleted) return absl::StrCat("<record>", header, "</record>");
    return absl::StrCat(
        "<record>", header,
        "<metadata><oai_dc:dc xmlns:oai_dc=\"http://www.openarchives.org/OAI/2.0/oai_dc/\" "
        "xmlns:dc=\"http://purl.org/dc/elements/1.1/\"><dc:title>Title of ",
        item.first, " version ", item.second.version,
        "</dc:title><dc:creator>Doe, Jane</dc:creator></oai_dc:dc></metadata></record>");
  }

 private:
  static std::string Decoded(absl::string_view text) {
    std::string out;
    for (size_t i = 0; i < text.size(); ++i) {
      if (text[i] == '%') {
        out += absl::HexStringToBytes(text.substr(i + 1, 2));
        i += 2;
      } else {
        out.push_back(text[i]);
      }
    }
    return out;
  }

  std::string Stamp(absl::Time time) const {
    return absl::FormatTime(days ? "%Y-%m-%d" : "%Y-%m-%dT%H:%M:%SZ", time, absl::UTCTimeZone());
  }
  absl::Time Earliest() const {
    absl::Time earliest = now;
    for (const auto& [id, item] : items) earliest = std::min(earliest, item.stamp);
    return earliest;
  }
  std::string Envelope(absl::string_view content) const {
    return absl::StrCat(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<OAI-PMH xmlns=\"http://www."
        "openarchives.org/OAI/2.0/\"><responseDate>",
        absl::FormatTime("%Y-%m-%dT%H:%M:%SZ", now, absl::UTCTimeZone()),
        "</responseDate><request>x</request>", content, "</OAI-PMH>\n");
  }
  std::string Error(absl::string_view code) const {
    return Envelope(absl::StrCat("<error code=\"", code, "\">no</error>"));
  }
  std::string Header(const std::pair<const std::string, OaiItem>& item) const {
    return absl::StrCat(item.second.deleted ? "<header status=\"deleted\">" : "<header>",
                        "<identifier>", item.first, "</identifier><datestamp>",
                        Stamp(item.second.stamp), "</datestamp></header>");
  }

  // Items of the window in the order of their stamps. Ends are inclusive, as the protocol says.
  std::vector<std::string> Selected(const std::string& from, const std::string& until) const {
    std::vector<std::pair<std::string, std::string>> selected;
    for (const auto& [id, item] : items) {
      const std::string stamp = Stamp(item.stamp);
      if ((from.empty() || stamp >= from) && (until.empty() || stamp <= until))
        selected.emplace_back(stamp, id);
    }
    std::sort(selected.begin(), selected.end());
    std::vector<std::string> ids;
    for (auto& [stamp, id] : selected) ids.push_back(id);
    return ids;
  }

  size_t Behind(const std::string& key, const std::vector<std::string>& ids) const {
    size_t offset = 0;
    while (offset < ids.size() && KeyOf(ids[offset]) <= key) ++offset;
    return offset;
  }
  std::string KeyOf(const std::string& id) const {
    return absl::StrCat(Stamp(items.at(id).stamp), " ", id);
  }

  // Tokens: OFFSET!FROM!UNTIL!BORN. They stand for a list that was taken when it began, as servers
  // that work by offsets do not: items that move meanwhile shift the rest.
  std::string List(const std::string& verb, std::map<std::string, std::string>& arguments) {
    size_t offset = 0;
    std::string from = arguments["from"], until = arguments["until"];
    if (const std::string& token = arguments["resumptionToken"]; !token.empty()) {
      const std::vector<std::string> parts = absl::StrSplit(token, '!');
      int born = 0;
      if (parts.size() < 4 || (!keyed && !absl::SimpleAtoi(parts[0], &offset)) ||
          !absl::SimpleAtoi(parts[3], &born) || lists - born > token_life)
        return Error("badResumptionToken");
      from = parts[1];
      until = parts[2];
      if (keyed) offset = Behind(parts[0], Selected(from, until));
    }
    const std::vector<std::string> ids = Selected(from, until);
    if (ids.empty()) return Error("noRecordsMatch");
    if (offset >= ids.size() && loop == Loop::kNone)
      return Envelope(absl::StrCat("<", verb, "></", verb, ">"));
    std::string body;
    const size_t end = std::min(offset + page_size, ids.size());
    const bool past = loop == Loop::kEmptyPages && offset > 0;
    for (size_t i = loop == Loop::kSamePage ? 0 : offset; i < end && !past; ++i) {
      if (loop == Loop::kSamePage && i >= page_size) break;
      const auto& item = *items.find(ids[i]);
      absl::StrAppend(&body, verb == "ListRecords" ? Record(item) : Header(item));
    }
    std::string token = Token(offset, end, ids.size(), from, until);
    if (keyed && end < ids.size()) {
      token = absl::StrCat("<resumptionToken>", KeyOf(ids[end - 1]), "!", from, "!", until, "!",
                           lists, "</resumptionToken>");
    }
    return Envelope(absl::StrCat("<", verb, ">", body, token, "</", verb, ">"));
  }

  std::string Token(size_t offset, size_t end, size_t size, const std::string& from,
                    const std::string& until) const {
    auto token = [&](size_t to) {
      return absl::StrCat("<resumptionToken completeListSize=\"", size, "\">", to, "!", from, "!",
                          until, "!", lists, "!</resumptionToken>");
    };
    switch (loop) {
      case Loop::kSameToken:
        return absl::StrCat("<resumptionToken>0!", from, "!", until, "!0</resumptionToken>");
      case Loop::kTwoTokens:
        return absl::StrCat("<resumptionToken>", offset == 0 ? page_size : 0, "!", from, "!", until,
                            "!0</resumptionToken>");
      case Loop::kBackToStart:
        return absl::StrCat("<resumptionToken>", end >= size ? 0 : end, "!", from, "!", until,
                            "!0</resumptionToken>");
      case Loop::kSamePage:
      case Loop::kEmptyPages:
      case Loop::kFreshTokens:
        return token(loop == Loop::kFreshTokens && end >= size ? 0 : end);
      case Loop::kNone:
        break;
    }
    if (end < size) return token(end);
    switch (ending) {
      case Ending::kNoElement:
        return "";
      case Ending::kEmptyElement:
        return offset == 0 ? "" : "<resumptionToken/>";
      case Ending::kEmptyWithAttributes:
        return absl::StrCat("<resumptionToken cursor=\"", offset, "\" completeListSize=\"", size,
                            "\"></resumptionToken>");
      case Ending::kTokenToNothing:
        return token(end);
    }
    return "";
  }
};

}  // namespace parfocal::testing
