#include "providers/calls/http_provider.hpp"

#include "providers/calls/http_generation.hpp"
#include "providers/characters.hpp"
#include "providers/json_reading.hpp"
#include "providers/sent_messages.hpp"

namespace belay::providers {

HttpProvider::HttpProvider(Setup setup, HttpClient& client, Random& random)
    : setup_(std::move(setup)),
      client_(client),
      random_(random),
      breaker_(setup_.breaker ? setup_.breaker : std::make_shared<CircuitBreaker>(setup_.config.breaker)),
      gate_(setup_.config.max_concurrent, setup_.config.max_waiting) {
  for (const ProtocolKind kind : {ProtocolKind::chat, ProtocolKind::responses, ProtocolKind::messages})
    protocols_.at(static_cast<std::size_t>(kind)) = make_protocol(kind);
}
HttpProvider::~HttpProvider() = default;

const Protocol& HttpProvider::protocol_of(const Model& model) const {
  const ProtocolKind kind = protocol_from(model.protocol).value_or(setup_.protocol);
  return *protocols_.at(static_cast<std::size_t>(kind));
}

bool HttpProvider::can_continue(const Model& model) const {
  return protocol_of(model).can_continue(setup_.config, model);
}

bool HttpProvider::can_resume(const Model& model) const {
  return protocol_of(model).can_resume(setup_.config);
}

void HttpProvider::address(HttpRequest& request) const {
  request.url = setup_.config.base_url + request.url;
  const bool by_name =
      setup_.config.key_header == KeyHeader::x_api_key ||
      (setup_.config.key_header == KeyHeader::by_kind && setup_.protocol == ProtocolKind::messages);
  (by_name ? request.api_key : request.bearer) = setup_.key;
  request.ca_file = setup_.config.ca_file;
  request.proxy = setup_.config.proxy;
  request.client = setup_.config.http_client;
  request.connect_timeout = setup_.config.connect_timeout;
}

std::optional<Error> HttpProvider::refusal(const GenerationRequest& request) const {
  if (setup_.missing) return setup_.missing;
  const bool fits = !request.resume_token.empty() ? can_resume(request.model)
                                                  : !request.continues() || can_continue(request.model);
  if (fits) return std::nullopt;
  return make_error(ErrorCode::provider_rejected, "This answer cannot be continued. Ask again.");
}

std::unique_ptr<Generation> HttpProvider::start(Loop& loop, const GenerationRequest& request,
                                                GenerationSink& sink) {
  const Protocol& protocol = protocol_of(request.model);
  HttpGeneration::Work work;
  work.model = request.model.alias;
  work.label = request.label;
  work.shows_reasoning = request.model.shows_reasoning;
  work.streams_calls = request.streams_calls;
  work.has_words = !is_blank(continued_text(request));
  work.refused = refusal(request);
  if (!work.refused) {
    work.overlap = protocol.overlap(request);
    HttpRequest now = protocol.request(setup_.config, request);
    address(now);
    work.request = std::make_unique<const HttpRequest>(std::move(now));
    if (protocol.can_resume(setup_.config)) {
      HttpRequest later;
      later.method = HttpRequest::Method::get;
      later.headers = {"Accept: text/event-stream"};
      address(later);
      work.resume = std::make_unique<const HttpRequest>(std::move(later));
    }
  }
  return std::make_unique<HttpGeneration>(
      loop, std::move(work), sink,
      HttpGeneration::Parts{setup_.config, protocol, client_, random_, buffer_of(loop), counters_, gate_,
                            *breaker_});
}

JsonBuffer& HttpProvider::buffer_of(const Loop& loop) {
  auto& buffer = buffers_.at(loop.index());
  if (!buffer) buffer = std::make_unique<JsonBuffer>();
  return *buffer;
}

}  // namespace belay::providers
