#include "surfaces/admin/routes.hpp"

#include "surfaces/admin/parse.hpp"
#include "surfaces/admin/render.hpp"
#include "surfaces/error_response.hpp"
#include "surfaces/json_body.hpp"
#include "surfaces/removal.hpp"
#include "surfaces/response.hpp"
#include "surfaces/stream_start.hpp"

namespace belay::surfaces::admin {
namespace {

using transport::Request;
using transport::Response;

constexpr ByteCount kMaxBody{4096};
// The largest that context.max_document may be. The setting itself is checked with the body.
constexpr ByteCount kMaxClimbs = 8_MiB;

}  // namespace

std::vector<transport::Route> AdminRoutes::routes(AdminRoutes* self) {
  const std::string base = "/api/admin";
  const auto none = ByteCount{0};
  const auto handle = [self](Method method) { return handler(self, method); };
  const transport::HeadCheck check = [self](Request& request) { return self->check_head(request); };
  return {
      {"GET", base + "/users", handle(&AdminRoutes::users), none, "admin.users"},
      {"GET", base + "/users/{name}", handle(&AdminRoutes::user), none, "admin.user"},
      {"PATCH", base + "/users/{name}", handle(&AdminRoutes::change_user), kMaxBody, "admin.user.change",
       check},
      {"POST", base + "/users/{name}/erase", handle(&AdminRoutes::erase_user), none, "admin.user.erase"},
      {"POST", base + "/users/{name}/climbs", handle(&AdminRoutes::add_climbs), kMaxClimbs,
       "admin.user.climbs", check},
      {"GET", base + "/users/{name}/usage", handle(&AdminRoutes::user_usage), none, "admin.user.usage"},
      {"GET", base + "/usage", handle(&AdminRoutes::usage), none, "admin.usage"},
      {"GET", base + "/runs", handle(&AdminRoutes::runs), none, "admin.runs"},
      {"DELETE", base + "/runs/{run_id}", handle(&AdminRoutes::cancel_run), none, "admin.run.cancel"},
      {"GET", base + "/revocations", handle(&AdminRoutes::revocations), none, "admin.revocations"},
      {"POST", base + "/revocations", handle(&AdminRoutes::revoke), kMaxBody, "admin.revocation.add", check},
      {"DELETE", base + "/revocations", handle(&AdminRoutes::lift), none, "admin.revocation.lift"},
      {"GET", base + "/uploads/rotation", handle(&AdminRoutes::upload_rotation), none,
       "admin.uploads.rotation"},
      {"POST", base + "/uploads/rotation", handle(&AdminRoutes::rotate_uploads), none,
       "admin.uploads.rotate"},
      {"POST", base + "/notices", handle(&AdminRoutes::notify), kMaxBody, "admin.notice", check},
      {"GET", base + "/audit", handle(&AdminRoutes::audit), none, "admin.audit"},
  };
}

transport::HandlerFunction AdminRoutes::handler(AdminRoutes* self, Method method) {
  return [self, method](Request& request) { return self->answer(request, method); };
}

// A stream's ticket carries the roles of its token, and is for that stream alone.
Awaitable<Result<Caller>> AdminRoutes::find_operator(const Request& request) {
  auto caller = co_await authenticator_.authenticate(request);
  if (!caller) co_return caller;
  if (caller->has_role(services::kOperatorRole) && caller->how != Caller::How::ticket) co_return caller;
  co_return make_error(ErrorCode::forbidden,
                       "This is for operators: it needs a token with the role `operator`, which "
                       "`belay token --role operator` makes.");
}

Awaitable<std::optional<Response>> AdminRoutes::check_head(Request& request) {
  if (auto refused = co_await authenticator_.check_head(request)) co_return refused;
  const auto caller = co_await find_operator(request);
  if (!caller) co_return error_response(caller.error(), request);
  co_return std::nullopt;
}

Awaitable<Response> AdminRoutes::answer(Request& request, Method method) {
  const auto caller = co_await find_operator(request);
  if (!caller) co_return error_response(caller.error(), request);
  Call call{*request.loop, deadline_of(request), caller->user};
  co_return co_await (this->*method)(request, std::move(call));
}

// ---- Users and usage

Awaitable<Response> AdminRoutes::users(Request& request, Call call) {
  auto query = parse_users(request);
  if (!query) co_return error_response(query.error(), request);
  const auto page = co_await operators_.users(std::move(call), std::move(*query));
  if (!page) co_return error_response(page.error(), request);
  co_return json_response(render_users(*page));
}

Awaitable<Response> AdminRoutes::user(Request& request, Call call) {
  auto name = parse_user_name(request);
  if (!name) co_return error_response(name.error(), request);
  const auto user = co_await operators_.user(std::move(call), std::move(*name));
  if (!user) co_return error_response(user.error(), request);
  co_return json_response(render_user(*user));
}

Awaitable<Response> AdminRoutes::change_user(Request& request, Call call) {
  auto change = parse_user_change(request);
  if (!change) co_return error_response(change.error(), request);
  const auto user = co_await operators_.change_user(std::move(call), std::move(*change));
  if (!user) co_return error_response(user.error(), request);
  co_return json_response(render_user(*user));
}

Awaitable<Response> AdminRoutes::erase_user(Request& request, Call call) {
  auto name = parse_user_name(request);
  if (!name) co_return error_response(name.error(), request);
  const auto report = co_await operators_.erase_user(std::move(call), std::move(*name));
  if (!report) co_return error_response(report.error(), request);
  co_return json_response(render_report(*report));
}

Awaitable<Response> AdminRoutes::add_climbs(Request& request, Call call) {
  auto name = parse_user_name(request);
  if (!name) co_return error_response(name.error(), request);
  if (const auto json = parse_json_object(request); !json) co_return error_response(json.error(), request);
  const auto added =
      co_await operators_.add_climbs(std::move(call), std::move(*name), std::move(request.body));
  if (!added) co_return error_response(added.error(), request);
  co_return json_response(render_added(*added));
}

Awaitable<Response> AdminRoutes::user_usage(Request& request, Call call) {
  auto name = parse_user_name(request);
  if (!name) co_return error_response(name.error(), request);
  auto query = parse_usage(request, clock_.wall());
  if (!query) co_return error_response(query.error(), request);
  query->user = std::move(*name);
  if (!request.query_value("by")) query->by = UsageBy::day;
  co_return co_await answer_usage(request, std::move(call), std::move(*query));
}

Awaitable<Response> AdminRoutes::usage(Request& request, Call call) {
  auto query = parse_usage(request, clock_.wall());
  if (!query) co_return error_response(query.error(), request);
  co_return co_await answer_usage(request, std::move(call), std::move(*query));
}

Awaitable<Response> AdminRoutes::answer_usage(Request& request, Call call, UsageQuery query) {
  const auto page = co_await operators_.usage(std::move(call), query);
  if (!page) co_return error_response(page.error(), request);
  co_return json_response(render_usage(*page, query));
}

// ---- Running answers

Awaitable<Response> AdminRoutes::runs(Request& request, Call call) {
  auto query = parse_runs(request);
  if (!query) co_return error_response(query.error(), request);
  const auto page = co_await operators_.runs(std::move(call), std::move(*query));
  if (!page) co_return error_response(page.error(), request);
  co_return json_response(render_runs(*page));
}

Awaitable<Response> AdminRoutes::cancel_run(Request& request, Call call) {
  const auto run = parse_run_id(request);
  if (!run) co_return error_response(run.error(), request);
  const auto cancelled = co_await operators_.cancel_run(std::move(call), *run);
  if (!cancelled) co_return error_response(cancelled.error(), request);
  co_return no_content();
}

// ---- Revocations

Awaitable<Response> AdminRoutes::revocations(Request& request, Call call) {
  const auto query = parse_revocations(request);
  if (!query) co_return error_response(query.error(), request);
  const auto page = co_await operators_.revocations(std::move(call), query->after, query->max);
  if (!page) co_return error_response(page.error(), request);
  co_return json_response(render_revocations(*page));
}

Awaitable<Response> AdminRoutes::revoke(Request& request, Call call) {
  auto wanted = parse_revocation(request);
  if (!wanted) co_return error_response(wanted.error(), request);
  const auto revoked = co_await operators_.revoke(std::move(call), std::move(wanted->key),
                                                  std::move(wanted->reason), wanted->lasts);
  if (!revoked) co_return error_response(revoked.error(), request);
  co_return json_response(render_revoked(*revoked), 201);
}

Awaitable<Response> AdminRoutes::lift(Request& request, Call call) {
  auto key = parse_revocation_key(request);
  if (!key) co_return error_response(key.error(), request);
  const auto lifted = co_await operators_.lift(std::move(call), std::move(*key));
  if (!lifted) co_return error_response(lifted.error(), request);
  co_return no_content();
}

// ---- Uploads

Awaitable<Response> AdminRoutes::upload_rotation(Request& request, Call call) {
  const auto status = co_await operators_.upload_rotation(std::move(call));
  if (!status) co_return error_response(status.error(), request);
  co_return json_response(render_rotation(*status));
}

Awaitable<Response> AdminRoutes::rotate_uploads(Request& request, Call call) {
  const auto status = co_await operators_.rotate_uploads(std::move(call));
  if (!status) co_return error_response(status.error(), request);
  co_return json_response(render_rotation(*status), 202);
}

// ---- Notices

Awaitable<Response> AdminRoutes::notify(Request& request, Call call) {
  auto notice = parse_notice(request);
  if (!notice) co_return error_response(notice.error(), request);
  const auto notified = co_await operators_.notify(std::move(call), std::move(*notice));
  if (!notified) co_return error_response(notified.error(), request);
  co_return json_response("{\"connections\":" + std::to_string(*notified) + "}");
}

// ---- The audit log

Awaitable<Response> AdminRoutes::audit(Request& request, Call call) {
  auto query = parse_audit(request);
  if (!query) co_return error_response(query.error(), request);
  const auto page = co_await operators_.audit(std::move(call), std::move(*query));
  if (!page) co_return error_response(page.error(), request);
  co_return json_response(render_audit(*page));
}

}  // namespace belay::surfaces::admin
