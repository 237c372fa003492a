// Cross-origin reads: which pages of other origins may call this server
// (https://fetch.spec.whatwg.org/#http-cors-protocol).
//
// An origin is allowed exactly or not at all. An answer to a page that is not allowed carries no permission,
// and its browser keeps it from reading; the request itself is not refused here (who may act by cookie is
// auth's question). Immutable: read from every loop.
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
  // No origin is allowed, nothing is added.
  Cors() = default;
  // Fails when an origin is not of the form scheme://host[:port].
  static Result<Cors> make(const CorsConfig& config);

  bool enabled() const { return !origins_.empty(); }
  bool allows(std::string_view origin) const;

  // The answer to a preflight: 204 with the permissions, or 403. Nothing when `request` is no preflight.
  // `methods` is what the path answers to: "GET, DELETE".
  std::optional<Response> preflight(const Request& request, std::string_view methods) const;
  // Adds the permission (if the origin has it) and `Vary: Origin`.
  void apply(const Request& request, Response& response) const;

 private:
  std::vector<std::string> origins_;
  bool allow_credentials_ = false;
  std::string request_headers_;
  std::string max_age_;
};

}  // namespace belay::transport
