// Reads the pages of a phenotype list as one answer. All of them are of one revision: the page
// token pins it, or the node says that it is gone.
#pragma once

#include <algorithm>
#include <cstdint>
#include <utility>

#include "client.h"
#include "command.h"
#include "parfocal/cli/terminal_text.h"

namespace parfocal::cli {

// Rows of a table unless --limit says otherwise; JSON has all of them.
inline constexpr int kTableRows = 50;

// How many rows to read, by --limit (negative: not given, 0: all); all of them for a script.
inline int64_t RowLimit(const Session& session, int asked) {
  if (asked > 0) return asked;
  return asked == 0 || session.json ? INT32_MAX : kTableRows;
}

// Rows of a page if `missing` are still wanted. A request's own `limit` is part of what its token
// is for, so that it stays the same from page to page.
template <typename Request>
void SetPageSize(Request* request, int64_t missing) {
  constexpr int64_t kPage = 1000;
  if constexpr (requires { request->set_page_size(0); }) {
    request->set_page_size(static_cast<int32_t>(std::min(missing, kPage)));
  } else if (request->page_token().empty()) {
    request->set_limit(static_cast<int32_t>(std::min(missing, kPage)));
  }
}

// Asks for page after page until there are `limit` rows, and joins them in `*all`, whose other
// fields are those of the first page. `rows(&response)` gives the list; what a page brings beyond
// `limit` is cut off.
template <typename Method, typename Request, typename Response, typename Rows>
absl::Status ReadPages(Client& client, Method method, Request request, int64_t limit, Rows rows,
                       Response* all) {
  bool first = true;
  do {
    SetPageSize(&request, limit - (first ? 0 : rows(all)->size()));
    Response page;
    absl::Status status = client.Call(client.phenotype(), method, request, &page);
    if (!status.ok()) return status;
    request.set_page_token(page.next_page_token());
    if (first) {
      *all = std::move(page);
    } else {
      rows(all)->MergeFrom(*rows(&page));
      all->set_next_page_token(page.next_page_token());
    }
    first = false;
  } while (!request.page_token().empty() && rows(all)->size() < limit);
  const int64_t extra = rows(all)->size() - limit;
  if (extra > 0) rows(all)->DeleteSubrange(static_cast<int>(limit), static_cast<int>(extra));
  return absl::OkStatus();
}

// "12 more: ..." if there are more than are shown.
inline void PrintMore(const Session& session, int64_t shown, int64_t total) {
  if (shown < total) {
    session.out() << FormatCount(total - shown)
                  << " more: --limit 0 shows all, --json prints all\n";
  }
}

}  // namespace parfocal::cli
