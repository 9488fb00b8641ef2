#include "parfocal/ontology_rpc/ontology_service.h"

#include <algorithm>
#include <unordered_set>
#include <utility>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "gene_calls.h"
#include "load_report.h"
#include "mapping_methods.h"
#include "parfocal/rpc/call.h"
#include "parfocal/rpc/record_conversion.h"
#include "parfocal/rpc/utf8.h"
#include "parfocal/terms/curie.h"
#include "parfocal/v1/ontology_service.grpc.pb.h"
#include "resolve.h"
#include "work_list.h"

namespace parfocal {
namespace {

constexpr int kStandardPage = 25;
constexpr int kMaxPage = 200;
constexpr int kStandardClosure = 1000;
constexpr int kMaxClosure = 10000;
constexpr size_t kMaxClosureTerms = 5'000'000;  // RELIABILITY: classes of an ontology.
constexpr size_t kMaxQueryBytes = 256;
constexpr int kMaxTexts = 1000;
constexpr int kStandardCandidates = 10;
constexpr int kMaxCandidates = LexicalMatcher::kMaxCandidates;
constexpr int kMaxPaths = 1000;
// Completions are not walked further than this.
constexpr size_t kMaxListed = 10000;

absl::StatusOr<std::string> ParseTermName(const std::string& name) {
  absl::string_view id = name;
  if (absl::ConsumePrefix(&id, "terms/") && !id.empty() && id.size() <= 512) {
    std::string curie = CanonicalCurie(id);
    return curie.empty() ? std::string(id) : curie;
  }
  return WithReason(absl::InvalidArgumentError(absl::StrCat("term name '", name.substr(0, 200),
                                                            "': expected terms/{CURIE}")),
                    "RESOURCE_NAME", "name");
}

absl::Status NoSuchTerm(absl::string_view curie) {
  return absl::NotFoundError(
      absl::StrCat("term '", curie, "' is in none of the loaded ontologies"));
}

absl::Status Expired() {
  return WithReason(absl::FailedPreconditionError(
                        "page_token: the ontologies have changed; begin the listing again"),
                    "CURSOR_EXPIRED", "page_token");
}

void MatchToProto(const TermMatch& match, v1::Term* out) {
  out->set_name("terms/" + ValidUtf8(match.id));
  out->set_id(ValidUtf8(match.id));
  out->set_ontology(std::string(CuriePrefix(match.id)));
  out->set_label(ValidUtf8(match.label));
}

void MatchToProto(const std::string& text, const LexicalMatch& match, v1::Resolution* out) {
  out->set_text(text);
  out->set_empty(absl::StripAsciiWhitespace(text).empty());
  out->set_rule(ToProto(TermRule::kUnmapped));
  for (const LexicalCandidate& from : match.candidates) {
    CandidateToProto(from, out->add_candidates());
  }
  for (size_t i = 0; i < match.accepted; ++i) out->add_accepted(ValidUtf8(match.candidates[i].id));
  if (match.accepted == 0) return;
  out->set_term(out->accepted(0));
  out->set_label(ValidUtf8(match.candidates[0].label));
  out->set_rule(ToProto(match.candidates[0].rule));
}

class OntologyService final : public MappingMethods {
 public:
  explicit OntologyService(const OntologyServiceOptions& options)
      : MappingMethods(options), options_(options) {}

  grpc::ServerUnaryReactor* GetTerm(grpc::CallbackServerContext* context,
                                    const v1::GetTermRequest* request,
                                    v1::Term* response) override {
    return HandleUnary(*options_.dispatcher, context, "parfocal.v1.OntologyService/GetTerm",
                       request, response,
                       [this](const Call&, const auto& r, auto* out) { return Get(r, out); });
  }
  grpc::ServerUnaryReactor* ListTerms(grpc::CallbackServerContext* context,
                                      const v1::ListTermsRequest* request,
                                      v1::ListTermsResponse* response) override {
    return HandleUnary(*options_.dispatcher, context, "parfocal.v1.OntologyService/ListTerms",
                       request, response,
                       [this](const Call&, const auto& r, auto* out) { return List(r, out); });
  }
  grpc::ServerUnaryReactor* Ancestors(grpc::CallbackServerContext* context,
                                      const v1::ClosureRequest* request,
                                      v1::ClosureResponse* response) override {
    return HandleUnary(
        *options_.dispatcher, context, "parfocal.v1.OntologyService/Ancestors", request, response,
        [this](const Call&, const auto& r, auto* out) { return Closure(r, /*up=*/true, out); });
  }
  grpc::ServerUnaryReactor* Descendants(grpc::CallbackServerContext* context,
                                        const v1::ClosureRequest* request,
                                        v1::ClosureResponse* response) override {
    return HandleUnary(
        *options_.dispatcher, context, "parfocal.v1.OntologyService/Descendants", request, response,
        [this](const Call&, const auto& r, auto* out) { return Closure(r, /*up=*/false, out); });
  }
  grpc::ServerUnaryReactor* Resolve(grpc::CallbackServerContext* context,
                                    const v1::ResolveRequest* request,
                                    v1::ResolveResponse* response) override {
    return HandleUnary(
        *options_.dispatcher, context, "parfocal.v1.OntologyService/Resolve", request, response,
        [this](const Call&, const auto& r, auto* out) { return ResolveAll(r, out); });
  }
  grpc::ServerUnaryReactor* ListOntologies(grpc::CallbackServerContext* context,
                                           const v1::ListOntologiesRequest* request,
                                           v1::ListOntologiesResponse* response) override {
    return HandleUnary(*options_.dispatcher, context, "parfocal.v1.OntologyService/ListOntologies",
                       request, response, [this](const Call&, const auto&, auto* out) {
                         ToProto(options_.report(), out);
                         return absl::OkStatus();
                       });
  }
  grpc::ServerUnaryReactor* ListWorkItems(grpc::CallbackServerContext* context,
                                          const v1::ListWorkItemsRequest* request,
                                          v1::ListWorkItemsResponse* response) override {
    return HandleUnary(*options_.dispatcher, context, "parfocal.v1.OntologyService/ListWorkItems",
                       request, response, [this](const Call&, const auto& r, auto* out) {
                         return work_list_.List(r, out);
                       });
  }
  grpc::ServerUnaryReactor* ResolveGenes(grpc::CallbackServerContext* context,
                                         const v1::ResolveGenesRequest* request,
                                         v1::ResolveGenesResponse* response) override {
    return HandleUnary(*options_.dispatcher, context, "parfocal.v1.OntologyService/ResolveGenes",
                       request, response, [this](const Call&, const auto& r, auto* out) {
                         const auto genes = options_.genes();
                         return parfocal::ResolveGenes(*genes, *options_.terms(), r, out);
                       });
  }
  grpc::ServerUnaryReactor* GetGene(grpc::CallbackServerContext* context,
                                    const v1::GetGeneRequest* request,
                                    v1::Gene* response) override {
    return HandleUnary(*options_.dispatcher, context, "parfocal.v1.OntologyService/GetGene",
                       request, response, [this](const Call&, const auto& r, auto* out) {
                         const auto genes = options_.genes();
                         return parfocal::GetGene(*genes, r, out);
                       });
  }
  grpc::ServerWriteReactor<v1::LoadOntologyProgress>* LoadOntology(
      grpc::CallbackServerContext* context, const v1::LoadOntologyRequest* request) override {
    return HandleStream<v1::LoadOntologyProgress>(
        *options_.dispatcher, context, "parfocal.v1.OntologyService/LoadOntology", request,
        [this, request](const std::shared_ptr<StreamCall<v1::LoadOntologyProgress>>& stream) {
          stream->Start(nullptr);
          const std::vector<std::string> paths(request->paths().begin(), request->paths().end());
          if (!options_.dispatcher->pool->Run(
                  [this, paths, stream] { Load(paths, stream.get()); })) {
            stream->Close(Overloaded());
          }
        });
  }

 private:
  absl::Status Get(const v1::GetTermRequest& request, v1::Term* response) const {
    PARFOCAL_ASSIGN_OR_RETURN(const std::string curie, ParseTermName(request.name()));
    const std::optional<Term> term = options_.terms()->Find(curie);
    if (!term) return NoSuchTerm(curie);
    ToProto(*term, response);
    // Before the first snapshot nothing carries anything.
    if (const auto snapshot = options_.index->Open(); snapshot.ok()) {
      Counts exact, rolled_up;
      (*snapshot)->CountTerm(term->id, &exact, &rolled_up);
      ToProto(exact, response->mutable_exact());
      ToProto(rolled_up, response->mutable_rolled_up());
    }
    return absl::OkStatus();
  }

  absl::Status List(const v1::ListTermsRequest& request, v1::ListTermsResponse* response) const {
    if (request.query().size() > kMaxQueryBytes) {
      return LimitExceeded(
          "term_query_bytes", kMaxQueryBytes, "query",
          absl::StrCat("query: ", request.query().size(), " bytes; at most ", kMaxQueryBytes));
    }
    if (request.query().empty()) {
      return WithReason(absl::InvalidArgumentError("query: is empty"), "VALUE_OUT_OF_RANGE",
                        "query");
    }
    PARFOCAL_ASSIGN_OR_RETURN(const int page_size,
                              PageSize(request.page_size(), kStandardPage, kMaxPage));
    const std::shared_ptr<const TermLookup> terms = options_.terms();
    const std::string hash = RequestHash(request);
    size_t begin = 0;
    if (!request.page_token().empty()) {
      PARFOCAL_ASSIGN_OR_RETURN(const PagePosition position,
                                options_.tokens->Read(hash, request.page_token()));
      if (position.release != terms->release()) return Expired();
      begin = static_cast<size_t>(position.sequence);
    }
    const std::vector<std::string> ontologies(request.ontologies().begin(),
                                              request.ontologies().end());
    std::vector<TermMatch> found = ResolveText(*terms, request.query(), ontologies).candidates;
    std::unordered_set<std::string> seen;
    for (const TermMatch& match : found) seen.insert(match.id);
    const size_t wanted = begin + page_size + 1;
    for (TermMatch& match :
         terms->Suggest(request.query(), ontologies, std::min(wanted + seen.size(), kMaxListed))) {
      if (seen.insert(match.id).second) found.push_back(std::move(match));
    }
    const size_t end = std::min(begin + page_size, found.size());
    for (size_t i = std::min(begin, end); i < end; ++i) {
      if (const std::optional<Term> term = terms->Find(found[i].id)) {
        ToProto(*term, response->add_terms());
      } else {
        MatchToProto(found[i], response->add_terms());
      }
    }
    if (end < found.size()) {
      response->set_next_page_token(
          options_.tokens->Make(hash, {static_cast<int64_t>(end), terms->release(), ""}));
    }
    return absl::OkStatus();
  }

  absl::Status Closure(const v1::ClosureRequest& request, bool up,
                       v1::ClosureResponse* response) const {
    PARFOCAL_ASSIGN_OR_RETURN(const std::string curie, ParseTermName(request.name()));
    PARFOCAL_ASSIGN_OR_RETURN(const int page_size,
                              PageSize(request.page_size(), kStandardClosure, kMaxClosure));
    const std::shared_ptr<const TermLookup> terms = options_.terms();
    // A token of Ancestors is none of Descendants.
    const std::string hash = RequestHash(request);
    std::string after;
    if (!request.page_token().empty()) {
      PARFOCAL_ASSIGN_OR_RETURN(PagePosition position,
                                options_.tokens->Read(hash, request.page_token()));
      if ((position.sequence == 1) != up) {
        return WithReason(absl::InvalidArgumentError("page_token: belongs to the other direction"),
                          "PAGE_TOKEN_MISMATCH", "page_token");
      }
      if (position.release != terms->release()) return Expired();
      after = std::move(position.after);
    }
    if (!terms->LabelOf(curie) && !terms->Find(curie)) return NoSuchTerm(curie);
    const std::vector<std::string> ids =
        up ? terms->Ancestors(curie) : terms->Descendants(curie, kMaxClosureTerms);
    response->set_total_size(static_cast<int64_t>(ids.size()));
    auto at = after.empty() ? ids.begin() : std::upper_bound(ids.begin(), ids.end(), after);
    for (; at != ids.end() && response->terms_size() < page_size; ++at) {
      MatchToProto({*at, terms->LabelOf(*at).value_or("")}, response->add_terms());
    }
    if (at != ids.end()) {
      response->set_next_page_token(
          options_.tokens->Make(hash, {up ? 1 : 0, terms->release(), *(at - 1)}));
    }
    return absl::OkStatus();
  }

  absl::Status ResolveAll(const v1::ResolveRequest& request, v1::ResolveResponse* response) const {
    if (request.texts_size() > kMaxTexts) {
      return LimitExceeded(
          "resolve_texts", kMaxTexts, "texts",
          absl::StrCat("texts: ", request.texts_size(), "; at most ", kMaxTexts, " at once"));
    }
    const std::shared_ptr<const TermLookup> terms = options_.terms();
    const std::vector<std::string> ontologies(request.ontologies().begin(),
                                              request.ontologies().end());
    if (request.candidates() < 0) {
      return WithReason(absl::InvalidArgumentError("candidates: is negative"), "VALUE_OUT_OF_RANGE",
                        "candidates");
    }
    const int limit = request.candidates() == 0 ? kStandardCandidates
                                                : std::min(request.candidates(), kMaxCandidates);
    const std::shared_ptr<const LexicalMatcher> matcher =
        options_.matcher ? options_.matcher() : nullptr;
    for (const std::string& text : request.texts()) {
      if (text.size() > LexicalMatcher::kMaxTextBytes) {
        return LimitExceeded(
            "resolve_text_bytes", LexicalMatcher::kMaxTextBytes, "texts",
            absl::StrCat("texts: number ", response->resolutions_size() + 1, " has ", text.size(),
                         " bytes; at most ", LexicalMatcher::kMaxTextBytes));
      }
      PARFOCAL_ASSIGN_OR_RETURN(const LexicalMatch match,
                                ResolveWithCandidates(*terms, matcher.get(), text, ontologies,
                                                      static_cast<size_t>(limit)));
      MatchToProto(text, match, response->add_resolutions());
    }
    return absl::OkStatus();
  }

  void Load(const std::vector<std::string>& paths,
            StreamCall<v1::LoadOntologyProgress>* stream) const {
    if (paths.empty()) {
      return stream->Close(
          WithReason(absl::InvalidArgumentError("paths: name at least one file or folder"),
                     "ONTOLOGY_FILE", "paths"));
    }
    if (paths.size() > kMaxPaths) {
      return stream->Close(
          LimitExceeded("ontology_paths", kMaxPaths, "paths",
                        absl::StrCat("paths: ", paths.size(), "; at most ", kMaxPaths)));
    }
    v1::LoadOntologyProgress progress;
    const absl::StatusOr<LoadReport> report =
        options_.load(paths, [&](const OntologyFileReport& from, int done, int total) {
          progress.set_files_done(done);
          progress.set_files_total(total);
          progress.clear_file();
          // Without a path: so many files are done, that is all.
          if (from.path.empty()) return stream->Send(progress);
          ToProto(from, progress.mutable_file());
          stream->Send(progress);
        });
    if (!report.ok()) return stream->Close(report.status());
    progress.clear_file();
    progress.set_release(ValidUtf8(report->release));
    ToProto(*report, progress.mutable_report());
    stream->Send(progress);
    stream->Close(absl::OkStatus());
  }

  const OntologyServiceOptions options_;
  const WorkList work_list_{&options_};
};

}  // namespace

std::unique_ptr<grpc::Service> MakeOntologyService(OntologyServiceOptions options) {
  return std::make_unique<OntologyService>(options);
}

}  // namespace parfocal
