// One accepted socket, from its first request to its close.
//
// While requests are read and answered, a coroutine runs: read a head, find the route, read the body, await
// the handler, write the answer, again. When the answer is a stream the coroutine ends, and with it
// everything that belonged to the request is freed: what stays is this object, the StreamWriter and the
// source. The stream is driven by callbacks (the source's wake, the socket taking bytes again, the client
// saying or closing something, the timer), and after its clean end a new coroutine takes over for the next
// request.
//
// While a handler runs nothing is read, unless it asks whether its client is still there (ClientPresence).
//
// Owner: the server's list, and whatever is under way (coroutine, wait) until it has ended: a handler that is
// running when the connection closes finishes in peace, and its answer is dropped. After close() the server's
// state is not touched, so the server may be gone by then. Loop thread only. Nothing here throws to the
// outside.
#pragma once

#include <list>
#include <memory>
#include <optional>
#include <string>
#include <sys/types.h>

#include <boost/asio/basic_stream_socket.hpp>
#include <boost/asio/ip/tcp.hpp>

#include "base/byte_source.hpp"
#include "base/timer_wheel.hpp"
#include "base/workers.hpp"
#include "transport/http1/request_reader.hpp"
#include "transport/http1/server_state.hpp"
#include "transport/http1/stream_writer.hpp"
#include "transport/message.hpp"
#include "transport/observer.hpp"
#include "transport/router.hpp"

namespace belay::transport {

class Connection final : public std::enable_shared_from_this<Connection>,
                         private ByteSource::Waker,
                         private StreamWriter::Outlet,
                         private ClientWatch {
 public:
  using Socket = boost::asio::basic_stream_socket<boost::asio::ip::tcp, Loop::Executor>;
  using Place = std::list<std::shared_ptr<Connection>>::iterator;
  enum class Purpose {
    serve,
    refuse,  // it is one too many: it gets a 503 and is closed
  };

  Connection(ServerState& state, Socket socket, std::string peer, Purpose purpose);

  // `place`: where the server's list holds this connection.
  void start(Place place);
  // Closes it if it stands idle between two requests.
  void close_if_idle();
  // Cuts its stream, if it has one, after a hint when to come back.
  void cut_stream(Milliseconds retry);
  // Closes it, whatever it does.
  void close();

 private:
  // What the coroutine does first, and what it does after an exchange.
  enum class Next { exchange, stream, linger, close };
  struct Exchange;
  struct Stream;

  // connection.cpp: requests and their answers
  static Awaitable<> run(std::shared_ptr<Connection> self, Next next);
  void spawn(Next next);
  Awaitable<Next> exchange();
  Awaitable<Next> refuse_connection();
  Awaitable<bool> receive_head(Exchange& exchange);
  Awaitable<bool> receive_body(Exchange& exchange);
  Awaitable<Response> handle(Exchange& exchange);
  Awaitable<Next> respond(Exchange& exchange, Response response);
  Awaitable<void> linger();
  void begin_request(Exchange& exchange);
  std::optional<Response> find_route(Exchange& exchange);
  std::string make_head(Exchange& exchange, Response& response);
  std::string new_request_id();
  void report_request(const Exchange& exchange, int status, std::uint64_t bytes);

  // connection_io.cpp: bytes
  enum class Received { some, end, timed_out };
  Awaitable<Received> receive(RequestReader& reader);
  Awaitable<bool> write(std::string head, std::string body, std::uint64_t& sent);
  Awaitable<bool> wait(boost::asio::socket_base::wait_type what);
  void feed(RequestReader& reader, std::string_view bytes);
  void timer_fired();

  // connection_watch.cpp: whether the client is there while a handler runs
  void watch(UniqueFunction<void()> gone) override;
  void unwatch() override;
  void await_client();
  void await_reset();
  void client_moved();
  void client_finished_sending();
  void client_is_gone();
  bool watches(std::uint32_t serial) const;

  // connection_stream.cpp: the stream
  void start_stream(Exchange& exchange, StreamBody body, std::string head, bool event_stream);
  void wake() override;
  ssize_t send(const iovec* pieces, std::size_t count) override;
  void pump();
  void settle(StreamWriter::Progress progress);
  void await_writable();
  void watch_client();
  void client_spoke();
  void arm_stream_timer();
  void stream_timer_fired();
  Milliseconds heartbeat_after() const;
  void end_stream(StreamEnd end);
  void finish_stream();
  std::unique_ptr<Stream> take_stream(StreamEnd end);
  bool streams(std::uint32_t serial) const;

  ServerState* state_;  // null once closed
  Loop& loop_;
  Socket socket_;
  Place place_;
  Timer timer_;
  std::string peer_;
  std::string ahead_;  // bytes of later requests that came with the last one
  std::unique_ptr<Stream> stream_;
  std::uint32_t stream_serial_ = 0;     // callbacks of an earlier stream must not touch a later one
  UniqueFunction<void()> client_gone_;  // a handler's, while it watches
  std::uint32_t watch_serial_ = 0;
  const Purpose purpose_;
  bool closed_ = false;
  bool timed_out_ = false;
  bool idle_ = false;              // waits for a request after an answer
  bool fresh_ = true;              // no request has been answered
  bool takes_interim_ = false;     // the request in hand is HTTP/1.1: 1xx answers may be sent
  bool finished_sending_ = false;  // the client has closed its sending half
};

// One request on its way to its answer. Lives in the coroutine.
struct Connection::Exchange {
  explicit Exchange(const ServerState& state) : reader(state.config) {}

  RequestReader reader;
  Request request;
  const Route* route = nullptr;
  SteadyTime started{};
  bool http_1_0 = false;
  bool keep_alive = false;  // the connection may go on after this answer
};

// What stays of an exchange while its answer streams.
struct Connection::Stream {
  StreamWriter writer;
  std::string heartbeat;
  std::string request_id;
  std::string peer;
  const Route* route;
  SteadyTime started;
  SteadyTime last_sent;
  std::optional<SteadyTime> full_since;  // the socket has taken nothing since
  std::uint64_t bytes = 0;
  std::optional<StreamEnd> end;  // set once it is to be taken down
  bool keep_alive;
  bool event_stream;  // its bytes are SSE
  bool awaits_writable = false;
  bool at_boundary = false;  // the source waits and all is sent: something of ours may be said
};

}  // namespace belay::transport
