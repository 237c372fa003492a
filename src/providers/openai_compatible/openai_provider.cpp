#include "providers/openai_compatible/openai_provider.hpp"

#include "providers/openai_compatible/openai_generation.hpp"
#include "providers/openai_compatible/request_body.hpp"

namespace belay::providers {
namespace {

HttpRequest http_request(const OpenAiConfig& config, const Secret& key, const GenerationRequest& request) {
  HttpRequest out;
  out.url = config.base_url + "/chat/completions";
  out.headers = {"Content-Type: application/json",
                 config.stream ? "Accept: text/event-stream" : "Accept: application/json"};
  out.bearer = key;
  out.body = std::make_shared<const std::string>(chat_request_body(config, request));
  out.ca_file = config.ca_file;
  out.proxy = config.proxy;
  out.connect_timeout = config.connect_timeout;
  return out;
}

}  // namespace

OpenAiProvider::OpenAiProvider(Setup setup, HttpClient& client, Random& random)
    : setup_(std::move(setup)), client_(client), random_(random) {}
OpenAiProvider::~OpenAiProvider() = default;

std::unique_ptr<Generation> OpenAiProvider::start(Loop& loop, const GenerationRequest& request,
                                                  GenerationSink& sink) {
  std::optional<Error> refused = setup_.missing;
  if (!refused && !request.partial_answer.empty() && !can_continue(request.model))
    refused = make_error(ErrorCode::provider_rejected,
                         "This model cannot continue a partial answer. Start it over.");
  // Two loops may pass here at once and go over the limit by one each: it bounds sockets, it is no quota.
  if (!refused && counters_.active() >= setup_.config.most_concurrent) {
    refused = make_error(ErrorCode::provider_unavailable,
                         "Too many calls to this provider at once. Try again in a moment.");
    refused->limit = "most_concurrent";
  }
  HttpRequest http;
  if (!refused) http = http_request(setup_.config, setup_.key, request);
  return std::make_unique<OpenAiGeneration>(
      loop, OpenAiGeneration::Work{std::move(http), request.model.alias, std::move(refused)}, sink,
      OpenAiGeneration::Parts{setup_.config, client_, random_, reader_of(loop), counters_});
}

ChatChunkReader& OpenAiProvider::reader_of(const Loop& loop) {
  auto& reader = readers_.at(loop.index());
  if (!reader) reader = std::make_unique<ChatChunkReader>();
  return *reader;
}

}  // namespace belay::providers
