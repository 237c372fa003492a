// GETs complete small documents, such as key sets. Size and time are bounded.
//
// One object per loop, used on that loop. It owns the fetches in progress. Destroying it cancels them: their
// `done` is not called.
#pragma once

#include <list>
#include <string>
#include <vector>

#include "base/function.hpp"
#include "base/result.hpp"
#include "providers/http/http_client.hpp"

namespace belay::providers {

class Fetcher {
 public:
  struct Request {
    std::string url;
    Milliseconds timeout{5'000};  // for the whole fetch
    std::size_t max_bytes = 1 << 20;
    std::string ca_file;                 // empty: the system's certificate authorities
    std::vector<std::string> headers{};  // "Name: value", in addition to Accept
  };
  using Done = UniqueFunction<void(Result<std::string>)>;

  // The client must outlive the fetcher.
  Fetcher(HttpClient& client, Loop& loop);
  ~Fetcher();

  // `done` is called once, never from inside fetch(). It gets the body of a response with status 200, or an
  // error without secrets: `not_found` for 404 and 204, `provider_unavailable` for 5xx, `provider_rejected` for other statuses,
  // `payload_too_large`, `provider_timeout`, and what the client says if there is no response.
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
