// Which handler answers which method and path.
//
// A pattern is literal segments and parameters: "/assistant/stream/{request_id}". A literal wins over a
// parameter. Two routes with the same method and shape are an error at start. Built before the server starts,
// then read from every loop without a lock.
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "base/units.hpp"
#include "base/workers.hpp"
#include "transport/message.hpp"

namespace belay::transport {

// Runs on the connection's loop. The request lives until the response is returned. A thrown exception is a
// bug: it is logged and answered with 500.
using HandlerFunction = std::function<Awaitable<Response>(Request&)>;

struct Route {
  std::string method;
  std::string pattern;
  HandlerFunction handler;
  ByteCount most_body{0};  // 0: a body means nothing, and is ignored (RFC 9110, section 9.3.5)
  std::string name;        // for logs and metrics, instead of the path: "assistant.request"
};

class Router {
 public:
  // Fails with `conflict`, naming both routes, when the method and shape are taken.
  Result<> add(Route route);

  struct Match {
    const Route* route;
    std::vector<std::pair<std::string, std::string>> captures;
  };
  // `not_found`, or `method_not_allowed` (Error::field then holds the allowed methods, "GET, DELETE").
  // HEAD is served by GET routes.
  Result<Match> find(std::string_view method, std::string_view path) const;
  const std::vector<Route>& routes() const { return routes_; }

 private:
  std::vector<Route> routes_;
  std::vector<std::vector<std::string>> patterns_;  // of each route, its segments
};

}  // namespace belay::transport
