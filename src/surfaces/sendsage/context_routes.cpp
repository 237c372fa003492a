#include "surfaces/sendsage/context_routes.hpp"

#include <memory>
#include <utility>

#include "surfaces/error_response.hpp"
#include "surfaces/json_body.hpp"
#include "surfaces/response.hpp"
#include "surfaces/stream_start.hpp"

namespace belay::surfaces::sendsage {
namespace {

using transport::Request;
using transport::Response;

class ContextRoutes {
 public:
  explicit ContextRoutes(const SurfaceContext& context)
      : authenticator_(context.authenticator), contexts_(context.contexts) {}

  Awaitable<Response> read(Request& request) {
    const auto caller = co_await authenticator_.authenticate(request);
    if (!caller) co_return error_response(caller.error(), request);
    const auto document = co_await contexts_.get(*request.loop, deadline_of(request), caller->user);
    if (!document) co_return error_response(document.error(), request);
    if (!*document) {
      const Error none =
          make_error(ErrorCode::not_found, "Nothing is known about you yet. Send it with PUT.");
      co_return error_response(none, request);
    }
    co_return json_response((*document)->text());
  }

  Awaitable<Response> replace(Request& request) {
    const auto caller = co_await authenticator_.authenticate(request);
    if (!caller) co_return error_response(caller.error(), request);
    // The content type and the form. The document itself is read by the service.
    if (const auto json = parse_json_object(request); !json) co_return error_response(json.error(), request);
    const Result<> done =
        co_await contexts_.put(*request.loop, deadline_of(request), caller->user, std::move(request.body));
    if (!done) co_return error_response(done.error(), request);
    co_return no_content();
  }

 private:
  auth::Authenticator& authenticator_;
  services::Contexts& contexts_;
};

}  // namespace

void append_context_routes(const SurfaceContext* context, const std::string& prefix, Surface& surface) {
  const auto self = context ? std::make_shared<ContextRoutes>(*context) : nullptr;
  const ByteCount max_body =
      context ? context->contexts.config().max_document : services::ContextConfig().max_document;
  const std::string path = prefix + "/api/context";
  surface.routes.push_back(
      {"GET", path, [self](Request& r) { return self->read(r); }, ByteCount{0}, "sendsage.context"});
  surface.routes.push_back(
      {"PUT", path, [self](Request& r) { return self->replace(r); }, max_body, "sendsage.context.replace"});
}

}  // namespace belay::surfaces::sendsage
