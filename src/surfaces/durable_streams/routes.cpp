#include "surfaces/durable_streams/routes.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "auth/head_check.hpp"
#include "services/runs/log_tail.hpp"
#include "surfaces/durable_streams/available.hpp"
#include "surfaces/error_response.hpp"
#include "surfaces/stream_start.hpp"
#include "transport/error_shape.hpp"

namespace belay::surfaces::durable_streams {
namespace {

using transport::Request;
using transport::Response;

// A client reads on from there.
constexpr std::size_t kMaxBytes = 1 << 20;
constexpr Milliseconds kRetryBase{1'000};

// Other APIs below /v1 have another form; clients of this one show the body as it is.
class ProblemDocuments final : public transport::ErrorShape {
 public:
  void apply(const Error&, const Request&, Response&) const override {}
};

std::string_view content_type(Mode mode) {
  return mode == Mode::json ? "application/json" : "text/plain; charset=utf-8";
}

// The headers of every successful response.
Response begin_response(int status, const std::string& offset) {
  Response response;
  response.status = status;
  response.headers.push_back({"Stream-Next-Offset", offset});
  response.headers.push_back({"X-Content-Type-Options", "nosniff"});
  response.headers.push_back({"Cross-Origin-Resource-Policy", "cross-origin"});
  return response;
}

// Where a reader is, and whether it is behind all events.
struct Place {
  Position after;
  bool at_tail = false;
  bool is_closed = false;  // nothing will ever follow
};
Place place_in(const services::OpenLog& log, const Position& after) {
  const services::LogTail tail = services::tail_of(log);
  const bool at_tail = after.offset >= tail.last.offset;
  return {after, at_tail, at_tail && tail.has_ended};
}

void add_place(const Place& place, Response& response) {
  if (place.at_tail) response.headers.push_back({"Stream-Up-To-Date", "true"});
  if (place.is_closed) response.headers.push_back({"Stream-Closed", "true"});
}

std::string body_of(Mode mode, std::string_view records, std::optional<Position>& last) {
  std::string body(mode == Mode::json ? "[" : "");
  for (Record record; take_record(records, record);) {
    if (const auto position = parse_offset(record.offset)) last = *position;
    if (mode == Mode::json && body.size() > 1) body.push_back(',');
    body.append(record.data);
  }
  if (mode == Mode::json) body.push_back(']');
  return body;
}

}  // namespace

std::vector<transport::Route> DurableStreamsRoutes::routes(const DurableStreamsConfig& config,
                                                           DurableStreamsRoutes* self) {
  const std::string stream = config.prefix + "/v1/stream/{run_id}";
  const ByteCount none{0};
  return {
      {"GET", stream, [self](Request& r) { return self->read(r, Mode::json); }, none, "durable_streams.json"},
      {"GET", stream + "/text", [self](Request& r) { return self->read(r, Mode::text); }, none,
       "durable_streams.text"},
  };
}

Awaitable<Response> DurableStreamsRoutes::read(const Request& request, Mode mode) {
  const auto caller = co_await context_.authenticator.authenticate(request);
  if (!caller) co_return error_response(caller.error(), request);
  const auto wanted = parse_read(request);
  if (!wanted) co_return error_response(wanted.error(), request);
  auto log = co_await context_.runs.open(*request.loop, caller->user, wanted->run, wanted->after);
  if (!log) {
    const bool is_unknown = log.error().code == ErrorCode::not_found;
    co_return error_response(is_unknown ? no_such_stream() : log.error(), request);
  }
  context_.authenticator.stream_found(request, *caller);
  const services::LogTail tail = services::tail_of(*log);
  if (wanted->from_tail) log->after = tail.last;
  if (request.method == "HEAD") {
    Response response = begin_response(200, offset_text(tail.last));
    response.headers.push_back({"Content-Type", std::string(content_type(mode))});
    response.headers.push_back({"Cache-Control", "no-store"});
    if (tail.has_ended) response.headers.push_back({"Stream-Closed", "true"});
    co_return response;
  }
  Response response;
  if (wanted->live == Live::sse)
    response = sse(request, mode, *caller, std::move(*log));
  else
    response = co_await at_once(request, mode, *wanted, std::move(*log));
  co_return response;
}

Awaitable<Response> DurableStreamsRoutes::at_once(const Request& request, Mode mode, ReadRequest wanted,
                                                  services::OpenLog log) {
  const Position begin = log.after;
  const bool polls = wanted.live == Live::long_poll;
  std::optional<Deadline> until;
  if (polls) until = Deadline::in(config_.long_poll, context_.clock);
  transport::ClientPresence client(request);
  const services::OpenLog opened = log;
  auto source = context_.runs.read(*request.loop, std::move(log), record_format(mode));
  const auto available = co_await read_available(*request.loop, std::move(source), kMaxBytes, until, client);
  if (!available) co_return error_response(available.error(), request);
  std::optional<Position> reached;
  std::string body = body_of(mode, available->bytes, reached);
  Place place = place_in(opened, reached.value_or(begin));
  place.at_tail = available->is_all;
  place.is_closed = place.is_closed && place.at_tail;
  const std::string next = offset_text(place.after);
  Response response = begin_response(polls && !reached ? 204 : 200, next);
  add_place(place, response);
  if (polls && !place.is_closed) {
    const std::uint64_t cursor = std::max<std::uint64_t>(place.after.offset, wanted.cursor + 1);
    response.headers.push_back({"Stream-Cursor", fmt::to_string(cursor)});
  }
  if (response.status == 204 || polls) {
    response.headers.push_back({"Cache-Control", "no-store"});
  } else {
    std::string etag = fmt::format("\"{}-{}-{}{}{}\"", wanted.run.text(), offset_text(begin), next,
                                   mode == Mode::json ? "" : "-text", place.is_closed ? "-closed" : "");
    const bool is_known = request.header("if-none-match") == etag;
    response.headers.push_back({"ETag", std::move(etag)});
    response.headers.push_back({"Cache-Control", "private, no-cache"});
    if (is_known) {
      response.status = 304;
      co_return response;
    }
  }
  if (response.status == 204) co_return response;
  response.headers.push_back({"Content-Type", std::string(content_type(mode))});
  response.body = std::move(body);
  co_return response;
}

Response DurableStreamsRoutes::sse(const Request& request, Mode mode, const Caller& caller,
                                   services::OpenLog log) {
  const Format& format = sse_format(mode);
  const Place place = place_in(log, log.after);
  const std::string next = offset_text(place.after);
  // Where the reader is, before there is data.
  const std::string first = control_event(next, place.after.offset, place.at_tail, place.is_closed);
  Response response = begin_response(200, next);
  if (mode == Mode::text) response.headers.push_back({"Stream-SSE-Data-Encoding", "base64"});
  if (place.is_closed) {
    response.headers.push_back({"Content-Type", std::string(format.framing.content_type())});
    response.headers.push_back({"Cache-Control", "no-store"});
    response.body = first;
    return response;
  }
  auto source =
      ended_after(*request.loop, config_.max_age, context_.runs.read(*request.loop, std::move(log), format));
  Response stream =
      stream_of(request, context_, caller, std::move(source), format, kRetryBase, place.at_tail ? first : "");
  for (transport::Header& header : response.headers) stream.headers.push_back(std::move(header));
  return stream;
}

Surface make(const SurfaceContext* context, const DurableStreamsConfig& config) {
  static const ProblemDocuments problems;
  std::shared_ptr<DurableStreamsRoutes> owner;
  if (context) owner = std::make_shared<DurableStreamsRoutes>(*context, config);
  Surface surface;
  surface.routes = DurableStreamsRoutes::routes(config, owner.get());
  surface.owner = std::move(owner);
  surface.ticket_patterns = {config.prefix + "/v1/stream/{run_id}",
                             config.prefix + "/v1/stream/{run_id}/text"};
  surface.error_shapes = {{config.prefix + "/v1/stream", &problems}};
  return surface;
}

}  // namespace belay::surfaces::durable_streams
