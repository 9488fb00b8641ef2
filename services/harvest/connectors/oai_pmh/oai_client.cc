#include "oai_client.h"

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"

namespace parfocal::oai {
namespace {

constexpr size_t kUnreadBytes = 64 << 10;

std::string Encoded(absl::string_view text) {
  constexpr char kHex[] = "0123456789ABCDEF";
  std::string out;
  for (const char c : text) {
    const auto u = static_cast<unsigned char>(c);
    if (absl::ascii_isalnum(u) || c == '-' || c == '_' || c == '.' || c == '~') {
      out.push_back(c);
    } else {
      out.push_back('%');
      out.push_back(kHex[u >> 4]);
      out.push_back(kHex[u & 15]);
    }
  }
  return out;
}

absl::string_view CharsetOf(absl::string_view content_type) {
  const size_t at = content_type.find("charset=");
  if (at == absl::string_view::npos) return "";
  absl::string_view charset = content_type.substr(at + 8);
  charset = charset.substr(0, charset.find_first_of("; "));
  if (charset.size() > 1 && charset.front() == '"') charset = charset.substr(1, charset.size() - 2);
  return charset;
}

}  // namespace

std::string OaiClient::UrlOf(absl::string_view verb, const Arguments& arguments) const {
  std::string url =
      absl::StrCat(base_url_, absl::StrContains(base_url_, "?") ? "&" : "?", "verb=", verb);
  for (const auto& [name, value] : arguments) {
    if (!value.empty()) absl::StrAppend(&url, "&", name, "=", Encoded(value));
  }
  return url;
}

absl::StatusOr<OaiPage> OaiClient::Ask(absl::string_view verb, const Arguments& arguments) {
  FetchRequest request;
  request.url = UrlOf(verb, arguments);
  // Some servers say the protocol's errors under a status of their own.
  request.accept = {400, 404, 422};
  unread_.clear();
  absl::StatusOr<FetchResponse> answer = fetcher_->Fetch(request);
  if (!answer.ok()) return Annotate(answer.status(), verb);
  std::string beginning = answer->body.substr(0, kUnreadBytes);
  const absl::Status entered = EnterUnit(guard_, request.url, 0);
  absl::StatusOr<OaiPage> page =
      entered.ok() ? ParseOaiPage(std::move(answer->body), CharsetOf(answer->content_type))
                   : absl::StatusOr<OaiPage>(Annotate(entered, "the answer"));
  if (page.ok()) return page;
  unread_ = std::move(beginning);
  if (answer->http_status == 200) return Annotate(page.status(), verb);
  return absl::FailedPreconditionError(absl::StrCat(
      verb, ": the server answered ", answer->http_status, ", and ", page.status().message()));
}

absl::Status ErrorOf(const OaiPage& page) {
  if (page.errors.empty()) return absl::OkStatus();
  const OaiError& error = page.errors.front();
  return absl::FailedPreconditionError(
      absl::StrCat("the server says ", error.code.empty() ? "(no code)" : error.code,
                   error.message.empty() ? "" : ": ", error.message));
}

bool HasError(const OaiPage& page, absl::string_view code) {
  for (const OaiError& error : page.errors) {
    if (absl::EqualsIgnoreCase(error.code, code)) return true;
  }
  return false;
}

}  // namespace parfocal::oai
