// Fetches key sets for sign-in with the providers' HTTP client. Lives on the key set's home loop.
#pragma once

#include "auth/key_set.hpp"
#include "providers/http/fetcher.hpp"

namespace belay::app {

class HttpKeyFetcher final : public auth::KeyFetcher {
 public:
  // The client and the loop outlive it.
  HttpKeyFetcher(providers::HttpClient& client, Loop& home) : fetcher_(client, home) {}

  void fetch(Fetch fetch, UniqueFunction<void(Result<std::string>)> done) override {
    fetcher_.fetch({fetch.url, fetch.timeout, fetch.max_bytes, {}, {}}, std::move(done));
  }

 private:
  providers::Fetcher fetcher_;
};

}  // namespace belay::app
