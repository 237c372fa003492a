#include "app/observers.hpp"

#include <string>

namespace belay::app {

void EngineReporter::run_started(const RunRequest& request) {
  metrics_.runs_started.with({request.surface, request.mode}).add();
  metrics_.runs_active.with({request.surface}).add();
  log_.info("run_started", {{"run", request.id.text()},
                            {"user", request.user},
                            {"tier", request.tier},
                            {"surface", request.surface},
                            {"mode", request.mode},
                            {"model", request.model},
                            {"prompt_bytes", request.prompt.size()}});
}

void EngineReporter::first_delta(const RunRequest& request, Milliseconds since_start) {
  metrics_.first_token.with({request.surface}).observe(since_start);
  log_.debug("run_first_token", {{"run", request.id.text()}, {"after_ms", since_start}});
}

void EngineReporter::events_published(std::uint64_t events) {
  metrics_.events_published.add(events);
}

void EngineReporter::run_ended(const RunRequest& request, RunState state, const Terminal& terminal,
                               Milliseconds since_start) {
  metrics_.runs_finished.with({request.surface, to_string(state)}).add();
  metrics_.runs_active.with({request.surface}).subtract();
  metrics_.run_duration.with({request.surface}).observe(since_start);
  const bool completed = state == RunState::completed;
  if (!completed) metrics_.errors.with({to_string(terminal.code)}).add();
  count_usage(request.model, terminal.usage);
  log_.info("run_ended", {{"run", request.id.text()},
                          {"state", to_string(state)},
                          {"code", completed ? std::string_view() : to_string(terminal.code)},
                          {"detail", completed ? std::string_view() : std::string_view(terminal.message)},
                          {"duration_ms", since_start},
                          {"answer_bytes", terminal.text_bytes},
                          {"input_tokens", terminal.usage.input.value},
                          {"output_tokens", terminal.usage.output.value},
                          {"estimated", terminal.usage.estimated},
                          {"source", to_string(terminal.source)},
                          {"cost_nano_usd", terminal.usage.cost.value}});
}

void EngineReporter::count_usage(const std::string& model, const Usage& usage) {
  const std::pair<const char*, TokenCount> counts[] = {{"input", usage.input},
                                                       {"output", usage.output},
                                                       {"cached", usage.cached},
                                                       {"reasoning", usage.reasoning}};
  for (const auto& [kind, count] : counts)
    if (count.value != 0) metrics_.tokens.with({model, kind}).add(count.value);
  if (usage.cost.value != 0) metrics_.cost_nanodollars.with({model}).add(usage.cost.value);
}

void EngineReporter::provider_failed(std::string_view run, std::string_view model, const Error& error) {
  log_.warning("provider_failed", {{"run", run},
                                   {"model", model},
                                   {"code", to_string(error.code)},
                                   {"detail", error.detail},
                                   {"advice", error.advice}});
}

void EngineReporter::run_recovered(const RunRequest& request, Recovery how) {
  metrics_.runs_recovered.with({request.surface, to_string(how)}).add();
  if (how == Recovery::restarted) metrics_.runs_restarted.with({request.surface}).add();
  metrics_.runs_active.with({request.surface}).add();
  log_.info("run_recovered", {{"run", request.id.text()}, {"how", to_string(how)}});
}

void EngineReporter::answer_from(AnswerSource source) {
  if (source == AnswerSource::cached) metrics_.cache_hits.add();
  if (source == AnswerSource::generated) metrics_.cache_misses.add();
  if (source == AnswerSource::shared) metrics_.cache_shared.add();
  if (source == AnswerSource::stale) metrics_.cache_stale.add();
}

void EngineReporter::limit_refused(std::string_view name) {
  metrics_.limit_refusals.with({name}).add();
}

void EngineReporter::quota_reserved(std::string_view name) {
  metrics_.quota_reservations.with({std::string(name)}).add();
  log_.debug("quota_reserved", {{"limit", name}});
}

void EngineReporter::channel_published(std::string_view surface, Milliseconds delay) {
  metrics_.event_delay.with({std::string(surface)}).observe(delay);
}

void EngineReporter::subscribed(const RunId& run, const Position& after) {
  metrics_.subscriptions_opened.add();
  log_.info("subscribed", {{"run", run.text()}, {"after", after.text()}});
}

void EngineReporter::storage_error(std::string_view part, const Error& error) {
  metrics_.storage_error.with({part}).add();
  // A lasting state has one line when it begins and one when it ends, whatever the number of attempts.
  if (error.code == ErrorCode::storage_full && error.limit != "journal.max_size")
    return degraded_.report(ops::DegradedReason::storage_full, error);
  const bool is_known = part == "journal" ? degraded_.is(ops::DegradedReason::journal_failing) ||
                                                degraded_.is(ops::DegradedReason::journal_stalled)
                                          : degraded_.is(ops::DegradedReason::store_failing) ||
                                                degraded_.is(ops::DegradedReason::store_stalled);
  if (is_known)
    return log_.debug("storage_trouble",
                      {{"part", part}, {"code", to_string(error.code)}, {"detail", error.detail}});
  log_.error("storage_trouble", {{"part", part}, {"code", to_string(error.code)}, {"detail", error.detail}});
}

void TransportReporter::handshake_ended(transport::HandshakeEnd end) {
  metrics_.tls_handshakes.with({to_string(end)}).add();
}

void TransportReporter::connection_refused(transport::ConnectionRefusal reason) {
  const std::string_view name = to_string(reason);
  metrics_.connections_refused.with({std::string(name)}).add();
  if (reason != transport::ConnectionRefusal::no_descriptors)
    return log_.warning("connection_refused", {{"reason", name}});
  log_.warning(
      "connection_refused",
      {{"reason", name},
       {"text",
        "No more files may be opened. Raise the limit (LimitNOFILE= in the service file, or ulimit -n) "
        "or lower server.max_connections."}});
}

void TransportReporter::request_finished(const transport::RequestReport& report) {
  const std::string status = std::to_string(report.status);
  metrics_.http_requests.with({report.route, report.method, status}).add();
  metrics_.http_duration.with({report.route}).observe(report.duration);
  if (report.status == 401) metrics_.auth_failures.with({"unauthenticated"}).add();
  if (report.status == 403) metrics_.auth_failures.with({"forbidden"}).add();
  log_.info("request", {{"request_id", report.request_id},
                        {"protocol", report.protocol},
                        {"method", report.method},
                        {"route", report.route},
                        {"status", report.status},
                        {"peer", report.peer},
                        {"duration_ms", report.duration},
                        {"bytes", report.bytes}});
}

void TransportReporter::stream_opened(const transport::StreamReport& report) {
  log_.info("stream_opened", {{"request_id", report.request_id},
                              {"protocol", report.protocol},
                              {"route", report.route},
                              {"peer", report.peer}});
}

void TransportReporter::stream_closed(const transport::StreamReport& report) {
  metrics_.stream_duration.with({report.route}).observe(report.duration);
  metrics_.streams_ended.with({report.route, to_string(report.end)}).add();
  metrics_.stream_bytes.add(report.bytes);
  log_.info("stream_closed", {{"request_id", report.request_id},
                              {"protocol", report.protocol},
                              {"route", report.route},
                              {"end", to_string(report.end)},
                              {"duration_ms", report.duration},
                              {"bytes", report.bytes}});
}

void TransportReporter::handler_failed(std::string_view route, std::string_view request_id,
                                       std::string_view what) {
  metrics_.errors.with({to_string(ErrorCode::internal)}).add();
  log_.error("handler_failed", {{"route", route}, {"request_id", request_id}, {"what", what}});
}

}  // namespace belay::app
