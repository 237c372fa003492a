// Turns the reports of the engine and the transport into metrics and log lines. Thread-safe. Owned by the
// Server.
#pragma once

#include "core/ports/engine_observer.hpp"
#include "ops/degraded.hpp"
#include "ops/logging.hpp"
#include "ops/metrics.hpp"
#include "transport/observer.hpp"

namespace belay::app {

class EngineReporter final : public EngineObserver {
 public:
  EngineReporter(ops::Log& log, ops::Metrics& metrics, ops::Degraded& degraded)
      : log_(log), metrics_(metrics), degraded_(degraded) {}

  void run_started(const RunRequest& request) override;
  void first_delta(const RunRequest& request, Milliseconds since_start) override;
  void events_published(std::uint64_t events) override;
  void run_ended(const RunRequest& request, RunState state, const Terminal& terminal,
                 Milliseconds since_start) override;
  void provider_failed(std::string_view run, std::string_view model, const Error& error) override;
  void run_recovered(const RunRequest& request, Recovery how) override;
  void answer_from(AnswerSource source) override;
  void limit_refused(std::string_view name) override;
  void quota_reserved(std::string_view name) override;
  void channel_published(std::string_view surface, Milliseconds delay) override;
  void subscribed(const RunId& run, const Position& after) override;
  void storage_error(std::string_view part, const Error& error) override;

 private:
  void count_usage(const std::string& model, const Usage& usage);
  ops::Log& log_;
  ops::Metrics& metrics_;
  ops::Degraded& degraded_;
};

class TransportReporter final : public transport::TransportObserver {
 public:
  TransportReporter(ops::Log& log, ops::Metrics& metrics) : log_(log), metrics_(metrics) {}

  void connection_refused(transport::ConnectionRefusal reason) override;
  void handshake_ended(transport::HandshakeEnd end) override;
  void request_finished(const transport::RequestReport& report) override;
  void stream_opened(const transport::StreamReport& report) override;
  void stream_closed(const transport::StreamReport& report) override;
  void handler_failed(std::string_view route, std::string_view request_id, std::string_view what) override;

 private:
  ops::Log& log_;
  ops::Metrics& metrics_;
};

}  // namespace belay::app
