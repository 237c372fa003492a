// Cross-origin reads: which pages of other origins may call this server
// (https://fetch.spec.whatwg.org/#http-cors-protocol).
//
// Origins are compared exactly. An answer to a page of an origin that is not allowed carries no permission,
// so the browser does not let the page read it. The request itself is not refused here: `auth` decides who
// may act by cookie.
//
// Immutable, so every loop reads it without a lock.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "transport/config.hpp"
#include "transport/message.hpp"

namespace belay::transport {

class Cors {
 public:
  // Allows no origin and adds no header.
  Cors() = default;
  // Fails when an origin does not have the form scheme://host[:port].
  static Result<Cors> make(const CorsConfig& config);

  bool enabled() const { return !origins_.empty(); }
  bool allows(std::string_view origin) const;

  // The answer to a preflight: 204 with the permissions, or 403. Nothing when `request` is not a preflight.
  // `methods` are the methods of the path: "GET, DELETE".
  std::optional<Response> preflight(const Request& request, std::string_view methods) const;
  // Adds the permission if the origin is allowed, and `Vary: Origin`.
  void apply(const Request& request, Response& response) const;

 private:
  std::vector<std::string> origins_;
  bool allow_credentials_ = false;
  std::string request_headers_;
  std::string max_age_;
};

}  // namespace belay::transport
