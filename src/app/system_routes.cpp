#include "app/system_routes.hpp"

#include <boost/asio/ip/address.hpp>

#include "app/page_routes.hpp"
#include "ops/embedded.hpp"
#include "surfaces/chat/config.hpp"
#include "transport/problem.hpp"
#include "transport/target.hpp"

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

bool is_loopback_address(const std::string& text) {
  boost::system::error_code error;
  const auto address = boost::asio::ip::make_address(text, error);
  if (error) return false;
  if (address.is_v6() && address.to_v6().is_v4_mapped())
    return boost::asio::ip::make_address_v4(boost::asio::ip::v4_mapped, address.to_v6()).is_loopback();
  return address.is_loopback();
}

// Headers that proxies, load balancers and content delivery networks add to a request. These are prefixes of
// names.
constexpr std::string_view kForwardingHeaders[] = {"forwarded",
                                                   "x-forwarded",
                                                   "via",
                                                   "x-real-ip",
                                                   "x-client-ip",
                                                   "client-ip",
                                                   "true-client-ip",
                                                   "x-cluster-client-ip",
                                                   "x-original-",
                                                   "x-envoy-",
                                                   "x-amzn-",
                                                   "x-azure-",
                                                   "x-appengine-",
                                                   "x-proxyuser-ip",
                                                   "x-arr-",
                                                   "cf-",
                                                   "cdn-loop",
                                                   "fastly-",
                                                   "x-nginx-proxy",
                                                   "wl-proxy-client-ip",
                                                   "proxy-client-ip",
                                                   "x-host",
                                                   "x-scheme"};

bool is_forwarding_header(std::string_view name) {
  for (const std::string_view beginning : kForwardingHeaders)
    if (name.starts_with(beginning)) return true;
  return false;
}

// Wraps a function that answers without waiting.
template <class Answer>
transport::HandlerFunction at_once(Answer answer) {
  return
      [answer](transport::Request& request) -> Awaitable<transport::Response> { co_return answer(request); };
}

std::vector<std::string> metrics_paths(const Configuration& configuration) {
  std::vector<std::string> paths{"/metrics"};
  // Requirement C10: the path in the chat surface's document.
  const auto& chat = configuration.surfaces.of<surfaces::ChatConfig>();
  if (chat.enabled) paths.push_back(chat.prefix + "/api/metrics");
  return paths;
}

std::vector<transport::Route> health_routes(const SystemRoutesParts& parts) {
  const auto live = [health = parts.health](transport::Request&) {
    ops::HealthAnswer answer = health->live();
    return text_response(answer.status, "application/json", std::move(answer.json));
  };
  const auto ready = [health = parts.health](transport::Request&) {
    ops::HealthAnswer answer = health->ready();
    return text_response(answer.status, "application/json", std::move(answer.json));
  };
  std::vector<transport::Route> routes = {{"GET", "/healthz", at_once(live), ByteCount{0}, "healthz"},
                                          {"GET", "/readyz", at_once(ready), ByteCount{0}, "readyz"}};
  routes[0].served_when_full = true;
  return routes;
}

}  // namespace

bool is_local_and_direct(const transport::Request& request) {
  for (const transport::Header& header : request.headers)
    if (is_forwarding_header(header.name)) return false;
  const auto host = request.header("host");
  // A proxy that forwards the client's Host fails this check.
  const bool here = !host || transport::is_loopback_host(transport::host_of(transport::lower_case(*host)));
  return is_loopback_address(request.peer) && here;
}

std::vector<transport::Route> system_routes(const Configuration& configuration,
                                            const SystemRoutesParts& parts) {
  const auto metrics = [metrics = parts.metrics,
                        for_all = configuration.process.metrics_for_all](transport::Request& request) {
    if (!for_all && !is_local_and_direct(request))
      return transport::problem(
          make_error(
              ErrorCode::forbidden,
              "Metrics answer this machine only, and nothing that a proxy passed on. Ask the operations "
              "listener (operations.address and operations.port) instead."),
          request.request_id);
    return text_response(200, ops::Metrics::kContentType, metrics->render());
  };
  const auto openapi = [](transport::Request&) {
    return text_response(200, "application/json", std::string(ops::openapi_json()));
  };
  const auto docs = [](transport::Request&) {
    return text_response(200, "text/html; charset=utf-8", std::string(ops::docs_page_html()));
  };
  std::vector<transport::Route> routes = health_routes(parts);
  routes.push_back({"GET", "/openapi.json", at_once(openapi), ByteCount{0}, "openapi"});
  // The web page has its own.
  if (!configuration.process.page || !has_page(page_files(), "/docs"))
    routes.push_back({"GET", "/docs", at_once(docs), ByteCount{0}, "docs"});
  for (const std::string& path : metrics_paths(configuration))
    routes.push_back({"GET", path, at_once(metrics), ByteCount{0}, "metrics"});
  return routes;
}

std::vector<transport::Route> operations_routes(const Configuration& configuration,
                                                const SystemRoutesParts& parts) {
  const auto metrics = [metrics = parts.metrics](transport::Request&) {
    return text_response(200, ops::Metrics::kContentType, metrics->render());
  };
  std::vector<transport::Route> routes = health_routes(parts);
  for (const std::string& path : metrics_paths(configuration))
    routes.push_back({"GET", path, at_once(metrics), ByteCount{0}, "metrics"});
  return routes;
}

}  // namespace belay::app
