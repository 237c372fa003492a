// Sign-in as a whole: keys, tokens, tickets, cookies and their routes, built from the modules of auth/.
//
// Lives on the first loop, except that requests are authenticated on any loop. Outlives the surfaces.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "app/key_fetcher.hpp"
#include "auth/authenticator.hpp"
#include "auth/open_streams.hpp"
#include "auth/revocations.hpp"
#include "auth/routes.hpp"
#include "auth/ticket_uses.hpp"
#include "base/random.hpp"

namespace belay::app {

class SignIn {
 public:
  // All of these outlive it.
  struct Parts {
    const auth::Config& config;
    Loop& home;
    ThreadPool& pool;
    const Clock& clock;
    Random& random;
    providers::HttpClient& client;
    std::filesystem::path data;                           // of the ticket key and the uses of tickets
    bool survives_power_loss;                             // uses of tickets are synced to the disk
    std::vector<std::string> streams;                     // what a ticket may open
    std::vector<Loop*> loops;                             // of the connections
    std::function<void(const std::string& text)> notice;  // for the log
  };
  static Result<std::unique_ptr<SignIn>> make(Parts parts);

  auth::Authenticator& authenticator() { return *authenticator_; }
  auth::AuthRoutes& routes() { return *routes_; }
  auth::OpenStreams& open_streams() { return open_streams_; }
  auth::Revocations& revocations() { return revocations_; }

  // Fetches key sets from now on. Call it on the home loop, as the next three.
  void start() { keys_->start(); }
  void stop() { keys_->stop(); }
  void replace_keys(const auth::Config& config, std::vector<auth::Key> keys) {
    keys_->replace(config, std::move(keys));
  }
  // Whether some key that tokens are checked with could not be fetched yet.
  bool misses_keys() const { return keys_->snapshot()->incomplete; }

 private:
  explicit SignIn(Parts parts);
  Result<> build();

  const Parts parts_;
  HttpKeyFetcher fetcher_;
  std::unique_ptr<auth::KeySet> keys_;
  std::unique_ptr<auth::TokenVerifier> verifier_;
  std::unique_ptr<auth::FileTicketUses> ticket_uses_;
  std::unique_ptr<auth::Tickets> tickets_;
  const auth::OriginPolicy origins_;
  auth::Revocations revocations_;
  auth::OpenStreams open_streams_;
  std::unique_ptr<auth::Authenticator> authenticator_;
  std::unique_ptr<auth::AuthRoutes> routes_;
};

}  // namespace belay::app
