// Maps a method and a path to a handler.
//
// A pattern consists of literal segments and parameters: "/assistant/stream/{request_id}". A literal segment
// wins over a parameter. The last parameter may be the rest of the path, with slashes: "/v1/models/{model...}"; routes
// without one win. Two routes with the same method and shape are an error at startup. The router is built before the
// server starts. After that every loop reads it without a lock.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "base/thread_pool.hpp"
#include "base/units.hpp"
#include "transport/message.hpp"

namespace belay::transport {

class ErrorShape;  // transport/error_shape.hpp

// Runs on the connection's loop. The request lives until the response is returned. A thrown exception is a
// bug: it is logged and answered with 500.
using HandlerFunction = std::function<Awaitable<Response>(Request&)>;

// Checks a request by its head, before its body is read: with a response it is refused. Runs on the connection's
// loop, like a handler.
using HeadCheck = std::function<Awaitable<std::optional<Response>>(Request&)>;

struct Route {
  std::string method;
  std::string pattern;
  HandlerFunction handler;
  ByteCount max_body{0};  // 0: a body has no meaning and is ignored (RFC 9110, section 9.3.5)
  std::string name;       // used in logs and metrics instead of the path: "assistant.request"
  // Null: the body is read without a check. Not called for requests without a body.
  HeadCheck before_body = nullptr;
  // The handler reads the body while it arrives, by Request::body_reader. It is bounded by max_body.
  bool streams_body = false;
  // Answered on Config::health_reserve too, when all other connections are taken.
  bool served_when_full = false;
};

class Router {
 public:
  // Fails with `conflict` and names both routes when a route with this method and shape exists.
  Result<> add(Route route);

  struct Match {
    const Route* route;
    std::vector<std::pair<std::string, std::string>> captures;
    std::size_t rest = std::string::npos;  // where "{name...}" begins in the path; npos: the pattern has none
  };
  // Fails with `not_found` or `method_not_allowed`. With the latter, Error::field holds the allowed methods:
  // "GET, DELETE". HEAD is served by GET routes.
  Result<Match> find(std::string_view method, std::string_view path) const;
  const std::vector<Route>& routes() const { return routes_; }

  // Errors of all paths below `path` ("/v1") have this form, also of paths without a route. Of two such paths the
  // longer one decides. Empty: all paths.
  void shape_errors(std::string path, const ErrorShape& shape);
  // The form of the errors of this path; null: problem documents.
  const ErrorShape* error_shape(std::string_view path) const;

 private:
  struct Shaped {
    std::string path;
    const ErrorShape* shape;
  };
  std::vector<Route> routes_;
  std::vector<std::vector<std::string>> patterns_;  // the segments of each route's pattern
  std::vector<Shaped> shapes_;                      // the longest path first
};

}  // namespace belay::transport
