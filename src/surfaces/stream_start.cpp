#include "surfaces/stream_start.hpp"

#include <algorithm>

#include "transport/framing/stream.hpp"

namespace belay::surfaces {
namespace {

constexpr std::size_t kMaxClientId = 128;
constexpr std::size_t kMaxIdempotencyKey = 255;
constexpr Milliseconds kMaxWait{30'000};

// The last message of a stream whose client's access was revoked.
auth::OpenStreams::LastMessage last_message_in(const Format& format) {
  return [format](const Error& error) {
    std::string bytes;
    MessageWriter writer(format.framing, bytes);
    format.dialect.render_error(error, writer);
    return bytes;
  };
}

}  // namespace

Deadline deadline_of(const transport::Request& request) {
  return Deadline::in(kMaxWait, request.loop->clock());
}

Result<std::optional<Position>> parse_resume(const transport::Request& request) {
  auto text = request.header("last-event-id");
  if (!text || text->empty()) text = request.query_value("last_event_id");
  if (!text || text->empty()) return std::optional<Position>();
  const auto position = Position::parse(*text);
  if (!position) return position.error();
  return std::optional<Position>(*position);
}

transport::Response stream_response(const transport::Request& request, const SurfaceContext& context,
                                    const Caller& caller, services::OpenLog log, const Format& format,
                                    Milliseconds retry_base) {
  transport::Response response;
  if (log.is_over) {
    response.status = 204;
    response.headers.push_back({"Cache-Control", "no-store"});
    return response;
  }
  if (request.method == "HEAD") return stream_head(format);
  return stream_of(request, context, caller, context.runs.read(*request.loop, std::move(log), format), format,
                   retry_base);
}

transport::Response stream_head(const Format& format) {
  transport::Response response;
  response.headers = transport::stream_headers(format.framing);
  return response;
}

transport::Response stream_of(const transport::Request& request, const SurfaceContext& context,
                              const Caller& caller, std::unique_ptr<ByteSource> source, const Format& format,
                              Milliseconds retry_base, std::string_view first_messages) {
  transport::Response response = stream_head(format);
  transport::StreamBody body;
  body.framing = &format.framing;
  body.preamble = format.framing.preamble(transport::jittered_retry(retry_base, context.random));
  body.preamble.append(first_messages);
  body.source = std::move(source);
  body.watch = context.streams.watch(*request.loop, caller, retry_base, last_message_in(format));
  response.body = std::move(body);
  return response;
}

transport::Response socket_response(const transport::Request& request, const SurfaceContext& context,
                                    const Caller& caller,
                                    std::unique_ptr<transport::WebSocketHandler> handler,
                                    const Format& format, Milliseconds retry_base) {
  transport::WebSocketOptions options;
  options.limits = context.websocket;
  options.watch = context.streams.watch(*request.loop, caller, retry_base, last_message_in(format));
  return transport::upgrade_to_websocket(request, std::move(handler), std::move(options));
}

Result<> refuse_resume(const transport::Request& request) {
  if (!request.header("last-event-id")) return {};
  return make_error(
      ErrorCode::invalid_request,
      "This starts a request and can not resume one. Read the stream again with GET and Last-Event-ID.",
      "Last-Event-ID");
}

bool is_idempotency_key(std::string_view text) {
  return !text.empty() && text.size() <= kMaxIdempotencyKey &&
         std::all_of(text.begin(), text.end(), [](char c) { return c > 0x20 && c < 0x7F; });
}

Result<std::string> parse_idempotency_key(const transport::Request& request) {
  const auto key = request.header("idempotency-key");
  if (!key) return std::string();
  if (!is_idempotency_key(*key))
    return make_error(ErrorCode::invalid_request,
                      "Idempotency-Key must be 1 to 255 printable ASCII characters without spaces.",
                      "Idempotency-Key");
  return std::string(*key);
}

bool is_client_id(std::string_view text) {
  if (text == "." || text == "..") return false;  // no path can name it
  return !text.empty() && text.size() <= kMaxClientId && std::all_of(text.begin(), text.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
           c == '_' || c == '.' || c == ':';
  });
}

}  // namespace belay::surfaces
