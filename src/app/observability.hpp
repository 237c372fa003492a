// What operators see of the server: log lines, metrics, health. Thread-safe. Outlives everything that reports.
#pragma once

#include "app/observers.hpp"
#include "base/clock.hpp"
#include "ops/config.hpp"
#include "ops/degraded.hpp"
#include "ops/health.hpp"
#include "ops/logging.hpp"
#include "ops/metrics.hpp"

namespace belay::app {

struct Observability {
  Observability(const ops::LogConfig& config, const Clock& clock)
      : log(config, clock, ops::standard_error_output()),
        metrics(clock),
        degraded(log, metrics, health, clock),
        engine(log, metrics, degraded),
        transport(log, metrics) {}

  ops::Log log;
  ops::Metrics metrics;
  ops::Health health;
  ops::Degraded degraded;
  EngineReporter engine;
  TransportReporter transport;
};

}  // namespace belay::app
