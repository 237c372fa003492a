// A chat's WebSocket (requirement P7): one session, asked and answered over one socket.
//
// The socket shows one answer at a time: the one that its client asked for, or the ones that it missed (`resume`). What
// the client asks for is carried out in order by one coroutine, which ends when nothing is left to do. Up to
// kMaxWaiting messages wait for it.
//
// The state is shared by the transport's handler and that coroutine, so a socket that closes takes nothing away from a
// message that is being carried out: an answer that has begun goes on, and can be resumed. Loop thread only.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/types/caller.hpp"
#include "core/types/session.hpp"
#include "surfaces/persona/config.hpp"
#include "surfaces/persona/socket_messages.hpp"
#include "surfaces/surface.hpp"
#include "transport/websocket/websocket.hpp"

namespace belay::surfaces::persona {

class ChatSocket : public std::enable_shared_from_this<ChatSocket> {
 public:
  static constexpr std::size_t kMaxWaiting = 8;

  // `context` and `config` outlive the socket.
  ChatSocket(const SurfaceContext& context, const PersonaSurfaceConfig& config, Caller caller,
             const Session& session, std::optional<SessionPosition> after);

  // What the transport calls. The handler keeps `socket` alive.
  static std::unique_ptr<transport::WebSocketHandler> handler(std::shared_ptr<ChatSocket> socket);

 private:
  class Handler;
  // What the coroutine does next: a message of the client's, or the next answer of the session.
  struct Step {
    enum class What { ask, resume, join, follow, cancel };
    What what = What::follow;
    std::optional<services::StartRun> start{};
    SessionPosition after{};
  };

  void opened(transport::WebSocket& socket);
  void message(std::string_view text);
  void shown();
  void add(Step step);
  void refuse(const Error& error);
  static Awaitable<> work(std::shared_ptr<ChatSocket> self);
  Awaitable<Result<>> carry_out(Step step);
  Awaitable<Result<>> ask(services::StartRun start);
  Awaitable<Result<>> resume(SessionPosition after);
  Awaitable<Result<>> join();
  Awaitable<Result<>> follow();
  Awaitable<Result<>> cancel();
  Awaitable<Result<Session>> find_session();
  Awaitable<Result<>> show(const Session& session, std::uint32_t turn, Position after);
  Deadline deadline() const;

  const SurfaceContext& context_;
  const PersonaSurfaceConfig& config_;
  const Caller caller_;
  const std::string session_id_;
  std::string greeting_;                        // until it is sent
  const std::optional<SessionPosition> first_;  // where the client left off
  transport::WebSocket* socket_ = nullptr;      // null before opened() and after closed()
  std::vector<Step> waiting_;
  std::optional<std::uint32_t> turn_;  // the answer that is shown, or was shown last
  std::string user_;                   // of the runs
  RunId run_;                          // of turn_
  bool is_working_ = false;
  bool follows_ = false;  // shows the later answers of the session too: the client missed them
};

}  // namespace belay::surfaces::persona
