#include "transport/exchange_report.hpp"

#include <algorithm>
#include <iterator>

namespace belay::transport {

std::string_view known_method(std::string_view method) {
  constexpr std::string_view kKnown[] = {"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"};
  const auto found = std::find(std::begin(kKnown), std::end(kKnown), method);
  return found == std::end(kKnown) ? kOther : *found;
}

RequestReport request_report(std::string_view protocol, const Request& request, const Route* route,
                             int status) {
  RequestReport report;
  report.protocol = protocol;
  report.method = known_method(request.method);
  report.route = route ? std::string_view(route->name) : kOther;
  report.request_id = request.request_id;
  report.peer = request.peer;
  report.status = status;
  return report;
}

StreamReport stream_report(std::string_view protocol, const Route& route, std::string_view request_id,
                           std::string_view peer, std::chrono::nanoseconds duration) {
  StreamReport report;
  report.protocol = protocol;
  report.route = route.name;
  report.request_id = request_id;
  report.peer = peer;
  report.duration = duration;
  return report;
}

}  // namespace belay::transport
