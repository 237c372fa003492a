#include "surfaces/goal_coach/socket.hpp"

#include <utility>

#include "services/goals/goal_services.hpp"
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

}  // namespace

Awaitable<Response> open_socket(Request& request, const SurfaceContext& context,
                                const GoalCoachConfig& config) {
  if (auto refused = transport::refuse_handshake(request)) co_return std::move(*refused);
  if (const auto allowed = context.authenticator.check_origin(request); !allowed)
    co_return error_response(allowed.error(), request);
  const auto caller = co_await context.authenticator.authenticate(request, auth::QueryToken::accepted);
  if (!caller) co_return error_response(caller.error(), request);
  const auto position = position_of(request);
  if (!position) co_return error_response(position.error(), request);
  const Deadline deadline = deadline_of(request);
  auto access = co_await context.goals->access.check(*request.loop, deadline, caller->user);
  if (!access) co_return error_response(access.error(), request);
  auto channel =
      co_await context.channels.open(*request.loop, caller->user, std::string(kSurface), *position, deadline);
  if (!channel) co_return error_response(channel.error(), request);
  context.authenticator.stream_found(request, *caller);
  auto session = std::make_shared<SocketSession>(context, config, *request.loop, *caller, std::move(*access),
                                                 std::move(*channel));
  auto handler = std::make_unique<CoachSocket>(std::move(session));
  co_return socket_response(request, context, *caller, std::move(handler), format(), config.retry_base);
}

}  // namespace belay::surfaces::goal_coach
