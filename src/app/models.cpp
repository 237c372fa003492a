#include "app/models.hpp"

#include "app/known_series.hpp"

namespace belay::app {
namespace {

ops::ProviderSample sample_of(const providers::Registry::Entry& entry) {
  const providers::CallCounters& calls = *entry.counters;
  ops::ProviderSample sample{calls.started,   calls.completed, calls.failed,
                             calls.cancelled, calls.retried,   calls.skipped_by_breaker};
  for (std::size_t i = 0; i < providers::kCallOutcomes; ++i)
    sample.times.push_back({to_string(static_cast<providers::CallOutcome>(i)), calls.durations[i].snapshot(),
                            calls.first_pieces[i].snapshot()});
  if (entry.gate) sample.waiting = entry.gate->waiting();
  if (entry.breaker) {
    sample.breaker_opened = entry.breaker->times_opened();
    sample.breaker_open = entry.breaker->is_open();
  }
  return sample;
}

}  // namespace

providers::FallbackProvider::Observe Models::fallback_observer() {
  return [this](const providers::FallbackProvider::Switch& change) {
    observability_.metrics.fallbacks.with({change.from.alias, change.to.alias}).add();
    observability_.log.warning("fallback", {{"model", change.from.alias},
                                            {"by", change.to.alias},
                                            {"code", to_string(change.why.code)},
                                            {"detail", change.why.detail},
                                            {"advice", change.why.advice}});
  };
}

void Models::start(Prepared prepared) {
  registry_.emplace(std::move(*prepared.providers));
  for (const providers::Registry::Entry& entry : registry_->entries()) {
    if (!entry.warning.empty())
      observability_.log.warning("provider_notice", {{"provider", entry.name}, {"text", entry.warning}});
    observability_.metrics.watch_provider(entry.name, [&entry] { return sample_of(entry); });
  }
  apply(std::move(prepared.live));
}

// The models go first: no request asks for one that the engine does not know yet.
void Models::apply(std::shared_ptr<const services::RuntimeConfig> config) {
  create_known_series(observability_.metrics, *config->models);
  for (const auto& [surface, rules] : config->rules) create_known_series(observability_.metrics, rules);
  catalogue_.replace(config->models);
  runtime_.replace(std::move(config));
}

}  // namespace belay::app
