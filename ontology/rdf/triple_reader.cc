#include "parfocal/rdf/triple_reader.h"

#include <raptor2.h>

#include <algorithm>
#include <memory>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "depth_guard.h"

namespace parfocal {
namespace {

constexpr char kNowhere[] = "http://parfocal.invalid/";
constexpr size_t kPiece = 64 << 10;

struct FreeWorld {
  void operator()(raptor_world* world) const { raptor_free_world(world); }
};
struct FreeParser {
  void operator()(raptor_parser* parser) const { raptor_free_parser(parser); }
};
using World = std::unique_ptr<raptor_world, FreeWorld>;
using Parser = std::unique_ptr<raptor_parser, FreeParser>;

absl::string_view View(const unsigned char* text, size_t size) {
  return text == nullptr ? absl::string_view()
                         : absl::string_view(reinterpret_cast<const char*>(text), size);
}

absl::string_view IriOf(raptor_uri* uri) {
  size_t size = 0;
  const unsigned char* text = raptor_uri_as_counted_string(uri, &size);
  return View(text, size);
}

RdfNode NodeOf(const raptor_term& term) {
  RdfNode out;
  if (term.type == RAPTOR_TERM_TYPE_URI) {
    out.text = std::string(IriOf(term.value.uri));
  } else if (term.type == RAPTOR_TERM_TYPE_BLANK) {
    out.kind = RdfNode::Kind::kBlank;
    out.text = std::string(View(term.value.blank.string, term.value.blank.string_len));
  } else {
    out.kind = RdfNode::Kind::kLiteral;
    out.text = std::string(View(term.value.literal.string, term.value.literal.string_len));
    out.language = std::string(View(term.value.literal.language, term.value.literal.language_len));
    if (term.value.literal.datatype != nullptr)
      out.datatype = std::string(IriOf(term.value.literal.datatype));
  }
  return out;
}

// What the callbacks share. The first failure stops the parser.
struct State {
  const TripleLimits& limits;
  absl::FunctionRef<absl::Status(Triple&&)> sink;
  raptor_parser* parser = nullptr;
  int64_t triples = 0;
  absl::Status failure;
  std::string error;
};

void Stop(State* state, absl::Status failure) {
  if (state->failure.ok()) state->failure = std::move(failure);
  raptor_parser_parse_abort(state->parser);
}

void OnStatement(void* data, raptor_statement* statement) {
  auto* state = static_cast<State*>(data);
  if (!state->failure.ok()) return;
  if (++state->triples > state->limits.triples) {
    return Stop(state, WithReason(absl::ResourceExhaustedError(absl::StrCat(
                                      "RDF: more than ", state->limits.triples, " triples")),
                                  "LIMIT_EXCEEDED", "triples"));
  }
  if (statement->predicate->type != RAPTOR_TERM_TYPE_URI) return;
  Triple triple;
  triple.subject = NodeOf(*statement->subject);
  triple.predicate = std::string(IriOf(statement->predicate->value.uri));
  triple.object = NodeOf(*statement->object);
  absl::Status status = state->sink(std::move(triple));
  if (!status.ok()) Stop(state, std::move(status));
}

void OnLog(void* data, raptor_log_message* message) {
  auto* state = static_cast<State*>(data);
  if (message->level < RAPTOR_LOG_LEVEL_ERROR || !state->error.empty()) return;
  const absl::string_view text = message->text == nullptr ? "" : message->text;
  state->error = std::string(text.substr(0, 300));
  if (message->locator != nullptr && message->locator->line > 0)
    state->error = absl::StrCat("line ", message->locator->line, ": ", state->error);
}

absl::Status Outcome(const State& state, int code) {
  if (!state.failure.ok()) return state.failure;
  if (!state.error.empty()) return absl::InvalidArgumentError(absl::StrCat("RDF: ", state.error));
  if (code != 0) return absl::InvalidArgumentError("RDF: the parser gave up without a reason");
  return absl::OkStatus();
}

absl::StatusOr<World> MakeWorld(State* state) {
  World world(raptor_new_world());
  if (world == nullptr) return absl::ResourceExhaustedError("RDF: no memory");
  // No web library is started for this world, so nothing can be fetched.
  raptor_world_set_flag(world.get(), RAPTOR_WORLD_FLAG_WWW_SKIP_INIT_FINISH, 1);
  if (state != nullptr) raptor_world_set_log_handler(world.get(), state, OnLog);
  if (raptor_world_open(world.get()) != 0) return absl::InternalError("RDF: Raptor does not start");
  return world;
}

absl::Status Begin(const std::string& syntax, const std::string& base, raptor_world* world,
                   Parser* parser, State* state) {
  if (raptor_world_is_parser_name(world, syntax.c_str()) == 0)
    return absl::InvalidArgumentError(absl::StrCat("RDF: no syntax '", syntax.substr(0, 40), "'"));
  parser->reset(raptor_new_parser(world, syntax.c_str()));
  if (*parser == nullptr) return absl::ResourceExhaustedError("RDF: no memory for a parser");
  state->parser = parser->get();
  raptor_parser_set_option(parser->get(), RAPTOR_OPTION_NO_NET, nullptr, 1);
  raptor_parser_set_option(parser->get(), RAPTOR_OPTION_NO_FILE, nullptr, 1);
  raptor_parser_set_option(parser->get(), RAPTOR_OPTION_LOAD_EXTERNAL_ENTITIES, nullptr, 0);
  raptor_parser_set_option(parser->get(), RAPTOR_OPTION_STRICT, nullptr, 0);
  raptor_parser_set_statement_handler(parser->get(), state, OnStatement);
  const std::string from = base.empty() ? kNowhere : base;
  raptor_uri* uri = raptor_new_uri_from_counted_string(
      world, reinterpret_cast<const unsigned char*>(from.data()), from.size());
  if (uri == nullptr) return absl::InvalidArgumentError("RDF: the base is no IRI");
  const int code = raptor_parser_parse_start(parser->get(), uri);
  raptor_free_uri(uri);
  return Outcome(*state, code);
}

}  // namespace

absl::string_view GuessRdfSyntax(absl::string_view bytes) {
  absl::ConsumePrefix(&bytes, "\xef\xbb\xbf");
  const size_t at = bytes.find_first_not_of(" \t\r\n");
  const absl::string_view text = at == bytes.npos ? absl::string_view() : bytes.substr(at);
  for (const absl::string_view start : {"<?xml", "<!--", "<!DOCTYPE"}) {
    if (absl::StartsWith(text, start)) return "rdfxml";
  }
  // "<http://..." begins a triple, "<rdf:RDF" an element.
  const absl::string_view first = text.substr(0, text.find_first_of("> \t\r\n"));
  return absl::StartsWith(first, "<") && !absl::StrContains(first, "//") &&
                 !absl::StartsWith(first, "<#") && first.size() > 1
             ? "rdfxml"
             : "turtle";
}

bool IsRdfSyntax(const std::string& syntax) {
  const absl::StatusOr<World> world = MakeWorld(nullptr);
  return world.ok() && raptor_world_is_parser_name(world->get(), syntax.c_str()) != 0;
}

absl::Status ReadTriples(absl::string_view bytes, const std::string& syntax,
                         const std::string& base, const TripleLimits& limits,
                         absl::FunctionRef<absl::Status(Triple&&)> sink) {
  const bool xml = syntax == "rdfxml";
  absl::ConsumePrefix(&bytes, "\xef\xbb\xbf");
  if (xml && absl::StrContains(bytes, "<!DOCTYPE"))
    return absl::InvalidArgumentError("RDF: the document holds a DOCTYPE");
  State state{limits, sink};
  PARFOCAL_ASSIGN_OR_RETURN(const World world, MakeWorld(&state));
  Parser parser;
  PARFOCAL_RETURN_IF_ERROR(Begin(syntax, base, world.get(), &parser, &state));
  using internal::DepthGuard;
  DepthGuard guard(xml ? DepthGuard::Syntax::kXml : DepthGuard::Syntax::kTurtle,
                   xml ? limits.xml_depth : limits.turtle_depth, limits.literal_bytes);
  do {
    const absl::string_view piece = bytes.substr(0, kPiece);
    bytes.remove_prefix(piece.size());
    PARFOCAL_RETURN_IF_ERROR(guard.Feed(piece));
    const int code = raptor_parser_parse_chunk(parser.get(),
                                               reinterpret_cast<const unsigned char*>(piece.data()),
                                               piece.size(), bytes.empty() ? 1 : 0);
    PARFOCAL_RETURN_IF_ERROR(Outcome(state, code));
  } while (!bytes.empty());
  return absl::OkStatus();
}

}  // namespace parfocal
