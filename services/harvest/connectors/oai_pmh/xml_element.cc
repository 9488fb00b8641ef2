#include "parfocal/oai_pmh/xml_element.h"

#include <libxml/SAX2.h>
#include <libxml/parser.h>
#include <libxml/parserInternals.h>

#include <cstring>
#include <memory>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "plain_text.h"

namespace parfocal::oai {
namespace {

// What the callbacks of one document share. The first failure stops the parser.
struct State {
  const XmlLimits* limits;
  xmlParserCtxtPtr parser = nullptr;
  XmlElement root;
  std::vector<XmlElement*> open;  // From the root down.
  size_t elements = 0;
  absl::Status failure;
  std::string error;  // The first of libxml2.
};

absl::string_view View(const xmlChar* text) {
  return text == nullptr ? absl::string_view() : reinterpret_cast<const char*>(text);
}

void Stop(State* state, absl::Status failure) {
  if (state->failure.ok()) state->failure = std::move(failure);
  xmlStopParser(state->parser);
}

void OverLimit(State* state, absl::string_view name, int64_t limit) {
  Stop(state, WithReason(absl::ResourceExhaustedError(
                             absl::StrCat("more than ", limit, " of xml_", name, " (line ",
                                          xmlSAX2GetLineNumber(state->parser), ")")),
                         "LIMIT_EXCEEDED", absl::StrCat("xml_", name)));
}

// libxml2 hands on every `&` of an attribute as a number, since it might begin an entity.
std::string AttributeValue(const xmlChar* begin, const xmlChar* end) {
  const absl::string_view text(reinterpret_cast<const char*>(begin),
                               static_cast<size_t>(end - begin));
  return absl::StrReplaceAll(text, {{"&#38;", "&"}});
}

void OnStart(void* data, const xmlChar* name, const xmlChar*, const xmlChar* space, int,
             const xmlChar**, int attributes, int, const xmlChar** values) {
  auto* state = static_cast<State*>(data);
  if (!state->failure.ok()) return;
  const XmlLimits& limits = *state->limits;
  if (static_cast<int>(state->open.size()) >= limits.depth)
    return OverLimit(state, "depth", limits.depth);
  if (attributes > limits.attributes) return OverLimit(state, "attributes", limits.attributes);
  if (++state->elements > limits.elements)
    return OverLimit(state, "elements", static_cast<int64_t>(limits.elements));
  XmlElement* element = &state->root;
  if (!state->open.empty()) element = &state->open.back()->children.emplace_back();
  element->name = std::string(View(name));
  element->space = std::string(View(space));
  element->attributes.reserve(static_cast<size_t>(attributes));
  for (int i = 0; i < attributes; ++i) {
    const xmlChar** value = values + 5 * i;  // Name, prefix, namespace, begin, end.
    element->attributes.emplace_back(View(value[0]), AttributeValue(value[3], value[4]));
  }
  state->open.push_back(element);
}

void OnEnd(void* data, const xmlChar*, const xmlChar*, const xmlChar*) {
  auto* state = static_cast<State*>(data);
  if (!state->open.empty()) state->open.pop_back();
}

void OnText(void* data, const xmlChar* text, int size) {
  auto* state = static_cast<State*>(data);
  if (state->open.empty() || size <= 0) return;
  XmlElement* element = state->open.back();
  std::string* to = element->children.empty() ? &element->text : &element->children.back().tail;
  to->append(reinterpret_cast<const char*>(text), static_cast<size_t>(size));
}

void OnDoctype(void* data, const xmlChar*, const xmlChar*, const xmlChar*) {
  Stop(static_cast<State*>(data), absl::InvalidArgumentError("it holds a DOCTYPE"));
}

void OnError(void* data, xmlErrorPtr error) {
  auto* state = static_cast<State*>(data);
  // A prefix that nobody declared is common, and harmless where names alone are looked at.
  if (error->domain == XML_FROM_NAMESPACE || error->level == XML_ERR_WARNING) return;
  if (!state->error.empty() || error->message == nullptr) return;
  // The message may quote any bytes of the text, and is shown to people.
  const absl::string_view message = absl::StripAsciiWhitespace(absl::string_view(error->message));
  state->error = Printable(message.substr(0, 200));
  absl::StrAppend(&state->error, " (line ", error->line, ")");
}

xmlSAXHandler Handler() {
  xmlSAXHandler handler;
  std::memset(&handler, 0, sizeof handler);
  handler.initialized = XML_SAX2_MAGIC;
  handler.startElementNs = OnStart;
  handler.endElementNs = OnEnd;
  handler.characters = OnText;
  handler.ignorableWhitespace = OnText;
  handler.cdataBlock = OnText;
  handler.internalSubset = OnDoctype;
  handler.serror = OnError;
  return handler;
}

void AppendText(const XmlElement& element, std::string* out) {
  absl::StrAppend(out, element.text);
  for (const XmlElement& child : element.children) {
    AppendText(child, out);
    absl::StrAppend(out, child.tail);
  }
}

struct ParserDeleter {
  void operator()(xmlParserCtxtPtr parser) const {
    if (parser->myDoc != nullptr) xmlFreeDoc(parser->myDoc);
    parser->myDoc = nullptr;
    xmlFreeParserCtxt(parser);
  }
};

}  // namespace

const XmlElement* XmlElement::Child(absl::string_view child) const {
  for (const XmlElement& element : children) {
    if (element.name == child) return &element;
  }
  return nullptr;
}

absl::string_view XmlElement::Attribute(absl::string_view attribute) const {
  for (const auto& [key, value] : attributes) {
    if (key == attribute) return value;
  }
  return "";
}

std::string XmlElement::AllText() const {
  std::string out;
  AppendText(*this, &out);
  absl::StripAsciiWhitespace(&out);
  return out;
}

absl::StatusOr<XmlElement> ParseXml(absl::string_view text, const XmlLimits& limits) {
  static const bool initialized = [] {
    xmlInitParser();
    return true;
  }();
  (void)initialized;
  constexpr size_t kMaxBytes = size_t{1} << 30;  // libxml2 counts in int.
  if (text.empty()) return absl::InvalidArgumentError("it is empty");
  if (text.size() > kMaxBytes) return absl::ResourceExhaustedError("more than 1 GiB of XML");
  const std::unique_ptr<xmlParserCtxt, ParserDeleter> parser(
      xmlCreateMemoryParserCtxt(text.data(), static_cast<int>(text.size())));
  if (parser == nullptr) return absl::ResourceExhaustedError("no memory for a parser");
  static const xmlSAXHandler handler = Handler();
  State state;
  state.limits = &limits;
  state.parser = parser.get();
  *parser->sax = handler;
  parser->sax2 = 1;
  parser->userData = &state;
  // This one alone: NOENT, DTDLOAD and HUGE would open files or lift the library's own limits.
  xmlCtxtUseOptions(parser.get(), XML_PARSE_NONET);
  xmlSwitchEncoding(parser.get(), XML_CHAR_ENCODING_UTF8);
  xmlParseDocument(parser.get());
  PARFOCAL_RETURN_IF_ERROR(state.failure);
  if (parser->wellFormed == 0) {
    return absl::InvalidArgumentError(absl::StrCat(
        "not well-formed XML: ", state.error.empty() ? "no reason given" : state.error));
  }
  return std::move(state.root);
}

}  // namespace parfocal::oai
