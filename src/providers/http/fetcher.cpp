#include "providers/http/fetcher.hpp"

#include <algorithm>

#include "providers/http/url.hpp"

namespace belay::providers {
namespace {

ErrorCode code_of(int status) {
  if (status == 404 || status == 204) return ErrorCode::not_found;
  return status >= 500 ? ErrorCode::provider_unavailable : ErrorCode::provider_rejected;
}

}  // namespace

class Fetcher::Fetch final : public HttpSink {
 public:
  Fetch(Fetcher& owner, Request request, Done on_over)
      : done(std::move(on_over)),
        owner_(owner),
        max_bytes_(request.max_bytes),
        limit_(owner.loop_.timers(),
               [this] { fail(ErrorCode::provider_timeout, "The address did not answer in time."); }) {
    limit_.arm(request.timeout);
    HttpRequest get;
    get.method = HttpRequest::Method::get;
    get.url = std::move(request.url);
    get.headers = std::move(request.headers);
    get.headers.emplace_back("Accept: application/json");
    get.ca_file = std::move(request.ca_file);
    get.connect_timeout = request.timeout;
    call_ = owner.client_.start(owner.loop_, std::move(get), *this);
  }

  void on_head(HttpHead head) override { status_ = head.status; }
  Flow on_body(std::string_view bytes) override {
    if (status_ != 200) return Flow::more;
    if (body_.size() + bytes.size() > max_bytes_) {
      fail(ErrorCode::payload_too_large, "The document at the address is too large.");
      return Flow::abort;
    }
    body_ += bytes;
    return Flow::more;
  }
  void on_done(std::optional<HttpFailure> failure) override {
    if (failure) {
      // Only operators see errors of fetches, so the advice becomes the detail.
      Error error = std::move(failure->error);
      if (!error.advice.empty()) error.detail = std::exchange(error.advice, {});
      return owner_.over(*this, std::move(error));
    }
    if (status_ != 200)
      return fail(code_of(status_), "The address answered with status " + std::to_string(status_) + ".");
    owner_.over(*this, std::move(body_));
  }

  Done done;

 private:
  void fail(ErrorCode code, std::string text) { owner_.over(*this, make_error(code, std::move(text))); }

  Fetcher& owner_;
  const std::size_t max_bytes_;
  Timer limit_;
  int status_ = 0;
  std::string body_;
  std::unique_ptr<HttpCall> call_;
};

Fetcher::Fetcher(HttpClient& client, Loop& loop) : client_(client), loop_(loop) {}
Fetcher::~Fetcher() = default;

void Fetcher::fetch(Request request, Done done) {
  const auto url = inspect_url(request.url);
  if (url && (url->https || url->loopback)) {
    active_.emplace_back(*this, std::move(request), std::move(done));
    return;
  }
  loop_.post([done = std::move(done)]() mutable {
    done(make_error(ErrorCode::invalid_request,
                    "The address must begin with https:// (http:// only on this machine)."));
  });
}

void Fetcher::over(Fetch& fetch, Result<std::string> result) {
  Done done = std::move(fetch.done);
  active_.remove_if([&](const Fetch& one) { return &one == &fetch; });
  done(std::move(result));
}

}  // namespace belay::providers
