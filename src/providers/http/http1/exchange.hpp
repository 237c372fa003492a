// One request and its response.
//
//   idle connection ─────────────┐
//                                ▼
//   dialling ──connected──▶ exchanging ──response complete──▶ over
//      ▲                         │
//      └─────────────────────────┘ (1)
//
// (1) Once: the server had closed the idle connection before anything of a response came. A fresh connection is
// used then, never another idle one.
//
// The caller owns it through its HttpCall (http1_loop.cpp). Everything happens on the loop's thread.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "providers/http/http1/dial.hpp"
#include "providers/http/http1/loop_parts.hpp"
#include "providers/http/http1/response_decoder.hpp"
#include "providers/http/http_client.hpp"

namespace belay::providers {

class Exchange final : public Deletable, private Connection::User, private Dial::Listener {
 public:
  // For who waits for the end of a response that nobody reads.
  class EndListener {
   public:
    virtual void on_end(Exchange& exchange) = 0;

   protected:
    ~EndListener() = default;
  };

  Exchange(LoopParts& parts, HttpRequest request, HttpSink& sink);
  ~Exchange() override { stop(); }

  // Does not call the sink, whatever happens.
  void start();
  void pause() { paused_ = true; }
  void resume();

  // Closes the connection at once. The sink is not called any more.
  void stop();
  // The sink is not called any more. The rest of the response is read and dropped, up to a limit.
  // `listener` is notified of its end.
  void let_finish(EndListener& listener);
  bool is_over() const { return over_; }

 private:
  // Whether bytes came after the end of the response.
  enum class Surplus { none, some };

  void on_ready() override;
  void on_connected(std::unique_ptr<Connection> connection) override;
  void on_not_connected(HttpFault fault, std::string_view cause) override;

  void dial();
  void use(std::unique_ptr<Connection> connection);
  void send();
  bool send_some();
  bool is_sent() const;
  void release_request();
  void receive();
  // Each returns whether the exchange goes on.
  bool take(std::span<char> bytes);
  bool deliver(HttpHead head);
  bool deliver(std::string_view body);
  void connection_ended(const Transferred& how);
  void retry();
  void complete(Surplus surplus);
  void fail(HttpFault fault, std::string_view cause);
  void fail_later(HttpFault fault, std::string_view cause);
  void close_connection();
  void finish(std::optional<HttpFailure> failure);

  LoopParts& parts_;
  HttpRequest request_;
  HttpSink* sink_;
  EndListener* end_listener_ = nullptr;
  std::unique_ptr<const Server> server_;  // until the response begins
  std::unique_ptr<Dial> dial_;
  std::unique_ptr<Connection> connection_;
  bool reused_ = false;  // the connection carried another response before
  bool send_failed_ = false;
  bool head_seen_ = false;
  bool paused_ = false;
  bool over_ = false;
  std::string head_;           // of the request, what is not sent yet
  std::size_t body_sent_ = 0;  // bytes of request_.body
  std::string held_;           // read after a head during which the sink paused
  ResponseDecoder decoder_;
  std::size_t dropped_ = 0;
  // Lets a posted handler detect that this object is stopped.
  std::shared_ptr<Exchange*> alive_;
};

}  // namespace belay::providers
