// The configured providers by name. Adding a kind of provider touches its own folder and one line of registry.cpp.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "base/clock.hpp"
#include "base/random.hpp"
#include "base/result.hpp"
#include "core/provider.hpp"
#include "providers/call_counters.hpp"
#include "providers/config.hpp"
#include "providers/http/http_client.hpp"

namespace belay::providers {

// Built at start, then read from every thread; outlives every call.
class ProviderRegistry {
 public:
  // What is passed in outlives the registry. Fails with `invalid_request` naming the provider that is wrong.
  static Result<std::unique_ptr<ProviderRegistry>> make(const std::vector<ProviderConfig>& configs, HttpClient& http,
                                                        const Clock& clock, Random& random);
  // Null: unknown.
  Provider* find(const std::string& name) const;
  void for_each(const std::function<void(const std::string& name, const CallCounters& calls)>& f) const;

 private:
  struct Entry {
    std::unique_ptr<Provider> provider;
    const CallCounters* calls;
  };
  std::map<std::string, Entry> entries_;
};

}  // namespace belay::providers
