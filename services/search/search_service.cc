#include "parfocal/search_rpc/search_service.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/strip.h"
#include "answer_conversion.h"
#include "citation_answer.h"
#include "citation_store.h"
#include "facet_request.h"
#include "parfocal/rpc/call.h"
#include "parfocal/rpc/pinned.h"
#include "parfocal/rpc/record_conversion.h"
#include "parfocal/rpc/response_size.h"
#include "parfocal/rpc/utf8.h"
#include "parfocal/schema/schema.h"
#include "parfocal/v1/search_service.grpc.pb.h"

namespace parfocal {
namespace {

// Snapshots of past revisions; they share their segments.
constexpr size_t kMaxPinned = 32;
constexpr int kStandardPage = 25;
constexpr int kMaxPage = 200;
constexpr int kMaxSuggestions = 20;
constexpr int kStandardSuggestions = 10;
constexpr size_t kMaxSuggestBytes = 256;
constexpr int kMinSuggestCharacters = 2;
// Hits that a stream reads from the index at once, and sends at once.
constexpr int kStreamPage = 5000;
constexpr size_t kStreamBatch = 100;
constexpr absl::string_view kCitationPrefix = "searchCitations/";

absl::Status OutOfRange(absl::string_view message, absl::string_view field) {
  return WithReason(absl::InvalidArgumentError(message), "VALUE_OUT_OF_RANGE", field);
}

absl::StatusOr<SearchOrder> ReadOrder(const std::string& text) {
  static constexpr std::pair<absl::string_view, SearchOrder> kOrders[] = {
      {"", SearchOrder::kRelevance},
      {"relevance", SearchOrder::kRelevance},
      {"release_date desc", SearchOrder::kReleaseDateDescending},
      {"release_date", SearchOrder::kReleaseDate},
      {"title", SearchOrder::kTitle},
      {"image_count desc", SearchOrder::kImageCountDescending},
      {"bytes desc", SearchOrder::kBytesDescending},
      {"name", SearchOrder::kName},
  };
  std::string folded = text.substr(0, 64);
  absl::RemoveExtraAsciiWhitespace(&folded);
  for (const auto& [name, order] : kOrders) {
    if (folded == name) return order;
  }
  return OutOfRange(absl::StrCat("order_by: '", folded,
                                 "' is none of relevance, release_date desc, release_date, title, "
                                 "image_count desc, bytes desc, name"),
                    "order_by");
}

// How many characters a UTF-8 text has.
int Characters(absl::string_view text) {
  return static_cast<int>(std::count_if(text.begin(), text.end(), [](char c) {
    return (static_cast<unsigned char>(c) & 0xC0) != 0x80;
  }));
}

// A search that has been understood: on which snapshot, from where.
struct Prepared {
  std::shared_ptr<const Snapshot> snapshot;
  BoundQuery query;
  std::string hash;
};

class SearchService final : public v1::SearchService::CallbackService {
 public:
  explicit SearchService(SearchServiceOptions options)
      : options_(std::move(options)),
        pinned_(options_.clock, kMaxPinned),
        citations_(options_.citations) {}

  grpc::ServerUnaryReactor* Search(grpc::CallbackServerContext* context,
                                   const v1::SearchRequest* request,
                                   v1::SearchResponse* response) override {
    return HandleUnary(
        *options_.dispatcher, context, "parfocal.v1.SearchService/Search", request, response,
        [this](const Call& call, const auto& r, auto* out) { return Answer(call, r, out); });
  }
  grpc::ServerUnaryReactor* Suggest(grpc::CallbackServerContext* context,
                                    const v1::SuggestRequest* request,
                                    v1::SuggestResponse* response) override {
    return HandleUnary(
        *options_.dispatcher, context, "parfocal.v1.SearchService/Suggest", request, response,
        [this](const Call& call, const auto& r, auto* out) { return Complete(call, r, out); });
  }
  grpc::ServerUnaryReactor* CiteSearch(grpc::CallbackServerContext* context,
                                       const v1::CiteSearchRequest* request,
                                       v1::SearchCitation* response) override {
    return HandleUnary(
        *options_.dispatcher, context, "parfocal.v1.SearchService/CiteSearch", request, response,
        [this](const Call& call, const auto& r, auto* out) { return Cite(call, r, out); });
  }
  grpc::ServerUnaryReactor* GetSearchCitation(grpc::CallbackServerContext* context,
                                              const v1::GetSearchCitationRequest* request,
                                              v1::SearchCitation* response) override {
    return HandleUnary(*options_.dispatcher, context, "parfocal.v1.SearchService/GetSearchCitation",
                       request, response, [this](const Call& call, const auto& r, auto* out) {
                         return Recall(call, r, out);
                       });
  }
  grpc::ServerWriteReactor<v1::SearchHit>* StreamSearch(grpc::CallbackServerContext* context,
                                                        const v1::SearchRequest* request) override {
    constexpr absl::string_view kMethod = "parfocal.v1.SearchService/StreamSearch";
    return HandleStream<v1::SearchHit>(
        *options_.dispatcher, context, kMethod, request,
        [this, request, kMethod](const std::shared_ptr<StreamCall<v1::SearchHit>>& stream) {
          auto state = std::make_shared<StreamState>();
          stream->Start([this, request, kMethod,
                         state](const std::shared_ptr<StreamCall<v1::SearchHit>>& call) {
            Refill(Call(call->context(), *FindMethodPolicy(kMethod)), *request, state.get(),
                   call.get());
          });
        });
  }

 private:
  struct StreamState {
    bool prepared = false;
    bool more = true;
    Prepared search;
    std::vector<Hit> hits;  // Read but not sent, from `next` on.
    size_t next = 0;
  };

  absl::StatusOr<std::shared_ptr<const Snapshot>> SnapshotOf(const PagePosition& position) {
    const Revision revision{position.sequence, position.release};
    if (auto pinned = pinned_.Find(revision.sequence, revision.release)) return pinned;
    PARFOCAL_ASSIGN_OR_RETURN(std::shared_ptr<const Snapshot> newest, options_.index->Open());
    if (newest->revision() == revision) return newest;
    return StateIsGone();
  }

  absl::StatusOr<std::shared_ptr<const Snapshot>> NewSnapshot(int64_t min_sequence,
                                                              absl::Time deadline) const {
    if (min_sequence == 0) return options_.index->Open();
    auto snapshot = options_.index->OpenAt(min_sequence, deadline);
    if (absl::IsFailedPrecondition(snapshot.status())) {
      return WithReason(snapshot.status(), "INDEX_BEHIND", "min_sequence");
    }
    return snapshot;
  }

  absl::StatusOr<Prepared> Prepare(const Call& call, const v1::SearchRequest& request) {
    PARFOCAL_ASSIGN_OR_RETURN(const int page_size,
                              PageSize(request.page_size(), kStandardPage, kMaxPage));
    PARFOCAL_ASSIGN_OR_RETURN(const SearchOrder order, ReadOrder(request.order_by()));
    PARFOCAL_ASSIGN_OR_RETURN(std::vector<FacetSpec> facets, ReadFacets(request.facets()));
    PARFOCAL_ASSIGN_OR_RETURN(std::vector<TableSpec> tables, ReadTables(request.tables()));
    PARFOCAL_ASSIGN_OR_RETURN(std::vector<HistogramSpec> histograms,
                              ReadHistograms(request.histograms()));
    if (request.min_sequence() < 0) return OutOfRange("min_sequence: is negative", "min_sequence");
    Prepared prepared;
    prepared.hash = RequestHash(request);
    std::string after;
    if (request.page_token().empty()) {
      // Half of the time at most for waiting; the search needs the rest.
      const absl::Time until = absl::Now() + (call.deadline() - absl::Now()) / 2;
      PARFOCAL_ASSIGN_OR_RETURN(prepared.snapshot, NewSnapshot(request.min_sequence(), until));
    } else {
      PARFOCAL_ASSIGN_OR_RETURN(PagePosition position,
                                options_.tokens->Read(prepared.hash, request.page_token()));
      PARFOCAL_ASSIGN_OR_RETURN(prepared.snapshot, SnapshotOf(position));
      after = std::move(position.after);
    }
    QueryText text;
    text.query = request.query();
    text.filter = request.filter();
    text.exact = request.exact();
    if (!request.similar_to().empty()) {
      absl::StatusOr<RecordName> name = ParseRecordName(request.similar_to());
      if (!name.ok()) return WithReason(name.status(), "RESOURCE_NAME", "similar_to");
      text.similar_to = *std::move(name);
    }
    PARFOCAL_ASSIGN_OR_RETURN(prepared.query, options_.bind(text, *prepared.snapshot));
    BoundQuery& query = prepared.query;
    query.level = request.level() == v1::IMAGE_SET ? SearchLevel::kImageSet : SearchLevel::kStudy;
    query.order = order;
    query.page_size = page_size;
    query.after = std::move(after);
    query.facets = std::move(facets);
    query.tables = std::move(tables);
    query.histograms = std::move(histograms);
    // The first page says it once.
    query.corrections = request.page_token().empty();
    query.snippets = request.snippets();
    query.collapse_copies = request.collapse_copies();
    return prepared;
  }

  std::string TokenBehind(const Prepared& search, const Hit& hit) {
    const Revision revision = search.snapshot->revision();
    pinned_.Pin(revision.sequence, revision.release, search.snapshot);
    return options_.tokens->Make(search.hash, {revision.sequence, revision.release, hit.sort_key});
  }

  // Puts the records of the hits beside them. One that was deleted since the snapshot stays a name.
  size_t AddRecords(v1::RecordView view, const Hit* hits, size_t count,
                    std::vector<v1::SearchHit*>* out) const {
    if (view == v1::RECORD_VIEW_UNSPECIFIED) return 0;
    std::vector<RecordName> names;
    for (size_t i = 0; i < count; ++i) names.push_back(hits[i].name);
    const std::vector<absl::StatusOr<StoredRecord>> records = options_.store->BatchGet(names);
    size_t bytes = 0;
    for (size_t i = 0; i < count; ++i) {
      if (!records[i].ok()) continue;
      ToProto(*records[i], view, (*out)[i]->mutable_record());
      bytes += (*out)[i]->record().ByteSizeLong();
    }
    return bytes;
  }

  absl::Status Answer(const Call& call, const v1::SearchRequest& request,
                      v1::SearchResponse* response) {
    PARFOCAL_ASSIGN_OR_RETURN(const Prepared search, Prepare(call, request));
    PARFOCAL_ASSIGN_OR_RETURN(
        const SearchAnswer answer,
        search.snapshot->Execute(search.query, nullptr, call.deadline(), &Call::Cancelled, &call));
    const SearchLevel level = search.query.level;
    size_t sent = 0, bytes = 0;
    // Few records at a time, so that a page ends before it is too large to be received.
    while (sent < answer.hits.size() && bytes <= kPageBytes) {
      const size_t count = std::min<size_t>(answer.hits.size() - sent, 10);
      std::vector<v1::SearchHit*> out;
      for (size_t i = 0; i < count; ++i) {
        out.push_back(response->add_hits());
        ToProto(answer.hits[sent + i], out.back());
      }
      bytes += AddRecords(request.view(), &answer.hits[sent], count, &out);
      sent += count;
    }
    if (sent > 0 && (answer.more || sent < answer.hits.size())) {
      response->set_next_page_token(TokenBehind(search, answer.hits[sent - 1]));
    }
    for (const FacetResult& facet : answer.facets) ToProto(facet, level, response->add_facets());
    for (const TableResult& table : answer.tables) ToProto(table, level, response->add_tables());
    for (const HistogramResult& histogram : answer.histograms)
      ToProto(histogram, level, response->add_histograms());
    for (const Correction& correction : answer.corrections)
      ToProto(correction, answer.explain, request.query(), response->add_did_you_mean());
    response->set_total_size(CountAt(level, answer.total));
    response->set_total_images(answer.total.images);
    response->set_unknown_image_sets(answer.total.unknown_image_sets);
    ToProto(answer.total, response->mutable_total());
    response->set_works(answer.works);
    ToProto(answer.revision, response->mutable_revision());
    if (request.explain()) {
      for (const ExplainStep& step : answer.explain) ToProto(step, response->add_explain());
    }
    if (options_.freshness) options_.freshness(response);
    return absl::OkStatus();
  }

  // The next hits of a stream: sends some or closes.
  void Refill(const Call& call, const v1::SearchRequest& request, StreamState* state,
              StreamCall<v1::SearchHit>* stream) {
    const absl::Status status = ReadHits(call, request, state);
    if (!status.ok() || state->next == state->hits.size()) return stream->Close(status);
    const size_t count = std::min(kStreamBatch, state->hits.size() - state->next);
    std::vector<v1::SearchHit> batch(count);
    std::vector<v1::SearchHit*> out;
    for (size_t i = 0; i < count; ++i) {
      ToProto(state->hits[state->next + i], &batch[i]);
      out.push_back(&batch[i]);
    }
    AddRecords(request.view(), &state->hits[state->next], count, &out);
    // With the last hit of each batch, and so every 100 hits and with the very last.
    batch.back().set_page_token(TokenBehind(state->search, state->hits[state->next + count - 1]));
    state->next += count;
    stream->SendAll(std::move(batch));
  }

  absl::Status ReadHits(const Call& call, const v1::SearchRequest& request, StreamState* state) {
    if (!state->prepared) {
      // Prepared as it was asked, since that is what the token of a page is of.
      PARFOCAL_ASSIGN_OR_RETURN(state->search, Prepare(call, request));
      state->search.query.facets.clear();
      state->search.query.tables.clear();
      state->search.query.histograms.clear();
      state->search.query.corrections = false;
      state->prepared = true;
    }
    if (state->next < state->hits.size() || !state->more) return absl::OkStatus();
    BoundQuery& query = state->search.query;
    // A small first page is soon there.
    query.page_size = state->hits.empty() ? kMaxPage : kStreamPage;
    PARFOCAL_ASSIGN_OR_RETURN(
        SearchAnswer answer,
        state->search.snapshot->Execute(query, nullptr, call.deadline(), &Call::Cancelled, &call));
    state->hits = std::move(answer.hits);
    state->next = 0;
    state->more = answer.more;
    if (!state->hits.empty()) query.after = state->hits.back().sort_key;
    return absl::OkStatus();
  }

  absl::Status Complete(const Call& call, const v1::SuggestRequest& request,
                        v1::SuggestResponse* response) const {
    const std::string& prefix = request.prefix();
    if (prefix.size() > kMaxSuggestBytes) {
      return LimitExceeded(
          "suggest_prefix_bytes", kMaxSuggestBytes, "prefix",
          absl::StrCat("prefix: ", prefix.size(), " bytes; at most ", kMaxSuggestBytes));
    }
    if (Characters(prefix) < kMinSuggestCharacters) {
      return OutOfRange("prefix: at least 2 characters are needed", "prefix");
    }
    if (request.limit() < 0) return OutOfRange("limit: is negative; 0 means 10", "limit");
    const int limit =
        request.limit() == 0 ? kStandardSuggestions : std::min(request.limit(), kMaxSuggestions);
    SuggestQuestion question;
    question.prefix = prefix;
    question.fields = {request.fields().begin(), request.fields().end()};
    question.limit = limit;
    question.everything = request.everything();
    for (const std::string& field : question.fields) {
      if (FindField(field) == nullptr) {
        return WithReason(absl::InvalidArgumentError(
                              absl::StrCat("fields: '", field.substr(0, 200), "' is not a field")),
                          "FILTER_UNKNOWN_FIELD", "fields");
      }
    }
    PARFOCAL_ASSIGN_OR_RETURN(const auto snapshot, options_.index->Open());
    BoundQuery within;
    if (!request.query().empty() || !request.filter().empty()) {
      QueryText text;
      text.query = request.query();
      text.filter = request.filter();
      PARFOCAL_ASSIGN_OR_RETURN(within, options_.bind(text, *snapshot));
      question.within = &within;
    }
    PARFOCAL_ASSIGN_OR_RETURN(const std::vector<parfocal::Suggestion> found,
                              snapshot->SuggestWithin(question, call.deadline()));
    for (const parfocal::Suggestion& from : found) ToProto(from, response->add_suggestions());
    return absl::OkStatus();
  }

  absl::StatusOr<std::vector<Citation::Entry>> Walk(const Call& call, Prepared* search) const {
    search->query.page_size = kStreamPage;
    search->query.corrections = false;
    return WalkAnswer([&](const std::string& after) {
      search->query.after = after;
      return search->snapshot->Execute(search->query, nullptr, call.deadline(), &Call::Cancelled,
                                       &call);
    });
  }

  absl::Status Cite(const Call& call, const v1::CiteSearchRequest& request,
                    v1::SearchCitation* response) {
    v1::SearchRequest whole = CitedPart(request.search());
    whole.set_min_sequence(request.search().min_sequence());
    PARFOCAL_ASSIGN_OR_RETURN(Prepared search, Prepare(call, whole));
    Citation citation;
    PARFOCAL_ASSIGN_OR_RETURN(citation.entries, Walk(call, &search));
    const Revision revision = search.snapshot->revision();
    citation.created = options_.clock->Now();
    citation.sequence = revision.sequence;
    citation.release = revision.release;
    citation.request = CitedPart(request.search()).SerializeAsString();
    PARFOCAL_ASSIGN_OR_RETURN(const std::string id, citations_.Put(citation));
    PARFOCAL_ASSIGN_OR_RETURN(const Citation kept, citations_.Get(id));
    return FillCitation(kept, response);
  }

  static absl::Status FillCitation(const Citation& kept, v1::SearchCitation* response) {
    response->set_name(absl::StrCat(kCitationPrefix, kept.id));
    if (!response->mutable_search()->ParseFromString(kept.request)) {
      return absl::DataLossError(
          absl::StrCat("citations: the search of '", kept.id, "' cannot be read"));
    }
    ToProto(Revision{kept.sequence, kept.release}, response->mutable_revision());
    response->set_create_time(
        absl::FormatTime("%Y-%m-%dT%H:%M:%SZ", kept.created, absl::UTCTimeZone()));
    response->set_total_size(static_cast<int64_t>(kept.entries.size()));
    return absl::OkStatus();
  }

  absl::Status Recall(const Call& call, const v1::GetSearchCitationRequest& request,
                      v1::SearchCitation* response) {
    CitedPage page;
    PARFOCAL_ASSIGN_OR_RETURN(page.size, PageSize(request.page_size(), 100, 1000));
    page.differences_only = request.differences_only();
    absl::string_view id = request.name();
    if (!absl::ConsumePrefix(&id, kCitationPrefix)) {
      return WithReason(absl::InvalidArgumentError(absl::StrCat("name: '", id.substr(0, 100),
                                                                "' is not of the form ",
                                                                kCitationPrefix, "{citation}")),
                        "RESOURCE_NAME", "name");
    }
    PARFOCAL_ASSIGN_OR_RETURN(const Citation kept, citations_.Get(id));
    PARFOCAL_RETURN_IF_ERROR(FillCitation(kept, response));
    const std::string hash = RequestHash(request);
    PARFOCAL_ASSIGN_OR_RETURN(Prepared now, Prepare(call, response->search()));
    if (!request.page_token().empty()) {
      PARFOCAL_ASSIGN_OR_RETURN(PagePosition position,
                                options_.tokens->Read(hash, request.page_token()));
      PARFOCAL_ASSIGN_OR_RETURN(now.snapshot, SnapshotOf(position));
      page.after = std::move(position.after);
    }
    PARFOCAL_ASSIGN_OR_RETURN(const std::vector<Citation::Entry> entries, Walk(call, &now));
    const Revision revision = now.snapshot->revision();
    ToProto(revision, response->mutable_current_revision());
    const std::string after = Compare(kept.entries, entries, page, response);
    if (after.empty()) return absl::OkStatus();
    pinned_.Pin(revision.sequence, revision.release, now.snapshot);
    response->set_next_page_token(
        options_.tokens->Make(hash, {revision.sequence, revision.release, after}));
    return absl::OkStatus();
  }

  const SearchServiceOptions options_;
  Pinned<Snapshot> pinned_;
  CitationStore citations_;
};

}  // namespace

std::unique_ptr<grpc::Service> MakeSearchService(SearchServiceOptions options) {
  return std::make_unique<SearchService>(std::move(options));
}

}  // namespace parfocal
