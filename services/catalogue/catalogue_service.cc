#include "parfocal/catalogue_rpc/catalogue_service.h"

#include <algorithm>
#include <limits>
#include <optional>
#include <utility>
#include <vector>

#include "parfocal/rpc/call.h"
#include "parfocal/rpc/mask.h"
#include "parfocal/rpc/record_conversion.h"
#include "parfocal/rpc/relation_conversion.h"
#include "parfocal/rpc/response_size.h"
#include "parfocal/rpc/utf8.h"
#include "parfocal/v1/catalogue_service.grpc.pb.h"

namespace parfocal {
namespace {

constexpr int kStandardPage = 25;
constexpr int kMaxPage = 200;
constexpr int kStandardChanges = 1000;
constexpr int kMaxChanges = 5000;
constexpr int kMaxBatch = 200;
constexpr int kStandardRelated = 100;
constexpr int kMaxRelated = 1000;

// A study or an image set, never a source alone.
absl::StatusOr<RecordName> ParseRecord(absl::string_view text, absl::string_view field) {
  absl::StatusOr<RecordName> name = ParseRecordName(text);
  if (!name.ok()) return WithReason(name.status(), "RESOURCE_NAME", field);
  if (!name->accession.empty()) return name;
  return WithReason(
      absl::InvalidArgumentError(absl::StrCat("record name '", text,
                                              "' names a source; a record is sources/{source}"
                                              "/studies/{accession}[/imageSets/{id}]")),
      "RESOURCE_NAME", field);
}

absl::Status TooLarge(absl::string_view what) {
  return LimitExceeded(
      "response_bytes", kMaxResponseBytes, "names",
      absl::StrCat(what, " would not fit into one response; ask for fewer at once"));
}

// One page in the making: takes records until it is full by number or by size.
class PageBuilder {
 public:
  PageBuilder(int page_size, v1::RecordView view, v1::ListRecordsResponse* response)
      : page_size_(page_size), view_(view), response_(response) {}
  // Returns false if the page was full before: the record stays for the next one.
  bool Add(const StoredRecord& stored) {
    if (response_->records_size() >= page_size_ || bytes_ > kPageBytes) {
      more_ = true;
      return false;
    }
    v1::Record* record = response_->add_records();
    ToProto(stored, view_, record);
    bytes_ += record->ByteSizeLong();
    last_ = NameOf(stored.record);
    return true;
  }
  bool more() const { return more_; }
  const RecordName& last() const { return last_; }

 private:
  const int page_size_;
  const v1::RecordView view_;
  v1::ListRecordsResponse* const response_;
  size_t bytes_ = 0;
  bool more_ = false;
  RecordName last_;
};

// Sorts behind every image set of its study: no id is longer, and no UTF-8 text has this byte.
RecordName BehindImageSets(const RecordName& study) {
  return {study.source, study.accession, "\xff"};
}

class CatalogueService final : public v1::CatalogueService::CallbackService {
 public:
  explicit CatalogueService(CatalogueServiceOptions options) : options_(std::move(options)) {}

  grpc::ServerUnaryReactor* GetRecord(grpc::CallbackServerContext* context,
                                      const v1::GetRecordRequest* request,
                                      v1::Record* response) override {
    return HandleUnary(*options_.dispatcher, context, "parfocal.v1.CatalogueService/GetRecord",
                       request, response,
                       [this](const Call&, const v1::GetRecordRequest& r, v1::Record* out) {
                         return Get(r, out);
                       });
  }
  grpc::ServerUnaryReactor* BatchGetRecords(grpc::CallbackServerContext* context,
                                            const v1::BatchGetRecordsRequest* request,
                                            v1::BatchGetRecordsResponse* response) override {
    return HandleUnary(*options_.dispatcher, context,
                       "parfocal.v1.CatalogueService/BatchGetRecords", request, response,
                       [this](const Call&, const auto& r, auto* out) { return BatchGet(r, out); });
  }
  grpc::ServerUnaryReactor* ListRecords(grpc::CallbackServerContext* context,
                                        const v1::ListRecordsRequest* request,
                                        v1::ListRecordsResponse* response) override {
    return HandleUnary(*options_.dispatcher, context, "parfocal.v1.CatalogueService/ListRecords",
                       request, response,
                       [this](const Call&, const auto& r, auto* out) { return List(r, out); });
  }
  grpc::ServerUnaryReactor* GetRawRecord(grpc::CallbackServerContext* context,
                                         const v1::GetRawRecordRequest* request,
                                         v1::RawRecord* response) override {
    return HandleUnary(*options_.dispatcher, context, "parfocal.v1.CatalogueService/GetRawRecord",
                       request, response,
                       [this](const Call&, const auto& r, auto* out) { return GetRaw(r, out); });
  }
  grpc::ServerUnaryReactor* ListChanges(grpc::CallbackServerContext* context,
                                        const v1::ListChangesRequest* request,
                                        v1::ListChangesResponse* response) override {
    return HandleUnary(
        *options_.dispatcher, context, "parfocal.v1.CatalogueService/ListChanges", request,
        response, [this](const Call&, const auto& r, auto* out) { return ChangesPage(r, out); });
  }
  grpc::ServerUnaryReactor* ListRelations(grpc::CallbackServerContext* context,
                                          const v1::ListRelationsRequest* request,
                                          v1::ListRelationsResponse* response) override {
    return HandleUnary(
        *options_.dispatcher, context, "parfocal.v1.CatalogueService/ListRelations", request,
        response, [this](const Call&, const auto& r, auto* out) { return RelationsPage(r, out); });
  }
  grpc::ServerUnaryReactor* GetStatus(grpc::CallbackServerContext* context,
                                      const v1::GetStatusRequest* request,
                                      v1::NodeStatus* response) override {
    return HandleUnary(*options_.dispatcher, context, "parfocal.v1.CatalogueService/GetStatus",
                       request, response,
                       [this](const Call&, const auto&, auto* out) { return ReadStatus(out); });
  }

 private:
  absl::Status Get(const v1::GetRecordRequest& request, v1::Record* response) const {
    PARFOCAL_ASSIGN_OR_RETURN(const RecordName name, ParseRecord(request.name(), "name"));
    PARFOCAL_ASSIGN_OR_RETURN(const StoredRecord stored, options_.store->Get(name));
    ToProto(stored, request.view(), response);
    SetLastSeen({name}, {response});
    if (options_.relations == nullptr || !response->has_study()) return absl::OkStatus();
    PARFOCAL_ASSIGN_OR_RETURN(const StudyRelations found, options_.relations->RelationsOf(name));
    for (const RecordRelation& relation : found.relations)
      ToProto(relation, response->mutable_study()->add_relations());
    return absl::OkStatus();
  }

  // `names` and `records` go together.
  void SetLastSeen(const std::vector<RecordName>& names,
                   const std::vector<v1::Record*>& records) const {
    const std::vector<absl::Time> seen = options_.store->LastSeen(names);
    for (size_t i = 0; i < seen.size() && i < records.size(); ++i) {
      if (seen[i] == absl::InfinitePast()) continue;
      v1::Provenance* provenance = records[i]->has_study()
                                       ? records[i]->mutable_study()->mutable_provenance()
                                       : records[i]->mutable_image_set()->mutable_provenance();
      provenance->mutable_last_seen()->set_seconds(absl::ToUnixSeconds(seen[i]));
    }
  }

  absl::Status BatchGet(const v1::BatchGetRecordsRequest& request,
                        v1::BatchGetRecordsResponse* response) const {
    if (request.names_size() > kMaxBatch) {
      return LimitExceeded(
          "batch_names", kMaxBatch, "names",
          absl::StrCat("names: ", request.names_size(), " names; at most ", kMaxBatch, " at once"));
    }
    std::vector<RecordName> names;
    for (const std::string& text : request.names()) {
      PARFOCAL_ASSIGN_OR_RETURN(RecordName name, ParseRecord(text, "names"));
      names.push_back(std::move(name));
    }
    size_t bytes = 0;
    std::vector<v1::Record*> records;
    for (const absl::StatusOr<StoredRecord>& stored : options_.store->BatchGet(names)) {
      PARFOCAL_RETURN_IF_ERROR(stored.status());
      v1::Record* record = response->add_records();
      ToProto(*stored, request.view(), record);
      bytes += record->ByteSizeLong();
      if (bytes > kMaxResponseBytes) return TooLarge("these records");
      records.push_back(record);
    }
    SetLastSeen(names, records);
    return absl::OkStatus();
  }

  absl::Status List(const v1::ListRecordsRequest& request,
                    v1::ListRecordsResponse* response) const {
    absl::StatusOr<RecordName> parent = ParseRecordName(request.parent());
    if (!parent.ok()) return WithReason(parent.status(), "RESOURCE_NAME", "parent");
    if (!parent->image_set.empty() || (request.show_deleted() && !parent->accession.empty())) {
      return WithReason(absl::InvalidArgumentError(absl::StrCat(
                            "parent '", request.parent(), "': expected sources/{source}",
                            request.show_deleted() ? " (deleted records are listed by source)"
                                                   : "[/studies/{accession}]")),
                        "RESOURCE_NAME", "parent");
    }
    PARFOCAL_ASSIGN_OR_RETURN(const int page_size,
                              PageSize(request.page_size(), kStandardPage, kMaxPage));
    const std::string hash = RequestHash(request);
    std::optional<RecordName> after;
    if (!request.page_token().empty()) {
      PARFOCAL_ASSIGN_OR_RETURN(const PagePosition position,
                                options_.tokens->Read(hash, request.page_token()));
      PARFOCAL_ASSIGN_OR_RETURN(after, ParseRecordName(position.after));
    }
    // A parent that is not there is an error, not an empty list.
    PARFOCAL_RETURN_IF_ERROR(options_.store->GetSource(parent->source).status());
    if (!parent->accession.empty()) PARFOCAL_RETURN_IF_ERROR(options_.store->Get(*parent).status());
    // Lists say BASIC where nothing is said.
    PageBuilder page(page_size, request.view() == v1::FULL ? v1::FULL : v1::BASIC, response);
    PARFOCAL_RETURN_IF_ERROR(request.show_deleted()      ? ListDeleted(parent->source, after, &page)
                             : parent->accession.empty() ? ListStudies(parent->source, after, &page)
                                                         : ListImageSets(*parent, after, &page));
    if (page.more()) {
      response->set_next_page_token(
          options_.tokens->Make(hash, {0, "", FormatRecordName(page.last())}));
    }
    return absl::OkStatus();
  }

  absl::Status ListDeleted(const std::string& source, const std::optional<RecordName>& after,
                           PageBuilder* page) const {
    return options_.store->ScanTombstones(source, [&](const StoredRecord& stored) {
      return (after && NameOf(stored.record) <= *after) || page->Add(stored);
    });
  }

  // Jumps over the image sets of each study: a source can have millions.
  absl::Status ListStudies(const std::string& source, const std::optional<RecordName>& after,
                           PageBuilder* page) const {
    std::optional<RecordName> at;
    if (after) at = BehindImageSets(*after);
    for (bool more = true; more;) {
      more = false;
      PARFOCAL_RETURN_IF_ERROR(
          options_.store->Scan({source, "", ""}, at, [&](const StoredRecord& stored) {
            const RecordName name = NameOf(stored.record);
            // An image set whose study has no record of its own stands alone here.
            if (name.image_set.empty()) {
              if (!page->Add(stored)) return false;
            }
            at = BehindImageSets(name);
            more = true;
            return false;
          }));
    }
    return absl::OkStatus();
  }

  absl::Status ListImageSets(const RecordName& study, const std::optional<RecordName>& after,
                             PageBuilder* page) const {
    return options_.store->Scan(study, after, [&](const StoredRecord& stored) {
      return NameOf(stored.record).image_set.empty() || page->Add(stored);
    });
  }

  absl::Status GetRaw(const v1::GetRawRecordRequest& request, v1::RawRecord* response) const {
    PARFOCAL_ASSIGN_OR_RETURN(const RecordName name, ParseRecord(request.name(), "name"));
    // The record itself first: a deleted one keeps its bytes, but they are not shown.
    PARFOCAL_ASSIGN_OR_RETURN(const StoredRecord stored, options_.store->Get(name));
    PARFOCAL_ASSIGN_OR_RETURN(const std::string raw, options_.store->GetRaw(name));
    Masked masked = MaskPersonalData(raw);
    response->set_name(ValidUtf8(FormatRecordName(name)));
    response->set_data(std::move(masked.text));
    response->set_masked(masked.places);
    response->set_sha256(stored.meta.raw_sha256);
    return absl::OkStatus();
  }

  absl::Status ChangesPage(const v1::ListChangesRequest& request,
                           v1::ListChangesResponse* response) const {
    PARFOCAL_ASSIGN_OR_RETURN(const int page_size,
                              PageSize(request.page_size(), kStandardChanges, kMaxChanges));
    if (request.after_sequence() < 0) {
      return WithReason(
          absl::InvalidArgumentError("after_sequence: is negative; 0 begins at the beginning"),
          "VALUE_OUT_OF_RANGE", "after_sequence");
    }
    const std::string group(kPublicGroup);
    PARFOCAL_ASSIGN_OR_RETURN(
        const std::vector<parfocal::Change> changes,
        options_.store->ChangesSince(group, request.after_sequence(), page_size));
    size_t bytes = 0;
    for (const parfocal::Change& from : changes) {
      if (bytes > kPageBytes) break;
      v1::Change* change = response->add_changes();
      change->set_sequence(from.sequence);
      change->set_kind(from.kind == ChangeKind::kUpsert ? v1::Change::UPSERT : v1::Change::DELETE);
      change->set_name(ValidUtf8(FormatRecordName(from.name)));
      bytes += change->ByteSizeLong();
    }
    PARFOCAL_ASSIGN_OR_RETURN(const StoreStatus status, options_.store->Status(group));
    response->set_newest_sequence(status.sequence);
    return absl::OkStatus();
  }

  absl::Status RelationsPage(const v1::ListRelationsRequest& request,
                             v1::ListRelationsResponse* response) const {
    RecordName parent;
    if (!request.parent().empty()) {
      absl::StatusOr<RecordName> name = ParseRecordName(request.parent());
      if (!name.ok()) return WithReason(name.status(), "RESOURCE_NAME", "parent");
      if (!name->image_set.empty()) {
        return WithReason(absl::InvalidArgumentError(absl::StrCat(
                              "parent '", request.parent(), "': image sets have no relations")),
                          "RESOURCE_NAME", "parent");
      }
      parent = *std::move(name);
      PARFOCAL_RETURN_IF_ERROR(options_.store->GetSource(parent.source).status());
    }
    PARFOCAL_ASSIGN_OR_RETURN(const int page_size,
                              PageSize(request.page_size(), kStandardRelated, kMaxRelated));
    const std::string hash = RequestHash(request);
    std::optional<RecordName> after;
    if (!request.page_token().empty()) {
      PARFOCAL_ASSIGN_OR_RETURN(const PagePosition position,
                                options_.tokens->Read(hash, request.page_token()));
      PARFOCAL_ASSIGN_OR_RETURN(after, ParseRecordName(position.after));
    }
    if (options_.relations == nullptr) return absl::OkStatus();
    size_t bytes = 0;
    RecordName last;
    bool more = false;
    PARFOCAL_RETURN_IF_ERROR(
        options_.relations->ScanRelations(parent, after, [&](const StudyRelations& found) {
          if (response->studies_size() >= page_size || bytes > kPageBytes) {
            more = true;
            return false;
          }
          last = found.study;
          v1::ListRelationsResponse::Related related;
          for (const RecordRelation& relation : found.relations) {
            const bool wanted = request.type() == v1::Relation::TYPE_UNSPECIFIED ||
                                static_cast<int>(relation.type) == request.type();
            const bool rejected = relation.verdict == RelationVerdict::kRejected;
            if (wanted && (request.show_rejected() || !rejected))
              ToProto(relation, related.add_relations());
          }
          if (related.relations().empty()) return true;
          related.set_name(ValidUtf8(FormatRecordName(found.study)));
          related.set_work(ValidUtf8(found.work));
          bytes += related.ByteSizeLong();
          *response->add_studies() = std::move(related);
          return true;
        }));
    if (more) {
      response->set_next_page_token(options_.tokens->Make(hash, {0, "", FormatRecordName(last)}));
    }
    return absl::OkStatus();
  }

  absl::Status ReadStatus(v1::NodeStatus* response) const {
    PARFOCAL_ASSIGN_OR_RETURN(const StoreStatus status,
                              options_.store->Status(std::string(kPublicGroup)));
    response->set_studies(status.studies);
    response->set_image_sets(status.image_sets);
    response->set_tombstones(status.tombstones);
    response->set_catalogue_sequence(status.sequence);
    options_.node_status(response);
    return absl::OkStatus();
  }

  const CatalogueServiceOptions options_;
};

}  // namespace

std::unique_ptr<grpc::Service> MakeCatalogueService(CatalogueServiceOptions options) {
  return std::make_unique<CatalogueService>(std::move(options));
}

}  // namespace parfocal
