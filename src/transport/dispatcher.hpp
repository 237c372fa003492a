// What stands above a driver (HTTP/1.1): from the head of a request to its response. A driver knows no router.
//
//   identify ─▶ route ─▶ check ─▶ (the driver reads the body) ─▶ answer ─▶ complete ─▶ (the driver sends the
//   response)
//
// Thread-safe, and shared by the loops of a listener. It outlives every handler that runs, also those whose
// connection has closed.
#pragma once

#include <optional>
#include <string_view>

#include "base/thread_pool.hpp"
#include "transport/message.hpp"
#include "transport/router.hpp"

namespace belay::transport {

// Where a request goes.
struct Routing {
  const Route* route = nullptr;      // null: there is none
  std::optional<Response> response;  // the request needs no handler, and its body is not read
};

class Dispatcher {
 public:
  // Sets the request's id and its client's address, from the headers and the address of the connection.
  // Request::secure says whether the connection is; a trusted proxy's word replaces it. Also for a request that
  // the driver refuses.
  virtual void identify(Request& request, std::string_view connection_address) const = 0;
  // Finds the route and sets the captures, from the head alone. It has a response for an unknown path or
  // method, and for a body that no route reads.
  virtual Routing route(Request& head) const = 0;
  // Runs the route's check of the head, before the body is read. A response refuses the request. Never throws.
  virtual Awaitable<std::optional<Response>> check(const Route& route, Request& head) const = 0;
  // Runs the handler. Never throws, and the response can be sent. The request outlives the call.
  virtual Awaitable<Response> answer(const Route& route, Request& request) const = 0;
  // Adds the headers that every response has, also one of the driver's own.
  virtual void complete(const Request& request, Response& response) const = 0;
  // The response to send in place of one that cannot be sent. `what` goes to the operator. Not completed.
  virtual Response failed(const Route* route, const Request& request, std::string_view what) const = 0;

 protected:
  ~Dispatcher() = default;
};

}  // namespace belay::transport
