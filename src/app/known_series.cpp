#include "app/known_series.hpp"

#include <string>
#include <string_view>

#include <boost/json.hpp>

#include "base/error.hpp"
#include "core/ports/engine_observer.hpp"
#include "core/ports/store.hpp"
#include "ops/embedded.hpp"
#include "transport/observer.hpp"

namespace belay::app {
namespace {

namespace json = boost::json;

constexpr RunState kEnds[] = {RunState::completed, RunState::failed, RunState::cancelled,
                              RunState::interrupted};

void begin_runs(ops::Metrics& metrics, const policy::SurfaceRules& rules) {
  const std::string& surface = rules.surface;
  for (const std::string& mode : rules.run_modes) metrics.runs_started.with({surface, mode});
  for (const RunState end : kEnds) metrics.runs_finished.with({surface, to_string(end)});
  for (const Recovery how : {Recovery::continued, Recovery::restarted, Recovery::given_up})
    metrics.runs_recovered.with({surface, to_string(how)});
  metrics.runs_restarted.with({surface});
  metrics.runs_active.with({surface});
  metrics.run_duration.with({surface});
  metrics.first_token.with({surface});
  if (rules.has_channel) metrics.event_delay.with({surface});
}

void begin_errors(ops::Metrics& metrics) {
  // The codes are consecutive from 0; `internal` is the last.
  for (int code = 0; code <= static_cast<int>(ErrorCode::internal); ++code)
    metrics.errors.with({to_string(static_cast<ErrorCode>(code))});
}

void begin_stream(ops::Metrics& metrics, const std::string& route) {
  using transport::StreamEnd;
  metrics.stream_duration.with({route});
  for (const StreamEnd end : {StreamEnd::complete, StreamEnd::client_gone, StreamEnd::client_noisy,
                              StreamEnd::stalled, StreamEnd::source_lost, StreamEnd::drained,
                              StreamEnd::closed, StreamEnd::revoked, StreamEnd::sign_in_over})
    metrics.streams_ended.with({route, to_string(end)});
}

// Adds a series for each documented answer of an operation.
void begin_answers(ops::Metrics& metrics, const transport::Route& route, const json::object& responses) {
  for (const auto& [status, response] : responses) {
    const json::object& description = response.as_object();
    const json::value* content = description.if_contains("content");
    const bool is_stream =
        content && content->is_object() && content->get_object().contains("text/event-stream");
    const bool is_socket = status == "101";
    if (is_stream || is_socket) begin_stream(metrics, route.name);
    metrics.http_requests.with({route.name, route.method, std::string_view(status)});
  }
}

std::string lower(std::string_view text) {
  std::string lowered(text);
  for (char& c : lowered) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  return lowered;
}

// The description of a route; null: there is none. A route may have a prefix before the described path, so
// the longest path that matches the end is used. "{name...}" is described as "{name}".
const json::object* operation_of(const transport::Route& route, const json::object& paths) {
  std::string pattern = route.pattern;
  if (pattern.ends_with("...}")) pattern.replace(pattern.size() - 4, 3, "");
  const json::object* found = nullptr;
  std::size_t longest = 0;
  for (const auto& [path, methods] : paths) {
    const json::value* operation = methods.as_object().if_contains(lower(route.method));
    if (!operation || path.size() <= longest || !pattern.ends_with(std::string_view(path))) continue;
    longest = path.size();
    found = &operation->as_object();
  }
  return found;
}

void begin_routes(ops::Metrics& metrics, const std::vector<transport::Route>& routes) {
  const json::value document = json::parse(ops::openapi_json());
  const json::object& paths = document.at("paths").as_object();
  for (const transport::Route& route : routes) {
    metrics.http_duration.with({route.name});
    if (const json::object* operation = operation_of(route, paths))
      begin_answers(metrics, route, operation->at("responses").as_object());
  }
  for (const std::string_view method :
       {std::string_view("GET"), std::string_view("HEAD"), std::string_view("POST"), std::string_view("PUT"),
        std::string_view("PATCH"), std::string_view("DELETE"), std::string_view("OPTIONS"),
        transport::kOther})
    metrics.http_requests.with({transport::kOther, method, "404"});
  metrics.http_duration.with({transport::kOther});
}

}  // namespace

void create_known_series(ops::Metrics& metrics, const std::vector<transport::Route>& routes) {
  using transport::ConnectionRefusal;
  begin_errors(metrics);
  begin_routes(metrics, routes);
  for (const ConnectionRefusal reason :
       {ConnectionRefusal::too_many, ConnectionRefusal::no_descriptors, ConnectionRefusal::accept_error})
    metrics.connections_refused.with({to_string(reason)});
  using transport::HandshakeEnd;
  for (const HandshakeEnd end : {HandshakeEnd::complete, HandshakeEnd::resumed, HandshakeEnd::failed,
                                 HandshakeEnd::timed_out, HandshakeEnd::plain_http})
    metrics.tls_handshakes.with({to_string(end)});
  for (const char* reason : {"unauthenticated", "forbidden"}) metrics.auth_failures.with({reason});
  for (const char* part : {"journal", "store", "cache"}) metrics.storage_error.with({part});
  for (const char* outcome : {"done", "refused"}) metrics.reloads.with({outcome});
}

void create_known_series(ops::Metrics& metrics, const ModelCatalogue& models) {
  // Several hundred models with chains of fallbacks have too many pairs to create all of them at the start.
  constexpr std::size_t kMaxPairs = 500;
  std::size_t pairs = 0;
  for (const std::string& alias : models.aliases()) {
    for (const char* kind : {"input", "output", "cached", "reasoning"}) metrics.tokens.with({alias, kind});
    metrics.cost_nanodollars.with({alias});
    std::vector<std::string> chain{alias};
    const std::vector<std::string>& fallbacks = models.find(alias)->model.fallbacks;
    chain.insert(chain.end(), fallbacks.begin(), fallbacks.end());
    for (std::size_t from = 0; from < chain.size(); ++from)
      for (std::size_t to = from + 1; to < chain.size() && pairs < kMaxPairs; ++to, ++pairs)
        metrics.fallbacks.with({chain[from], chain[to]});
  }
}

void create_known_series(ops::Metrics& metrics, const policy::SurfaceRules& rules) {
  if (!rules.run_modes.empty()) begin_runs(metrics, rules);
  for (const auto& [action, limits] : rules.limits) {
    // The series of these begin with their first refusal.
    if (action == "session" || action == "export") continue;
    for (const policy::LimitSpec& spec : limits) {
      metrics.limit_refusals.with({spec.limit.name});
      if (spec.limit.kind == Limit::Kind::quota) metrics.quota_reservations.with({spec.limit.name});
    }
  }
  if (rules.sessions) metrics.limit_refusals.with({rules.sessions->limit});
}

}  // namespace belay::app
