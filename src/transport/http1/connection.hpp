// One accepted socket, from its first request to its close.
//
// A coroutine reads and answers requests: read a head, find the route, read the body, await the handler,
// write the answer, repeat. When the answer is a stream, the coroutine ends and everything that belonged to
// the request is freed. This object, the StreamWriter and the source remain. Callbacks drive the stream: the
// source wakes it, the socket accepts bytes again, the client sends or closes something, or the timer fires.
// After a clean end of the stream, a new coroutine handles the next request.
//
// While a handler runs, nothing is read, unless the handler asks whether its client is still connected
// (ClientPresence).
//
// Owners: the server's list, and every running operation (coroutine, wait) until it has ended. A handler that
// is running when the connection closes runs to its end, and its answer is dropped. After close() the
// server's state is not used, so the server may be destroyed by then. Loop thread only. Nothing here throws
// to the outside.
#pragma once

#include <list>
#include <memory>
#include <optional>
#include <string>
#include <sys/types.h>

#include <boost/asio/basic_stream_socket.hpp>
#include <boost/asio/ip/tcp.hpp>

#include "base/byte_source.hpp"
#include "base/thread_pool.hpp"
#include "base/timer_wheel.hpp"
#include "transport/http1/request_reader.hpp"
#include "transport/http1/server_state.hpp"
#include "transport/http1/stream_writer.hpp"
#include "transport/message.hpp"
#include "transport/observer.hpp"
#include "transport/router.hpp"

namespace belay::transport {

class Http1Connection final : public std::enable_shared_from_this<Http1Connection>,
                              private ByteSource::Waker,
                              private StreamWriter::ByteChannel,
                              private ClientWatch {
 public:
  using Socket = boost::asio::basic_stream_socket<boost::asio::ip::tcp, Loop::Executor>;
  using Place = std::list<std::shared_ptr<Http1Connection>>::iterator;
  enum class Purpose {
    serve,
    refuse,  // it exceeds the limit: it receives a 503 and is closed
  };

  Http1Connection(ServerState& state, Socket socket, std::string peer, Purpose purpose);

  // `place`: this connection's position in the server's list.
  void start(Place place);
  // Closes the connection if it is idle between two requests.
  void close_if_idle();
  // Cuts the stream, if there is one, after a hint when to reconnect.
  void cut_stream(Milliseconds retry);
  // Closes the connection in any state.
  void close();

 private:
  // What the coroutine does first, and what it does after an exchange.
  enum class Next { exchange, stream, linger, close };
  struct Exchange;
  struct Stream;

  // connection.cpp: requests and their answers
  static Awaitable<> run(std::shared_ptr<Http1Connection> self, Next next);
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

  // connection_watch.cpp: whether the client is still connected while a handler runs
  void watch(UniqueFunction<void()> gone) override;
  void unwatch() override;
  void await_client();
  void await_reset();
  void on_client_event();
  void client_finished_sending();
  void client_is_gone();
  bool watches(std::uint32_t serial) const;

  // connection_stream.cpp: the stream
  void start_stream(Exchange& exchange, StreamBody body, std::string head);
  void wake() override;
  ssize_t send(const iovec* pieces, std::size_t count) override;
  void pump();
  void settle(StreamWriter::Progress progress);
  void await_writable();
  void watch_client();
  void on_client_readable();
  void arm_stream_timer();
  void stream_timer_fired();
  Milliseconds heartbeat_after() const;
  void end_stream(StreamEnd end);
  void finish_stream();
  std::unique_ptr<Stream> take_stream(StreamEnd end);
  bool streams(std::uint32_t serial) const;

  ServerState* state_;  // null after close()
  Loop& loop_;
  Socket socket_;
  Place place_;
  Timer timer_;
  std::string peer_;
  std::string pipelined_bytes_;  // bytes of later requests that arrived with the last one
  std::unique_ptr<Stream> stream_;
  std::uint32_t stream_serial_ = 0;     // callbacks of an earlier stream must not act on a later one
  UniqueFunction<void()> client_gone_;  // the handler's callback while it watches
  std::uint32_t watch_serial_ = 0;
  const Purpose purpose_;
  bool closed_ = false;
  bool timed_out_ = false;
  bool idle_ = false;              // waits for a request after an answer
  bool is_first_request_ = true;   // no request has been answered yet
  bool takes_interim_ = false;     // the current request is HTTP/1.1: 1xx answers may be sent
  bool finished_sending_ = false;  // the client has closed its sending half
};

// One request until it is answered. Lives in the coroutine.
struct Http1Connection::Exchange {
  explicit Exchange(const ServerState& state) : reader(state.config) {}

  RequestReader reader;
  Request request;
  const Route* route = nullptr;
  SteadyTime started{};
  bool http_1_0 = false;
  bool keep_alive = false;  // the connection may continue after this answer
};

// What remains of an exchange while its answer is streamed.
struct Http1Connection::Stream {
  StreamWriter writer;
  const Framing& framing;
  std::string request_id;
  std::string peer;
  const Route* route;
  SteadyTime started;
  SteadyTime last_sent;
  std::optional<SteadyTime> full_since;  // since when the socket has accepted nothing
  std::uint64_t bytes = 0;
  std::optional<StreamEnd> end;  // set when the stream is about to be removed
  bool keep_alive;
  bool awaits_writable = false;
  // The source waits and all its bytes are sent: the server may send text of its own now.
  bool at_boundary = false;
};

}  // namespace belay::transport
