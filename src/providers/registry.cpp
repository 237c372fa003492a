#include "providers/registry.hpp"

#include "providers/scripted/scripted_provider.hpp"

namespace belay::providers {

Result<std::unique_ptr<ProviderRegistry>> ProviderRegistry::make(const std::vector<ProviderConfig>& configs, HttpClient&,
                                                                 const Clock&, Random& random) {
  auto registry = std::make_unique<ProviderRegistry>();
  for (const ProviderConfig& config : configs) {
    Entry entry;
    if (config.kind == ProviderKind::scripted) {
      auto scripted = ScriptedProvider::make(config.scripted, random);
      if (!scripted) return scripted.error();
      entry.calls = &(*scripted)->counters();
      entry.provider = std::move(*scripted);
    } else {
      return make_error(ErrorCode::invalid_request, "The provider \"" + config.name + "\" is of an unknown kind.", "providers");
    }
    if (!registry->entries_.try_emplace(config.name, std::move(entry)).second)
      return make_error(ErrorCode::invalid_request, "The provider \"" + config.name + "\" is declared twice.", "providers");
  }
  return registry;
}

Provider* ProviderRegistry::find(const std::string& name) const {
  const auto found = entries_.find(name);
  return found == entries_.end() ? nullptr : found->second.provider.get();
}

void ProviderRegistry::for_each(
    const std::function<void(const std::string& name, const CallCounters& calls)>& f) const {
  for (const auto& [name, entry] : entries_) f(name, *entry.calls);
}

}  // namespace belay::providers
