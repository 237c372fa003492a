// The configured providers, and the settings that change while the server runs: models, limits, prompts,
// personas. Applied at start and at each reload. Thread-safe to read.
#pragma once

#include <memory>
#include <optional>

#include "app/observability.hpp"
#include "app/preparation.hpp"
#include "app/runtime_config.hpp"
#include "providers/http/http_clients.hpp"

namespace belay::app {

class Models {
 public:
  explicit Models(Observability& observability) : observability_(observability) {}

  providers::HttpClient& client() { return client_; }
  // Reports that another model answers; for make_runtime_config().
  providers::FallbackProvider::Observe fallback_observer();

  // Once, at start. Logs the providers' notices, and adds them to the metrics.
  void start(Prepared prepared);
  void apply(std::shared_ptr<const services::RuntimeConfig> config);

  const providers::Registry& providers() const { return *registry_; }
  const Snapshot<ModelCatalogue>& catalogue() const { return catalogue_; }
  const Snapshot<services::RuntimeConfig>& runtime() const { return runtime_; }

 private:
  Observability& observability_;
  providers::HttpClients client_;
  std::optional<providers::Registry> registry_;
  Snapshot<ModelCatalogue> catalogue_;  // the one of runtime_
  Snapshot<services::RuntimeConfig> runtime_;
};

}  // namespace belay::app
