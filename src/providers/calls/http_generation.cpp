#include "providers/calls/http_generation.hpp"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include "core/types/cost.hpp"
#include "providers/failures.hpp"

namespace belay::providers {
namespace {

// Error objects are small. A longer body is a web page.
constexpr std::size_t kMaxRejectionBytes = 64 << 10;
constexpr std::size_t kMaxUpstreamId = 128;
// After the finish reason, only the usage and the end of the stream are expected, both at once.
constexpr Milliseconds kMaxWaitForUsage{5'000};

constexpr std::string_view kTooManyCalls =
    "Too many questions are waiting for this model. Try again in a moment.";

// Removes the parameters: "text/event-stream; charset=utf-8" becomes "text/event-stream".
std::string media_type(std::string_view content_type) {
  std::string type(content_type.substr(0, content_type.find(';')));
  while (!type.empty() && type.back() == ' ') type.pop_back();
  std::transform(type.begin(), type.end(), type.begin(),
                 [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c | 0x20) : c; });
  return type;
}

// The provider's request id, if it is safe to show.
std::string upstream_id_of(const HttpHead& head) {
  std::string_view id = head.find("x-request-id");
  if (id.empty()) id = head.find("request-id");
  const bool plain =
      std::all_of(id.begin(), id.end(), [](char c) { return c > ' ' && c < 0x7F && c != '"' && c != '\\'; });
  return plain && id.size() <= kMaxUpstreamId ? std::string(id) : std::string();
}

// Whether the error is the address's fault, and not the request's.
bool is_address_failure(ErrorCode code) {
  return code == ErrorCode::provider_unavailable || code == ErrorCode::provider_timeout ||
         code == ErrorCode::provider_broken;
}

// For a request whose response is ignored.
struct NullSink final : HttpSink {
  void on_head(HttpHead) override {}
  Flow on_body(std::string_view) override { return Flow::more; }
  void on_done(std::optional<HttpFailure>) override {}
};

}  // namespace

HttpGeneration::HttpGeneration(Loop& loop, Work work, GenerationSink& sink, Parts parts)
    : loop_(loop),
      work_(std::move(work)),
      sink_(sink),
      parts_(parts),
      timer_(loop.timers(), [this] { on_timer(); }),
      times_(loop.clock().steady()) {
  ++parts_.counters.started;
  if (work_.refused) {
    fail_later(std::move(*work_.refused));
  } else {
    enter();
  }
}

HttpGeneration::~HttpGeneration() {
  if (phase_ != Phase::over) {
    ++parts_.counters.cancelled;
    times_.ended(CallOutcome::cancelled, loop_.clock().steady(), parts_.counters);
    if (!left_) cancel_at_provider();
  }
  if (whole_ && call_) parts_.client.let_finish(std::move(call_));
}

void HttpGeneration::enter() {
  auto granted = [this] {
    timer_.cancel();
    attempt();
  };
  place_ = parts_.gate.enter(loop_, std::move(granted));
  if (!place_) {
    Error full = make_error(ErrorCode::provider_unavailable, std::string(kTooManyCalls));
    full.limit = "max_concurrent";
    full.advice = "The provider's max_concurrent calls are under way, and max_waiting more wait.";
    return fail_later(std::move(full));
  }
  if (place_->is_granted()) return attempt();
  timer_.arm(parts_.config.queue_timeout);
}

void HttpGeneration::attempt() {
  phase_ = Phase::connecting;
  call_.reset();  // from the previous attempt
  body_ = Body::unknown;
  head_ = HttpHead();
  ending_ = false;
  collected_.clear();
  if (!ask_breaker()) return;
  if (decoder_ && decoder_->delivered()) {
    decoder_->begin_again();
    HttpRequest rest = *work_.resume;
    rest.url += decoder_->resume_path();
    call_ = parts_.client.start(loop_, std::move(rest), *this);
  } else {
    if (decoder_ && decoder_->counted() && !decoder_->counted()->estimated)
      add_usage(spent_, *decoder_->counted());
    if (decoder_ && decoder_->reasoned()) work_.shows_reasoning = false;  // its beginning was delivered
    decoder_ = parts_.protocol.decoder({parts_.config, parts_.json, sink_, work_.overlap, work_.has_words,
                                        work_.label, spent_, work_.shows_reasoning, work_.streams_calls});
    call_ = parts_.client.start(loop_, *work_.request, *this);
  }
  if (paused_) {
    call_->pause();
  } else {
    timer_.arm(parts_.config.first_byte_timeout);
  }
}

bool HttpGeneration::ask_breaker() {
  auto answer = parts_.breaker.ask(loop_.clock().steady());
  permit_.reset();
  if (answer.permit) {
    permit_.emplace(std::move(*answer.permit));
    return true;
  }
  Error error = make_error(ErrorCode::provider_unavailable,
                           "The provider does not answer at the moment. Try again in a moment.");
  error.advice =
      "The provider's address has failed breaker_failures times in a row, and is left alone for "
      "breaker_open_time.";
  error.limit = "breaker";
  error.retry_after = answer.wait;
  ++parts_.counters.skipped_by_breaker;
  fail_later(std::move(error));
  return false;
}

void HttpGeneration::report_to_breaker(const Error& error) {
  if (!permit_) return;
  if (is_address_failure(error.code))
    permit_->failed(loop_.clock().steady());
  else
    permit_->succeeded();
  permit_.reset();
}

void HttpGeneration::pause() {
  if (paused_ || phase_ == Phase::over) return;
  paused_ = true;
  if (!call_ || phase_ == Phase::backing_off) return;
  // While the call is paused, the provider is not responsible for silence.
  timer_.cancel();
  call_->pause();
}

void HttpGeneration::resume() {
  if (!paused_ || phase_ == Phase::over) return;
  paused_ = false;
  if (!call_ || phase_ == Phase::backing_off) return;
  last_byte_ = last_progress_ = loop_.clock().steady();
  if (phase_ == Phase::connecting) {
    timer_.arm(parts_.config.first_byte_timeout);
  } else {
    watch_silence();
  }
  call_->resume();
}

void HttpGeneration::on_head(HttpHead head) {
  head_ = std::move(head);
  upstream_id_ = upstream_id_of(head_);
  body_ = body_of(head_);
}

HttpGeneration::Body HttpGeneration::body_of(const HttpHead& head) const {
  if (head.status < 200 || head.status > 299) return Body::rejection;
  const std::string type = media_type(head.find("content-type"));
  if (!parts_.config.supports_streaming) return Body::whole;
  if (type.empty() || type == "text/event-stream") return Body::stream;
  // A JSON body with status 2xx may be an error. Any other type comes from a server between us and the
  // provider.
  return Body::rejection;
}

HttpSink::Flow HttpGeneration::on_body(std::string_view bytes) {
  switch (body_) {
    case Body::stream:
      return take_stream(bytes);
    case Body::whole:
      accept();
      last_byte_ = last_progress_ = loop_.clock().steady();
      if (collected_.size() + bytes.size() > parts_.config.max_whole_answer_bytes.value) {
        attempt_failed(unreadable_answer("The provider's answer is larger than max_whole_answer_bytes."));
        return Flow::abort;
      }
      collected_ += bytes;
      return Flow::more;
    case Body::rejection:
      if (collected_.size() + bytes.size() <= kMaxRejectionBytes) {
        collected_ += bytes;
        return Flow::more;
      }
      // Too large for an error object; the status is enough.
      collected_.clear();
      attempt_failed(rejection());
      return Flow::abort;
    case Body::unknown:
      break;
  }
  return Flow::abort;
}

void HttpGeneration::accept() {
  if (phase_ == Phase::answering) return;
  phase_ = Phase::answering;
  last_byte_ = last_progress_ = loop_.clock().steady();
  if (!paused_) watch_silence();
  if (!std::exchange(accepted_, true)) sink_.on_accepted();
}

void HttpGeneration::note_progress() {
  last_progress_ = last_byte_;
  if (decoder_->delivered()) {
    times_.piece(last_byte_);
    retries_ = 0;  // fetching the rest has its own number of attempts
    work_.request.reset();
  }
  if (permit_) permit_->succeeded();
  permit_.reset();
}

HttpSink::Flow HttpGeneration::take_stream(std::string_view bytes) {
  if (phase_ == Phase::over) return Flow::more;  // after the end
  accept();
  auto failure = decoder_->push(bytes);
  last_byte_ = loop_.clock().steady();
  if (decoder_->take_progress()) note_progress();
  if (failure) {
    attempt_failed(std::move(*failure));
    return Flow::abort;
  }
  if (!decoder_->done()) {
    if (decoder_->has_end() && !std::exchange(ending_, true) && !paused_) watch_silence();
    return Flow::more;
  }
  end_of_body();
  return whole_ ? Flow::more : Flow::abort;
}

void HttpGeneration::on_done(std::optional<HttpFailure> failure) {
  if (phase_ == Phase::over || phase_ == Phase::backing_off) return;
  if (failure && only_end_of_body_missing()) return end_of_body();
  if (failure) {
    FailedAttempt failed;
    failed.error = std::move(failure->error);
    failed.may_retry = failure->may_retry;
    if (phase_ == Phase::answering) {
      std::string advice =
          "The connection to the provider was cut in the middle of its answer. " + failed.error.advice;
      failed.error = cut_answer(std::move(advice)).error;
    }
    return attempt_failed(std::move(failed));
  }
  if (body_ == Body::rejection) return attempt_failed(rejection());
  if (phase_ == Phase::connecting)
    return attempt_failed(unreadable_answer("The provider's answer is an empty body. Check base_url."));
  if (body_ == Body::whole) {
    if (auto broken = decoder_->push_whole(collected_)) return attempt_failed(std::move(*broken));
    if (decoder_->delivered()) times_.piece(last_byte_);
  }
  end_of_body();
}

// True if the answer is complete and only the end of its stream is missing. That end may be waited for, but
// its absence is no failure.
bool HttpGeneration::only_end_of_body_missing() const {
  return phase_ == Phase::answering && body_ == Body::stream && decoder_->has_end();
}

void HttpGeneration::end_of_body() {
  if (auto failure = decoder_->finish()) return attempt_failed(std::move(*failure));
  complete();
}

// Finds out what a response that is not an answer means.
FailedAttempt HttpGeneration::rejection() {
  ServerError said;
  said.status = head_.status;
  std::optional<ReportedError> reported;
  if (!collected_.empty()) reported = read_reported_error(parts_.json, collected_, head_.status >= 300);
  if (reported) {
    said = server_error(*reported);
    if (head_.status >= 300 || reported->status < 400) said.status = head_.status;
  }
  if (said.status < 300 && !reported)
    return unreadable_answer(
        "The provider answered with a document instead of a stream. Check base_url, and what stands before "
        "it; if this server cannot stream, set supports_streaming = false.");
  FailedAttempt failed = failed_attempt(meaning_of(said));
  const std::string_view wish = head_.find("x-should-retry");
  if (failed.may_retry && wish == "false") failed.should_retry = false;
  // If the account is exhausted or the key is wrong, a retry does not help, even if the provider asks for
  // one.
  if (wish == "true" && failed.error.code != ErrorCode::provider_rejected) failed.should_retry = true;
  failed.error.retry_after =
      parse_retry_after(head_.find("retry-after-ms"), head_.find("retry-after"), loop_.clock().wall());
  return failed;
}

void HttpGeneration::attempt_failed(FailedAttempt failed) {
  report_to_breaker(failed.error);
  if (decoder_ && decoder_->delivered()) {
    // Delivered text is never repeated. If the provider keeps the answer, the rest can be fetched.
    if (decoder_->resume_path().empty() || !work_.resume) return fail(std::move(failed.error));
    failed.may_retry = failed.may_retry || is_address_failure(failed.error.code);
  }
  const double jitter = std::ldexp(static_cast<double>(parts_.random.next() >> 11), -53);
  const auto delay = retry_delay(parts_.config.retry, retries_, failed, jitter);
  if (!delay) return fail(std::move(failed.error));
  ++retries_;
  ++parts_.counters.retried;
  phase_ = Phase::backing_off;
  timer_.arm(*delay);
}

void HttpGeneration::on_timer() {
  switch (phase_) {
    case Phase::waiting: {
      Error late = make_error(ErrorCode::provider_unavailable, std::string(kTooManyCalls));
      late.limit = "queue_timeout";
      late.advice = "The provider's max_concurrent calls were under way for all of queue_timeout.";
      return fail(std::move(late));
    }
    case Phase::connecting: {
      call_.reset();
      FailedAttempt late;
      late.error =
          make_error(ErrorCode::provider_timeout, "The provider did not begin to answer in time. Try again.");
      late.error.advice = "Nothing came within first_byte_timeout. Raise it for models that think for long.";
      return attempt_failed(std::move(late));
    }
    case Phase::backing_off:
      return attempt();
    case Phase::answering:
      return watch_silence();
    case Phase::over:
      return;
  }
}

// Each byte only records the time. This function checks the deadlines when the nearest one may have passed.
void HttpGeneration::watch_silence() {
  const SteadyTime now = loop_.clock().steady();
  const SteadyTime idle = last_byte_ + (ending_ ? std::min(parts_.config.idle_timeout, kMaxWaitForUsage)
                                                : parts_.config.idle_timeout);
  const SteadyTime progress = last_progress_ + parts_.config.progress_timeout;
  const SteadyTime due = std::min(idle, progress);
  if (now < due) return timer_.arm(std::chrono::ceil<Milliseconds>(due - now));
  call_.reset();
  if (only_end_of_body_missing()) return end_of_body();
  FailedAttempt silent;
  silent.error = make_error(ErrorCode::provider_timeout,
                            "The provider fell silent in the middle of its answer. Try again.");
  silent.error.advice = now >= idle ? "Nothing came for idle_timeout."
                                    : "Signs of life came, but no part of the answer for progress_timeout.";
  attempt_failed(std::move(silent));
}

// A response that the provider keeps continues, and is charged, until the provider is asked to stop.
void HttpGeneration::cancel_at_provider() {
  if (!decoder_) return;
  const std::string path = decoder_->cancel_path();
  if (path.empty() || !work_.resume) return;
  HttpRequest stop = *work_.resume;
  stop.method = HttpRequest::Method::post;
  stop.url += path;
  NullSink nobody;
  parts_.client.let_finish(parts_.client.start(loop_, std::move(stop), nobody));
}

void HttpGeneration::complete() {
  phase_ = Phase::over;
  whole_ = true;
  timer_.cancel();
  place_.reset();
  if (permit_) permit_->succeeded();
  permit_.reset();
  ++parts_.counters.completed;
  times_.ended(CallOutcome::completed, loop_.clock().steady(), parts_.counters);
  settle_usage();
  sink_.on_end(decoder_->finish_reason());
}

void HttpGeneration::fail(Error error) {
  cancel_at_provider();
  phase_ = Phase::over;
  timer_.cancel();
  place_.reset();
  permit_.reset();
  ++parts_.counters.failed;
  times_.ended(CallOutcome::failed, loop_.clock().steady(), parts_.counters);
  settle_usage();
  if (error.code == ErrorCode::provider_rejected) error.detail += fmt::format(" (model {})", work_.model);
  if (!upstream_id_.empty()) error.detail += fmt::format(" (provider's request id {})", upstream_id_);
  sink_.on_error(std::move(error));
}

// For an answer whose last attempt was not counted, while earlier attempts were: reports the earlier counts,
// marked as estimated, so that the rest is estimated.
void HttpGeneration::settle_usage() {
  if (!decoder_ || !decoder_->delivered() || decoder_->counted() ||
      spent_.input.value + spent_.output.value == 0)
    return;
  Usage usage = spent_;
  usage.estimated = true;
  sink_.on_usage(usage);
}

// Fails later, because start() must not call the sink.
void HttpGeneration::fail_later(Error error) {
  work_.refused = std::move(error);
  loop_.post([alive = std::weak_ptr(alive_)] {
    if (const auto self = alive.lock()) (*self)->fail(std::move(*(*self)->work_.refused));
  });
}

}  // namespace belay::providers
