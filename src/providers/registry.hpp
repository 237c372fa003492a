// Builds the configured providers and finds them by name: the one place that knows every kind.
//
// A new dialect is a folder beside the others, a DialectKind, and a line in calls/dialect.cpp. Built once at
// start; immutable afterwards, so any thread may look up. Owned by app/, with the lifetimes of CurlClient
// (http/curl_client.hpp).
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/random.hpp"
#include "base/result.hpp"
#include "core/provider.hpp"
#include "providers/call_counters.hpp"
#include "providers/calls/call_gate.hpp"
#include "providers/calls/circuit_breaker.hpp"
#include "providers/config.hpp"
#include "providers/http/http_client.hpp"

namespace belay::providers {

class Registry {
 public:
  struct Entry {
    std::string name;
    ProviderKind kind = ProviderKind::scripted;
    std::unique_ptr<Provider> provider;
    const CallCounters* counters = nullptr;   // the provider's
    const CircuitBreaker* breaker = nullptr;  // its address's; null: it has none
    const CallGate* gate = nullptr;           // the same
    std::string warning;                      // what an operator should see at start; empty: nothing
  };
  // Outlive the registry.
  struct Parts {
    HttpClient& client;
    Random& random;  // thread-safe
    std::function<std::optional<std::string>(const std::string& variable)> environment;
  };

  // All that is wrong with one provider, files that it names included; Error::field is the setting:
  // "base_url". No value of a setting is in a detail that could hold a key or a password.
  static std::vector<Error> problems(const ProviderConfig& config);

  // Fails with invalid_request, the detail naming the provider and what to change. A key that is configured
  // and not there is no failure: the server starts, the entry has a warning, and every call says what is
  // missing.
  static Result<Registry> build(std::span<const ProviderConfig> configs, const Parts& parts);

  // Null when there is none of that name.
  Provider* find(std::string_view name) const;
  std::span<const Entry> entries() const { return entries_; }

 private:
  std::vector<Entry> entries_;
};

}  // namespace belay::providers
