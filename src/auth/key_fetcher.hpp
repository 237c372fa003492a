// The port to HTTP, through which keys are fetched. Implemented where an HTTP client is.
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
    Milliseconds timeout;    // for the whole of it
    std::size_t most_bytes;  // a longer body is a failure
  };
  virtual ~KeyFetcher() = default;
  // Called on the home loop. GETs the address, certificates verified, redirects refused; `done` is called
  // exactly once, on any thread, with the body of a 200 answer or an error that names no secret.
  virtual void fetch(Fetch fetch, UniqueFunction<void(Result<std::string>)> done) = 0;
};

}  // namespace belay::auth
