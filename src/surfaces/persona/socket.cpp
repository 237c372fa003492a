#include "surfaces/persona/socket.hpp"

#include <algorithm>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>

#include "services/sessions/sessions.hpp"
#include "surfaces/persona/errors.hpp"
#include "surfaces/persona/parse.hpp"

namespace belay::surfaces::persona {
namespace {

// How long one step may wait for stores and counters.
constexpr Milliseconds kMaxWait{30'000};

Error answer_under_way() {
  return make_error(ErrorCode::conflict,
                    "An answer is under way on this socket. Wait for its end, or send {\"type\":\"cancel\"}.",
                    "type");
}

Error too_many_waiting() {
  return make_error(ErrorCode::too_many_active,
                    "Too many messages wait on this socket. Wait until they are answered.", "type");
}

Error nothing_to_cancel() {
  return make_error(ErrorCode::not_found, "No answer is under way on this socket.", "type");
}

Error session_is_not_that_far() {
  Error error = ahead_of_session();
  error.field = "last_event_id";
  return error;
}

}  // namespace

class ChatSocket::Handler final : public transport::WebSocketHandler {
 public:
  explicit Handler(std::shared_ptr<ChatSocket> socket) : socket_(std::move(socket)) {}
  void opened(transport::WebSocket& socket) override { socket_->opened(socket); }
  void message(std::string_view text) override { socket_->message(text); }
  void shown() override { socket_->shown(); }
  void closed(transport::CloseCode) override { socket_->socket_ = nullptr; }

 private:
  const std::shared_ptr<ChatSocket> socket_;
};

ChatSocket::ChatSocket(const SurfaceContext& context, const PersonaSurfaceConfig& config, Caller caller,
                       const Session& session, std::optional<SessionPosition> after)
    : context_(context),
      config_(config),
      caller_(std::move(caller)),
      session_id_(session.id),
      greeting_(connected_message(session)),
      first_(after) {}

std::unique_ptr<transport::WebSocketHandler> ChatSocket::handler(std::shared_ptr<ChatSocket> socket) {
  return std::make_unique<Handler>(std::move(socket));
}

// ---- What the transport calls

void ChatSocket::opened(transport::WebSocket& socket) {
  socket_ = &socket;
  socket.send(std::exchange(greeting_, {}));
  if (first_)
    add({.what = Step::What::resume, .after = *first_});
  else
    add({.what = Step::What::join});
}

void ChatSocket::message(std::string_view text) {
  auto message = parse_socket_message(text, config_);
  if (!message) return refuse(message.error());
  using Type = SocketMessage::Type;
  switch (message->type) {
    case Type::message:
      return add({.what = Step::What::ask, .start = std::move(message->start)});
    case Type::resume:
      return add({.what = Step::What::resume, .after = message->after});
    case Type::cancel:
      return add({.what = Step::What::cancel});
    case Type::ping:
      return socket_->send(std::string(kPong));
    case Type::typing:
      return;
  }
}

void ChatSocket::shown() {
  if (follows_) add({.what = Step::What::follow});
}

void ChatSocket::refuse(const Error& error) {
  if (socket_) socket_->send(error_message(error));
}

// ---- One step after the other

void ChatSocket::add(Step step) {
  if (waiting_.size() >= kMaxWaiting && step.what != Step::What::follow) return refuse(too_many_waiting());
  waiting_.push_back(std::move(step));
  if (is_working_) return;
  is_working_ = true;
  boost::asio::co_spawn(socket_->loop().executor(), work(shared_from_this()), boost::asio::detached);
}

Awaitable<> ChatSocket::work(std::shared_ptr<ChatSocket> self) {
  try {
    while (self->socket_ && !self->waiting_.empty()) {
      Step step = std::move(self->waiting_.front());
      self->waiting_.erase(self->waiting_.begin());
      if (self->waiting_.empty())
        self->waiting_ = std::vector<Step>();  // an idle socket holds no memory for it
      const Result<> done = co_await self->carry_out(std::move(step));
      if (!done) self->refuse(in_persona_terms(done.error()));
    }
  } catch (const std::exception&) {
    if (self->socket_) self->socket_->close(transport::CloseCode::internal_error, "The server failed.");
  }
  self->is_working_ = false;
}

Awaitable<Result<>> ChatSocket::carry_out(Step step) {
  switch (step.what) {
    case Step::What::ask:
      co_return co_await ask(std::move(*step.start));
    case Step::What::resume:
      co_return co_await resume(step.after);
    case Step::What::join:
      co_return co_await join();
    case Step::What::follow:
      co_return co_await follow();
    case Step::What::cancel:
      co_return co_await cancel();
  }
  co_return Result<>();
}

Awaitable<Result<>> ChatSocket::ask(services::StartRun start) {
  if (socket_->is_showing()) co_return answer_under_way();
  Loop& loop = socket_->loop();
  start.caller = caller_;
  start.session = services::StartRun::InSession{session_id_, {}};
  start.deadline = deadline();
  services::StartOutcome outcome = co_await context_.runs.start(loop, std::move(start));
  if (!outcome.run) co_return outcome.run.error();
  Session session = std::move(outcome.run->session);
  if (outcome.run->is_repeated) {
    auto found = co_await find_session();
    if (!found) co_return found.error();
    session = std::move(*found);
  }
  const auto found = std::find(session.runs.begin(), session.runs.end(), outcome.run->run);
  if (found == session.runs.end()) co_return unknown_session();
  follows_ = false;
  co_return co_await show(session, static_cast<std::uint32_t>(found - session.runs.begin()), {1, 0});
}

Awaitable<Result<>> ChatSocket::resume(SessionPosition after) {
  const auto session = co_await find_session();
  if (!session) co_return session.error();
  if (after.turn >= session->runs.size()) co_return session_is_not_that_far();
  follows_ = true;
  co_return co_await show(*session, after.turn, after.position);
}

// The client does not say where it left off: it sees the newest answer if that is being made.
Awaitable<Result<>> ChatSocket::join() {
  const auto session = co_await find_session();
  if (!session) co_return session.error();
  if (session->runs.empty() || !socket_) co_return Result<>();
  const auto turn = static_cast<std::uint32_t>(session->runs.size() - 1);
  const auto running = context_.runs.running(services::owner_of(*session), std::string(kSurface));
  const bool is_running = std::any_of(running.begin(), running.end(),
                                      [&](const auto& each) { return each.run == session->runs[turn]; });
  if (!is_running) co_return Result<>();
  follows_ = true;
  co_return co_await show(*session, turn, {1, 0});
}

// The next answer of the session that the client has not seen.
Awaitable<Result<>> ChatSocket::follow() {
  const auto session = co_await find_session();
  if (!session) co_return session.error();
  std::uint32_t next = turn_ ? *turn_ + 1 : 0;
  while (next < session->runs.size() && session->runs[next] == RunId()) ++next;
  if (next >= session->runs.size() || !socket_ || socket_->is_showing()) co_return Result<>();
  co_return co_await show(*session, next, {1, 0});
}

Awaitable<Result<>> ChatSocket::cancel() {
  if (!turn_ || !socket_->is_showing()) co_return nothing_to_cancel();
  follows_ = false;
  co_return co_await context_.runs.cancel(socket_->loop(), user_, run_);
}

Awaitable<Result<Session>> ChatSocket::find_session() {
  if (!socket_) co_return make_error(ErrorCode::cancelled, "The socket is closed.");
  const std::string surface(kSurface);
  co_return co_await context_.sessions.find(socket_->loop(), deadline(), caller_, surface, session_id_);
}

Awaitable<Result<>> ChatSocket::show(const Session& session, std::uint32_t turn, Position after) {
  if (!socket_) co_return Result<>();
  std::string user = services::owner_of(session);
  auto log = co_await context_.runs.open(socket_->loop(), user, session.runs[turn], after);
  if (!log) co_return log.error();
  if (!socket_) co_return Result<>();
  user_ = std::move(user);
  run_ = session.runs[turn];
  turn_ = turn;
  socket_->show(context_.runs.read(socket_->loop(), std::move(*log), socket_format()));
  co_return Result<>();
}

Deadline ChatSocket::deadline() const {
  return Deadline::in(kMaxWait, socket_->loop().clock());
}

}  // namespace belay::surfaces::persona
