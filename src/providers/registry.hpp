// Builds the configured providers and finds them by name. This is the only place that knows every kind.
//
// A new protocol needs its own folder, a ProtocolKind, and a line in calls/protocol.cpp. The registry is
// built once at start and is immutable afterwards, so any thread may look up. Owned by app/, with the
// lifetimes of HttpClients (http/http_clients.hpp).
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
#include "core/ports/provider.hpp"
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
    const CircuitBreaker* breaker = nullptr;  // of its address; null: it has none
    const CallGate* gate = nullptr;           // of the provider; null: it has none
    std::string warning;                      // shown to the operator at start; empty: none
  };
  // All of it must outlive the registry.
  struct Parts {
    HttpClient& client;
    Random& random;  // thread-safe
    std::function<std::optional<std::string>(const std::string& variable)> environment;
  };

  // Returns everything that is wrong with one provider, including the files that it names. Error::field is
  // the setting, for example "base_url". An error's detail never contains the value of a setting that could
  // hold a key or a password.
  static std::vector<Error> problems(const ProviderConfig& config);

  // Fails with invalid_request; the detail names the provider and what to change. A configured key that is
  // missing is no failure: the server starts, the entry has a warning, and every call fails with an error
  // that says what is missing.
  static Result<Registry> build(std::span<const ProviderConfig> configs, const Parts& parts);

  // Returns null if no provider has that name.
  Provider* find(std::string_view name) const;
  std::span<const Entry> entries() const { return entries_; }

 private:
  std::vector<Entry> entries_;
};

}  // namespace belay::providers
