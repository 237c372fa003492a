#include "core/run/started_event.hpp"

#include <optional>
#include <utility>

#include "core/types/codec.hpp"

namespace belay {
namespace {

// Far from the tags of RunRequest, whose readers skip it.
constexpr std::uint32_t kSealedPrompt = 1'000;

std::optional<std::string_view> sealed_prompt_of(std::string_view payload) {
  FieldReader fields(payload);
  while (fields.next())
    if (fields.tag() == kSealedPrompt) return fields.bytes();
  return std::nullopt;
}

}  // namespace

std::string encode_started(const RunRequest& request, const PromptSeal* seal) {
  if (!seal || !seal->covers(request)) return encode(request);
  RunRequest rest = request;
  RunRequest prompt;
  prompt.system = std::exchange(rest.system, {});
  prompt.messages = std::exchange(rest.messages, {});
  const std::string sealed = seal->seal(request, encode(prompt));
  if (sealed.empty()) return encode(request);
  std::string payload = encode(rest);
  FieldWriter(payload).item(kSealedPrompt, sealed);
  return payload;
}

Result<StartedRequest> decode_started(std::string_view payload, const PromptSeal* seal) {
  auto request = decode_request(payload);
  if (!request) return request.error();
  StartedRequest started{std::move(*request)};
  const auto sealed = sealed_prompt_of(payload);
  if (!sealed) return started;
  const auto bytes = seal ? seal->open(started.request, *sealed)
                          : Result<std::string>(make_error(ErrorCode::unavailable, "There is no key."));
  auto prompt = bytes ? decode_request(*bytes) : Result<RunRequest>(bytes.error());
  started.has_prompt = prompt.has_value();
  if (!prompt) return started;
  started.request.system = std::move(prompt->system);
  started.request.messages = std::move(prompt->messages);
  return started;
}

}  // namespace belay
