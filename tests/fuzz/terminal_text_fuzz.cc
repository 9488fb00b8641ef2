// Whatever a record says, what reaches the terminal is text: no control character, and escaping
// twice changes nothing more. JSON stays as long in lines as it was.
#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <string>

#include "absl/strings/string_view.h"
#include "parfocal/cli/terminal_text.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using parfocal::cli::EscapeForTerminal;
  const absl::string_view text(reinterpret_cast<const char*>(data), size);
  const std::string shown = EscapeForTerminal(text);
  for (size_t i = 0; i < shown.size(); ++i) {
    const unsigned char c = static_cast<unsigned char>(shown[i]);
    if (c < 0x20 || c == 0x7f) std::abort();
    if (c == 0xc2 && static_cast<unsigned char>(shown[i + 1]) < 0xa0) std::abort();
  }
  if (EscapeForTerminal(shown) != shown) std::abort();
  for (int columns : {1, 7, 80}) {
    if (parfocal::cli::DisplayWidth(parfocal::cli::FitToWidth(shown, columns)) > columns)
      std::abort();
    parfocal::cli::WrapText(shown, columns);
  }
  const std::string json = parfocal::cli::EscapeJson(text);
  if (std::count(json.begin(), json.end(), '\n') != std::count(text.begin(), text.end(), '\n'))
    std::abort();
  return 0;
}
