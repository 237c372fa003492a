#include "surfaces/stream_start.hpp"

#include <algorithm>
#include <array>
#include <stdexcept>

#include <boost/asio/steady_timer.hpp>
#include <openssl/evp.h>

#include "transport/framing/stream.hpp"

namespace belay::surfaces {
namespace {

constexpr std::size_t kMaxClientId = 128;
constexpr std::size_t kMaxIdempotencyKey = 255;
// How often and how many times a request checks for another one with the same Idempotency-Key that is still
// being accepted.
constexpr Milliseconds kClaimPoll{25};
constexpr int kMaxClaimPolls = 80;

}  // namespace

Result<std::optional<Position>> parse_resume(const transport::Request& request) {
  auto text = request.header("last-event-id");
  if (!text || text->empty()) text = request.query_value("last_event_id");
  if (!text || text->empty()) return std::optional<Position>();
  const auto position = Position::parse(*text);
  if (!position) return position.error();
  return std::optional<Position>(*position);
}

transport::Response stream_response(const transport::Request& request, Engine& engine,
                                    std::shared_ptr<LogBuffer> log, const Format& format,
                                    const Position& after, Milliseconds retry) {
  transport::Response response;
  if (const Offset terminal = log->terminal(); terminal != 0 && after.offset >= terminal) {
    response.status = 204;
    response.headers.push_back({"Cache-Control", "no-store"});
    return response;
  }
  response.headers = transport::stream_headers(format.framing);
  if (request.method == "HEAD") return response;
  transport::StreamBody body;
  body.framing = &format.framing;
  body.preamble = format.framing.preamble(retry);
  body.source = engine.subscribe(*request.loop, std::move(log), format, after);
  response.body = std::move(body);
  return response;
}

Result<> refuse_resume(const transport::Request& request) {
  if (!request.header("last-event-id")) return {};
  return make_error(
      ErrorCode::invalid_request,
      "This starts a request and can not resume one. Read the stream again with GET and Last-Event-ID.",
      "Last-Event-ID");
}

Result<std::string> parse_idempotency_key(const transport::Request& request) {
  const auto key = request.header("idempotency-key");
  if (!key) return std::string();
  const bool fine = !key->empty() && key->size() <= kMaxIdempotencyKey &&
                    std::all_of(key->begin(), key->end(), [](char c) { return c > 0x20 && c < 0x7F; });
  if (!fine)
    return make_error(ErrorCode::invalid_request,
                      "Idempotency-Key must be 1 to 255 printable ASCII characters without spaces.",
                      "Idempotency-Key");
  return std::string(*key);
}

std::string digest_of(std::string_view bytes) {
  std::array<unsigned char, 32> hash;
  unsigned size = 0;
  if (EVP_Digest(bytes.data(), bytes.size(), hash.data(), &size, EVP_sha256(), nullptr) != 1)
    throw std::runtime_error("SHA-256 is not available");
  return std::string(reinterpret_cast<const char*>(hash.data()), size);
}

bool is_client_id(std::string_view text) {
  return !text.empty() && text.size() <= kMaxClientId && std::all_of(text.begin(), text.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
           c == '_' || c == '.' || c == ':';
  });
}

Awaitable<Result<Engine::Claim>> claim_key(Engine& engine, Loop& loop, IdempotentAsk ask, RunId run) {
  for (int poll = 0;; ++poll) {
    auto claim = co_await engine.claim_key(loop, ask.user, ask.surface, ask.key, run, ask.body_digest);
    if (!claim || claim->first) co_return claim;
    if (claim->body_digest != ask.body_digest)
      co_return make_error(
          ErrorCode::idempotency_mismatch,
          "This Idempotency-Key was used with another body. Use a new key for a new request.",
          "Idempotency-Key");
    if (!claim->pending) co_return claim;
    if (poll == kMaxClaimPolls)
      co_return make_error(
          ErrorCode::conflict,
          "A request with this Idempotency-Key is just being taken in. Try again in a moment.",
          "Idempotency-Key");
    boost::asio::basic_waitable_timer<std::chrono::steady_clock,
                                      boost::asio::wait_traits<std::chrono::steady_clock>, Loop::Executor>
        timer(loop.executor(), kClaimPoll);
    co_await timer.async_wait(use_awaitable);
  }
}

}  // namespace belay::surfaces
