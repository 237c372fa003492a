#include "surfaces/sendsage/upload_routes.hpp"

#include <charconv>

#include "surfaces/error_response.hpp"
#include "surfaces/response.hpp"
#include "surfaces/sendsage/upload_body.hpp"
#include "surfaces/sendsage/upload_render.hpp"
#include "surfaces/stream_start.hpp"
#include "transport/header_parameters.hpp"
#include "transport/target.hpp"

namespace belay::surfaces::sendsage {
namespace {

using transport::Request;
using transport::Response;

constexpr std::size_t kUsualPage = 20;
constexpr std::size_t kMaxPage = 100;

// A file, piece by piece. Each piece is freed when it was sent. Holds the place among the uploads.
class FileBody final : public ByteSource {
 public:
  explicit FileBody(services::UploadContent content)
      : pieces_(std::move(content.pieces)), place_(std::move(content.place)) {
    skip_sent();
  }
  void attach(Waker&) override {}
  State peek(ByteRanges& out) override {
    out.clear();
    if (next_ == pieces_.size()) return State::ended;
    out.add(std::string_view(pieces_[next_]).substr(sent_));
    out.whole = next_ + 1 == pieces_.size();
    return State::ready;
  }
  void consume(std::size_t bytes) override {
    sent_ += bytes;
    skip_sent();
  }

 private:
  void skip_sent() {
    for (; next_ < pieces_.size() && sent_ == pieces_[next_].size(); ++next_) {
      pieces_[next_] = {};
      sent_ = 0;
    }
  }

  std::vector<std::string> pieces_;
  std::size_t next_ = 0;
  std::size_t sent_ = 0;  // of that piece
  const services::Admission place_;
};

Error bad(std::string_view field, std::string detail) {
  return make_error(ErrorCode::invalid_request, std::move(detail), std::string(field));
}

struct ListQuery {
  std::optional<UploadPlace> before;
  std::size_t limit = kUsualPage;
};
Result<ListQuery> parse_list(const Request& request) {
  ListQuery query;
  if (const auto limit = request.query_value("limit")) {
    const char* const end = limit->data() + limit->size();
    const auto read = std::from_chars(limit->data(), end, query.limit);
    if (read.ec != std::errc() || read.ptr != end || query.limit < 1 || query.limit > kMaxPage)
      return bad("limit", "limit must be a number from 1 to 100.");
  }
  if (const auto cursor = request.query_value("cursor"); cursor && !cursor->empty()) {
    query.before = parse_cursor(*cursor);
    if (!query.before)
      return bad("cursor", "This is not a cursor of this list. Leave it out to begin at the newest.");
  }
  return query;
}

// The name of a file that is the whole body.
Result<std::string> file_name_of(const Request& request) {
  if (const auto name = request.query_value("filename")) return std::string(*name);
  const auto header = request.header("content-disposition");
  if (!header)
    return bad("filename", "Name the file: ?filename=log.csv, or a Content-Disposition with a filename.");
  const auto disposition = transport::parse_parameters(*header);
  if (!disposition)
    return bad("Content-Disposition", "The Content-Disposition: " + disposition.error().detail);
  if (const std::string* const extended = disposition->find("filename*")) {
    auto name = transport::decode_extended_value(*extended);
    if (!name)
      return bad("Content-Disposition", "The filename* in the Content-Disposition: " + name.error().detail);
    return name;
  }
  if (const std::string* const name = disposition->find("filename")) return *name;
  return bad("Content-Disposition", "The Content-Disposition names no file. Add filename=\"log.csv\".");
}

// The types that a file may be sent as. Its name decides the format.
Result<> check_file_type(const Request& request) {
  std::string_view type = request.header("content-type").value_or("application/octet-stream");
  type = type.substr(0, type.find_first_of("; \t"));
  const std::string name = transport::lower_case(type);
  if (name.starts_with("text/") || name == "application/json" || name == "application/csv" ||
      name == "application/vnd.ms-excel" || name == "application/octet-stream")
    return {};
  return make_error(ErrorCode::unsupported_media_type,
                    "Send the file as multipart/form-data, text/csv, text/plain, application/json or "
                    "application/octet-stream.",
                    "Content-Type");
}

const char* media_type(uploads::Format format) {
  switch (format) {
    case uploads::Format::csv:
      return "text/csv; charset=utf-8";
    case uploads::Format::txt:
      return "text/plain; charset=utf-8";
    case uploads::Format::json:
      return "application/json";
  }
  return "application/octet-stream";
}

Response refused(const Error& error, const std::optional<LimitStatus>& limit, const Request& request) {
  std::vector<LimitStatus> limits;
  if (limit) limits.push_back(*limit);
  return error_response(error, limits, request);
}

class UploadRoutes {
 public:
  UploadRoutes(const SurfaceContext& context, UploadRoutesConfig config)
      : context_(context), config_(std::move(config)) {}

  Awaitable<Response> upload(Request& request) {
    const auto caller = co_await context_.authenticator.authenticate(request);
    if (!caller) co_return error_response(caller.error(), request);
    const auto allowed = co_await check_tier(request, context_, *caller, config_.tier);
    if (!allowed) co_return error_response(allowed.error(), request);
    FormOutcome outcome = co_await read(request, *caller);
    if (!outcome.form) co_return refused(outcome.form.error(), outcome.limit, request);
    if (!outcome.form->upload)
      co_return error_response(bad("file", "The form holds no file. Send it as `file`."), request);
    const uploads::Upload read = outcome.form->upload->upload;
    const auto stored = co_await context_.uploads->store(*request.loop, deadline_of(request),
                                                         std::move(*outcome.form->upload));
    if (!stored) co_return error_response(stored.error(), request);
    Response response = json_response(render_upload(*stored, read), 201);
    response.headers.push_back({"Location", config_.prefix + "/api/uploads/" + stored->id});
    co_return response;
  }

  Awaitable<Response> list(Request& request) {
    const auto caller = co_await context_.authenticator.authenticate(request);
    if (!caller) co_return error_response(caller.error(), request);
    const auto query = parse_list(request);
    if (!query) co_return error_response(query.error(), request);
    const auto page = co_await context_.uploads->list(*request.loop, deadline_of(request), caller->user,
                                                      query->before, query->limit);
    if (!page) co_return error_response(page.error(), request);
    co_return json_response(render_uploads(*page));
  }

  Awaitable<Response> get(Request& request) {
    const auto caller = co_await context_.authenticator.authenticate(request);
    if (!caller) co_return error_response(caller.error(), request);
    std::string id(request.capture("id"));
    const auto found =
        co_await context_.uploads->get(*request.loop, deadline_of(request), caller->user, std::move(id));
    if (!found) co_return error_response(found.error(), request);
    co_return json_response(render_upload(found->info, found->upload));
  }

  Awaitable<Response> content(Request& request) {
    const auto caller = co_await context_.authenticator.authenticate(request);
    if (!caller) co_return error_response(caller.error(), request);
    std::string id(request.capture("id"));
    auto found =
        co_await context_.uploads->content(*request.loop, deadline_of(request), *caller, std::move(id));
    if (!found.content) co_return refused(found.content.error(), found.limit, request);
    const services::UploadLabel& label = *found.content->info.label;
    Response response;
    // Never shown as a page of this server.
    response.headers = {{"Content-Type", media_type(label.format)},
                        {"Cache-Control", "no-store"},
                        {"X-Content-Type-Options", "nosniff"},
                        {"Content-Disposition", attachment_header(label.name)}};
    if (request.method == "HEAD") co_return response;
    transport::StreamBody body;
    body.source = std::make_unique<FileBody>(std::move(*found.content));
    body.watch = context_.streams.watch(*request.loop, *caller, Milliseconds(0), nullptr);
    response.body = std::move(body);
    co_return response;
  }

  Awaitable<Response> remove(Request& request) {
    const auto caller = co_await context_.authenticator.authenticate(request);
    if (!caller) co_return error_response(caller.error(), request);
    std::string id(request.capture("id"));
    const auto removed =
        co_await context_.uploads->remove(*request.loop, deadline_of(request), caller->user, std::move(id));
    if (!removed) co_return error_response(removed.error(), request);
    co_return no_content();
  }

 private:
  Awaitable<FormOutcome> read(Request& request, const Caller& caller) {
    UploadBody body(request, *context_.uploads, caller, config_.max_file);
    if (transport::is_multipart_form(request.header("content-type").value_or(""))) {
      FormRules rules;
      rules.texts = {{"filename", ByteCount{services::kMaxFileName}}};
      co_return co_await body.read_form(std::move(rules));
    }
    if (const auto fine = check_file_type(request); !fine) co_return FormOutcome{fine.error()};
    auto name = file_name_of(request);
    if (!name) co_return FormOutcome{name.error()};
    co_return co_await body.read_file(std::move(*name));
  }

  const SurfaceContext context_;
  const UploadRoutesConfig config_;
};

}  // namespace

Awaitable<Result<>> check_tier(Request& request, const SurfaceContext& context, const Caller& caller,
                               const std::string& wanted) {
  const auto runtime = context.runtime.take();
  const auto tier = co_await context.users.tier(*request.loop, deadline_of(request), runtime->tiers, caller);
  if (!tier) co_return tier.error();
  const policy::Tier lowest = runtime->tiers.find(wanted).value_or(runtime->tiers.highest());
  if (*tier < lowest) co_return runtime->tiers.needs(lowest, *tier);
  co_return Result<>();
}

void append_upload_routes(const SurfaceContext* context, const UploadRoutesConfig& config, Surface& surface) {
  const auto self = context ? std::make_shared<UploadRoutes>(*context, config) : nullptr;
  const std::string base = config.prefix + "/api/uploads";
  const ByteCount none{0};
  transport::Route upload{"POST", base, [self](Request& r) { return self->upload(r); }, kMaxUploadBody,
                          "sendsage.upload"};
  upload.streams_body = true;
  surface.routes.push_back(std::move(upload));
  surface.routes.push_back(
      {"GET", base, [self](Request& r) { return self->list(r); }, none, "sendsage.uploads"});
  surface.routes.push_back(
      {"GET", base + "/{id}", [self](Request& r) { return self->get(r); }, none, "sendsage.upload.show"});
  surface.routes.push_back({"GET", base + "/{id}/content", [self](Request& r) { return self->content(r); },
                            none, "sendsage.upload.content"});
  surface.routes.push_back({"DELETE", base + "/{id}", [self](Request& r) { return self->remove(r); }, none,
                            "sendsage.upload.delete"});
}

}  // namespace belay::surfaces::sendsage
