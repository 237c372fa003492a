// The port to the product's own contexts. It is implemented where the HTTP client is (app/context_fetcher.hpp).
#pragma once

#include <string>

#include "base/await.hpp"
#include "base/loop.hpp"

namespace belay::services {

class ContextSource {
 public:
  virtual ~ContextSource() = default;
  // Called on `loop`, which outlives the call. Calls `done` once, on any thread, with the document of the user. Fails with `not_found` if there is
  // none, and otherwise with an error without secrets. Time and size are bounded.
  virtual void fetch(Loop* loop, std::string user, Done<std::string> done) = 0;
};

}  // namespace belay::services
