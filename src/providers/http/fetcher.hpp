// GETs small documents whole, such as key sets: bounded in size and time.
//
// One a loop, used on that loop; owns the fetches that are under way. Destroying it drops them: their `done`
// is then not called.
#pragma once

#include <list>
#include <string>

#include "base/function.hpp"
#include "base/result.hpp"
#include "providers/http/http_client.hpp"

namespace belay::providers {

class Fetcher {
 public:
  struct Request {
    std::string url;
    Milliseconds timeout{5'000};  // for the whole of it
    std::size_t most_bytes = 1 << 20;
    std::string ca_file;  // empty: the system's authorities
  };
  using Done = UniqueFunction<void(Result<std::string>)>;

  // The client outlives the fetcher.
  Fetcher(HttpClient& client, Loop& loop);
  ~Fetcher();

  // `done` gets the body of a 200 answer, or an error that names no secret; once, never from inside fetch().
  void fetch(Request request, Done done);
  std::size_t active() const { return active_.size(); }

 private:
  class Fetch;
  void over(Fetch& fetch, Result<std::string> result);

  HttpClient& client_;
  Loop& loop_;
  std::list<Fetch> active_;
};

}  // namespace belay::providers
