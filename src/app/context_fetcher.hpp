// Fetches contexts from the product's address (requirement S8), with the providers' HTTP client. Each request is a GET of
// ContextConfig::url with the user's id in place of {user}. If there is a key, it has a header that the product can check:
//
//   Belay-Signature: t=1740132000,v1=5257a869e7ecebeda32affa62cdca3fa51cad7e77a0e56ff536d0ce8e108d8bd
//
// t is the time in seconds since 1970, v1 the HMAC-SHA256 (64 hexadecimal digits) of "t.user" with the key.
//
// A 200 with the document is a success, 404 and 204 mean that the user has none. Everything else is a failure. After some
// failures in a row the address is left alone for a while (providers/calls/circuit_breaker.hpp).
//
// One object for all loops.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/secret.hpp"
#include "providers/calls/circuit_breaker.hpp"
#include "providers/http/fetcher.hpp"
#include "services/context/config.hpp"
#include "services/context/context_source.hpp"

namespace belay::app {

class HttpContextSource final : public services::ContextSource {
 public:
  // All of these outlive it, and the loops have stopped when it is destroyed.
  struct Parts {
    providers::HttpClient& client;
    const Clock& clock;
    std::vector<Loop*> loops;  // the place of each is its index
  };
  // `key` may be empty.
  HttpContextSource(Parts parts, const services::ContextConfig& config, Secret key);

  void fetch(Loop* loop, std::string user, Done<std::string> done) override;

 private:
  const Parts parts_;
  const services::ContextConfig config_;
  const Secret key_;
  providers::CircuitBreaker breaker_;
  std::vector<std::unique_ptr<providers::Fetcher>> fetchers_;  // by the index of their loop
};

// The value of the header.
std::string context_signature(const Secret& key, std::string_view user, WallTime now);

// The key from the file or the variable that the settings name; empty if they name none. Fails with the setting as its
// field.
Result<Secret> load_context_key(const services::ContextConfig& config);

// What is wrong with the settings of `context`, with the setting as the field.
std::vector<Error> context_problems(const services::ContextConfig& config);

}  // namespace belay::app
