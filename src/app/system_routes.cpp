#include "app/system_routes.hpp"

#include <boost/asio/ip/address.hpp>

#include "ops/embedded.hpp"
#include "transport/problem.hpp"

namespace belay::app {
namespace {

transport::Response text_response(int status, std::string_view type, std::string text) {
  transport::Response response;
  response.status = status;
  response.headers.push_back({"Content-Type", std::string(type)});
  response.headers.push_back({"Cache-Control", "no-store"});
  response.body = std::move(text);
  return response;
}

bool is_this_machine(const std::string& peer) {
  boost::system::error_code error;
  const auto address = boost::asio::ip::make_address(peer, error);
  if (error) return false;
  if (address.is_v6() && address.to_v6().is_v4_mapped())
    return boost::asio::ip::make_address_v4(boost::asio::ip::v4_mapped, address.to_v6()).is_loopback();
  return address.is_loopback();
}

// A handler that needs no waiting.
template <class Answer>
transport::HandlerFunction at_once(Answer answer) {
  return
      [answer](transport::Request& request) -> Awaitable<transport::Response> { co_return answer(request); };
}

}  // namespace

std::vector<transport::Route> system_routes(const ops::Configuration& configuration,
                                            const SystemRoutesParts& parts) {
  const auto live = [health = parts.health](transport::Request&) {
    ops::HealthAnswer answer = health->live();
    return text_response(answer.status, "application/json", std::move(answer.json));
  };
  const auto ready = [health = parts.health](transport::Request&) {
    ops::HealthAnswer answer = health->ready();
    return text_response(answer.status, "application/json", std::move(answer.json));
  };
  const auto metrics = [metrics = parts.metrics,
                        for_all = configuration.process.metrics_for_all](transport::Request& request) {
    if (!for_all && !is_this_machine(request.peer))
      return transport::problem(
          make_error(ErrorCode::forbidden,
                     "Metrics answer this machine only. Set process.metrics_for_all to change that."),
          request.request_id);
    return text_response(200, ops::Metrics::kContentType, metrics->render());
  };
  const auto openapi = [](transport::Request&) {
    return text_response(200, "application/json", std::string(ops::openapi_json()));
  };
  const auto docs = [](transport::Request&) {
    return text_response(200, "text/html; charset=utf-8", std::string(ops::docs_page_html()));
  };
  std::vector<transport::Route> routes = {
      {"GET", "/healthz", at_once(live), ByteCount{0}, "healthz"},
      {"GET", "/readyz", at_once(ready), ByteCount{0}, "readyz"},
      {"GET", "/openapi.json", at_once(openapi), ByteCount{0}, "openapi"},
      {"GET", "/docs", at_once(docs), ByteCount{0}, "docs"},
  };
  std::vector<std::string> metrics_paths{"/metrics"};
  // Requirement C10: where the chat surface's document looks for them.
  if (configuration.chat.enabled) metrics_paths.push_back(configuration.chat.prefix + "/api/metrics");
  for (const std::string& path : metrics_paths)
    routes.push_back({"GET", path, at_once(metrics), ByteCount{0}, "metrics"});
  return routes;
}

}  // namespace belay::app
