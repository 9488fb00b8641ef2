#include "page_encoding.h"

#include <libxml/encoding.h>
#include <libxml/tree.h>
#include <libxml/xmlerror.h>
#include <libxml/xmlstring.h>

#include <memory>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "plain_text.h"

namespace parfocal::oai {
namespace {

struct BufferDeleter {
  void operator()(xmlBufferPtr buffer) const { xmlBufferFree(buffer); }
};
using Buffer = std::unique_ptr<xmlBuffer, BufferDeleter>;

struct HandlerDeleter {
  void operator()(xmlCharEncodingHandlerPtr handler) const { xmlCharEncCloseFunc(handler); }
};
using Handler = std::unique_ptr<xmlCharEncodingHandler, HandlerDeleter>;

bool IsUtf8Name(absl::string_view name) {
  return absl::EqualsIgnoreCase(name, "utf-8") || absl::EqualsIgnoreCase(name, "utf8") ||
         absl::EqualsIgnoreCase(name, "us-ascii") || absl::EqualsIgnoreCase(name, "ascii");
}

absl::StatusOr<std::string> Recoded(const std::string& body, const std::string& name) {
  constexpr size_t kMaxNameBytes = 40;
  const auto unknown = absl::InvalidArgumentError(
      absl::StrCat("its encoding '", Printable(name.substr(0, kMaxNameBytes)), "' is not known"));
  if (name.size() > kMaxNameBytes) return unknown;
  const Handler handler(xmlFindCharEncodingHandler(name.c_str()));
  if (handler == nullptr) return unknown;
  const Buffer in(xmlBufferCreateStatic(const_cast<char*>(body.data()), body.size()));
  const Buffer out(xmlBufferCreateSize(body.size() + body.size() / 4 + 64));
  if (in == nullptr || out == nullptr)
    return absl::ResourceExhaustedError("no memory to recode it");
  if (body.empty()) return std::string();
  // The library would print what it finds wrong.
  xmlSetStructuredErrorFunc(nullptr, [](void*, xmlErrorPtr) {});
  // Converts a part of what is there with each call; without progress the bytes are wrong.
  while (xmlBufferLength(in.get()) > 0) {
    const int left = xmlBufferLength(in.get());
    if (xmlCharEncInFunc(handler.get(), out.get(), in.get()) < 0 ||
        xmlBufferLength(in.get()) >= left) {
      return absl::InvalidArgumentError(absl::StrCat("its bytes are not in the encoding ",
                                                     Printable(name), " that it claims (byte ",
                                                     body.size() - static_cast<size_t>(left), ")"));
    }
  }
  return std::string(reinterpret_cast<const char*>(xmlBufferContent(out.get())),
                     static_cast<size_t>(xmlBufferLength(out.get())));
}

// The encoding of `<?xml ... encoding="x" ?>` at the beginning of `text`, whose length, with the
// blanks before it, becomes `*length`; 0 if there is no declaration.
std::string Declared(absl::string_view text, size_t* length) {
  const size_t begin = text.size() - absl::StripLeadingAsciiWhitespace(text).size();
  *length = 0;
  const absl::string_view rest = text.substr(begin);
  if (!absl::StartsWith(rest, "<?xml") || rest.size() < 6 ||
      !absl::ascii_isspace(static_cast<unsigned char>(rest[5])))
    return "";
  const size_t end = rest.find("?>");
  if (end == absl::string_view::npos) return "";
  *length = begin + end + 2;
  const absl::string_view declaration = rest.substr(0, end);
  size_t at = declaration.find("encoding");
  if (at == absl::string_view::npos) return "";
  at = declaration.find_first_of("\"'", at);
  if (at == absl::string_view::npos) return "";
  const size_t close = declaration.find(declaration[at], at + 1);
  if (close == absl::string_view::npos) return "";
  return std::string(declaration.substr(at + 1, close - at - 1));
}

}  // namespace

absl::StatusOr<std::string> PageAsUtf8(std::string body, absl::string_view charset) {
  size_t declaration = 0;
  constexpr struct {
    absl::string_view begin;
    size_t mark;  // Bytes of it that are no text.
    const char* name;
  } kWide[] = {{"\xff\xfe", 2, "UTF-16LE"},
               {"\xfe\xff", 2, "UTF-16BE"},
               {absl::string_view("<\0", 2), 0, "UTF-16LE"},
               {absl::string_view("\0<", 2), 0, "UTF-16BE"}};
  for (const auto& wide : kWide) {
    if (!absl::StartsWith(body, wide.begin)) continue;
    PARFOCAL_ASSIGN_OR_RETURN(std::string text, Recoded(body.substr(wide.mark), wide.name));
    Declared(text, &declaration);
    return text.substr(declaration);
  }
  const bool marked = absl::StartsWith(body, "\xef\xbb\xbf");
  if (marked) body.erase(0, 3);
  std::string name = Declared(body, &declaration);
  if (declaration > 0) body.erase(0, declaration);
  // Servers put the charset of their platform into the header of correct UTF-8 answers: it is
  // believed only of bytes that are none.
  if (declaration == 0 && xmlCheckUTF8(reinterpret_cast<const unsigned char*>(body.c_str())) == 0)
    name = std::string(charset);
  // A declaration that could be read as bytes does not stand in two-byte units, whatever it says.
  const bool wide =
      absl::StartsWithIgnoreCase(name, "utf-16") || absl::StartsWithIgnoreCase(name, "ucs-");
  if (marked || name.empty() || wide || IsUtf8Name(name)) return body;
  return Recoded(body, name);
}

}  // namespace parfocal::oai
