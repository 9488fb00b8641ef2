// RDF/XML, Turtle and N-Triples through Raptor. Raptor hands over one statement at a time; what
// concerns classes is kept per subject, restrictions and axioms on blank nodes until the end.
#include <raptor2.h>

#include <array>
#include <string>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/strings/match.h"
#include "depth_guard.h"
#include "readers.h"
#include "term_collector.h"
#include "vocabulary.h"

namespace parfocal::internal {
namespace {

constexpr char kBase[] = "http://parfocal.invalid/";

// A restriction (`onProperty`, `someValuesFrom`) or an axiom about a statement.
struct BlankNode {
  bool part_of = false;
  std::string some_values_from;
  std::string source;
  const PropertyRow* property = nullptr;
  std::string target;
  std::string synonym_type;
};

absl::string_view View(const unsigned char* text, size_t size) {
  return absl::string_view(reinterpret_cast<const char*>(text), size);
}

class RdfReader {
 public:
  RdfReader(const ReadLimits& limits, ReadReport* report) : limits_(limits), report_(report) {}
  ~RdfReader() {
    for (auto& entry : properties_) raptor_free_uri(entry.first);
    if (parser_ != nullptr) raptor_free_parser(parser_);
    if (world_ != nullptr) raptor_free_world(world_);
  }
  RdfReader(const RdfReader&) = delete;
  RdfReader& operator=(const RdfReader&) = delete;

  absl::Status Start(OntologyFormat format);
  absl::Status Feed(absl::string_view piece, bool last);
  absl::Status Finish(const TermSink& sink);

 private:
  static void OnStatement(void* self, raptor_statement* statement) {
    static_cast<RdfReader*>(self)->Statement(*statement);
  }
  static void OnLog(void* self, raptor_log_message* message) {
    static_cast<RdfReader*>(self)->Log(*message);
  }
  // The only translation of Raptor's outcome: what the log said first, or what we stopped it for.
  absl::Status FromRaptor(int code) const;

  void Log(const raptor_log_message& message);
  void Statement(const raptor_statement& statement);
  void AboutSubject(const PropertyRow& row, absl::string_view subject, const raptor_term& object);
  void AboutBlank(const PropertyRow& row, absl::string_view subject, const raptor_term& object);
  void Type(absl::string_view subject, absl::string_view type);
  void Abort(absl::Status status);
  TermDraft* Draft(absl::string_view subject);

  const ReadLimits& limits_;
  ReadReport* report_;
  raptor_world* world_ = nullptr;
  raptor_parser* parser_ = nullptr;
  absl::flat_hash_map<raptor_uri*, const PropertyRow*> properties_;
  absl::Status stopped_;
  std::string error_;
  TermCollector collector_;
  std::string last_subject_;
  TermDraft* last_draft_ = nullptr;
  absl::flat_hash_map<std::string, BlankNode> blanks_;
  // subClassOf a blank node: child, node.
  std::vector<std::pair<std::string, std::string>> restricted_;
  std::string ontology_subject_;
};

// "_:id" for a blank node, the IRI otherwise; empty for a literal.
std::string NodeKey(const raptor_term& term) {
  if (term.type == RAPTOR_TERM_TYPE_URI) {
    size_t size = 0;
    const unsigned char* text = raptor_uri_as_counted_string(term.value.uri, &size);
    return std::string(View(text, size));
  }
  if (term.type == RAPTOR_TERM_TYPE_BLANK) {
    return absl::StrCat("_:", View(term.value.blank.string, term.value.blank.string_len));
  }
  return "";
}

absl::string_view LiteralText(const raptor_term& term) {
  if (term.type != RAPTOR_TERM_TYPE_LITERAL) return "";
  return View(term.value.literal.string, term.value.literal.string_len);
}

absl::string_view LiteralLanguage(const raptor_term& term) {
  if (term.type != RAPTOR_TERM_TYPE_LITERAL || term.value.literal.language == nullptr) return "";
  return View(term.value.literal.language, term.value.literal.language_len);
}

// A literal's text or a resource's IRI: properties such as replaced-by come in both forms.
std::string AnyText(const raptor_term& term) {
  return term.type == RAPTOR_TERM_TYPE_LITERAL ? std::string(LiteralText(term)) : NodeKey(term);
}

absl::Status RdfReader::Start(OntologyFormat format) {
  world_ = raptor_new_world();
  if (world_ == nullptr) return absl::InternalError("RDF: Raptor does not start");
  // No web library is started for this world, so nothing can be fetched.
  raptor_world_set_flag(world_, RAPTOR_WORLD_FLAG_WWW_SKIP_INIT_FINISH, 1);
  raptor_world_set_log_handler(world_, this, OnLog);
  if (raptor_world_open(world_) != 0) return absl::InternalError("RDF: Raptor does not start");
  const char* name = format == OntologyFormat::kRdfXml     ? "rdfxml"
                     : format == OntologyFormat::kNTriples ? "ntriples"
                                                           : "turtle";
  parser_ = raptor_new_parser(world_, name);
  if (parser_ == nullptr) return absl::InternalError(absl::StrCat("RDF: no parser for ", name));
  raptor_parser_set_option(parser_, RAPTOR_OPTION_NO_NET, nullptr, 1);
  raptor_parser_set_option(parser_, RAPTOR_OPTION_NO_FILE, nullptr, 1);
  raptor_parser_set_option(parser_, RAPTOR_OPTION_LOAD_EXTERNAL_ENTITIES, nullptr, 0);
  raptor_parser_set_option(parser_, RAPTOR_OPTION_STRICT, nullptr, 0);
  raptor_parser_set_statement_handler(parser_, this, OnStatement);
  // Raptor interns IRIs, so a predicate is recognised by its address.
  for (const PropertyRow& row : PropertyRows()) {
    raptor_uri* uri = raptor_new_uri_from_counted_string(
        world_, reinterpret_cast<const unsigned char*>(row.iri.data()), row.iri.size());
    if (uri == nullptr) return absl::InternalError("RDF: Raptor makes no IRI");
    properties_.emplace(uri, &row);
  }
  raptor_uri* base = raptor_new_uri(world_, reinterpret_cast<const unsigned char*>(kBase));
  const int code = raptor_parser_parse_start(parser_, base);
  raptor_free_uri(base);
  return FromRaptor(code);
}

absl::Status RdfReader::Feed(absl::string_view piece, bool last) {
  const int code = raptor_parser_parse_chunk(
      parser_, reinterpret_cast<const unsigned char*>(piece.data()), piece.size(), last ? 1 : 0);
  return FromRaptor(code);
}

absl::Status RdfReader::FromRaptor(int code) const {
  if (!stopped_.ok()) return stopped_;
  if (!error_.empty()) {
    return WithReason(absl::InvalidArgumentError(absl::StrCat("RDF: ", error_)), "ONTOLOGY_FILE");
  }
  if (code != 0) {
    return WithReason(absl::InvalidArgumentError("RDF: the parser gave up without a reason"),
                      "ONTOLOGY_FILE");
  }
  return absl::OkStatus();
}

void RdfReader::Log(const raptor_log_message& message) {
  std::string text = message.text != nullptr ? message.text : "";
  if (message.locator != nullptr && message.locator->line > 0) {
    text = absl::StrCat("line ", message.locator->line, ": ", text);
  }
  if (message.level >= RAPTOR_LOG_LEVEL_ERROR) {
    if (error_.empty()) error_ = std::move(text);
  } else if (message.level == RAPTOR_LOG_LEVEL_WARN) {
    report_->Warn(std::move(text));
  }
}

void RdfReader::Abort(absl::Status status) {
  if (stopped_.ok()) stopped_ = std::move(status);
  raptor_parser_parse_abort(parser_);
}

TermDraft* RdfReader::Draft(absl::string_view subject) {
  // Statements about one subject mostly come in a row.
  if (last_draft_ == nullptr || last_subject_ != subject) {
    last_draft_ = collector_.At(subject);
    last_subject_ = std::string(subject);
  }
  return last_draft_;
}

void RdfReader::Statement(const raptor_statement& statement) {
  if (!stopped_.ok()) return;
  if (++report_->triples > limits_.triples) {
    Abort(WithReason(
        absl::ResourceExhaustedError(absl::StrCat("RDF: more than ", limits_.triples, " triples")),
        "LIMIT_EXCEEDED", "ontology.triples"));
    return;
  }
  if (statement.predicate->type != RAPTOR_TERM_TYPE_URI) return;
  auto found = properties_.find(statement.predicate->value.uri);
  if (found == properties_.end()) return;
  const PropertyRow& row = *found->second;
  const std::string subject = NodeKey(*statement.subject);
  switch (row.property) {
    case Property::kOnProperty:
    case Property::kSomeValuesFrom:
    case Property::kAnnotatedSource:
    case Property::kAnnotatedProperty:
    case Property::kAnnotatedTarget:
    case Property::kSynonymType:
      AboutBlank(row, subject, *statement.object);
      return;
    default:
      break;
  }
  if (!absl::StartsWith(subject, "_:")) AboutSubject(row, subject, *statement.object);
}

void RdfReader::Type(absl::string_view subject, absl::string_view type) {
  if (IsClassType(type)) {
    Draft(subject)->is_class = true;
    if (static_cast<int64_t>(collector_.size()) > 2 * limits_.classes + 1'000'000) {
      Abort(WithReason(absl::ResourceExhaustedError(
                           absl::StrCat("RDF: far more subjects than ", limits_.classes)),
                       "LIMIT_EXCEEDED", "ontology.classes"));
    }
  } else if (IsOntologyType(type)) {
    ontology_subject_ = std::string(subject);
    if (report_->ontology.empty()) report_->ontology = ontology_subject_;
  } else if (IsRelationType(type)) {
    ++report_->typedefs;
  }
}

void RdfReader::AboutSubject(const PropertyRow& row, absl::string_view subject,
                             const raptor_term& object) {
  switch (row.property) {
    case Property::kType:
      Type(subject, NodeKey(object));
      break;
    case Property::kLabel:
      AddLabel(Draft(subject), LiteralText(object), LiteralLanguage(object));
      break;
    case Property::kSubClassOf:
      if (object.type == RAPTOR_TERM_TYPE_BLANK) {
        restricted_.emplace_back(std::string(subject), NodeKey(object));
      } else {
        AddParent(&Draft(subject)->term, NodeKey(object), EdgeKind::kIsA);
      }
      break;
    case Property::kPartOf:
      if (object.type == RAPTOR_TERM_TYPE_URI) {
        AddParent(&Draft(subject)->term, NodeKey(object), EdgeKind::kPartOf);
      }
      break;
    case Property::kEquivalentClass:
      Draft(subject)->defined = true;
      break;
    case Property::kSynonym: {
      const std::string text = AnyText(object);
      if (!text.empty()) {
        AddSynonym(Draft(subject), row.scope, text, LiteralLanguage(object));
      }
      break;
    }
    case Property::kDefinition: {
      ParsedTerm& term = Draft(subject)->term;
      if (term.definition.empty()) term.definition = std::string(LiteralText(object));
      break;
    }
    case Property::kDeprecated:
      if (LiteralText(object) == "true" || LiteralText(object) == "1") {
        Draft(subject)->term.obsolete = true;
      }
      break;
    case Property::kReplacedBy: {
      TermDraft* draft = Draft(subject);
      ++draft->replacements;
      if (draft->term.replaced_by.empty()) draft->term.replaced_by = AnyText(object);
      break;
    }
    case Property::kXref:
      Draft(subject)->term.xrefs.push_back(AnyText(object));
      break;
    case Property::kAltId:
      Draft(subject)->term.alt_ids.push_back(AnyText(object));
      break;
    case Property::kVersion:
      // Of the ontology's header; a class may carry one, too.
      if (report_->version.empty() && subject == ontology_subject_) {
        report_->version = AnyText(object);
      }
      break;
    default:
      break;
  }
}

void RdfReader::AboutBlank(const PropertyRow& row, absl::string_view subject,
                           const raptor_term& object) {
  BlankNode& node = blanks_[subject];
  switch (row.property) {
    case Property::kOnProperty:
      node.part_of = IsPartOf(NodeKey(object));
      break;
    case Property::kSomeValuesFrom:
      if (object.type == RAPTOR_TERM_TYPE_URI) node.some_values_from = NodeKey(object);
      break;
    case Property::kAnnotatedSource:
      node.source = NodeKey(object);
      break;
    case Property::kAnnotatedProperty:
      node.property = FindProperty(NodeKey(object));
      break;
    case Property::kAnnotatedTarget:
      // Only annotated synonyms are of use.
      if (object.type == RAPTOR_TERM_TYPE_LITERAL) node.target = std::string(LiteralText(object));
      break;
    case Property::kSynonymType:
      node.synonym_type = std::string(LocalName(AnyText(object)));
      break;
    default:
      break;
  }
}

absl::Status RdfReader::Finish(const TermSink& sink) {
  for (const auto& [child, node] : restricted_) {
    auto it = blanks_.find(node);
    if (it == blanks_.end() || !it->second.part_of) continue;
    if (TermDraft* draft = collector_.Find(child)) {
      AddParent(&draft->term, it->second.some_values_from, EdgeKind::kPartOf);
    }
  }
  for (const auto& [key, node] : blanks_) {
    if (node.synonym_type.empty() || node.property == nullptr ||
        node.property->property != Property::kSynonym) {
      continue;
    }
    TermDraft* draft = collector_.Find(node.source);
    if (draft == nullptr) continue;
    for (Synonym& synonym : draft->term.synonyms) {
      if (synonym.scope == node.property->scope && synonym.text == node.target) {
        synonym.type = node.synonym_type;
      }
    }
  }
  blanks_.clear();
  restricted_.clear();
  return collector_.DeliverAll(limits_, report_, sink);
}

}  // namespace

absl::Status ReadRdf(ByteStream* in, OntologyFormat format, const ReadLimits& limits,
                     const TermSink& sink, ReadReport* report) {
  RdfReader reader(limits, report);
  PARFOCAL_RETURN_IF_ERROR(reader.Start(format));
  const bool xml = format == OntologyFormat::kRdfXml;
  DepthGuard guard(xml ? DepthGuard::Syntax::kXml : DepthGuard::Syntax::kTurtle,
                   xml ? limits.xml_depth : limits.turtle_depth, limits.literal_bytes);
  while (true) {
    PARFOCAL_ASSIGN_OR_RETURN(absl::string_view piece, in->Next());
    PARFOCAL_RETURN_IF_ERROR(guard.Feed(piece));
    PARFOCAL_RETURN_IF_ERROR(reader.Feed(piece, piece.empty()));
    if (piece.empty()) break;
  }
  return reader.Finish(sink);
}

}  // namespace parfocal::internal
