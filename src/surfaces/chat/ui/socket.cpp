#include "surfaces/chat/ui/socket.hpp"

#include <algorithm>
#include <utility>

#include <boost/asio/co_spawn.hpp>

#include "base/json_text.hpp"
#include "surfaces/chat/parse.hpp"
#include "surfaces/chat/ui/errors.hpp"
#include "surfaces/chat/ui/render.hpp"
#include "surfaces/chat/ui/routes.hpp"
#include "surfaces/error_response.hpp"
#include "surfaces/json_body.hpp"
#include "surfaces/stream_start.hpp"
#include "transport/framing/websocket.hpp"

namespace belay::surfaces::chat::ui {
namespace {

using transport::Request;
using transport::Response;

constexpr Milliseconds kMaxWait{30'000};
constexpr std::size_t kMaxRequestId = 128;

// Nothing of a log is written in it, and no last message: without a request's id the client could not read one. It learns
// from the close code why its socket was closed.
class NoDialect final : public Dialect {
 public:
  void render(const LogHead&, const Event&, const EventCounts&, const Position&,
              MessageWriter&) const override {}
};

const Format& socket_format() {
  static const NoDialect dialect;
  static const Format format{dialect, transport::websocket_framing()};
  return format;
}

class ChatSocket final : public transport::WebSocketHandler {
 public:
  explicit ChatSocket(std::shared_ptr<SocketSession> session) : session_(std::move(session)) {}
  ~ChatSocket() override { session_->closed(); }

  void opened(transport::WebSocket& socket) override { session_->opened(socket); }
  void message(std::string_view text) override { session_->message(text); }
  void closed(transport::CloseCode) override { session_->closed(); }

 private:
  const std::shared_ptr<SocketSession> session_;
};

Result<SocketFrame> read_frame(const BodyObject& body, const ChatConfig& config, std::string& request_id) {
  SocketFrame frame;
  auto id = body.required_text("requestId", kMaxRequestId);
  if (!id) return id.error();
  frame.request_id = request_id = std::move(*id);
  const auto type = body.required_text("type", 64);
  if (!type) return type.error();
  if (*type == "abort") return frame;
  if (*type == "resume") {
    frame.type = SocketFrame::Type::resume;
    auto chat = body.text("id");
    if (!chat) return chat.error();
    frame.chat = std::move(*chat);
    return frame;
  }
  if (*type != "send") return bad_member("type", "must be send, resume or abort.");
  frame.type = SocketFrame::Type::send;
  const auto options = body.object("body");
  if (!options) return options.error();
  auto request = parse_chat_request(body, *options ? **options : body, config);
  if (!request) return request.error();
  frame.request = std::move(*request);
  return frame;
}

}  // namespace

ParsedFrame parse_frame(std::string_view text, const ChatConfig& config) {
  std::string request_id;
  auto json = JsonObject::read(text, kMaxJsonDepth, "The message");
  if (!json) return {{}, BadFrame{{}, json.error()}};
  const BodyObject body(std::move(*json), {});
  auto frame = read_frame(body, config, request_id);
  if (!frame) return {{}, BadFrame{std::move(request_id), frame.error()}};
  return {std::move(*frame), {}};
}

Awaitable<Response> open_socket(Request& request, const SurfaceContext& context, const ChatConfig& config) {
  if (auto refused = transport::refuse_handshake(request)) co_return std::move(*refused);
  if (const auto allowed = context.authenticator.check_origin(request); !allowed)
    co_return error_response(allowed.error(), request);
  const auto caller = co_await context.authenticator.authenticate(request, auth::QueryToken::accepted);
  if (!caller) co_return error_response(caller.error(), request);
  context.authenticator.stream_found(request, *caller);
  auto session = std::make_shared<SocketSession>(context, config, *request.loop, *caller);
  SurfaceContext bounded = context;
  bounded.websocket.max_message = config.max_body;
  co_return socket_response(request, bounded, *caller, std::make_unique<ChatSocket>(std::move(session)),
                            socket_format(), config.retry_base);
}

void SocketSession::closed() {
  socket_ = nullptr;
  streams_.reset();
}

void SocketSession::send(std::string_view type, std::string_view request_id, std::string_view error) {
  if (!socket_) return;
  std::string more;
  if (!error.empty()) {
    more.append(R"(,"errorText":")");
    append_json_text(error, more);
    more.push_back('"');
  }
  std::string text;
  append_message(type, request_id, more, text);
  socket_->send(std::move(text));
}

// An exception is a bug: the socket must not wait for ever for what has thrown.
void SocketSession::spawn(Awaitable<void> work) {
  auto ended = [self = shared_from_this()](const std::exception_ptr& thrown) {
    if (thrown && self->socket_)
      self->socket_->close(transport::CloseCode::internal_error, "Reconnect and resume.");
  };
  boost::asio::co_spawn(loop_.executor(), std::move(work), std::move(ended));
}

void SocketSession::message(std::string_view text) {
  auto parsed = parse_frame(text, config_);
  if (parsed.bad) {
    // Without an id there is no request that could have the error.
    if (!parsed.bad->request_id.empty())
      return send("error", parsed.bad->request_id, text_of(parsed.bad->error));
    if (socket_) socket_->close(transport::CloseCode::policy_violation, text_of(parsed.bad->error));
    return;
  }
  SocketFrame& frame = *parsed.frame;
  if (frame.type == SocketFrame::Type::abort) {
    std::erase(waiting_, frame.request_id);
    if (streams_) streams_->remove(frame.request_id);
    return;
  }
  if (!begin(frame.request_id)) return;
  if (frame.type == SocketFrame::Type::send)
    spawn(answer(shared_from_this(), std::move(frame.request_id), std::move(*frame.request)));
  else
    spawn(resume(shared_from_this(), std::move(frame.request_id), std::move(frame.chat)));
}

bool SocketSession::begin(const std::string& request_id) {
  const bool is_known = std::find(waiting_.begin(), waiting_.end(), request_id) != waiting_.end();
  if (is_known || (streams_ && streams_->has(request_id))) {
    send("error", request_id, "This requestId is used by a request that is under way. Use another.");
    return false;
  }
  if (waiting_.size() + (streams_ ? streams_->size() : 0) >= SocketStreams::kMax) {
    send("error", request_id, "Too many requests are under way on this socket. Wait for one to end.");
    return false;
  }
  waiting_.push_back(request_id);
  return true;
}

bool SocketSession::end(const std::string& request_id) {
  return std::erase(waiting_, request_id) != 0 && socket_;
}

void SocketSession::show(std::string request_id, const RunId& run, services::OpenLog log) {
  auto source = context_.runs.read(loop_, std::move(log), lines());
  if (!streams_ || streams_->has_ended()) {
    auto delivered = [&runs = context_.runs](const RunId& ended) { runs.answer_delivered(ended); };
    streams_ = std::make_shared<SocketStreams>(std::move(delivered));
    streams_->add(std::move(request_id), run, std::move(source));
    socket_->show(streams_->source());
  } else {
    streams_->add(std::move(request_id), run, std::move(source));
  }
}

Awaitable<void> SocketSession::answer(Self self, std::string request_id, ChatRequest request) {
  const Deadline until = Deadline::in(kMaxWait, self->context_.clock);
  std::string key, digest;
  const Started started = co_await start_answer(self->context_, self->loop_, until, self->caller_,
                                                std::move(request), std::move(key), std::move(digest));
  if (!started.run) {
    if (self->end(request_id)) self->send("error", request_id, text_of(started.run.error()));
    co_return;
  }
  auto log = co_await self->context_.runs.open(self->loop_, self->caller_.user, *started.run, std::nullopt);
  if (!self->end(request_id)) co_return;
  if (log)
    self->show(std::move(request_id), *started.run, std::move(*log));
  else
    self->send("error", request_id, text_of(log.error()));
}

Awaitable<void> SocketSession::resume(Self self, std::string request_id, std::string chat) {
  const Deadline until = Deadline::in(kMaxWait, self->context_.clock);
  auto found = co_await find_answer(self->context_, self->loop_, until, self->caller_.user, std::move(chat),
                                    std::nullopt);
  if (!self->end(request_id)) co_return;
  if (!found) co_return self->send("error", request_id, text_of(found.error()));
  const bool is_wanted = *found && !((*found)->log.has_ended && self->context_.runs.was_seen((*found)->run));
  if (!is_wanted) co_return self->send("no-active", request_id);
  const RunId run = (*found)->run;
  self->show(std::move(request_id), run, std::move((*found)->log));
}

}  // namespace belay::surfaces::chat::ui
