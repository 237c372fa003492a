// The port to HTTP for fetching keys. It is implemented where the HTTP client is.
#pragma once

#include <string>

#include "base/clock.hpp"
#include "base/function.hpp"
#include "base/result.hpp"

namespace belay::auth {

class KeyFetcher {
 public:
  struct Fetch {
    std::string url;
    Milliseconds timeout;   // for the whole fetch
    std::size_t max_bytes;  // a longer body is a failure
  };
  virtual ~KeyFetcher() = default;
  // Called on the home loop. Sends a GET to the address; verifies certificates and does not follow redirects.
  // Calls `done` exactly once, on any thread, with the body of a 200 response or an error that contains no
  // secret.
  virtual void fetch(Fetch fetch, UniqueFunction<void(Result<std::string>)> done) = 0;
};

}  // namespace belay::auth
