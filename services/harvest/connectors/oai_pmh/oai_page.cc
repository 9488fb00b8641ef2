#include "parfocal/oai_pmh/oai_page.h"

#include <libxml/xmlstring.h>

#include <algorithm>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "page_encoding.h"
#include "page_scanner.h"
#include "plain_text.h"

namespace parfocal::oai {
namespace {

constexpr size_t kMaxErrorBytes = 300;

// As one line for a message: what a server says may hold anything.
std::string OneLine(absl::string_view text) {
  std::string out;
  for (char c : CutText(text, 4 * kMaxErrorBytes)) {
    const auto u = static_cast<unsigned char>(c);
    const char plain = u < 0x20 || u == 0x7f ? ' ' : c;
    if (plain == ' ' && (out.empty() || out.back() == ' ')) continue;
    out.push_back(plain);
  }
  out.resize(CutText(out, kMaxErrorBytes).size());
  absl::StripTrailingAsciiWhitespace(&out);
  return out;
}

std::string TextOf(const XmlElement& parent, absl::string_view name) {
  const XmlElement* child = parent.Child(name);
  return child == nullptr ? "" : child->AllText();
}

OaiHeader ReadHeader(const XmlElement& element) {
  OaiHeader header;
  header.identifier = TextOf(element, "identifier");
  header.datestamp = TextOf(element, "datestamp");
  header.deleted =
      absl::EqualsIgnoreCase(absl::StripAsciiWhitespace(element.Attribute("status")), "deleted");
  for (const XmlElement& child : element.children) {
    if (child.name == "setSpec") header.sets.push_back(child.AllText());
  }
  return header;
}

std::optional<int64_t> NumberOf(absl::string_view text) {
  int64_t number = 0;
  if (!absl::SimpleAtoi(absl::StripAsciiWhitespace(text), &number) || number < 0)
    return std::nullopt;
  return number;
}

absl::Status ReadToken(const XmlElement& list, const PageLimits& limits, OaiPage* page) {
  const XmlElement* token = list.Child("resumptionToken");
  if (token == nullptr) return absl::OkStatus();
  page->has_token = true;
  page->complete_list_size = NumberOf(token->Attribute("completeListSize"));
  page->list_cursor = NumberOf(token->Attribute("cursor"));
  // What an answer that breaks off says of it may be half of it.
  if (page->cut) return absl::OkStatus();
  page->token = token->AllText();
  if (page->token.size() <= limits.token_bytes) return absl::OkStatus();
  return WithReason(absl::ResourceExhaustedError(absl::StrCat("the resumption token has more than ",
                                                              limits.token_bytes, " bytes")),
                    "LIMIT_EXCEEDED", "token_bytes");
}

absl::Status ReadEnvelope(XmlElement root, const PageLimits& limits, OaiPage* page) {
  for (XmlElement& child : root.children) {
    if (child.name == "responseDate") {
      page->response_date = child.AllText();
    } else if (child.name == "error") {
      page->errors.push_back({OneLine(child.Attribute("code")), OneLine(child.AllText())});
    } else if (child.name != "request" && page->verb.empty()) {
      page->verb = child.name;
      PARFOCAL_RETURN_IF_ERROR(ReadToken(child, limits, page));
      for (const XmlElement& header : child.children) {
        if (child.name == "ListIdentifiers" && header.name == "header")
          page->headers.push_back(ReadHeader(header));
      }
      page->body = std::move(child);
    }
  }
  if (page->verb.empty() && page->errors.empty()) {
    return absl::InvalidArgumentError(page->cut ? "the answer breaks off before it says anything"
                                                : "the answer holds neither a list nor an error");
  }
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<OaiPage> ParseOaiPage(std::string body, absl::string_view charset,
                                     const PageLimits& limits) {
  if (body.size() > limits.page_bytes) {
    return WithReason(absl::ResourceExhaustedError(
                          absl::StrCat("the answer has more than ", limits.page_bytes, " bytes")),
                      "LIMIT_EXCEEDED", "page_bytes");
  }
  OaiPage page;
  PARFOCAL_ASSIGN_OR_RETURN(page.text, PageAsUtf8(std::move(body), charset));
  PARFOCAL_ASSIGN_OR_RETURN(ScannedPage scanned, ScanPage(page.text, limits));
  page.records = std::move(scanned.records);
  page.cut = scanned.cut;
  page.open_tags = std::move(scanned.open_tags);
  page.close_tags = std::move(scanned.close_tags);
  if (page.open_tags.size() > limits.open_tags_bytes) {
    return WithReason(
        absl::ResourceExhaustedError(absl::StrCat("the tags around the records have more than ",
                                                  limits.open_tags_bytes, " bytes")),
        "LIMIT_EXCEEDED", "open_tags_bytes");
  }
  // A list of identifiers or sets is long, and flat.
  XmlLimits envelope;
  envelope.elements = 400'000;
  absl::StatusOr<XmlElement> root = ParseXml(scanned.envelope, envelope);
  if (!root.ok()) return Annotate(root.status(), "around its records the answer is bad");
  PARFOCAL_RETURN_IF_ERROR(ReadEnvelope(*std::move(root), limits, &page));
  return page;
}

absl::StatusOr<OaiRecord> ReadOaiRecord(const OaiPage& page, const RecordPlace& place,
                                        const PageLimits& limits) {
  const absl::string_view bytes = absl::string_view(page.text).substr(place.offset, place.length);
  if (bytes.size() > limits.record_bytes) {
    return WithReason(
        absl::ResourceExhaustedError(absl::StrCat("it has ", bytes.size(), " bytes, at most ",
                                                  limits.record_bytes, " are allowed")),
        "LIMIT_EXCEEDED", "record_bytes");
  }
  absl::StatusOr<XmlElement> tree = ParseXml(absl::StrCat(page.open_tags, bytes, page.close_tags));
  if (!tree.ok()) {
    return place.fault.empty() ? tree.status() : Annotate(tree.status(), place.fault);
  }
  XmlElement* record = &*tree;
  while (record->name != "record" && !record->children.empty()) record = &record->children[0];
  const XmlElement* header = record->Child("header");
  if (header == nullptr) return absl::InvalidArgumentError("it has no header");
  OaiRecord out;
  out.header = ReadHeader(*header);
  if (out.header.identifier.empty())
    return absl::InvalidArgumentError("its header has no identifier");
  if (out.header.identifier.size() > limits.id_bytes) {
    return WithReason(absl::ResourceExhaustedError(
                          absl::StrCat("its identifier has more than ", limits.id_bytes, " bytes")),
                      "LIMIT_EXCEEDED", "id_bytes");
  }
  for (char c : out.header.identifier) {
    if (absl::ascii_iscntrl(static_cast<unsigned char>(c)))
      return absl::InvalidArgumentError("its identifier holds a control character");
  }
  for (XmlElement& child : record->children) {
    if (child.name != "metadata" || child.children.empty()) continue;
    // Some servers leave out the element that holds the fields of Dublin Core.
    const bool bare = absl::StartsWith(child.children[0].space, "http://purl.org/dc/");
    if (bare) child.name = "dc";
    out.metadata = bare ? std::move(child) : XmlElement(std::move(child.children[0]));
    break;
  }
  out.payload = ElementIn(bytes, "metadata");
  if (out.payload.empty()) out.payload = bytes;
  return out;
}

std::string GuessIdentifier(absl::string_view record) {
  const absl::string_view element = ElementIn(record, "identifier");
  const size_t begin = element.find('>');
  const size_t end = element.rfind('<');
  if (begin == absl::string_view::npos || end == absl::string_view::npos || end <= begin) return "";
  std::string guess = OneLine(element.substr(begin + 1, end - begin - 1));
  // It stands in bytes that nothing has read yet.
  const bool text = xmlCheckUTF8(reinterpret_cast<const unsigned char*>(guess.c_str())) != 0;
  return text && guess.find('<') == std::string::npos ? guess : "";
}

}  // namespace parfocal::oai
