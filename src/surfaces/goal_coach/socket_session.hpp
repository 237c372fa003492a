// What a socket of the goal coach does (socket.hpp), apart from the WebSocket itself: shared by the socket and by what it
// waits for.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/timer_wheel.hpp"
#include "services/goals/goal_services.hpp"
#include "surfaces/goal_coach/config.hpp"
#include "surfaces/goal_coach/parse.hpp"
#include "surfaces/surface.hpp"
#include "transport/websocket/websocket.hpp"

namespace belay::surfaces::goal_coach {

class SocketSession final : public std::enable_shared_from_this<SocketSession>,
                            private services::CoachWatcher {
 public:
  SocketSession(const SurfaceContext& context, const GoalCoachConfig& config, Loop& loop, Caller caller,
                services::CoachAccessState access, services::ReadChannel channel);
  ~SocketSession();

  void opened(transport::WebSocket& socket);
  void message(std::string_view text);
  // Nothing more is sent; what is under way goes on without it.
  void closed();

 private:
  using Self = std::shared_ptr<SocketSession>;

  // CoachWatcher
  void access_may_have_changed() override { refresh_access(); }
  void notice(const std::string& text) override;

  void send(std::string text);
  void spawn(Awaitable<void> work);
  void show(services::ReadChannel channel);
  void ask(CoachMessage message);
  void resume(Position position);
  void cancel();
  void refresh_access();
  std::optional<Milliseconds> time_to_change() const;
  void wait_for_change();
  void on_timer();
  std::string access_message(const services::CoachAccessState& state) const;

  static Awaitable<void> ask_coach(Self self, CoachMessage message);
  static Awaitable<void> reopen(Self self, Position position);
  static Awaitable<void> cancel_answers(Self self, std::vector<services::RunningAnswer> running);
  static Awaitable<void> look_at_access(Self self);
  Deadline deadline() const;

  const SurfaceContext& context_;
  const GoalCoachConfig& config_;
  Loop& loop_;
  const Caller caller_;
  transport::WebSocket* socket_ = nullptr;  // null before opened() and after closed()
  services::ReadChannel channel_;           // until it is shown
  services::CoachAccessState access_;       // as the client knows it
  services::CoachWatchers::Watch watch_;
  Timer timer_;
  // What this socket waits for: one of each kind at a time.
  bool is_asking_ = false;
  bool is_resuming_ = false;
  bool is_cancelling_ = false;
  bool is_looking_ = false;
  bool looks_again_ = false;
};

}  // namespace belay::surfaces::goal_coach
