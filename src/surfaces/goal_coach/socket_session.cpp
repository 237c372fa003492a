#include "surfaces/goal_coach/socket_session.hpp"

#include <algorithm>
#include <utility>

#include <boost/asio/co_spawn.hpp>

#include "surfaces/goal_coach/ask.hpp"
#include "surfaces/goal_coach/dialect.hpp"
#include "surfaces/goal_coach/render.hpp"

namespace belay::surfaces::goal_coach {
namespace {

constexpr Milliseconds kMaxWait{30'000};
// The clock may be set: a window's end is looked for at least this often.
constexpr Milliseconds kMaxTimer = std::chrono::minutes(1);

Error busy(std::string_view what) {
  return make_error(ErrorCode::too_many_active, std::string(what));
}

std::string_view greeting(const services::CoachAccessState& state) {
  return state.is_open() ? "Connected to your goal coach." : "Connected. The coach is not available now.";
}

}  // namespace

SocketSession::SocketSession(const SurfaceContext& context, const GoalCoachConfig& config, Loop& loop,
                             Caller caller, services::CoachAccessState access, services::ReadChannel channel)
    : context_(context),
      config_(config),
      loop_(loop),
      caller_(std::move(caller)),
      channel_(std::move(channel)),
      access_(std::move(access)),
      timer_(loop.timers(), [this] { on_timer(); }) {}

SocketSession::~SocketSession() = default;

Deadline SocketSession::deadline() const {
  return Deadline::in(kMaxWait, context_.clock);
}

// ---- The socket

void SocketSession::opened(transport::WebSocket& socket) {
  socket_ = &socket;
  send(render_connected(access_, greeting(access_), channel_.after));
  if (channel_.is_reset) send(render_resumed(channel_.after, true));
  if (!access_.is_open()) send(access_message(access_));
  show(std::move(channel_));
  watch_ = context_.goals->watchers.watch(loop_, caller_.user, *this);
  // Something may have changed since the handshake was answered.
  refresh_access();
}

void SocketSession::closed() {
  socket_ = nullptr;
  watch_ = {};
  timer_.cancel();
}

void SocketSession::send(std::string text) {
  if (socket_) socket_->send(std::move(text));
}

// An exception is a bug: the socket must not wait for ever for what has thrown.
void SocketSession::spawn(Awaitable<void> work) {
  auto ended = [self = shared_from_this()](const std::exception_ptr& thrown) {
    if (thrown && self->socket_)
      self->socket_->close(transport::CloseCode::internal_error, "Reconnect and resume.");
  };
  boost::asio::co_spawn(loop_.executor(), std::move(work), std::move(ended));
}

void SocketSession::show(services::ReadChannel channel) {
  if (socket_) socket_->show(context_.channels.read(loop_, std::move(channel), format()));
}

void SocketSession::notice(const std::string& text) {
  send(render_notice(text));
}

void SocketSession::message(std::string_view text) {
  using Type = SocketMessage::Type;
  auto parsed = parse_socket_message(text, config_);
  if (!parsed) return send(render_error_message(parsed.error()));
  switch (parsed->type) {
    case Type::ping:
      return send(R"({"type":"pong"})");
    case Type::typing:
      return;
    case Type::message:
      return ask(std::move(parsed->message));
    case Type::resume:
      return resume(*parsed->position);
    case Type::cancel:
      return cancel();
  }
}

// ---- Messages. The answer comes on the channel, for all sockets of the user

void SocketSession::ask(CoachMessage message) {
  if (is_asking_)
    return send(render_error_message(
        busy("The coach answers one message at a time. Wait for the answer, or cancel it.")));
  is_asking_ = true;
  spawn(ask_coach(shared_from_this(), std::move(message)));
}

Awaitable<void> SocketSession::ask_coach(Self self, CoachMessage message) {
  const Deadline until = self->deadline();
  const std::string key = message.key;
  const Asked asked = co_await goal_coach::ask(self->context_, self->config_, self->loop_, until,
                                               self->caller_, std::move(message));
  self->is_asking_ = false;
  if (!asked.outcome.run)
    self->send(render_error_message(asked.outcome.run.error()));
  else if (!key.empty())
    self->send(render_accepted(key, asked.outcome.run->run));
}

void SocketSession::cancel() {
  auto running = context_.runs.running(caller_.user, std::string(kSurface));
  // Also while an earlier cancel is being carried out: its client may have seen the end of the answer.
  if (running.empty())
    return send(render_error_message(make_error(ErrorCode::conflict, "No answer is under way.")));
  if (std::exchange(is_cancelling_, true)) return;
  spawn(cancel_answers(shared_from_this(), std::move(running)));
}

Awaitable<void> SocketSession::cancel_answers(Self self, std::vector<services::RunningAnswer> running) {
  Result<> done;
  for (const services::RunningAnswer& each : running) {
    const auto cancelled = co_await self->context_.runs.cancel(self->loop_, self->caller_.user, each.run);
    // One that has just ended is no failure.
    if (!cancelled && cancelled.error().code != ErrorCode::not_found) done = cancelled.error();
  }
  self->is_cancelling_ = false;
  if (!done) self->send(render_error_message(done.error()));
}

// ---- Positions

void SocketSession::resume(Position position) {
  if (is_resuming_) return send(render_error_message(busy("You are resuming already. Wait for `resumed`.")));
  is_resuming_ = true;
  if (socket_) socket_->stop_showing();
  spawn(reopen(shared_from_this(), position));
}

Awaitable<void> SocketSession::reopen(Self self, Position position) {
  const Deadline until = self->deadline();
  auto channel = co_await self->context_.channels.open(self->loop_, self->caller_.user, std::string(kSurface),
                                                       position, until);
  self->is_resuming_ = false;
  if (!self->socket_) co_return;
  if (!channel) {
    self->send(render_error_message(channel.error()));
    self->socket_->close(transport::CloseCode::source_lost, "Reconnect and resume.");
    co_return;
  }
  self->send(render_resumed(channel->after, channel->is_reset));
  self->show(std::move(*channel));
}

// ---- Access

std::string SocketSession::access_message(const services::CoachAccessState& state) const {
  const std::string message =
      state.is_open() ? "The coach is available." : context_.goals->access.refusal(state).detail;
  return render_access_message(state, message);
}

void SocketSession::refresh_access() {
  if (is_looking_) {
    looks_again_ = true;
    return;
  }
  is_looking_ = true;
  spawn(look_at_access(shared_from_this()));
}

Awaitable<void> SocketSession::look_at_access(Self self) {
  do {
    self->looks_again_ = false;
    const Deadline until = self->deadline();
    auto state = co_await self->context_.goals->access.check(self->loop_, until, self->caller_.user);
    if (!state || !self->socket_) continue;
    const bool has_changed = state->access != self->access_.access ||
                             state->profile.phase_now() != self->access_.profile.phase_now();
    self->access_ = std::move(*state);
    if (has_changed) self->send(self->access_message(self->access_));
  } while (self->looks_again_);
  self->is_looking_ = false;
  self->wait_for_change();
}

// How long until the window closes or opens, by the wall clock; nothing: it does not.
std::optional<Milliseconds> SocketSession::time_to_change() const {
  const policy::Access& access = access_.access;
  const std::optional<WallTime> next = access.is_open() ? access.closes_at : access.opens_at;
  if (!next) return std::nullopt;
  return *next - context_.clock.wall();
}

void SocketSession::wait_for_change() {
  const auto left = time_to_change();
  if (!socket_ || !left) return timer_.cancel();
  // After a look that has failed.
  if (*left <= Milliseconds(0)) return timer_.arm(std::chrono::seconds(1));
  timer_.arm(std::min(*left, kMaxTimer));
}

void SocketSession::on_timer() {
  const auto left = time_to_change();
  if (left && *left <= Milliseconds(0)) return refresh_access();
  wait_for_change();
}

}  // namespace belay::surfaces::goal_coach
