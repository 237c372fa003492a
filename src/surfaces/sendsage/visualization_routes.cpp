#include "surfaces/sendsage/visualization_routes.hpp"

#include <algorithm>
#include <utility>

#include "surfaces/error_response.hpp"
#include "surfaces/response.hpp"
#include "surfaces/stream_start.hpp"

namespace belay::surfaces::sendsage {
namespace {

using services::Visualization;
using transport::Request;
using transport::Response;

class VisualizationRoutes {
 public:
  VisualizationRoutes(const SurfaceContext& context, StatisticsOfUser more)
      : authenticator_(context.authenticator), contexts_(context.contexts), more_(std::move(more)) {}

  Awaitable<Response> show(Request& request, Visualization view) {
    const auto caller = co_await authenticator_.authenticate(request);
    if (!caller) co_return error_response(caller.error(), request);
    const Deadline deadline = deadline_of(request);
    const auto document = co_await contexts_.get(*request.loop, deadline, caller->user);
    if (!document) co_return error_response(document.error(), request);
    std::vector<std::shared_ptr<const uploads::Statistics>> others;
    if (more_) {
      auto found = co_await more_(*request.loop, deadline, caller->user);
      if (!found) co_return error_response(found.error(), request);
      others = std::move(*found);
    }
    services::ClimbStatistics statistics;
    if (*document) statistics.push_back(&(*document)->statistics());
    for (const auto& other : others) statistics.push_back(other.get());
    co_return json_response(services::visualization_data(view, statistics));
  }

 private:
  auth::Authenticator& authenticator_;
  services::Contexts& contexts_;
  const StatisticsOfUser more_;
};

}  // namespace

void append_visualization_routes(const SurfaceContext* context, const std::string& prefix,
                                 StatisticsOfUser more, Surface& surface) {
  const auto self = context ? std::make_shared<VisualizationRoutes>(*context, std::move(more)) : nullptr;
  for (const Visualization view : services::kVisualizations) {
    const std::string slug(slug_of(view));
    std::string name = "sendsage." + slug;
    std::replace(name.begin(), name.end(), '-', '_');
    surface.routes.push_back({"GET", prefix + "/api/visualizations/" + slug,
                              [self, view](Request& r) { return self->show(r, view); }, ByteCount{0},
                              std::move(name)});
  }
}

}  // namespace belay::surfaces::sendsage
