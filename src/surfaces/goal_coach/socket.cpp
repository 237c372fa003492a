#include "surfaces/goal_coach/socket.hpp"

#include <utility>

#include "surfaces/error_response.hpp"
#include "surfaces/goal_coach/dialect.hpp"
#include "surfaces/goal_coach/parse.hpp"
#include "surfaces/goal_coach/socket_session.hpp"
#include "surfaces/stream_start.hpp"

namespace belay::surfaces::goal_coach {
namespace {

using transport::Request;
using transport::Response;

class CoachSocket final : public transport::WebSocketHandler {
 public:
  explicit CoachSocket(std::shared_ptr<SocketSession> session) : session_(std::move(session)) {}
  ~CoachSocket() override { session_->closed(); }

  void opened(transport::WebSocket& socket) override { session_->opened(socket); }
  void message(std::string_view text) override { session_->message(text); }
  void closed(transport::CloseCode) override { session_->closed(); }

 private:
  const std::shared_ptr<SocketSession> session_;
};

Result<std::optional<Position>> position_of(const Request& request) {
  const auto text = request.query_value("position");
  if (!text || text->empty()) return parse_resume(request);
  const auto position = Position::parse(*text);
  if (!position) return position.error();
  return std::optional(*position);
}

// The last message of a socket whose client's access ends.
std::string last_message(const Error& error) {
  std::string bytes;
  MessageWriter writer(format().framing, bytes);
  format().dialect.render_error(error, writer);
  return bytes;
}

}  // namespace

Awaitable<Response> open_socket(Request& request, const SurfaceContext& context, const GoalCoachConfig& config) {
  if (auto refused = transport::refuse_handshake(request)) co_return std::move(*refused);
  const auto caller = co_await context.authenticator.authenticate(request, auth::QueryToken::accepted);
  if (!caller) co_return error_response(caller.error(), request);
  const auto position = position_of(request);
  if (!position) co_return error_response(position.error(), request);
  const Deadline deadline = deadline_of(request);
  auto access = co_await context.goals->access.check(*request.loop, deadline, caller->user);
  if (!access) co_return error_response(access.error(), request);
  auto channel = co_await context.channels.open(*request.loop, caller->user, std::string(kSurface), *position,
                                                deadline);
  if (!channel) co_return error_response(channel.error(), request);
  context.authenticator.stream_found(request, *caller);
  transport::WebSocketOptions options;
  options.limits = context.websocket;
  options.watch = context.streams.watch(*request.loop, *caller, config.retry_base, last_message);
  auto session = std::make_shared<SocketSession>(context, config, *request.loop, *caller, std::move(*access),
                                                 std::move(*channel));
  co_return transport::upgrade_to_websocket(request, std::make_unique<CoachSocket>(std::move(session)),
                                            std::move(options));
}

}  // namespace belay::surfaces::goal_coach
