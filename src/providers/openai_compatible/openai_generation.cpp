#include "providers/openai_compatible/openai_generation.hpp"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include "providers/openai_compatible/failures.hpp"

namespace belay::providers {
namespace {

// Error objects are small; what is beyond is a web page.
constexpr std::size_t kMostRejectionBytes = 64 << 10;
constexpr std::size_t kMostUpstreamId = 128;

Error broken(std::string_view text) {
  return make_error(ErrorCode::provider_broken, std::string(text));
}

// "text/event-stream; charset=utf-8" is text/event-stream.
std::string media_type(std::string_view content_type) {
  std::string type(content_type.substr(0, content_type.find(';')));
  while (!type.empty() && type.back() == ' ') type.pop_back();
  std::transform(type.begin(), type.end(), type.begin(),
                 [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c | 0x20) : c; });
  return type;
}

// The provider's name for the request, where it is fit to be shown.
std::string upstream_id_of(const HttpHead& head) {
  std::string_view id = head.find("x-request-id");
  if (id.empty()) id = head.find("request-id");
  const bool plain =
      std::all_of(id.begin(), id.end(), [](char c) { return c > ' ' && c < 0x7F && c != '"' && c != '\\'; });
  return plain && id.size() <= kMostUpstreamId ? std::string(id) : std::string();
}

}  // namespace

OpenAiGeneration::OpenAiGeneration(Loop& loop, Work work, GenerationSink& sink, Parts parts)
    : loop_(loop),
      work_(std::move(work)),
      sink_(sink),
      parts_(parts),
      timer_(loop.timers(), [this] { on_timer(); }),
      stream_(parts.config, parts.reader, sink) {
  ++parts_.counters.started;
  if (!work_.refused) {
    attempt();
    return;
  }
  loop_.post([alive = std::weak_ptr(alive_)] {
    if (const auto self = alive.lock()) (*self)->fail(std::move(*(*self)->work_.refused));
  });
}

OpenAiGeneration::~OpenAiGeneration() {
  if (phase_ != Phase::over) ++parts_.counters.cancelled;
  if (whole_ && call_) parts_.client.let_finish(std::move(call_));
}

void OpenAiGeneration::attempt() {
  phase_ = Phase::connecting;
  call_.reset();  // of the attempt before
  body_ = Body::unknown;
  head_ = HttpHead();
  collected_.clear();
  call_ = parts_.client.start(loop_, work_.request, *this);
  if (paused_) {
    call_->pause();
  } else {
    timer_.arm(parts_.config.first_byte_timeout);
  }
}

void OpenAiGeneration::pause() {
  if (paused_ || phase_ == Phase::over) return;
  paused_ = true;
  if (!call_ || phase_ == Phase::backing_off) return;
  // Silence is the provider's only while we listen.
  timer_.cancel();
  call_->pause();
}

void OpenAiGeneration::resume() {
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

void OpenAiGeneration::on_head(HttpHead head) {
  head_ = std::move(head);
  upstream_id_ = upstream_id_of(head_);
  body_ = body_of(head_);
}

OpenAiGeneration::Body OpenAiGeneration::body_of(const HttpHead& head) const {
  if (head.status < 200 || head.status > 299) return Body::rejection;
  const std::string type = media_type(head.find("content-type"));
  if (!parts_.config.stream) return Body::whole;
  if (type.empty() || type == "text/event-stream") return Body::stream;
  // A 200 that is JSON may be an error in disguise; anything else is a page of somebody between us and the
  // provider.
  return Body::rejection;
}

HttpSink::Flow OpenAiGeneration::on_body(std::string_view bytes) {
  switch (body_) {
    case Body::stream:
      return take_stream(bytes);
    case Body::whole:
      accept();
      last_byte_ = last_progress_ = loop_.clock().steady();
      if (collected_.size() + bytes.size() > parts_.config.most_whole_answer_bytes.value) {
        fail(broken("The provider's answer is too large."));
        return Flow::abort;
      }
      collected_ += bytes;
      return Flow::more;
    case Body::rejection:
      if (collected_.size() + bytes.size() <= kMostRejectionBytes) {
        collected_ += bytes;
        return Flow::more;
      }
      // Too much to be an error object; the status says enough.
      collected_.clear();
      attempt_failed(rejection());
      return Flow::abort;
    case Body::unknown:
      break;
  }
  return Flow::abort;
}

void OpenAiGeneration::accept() {
  if (phase_ == Phase::answering) return;
  phase_ = Phase::answering;
  last_byte_ = last_progress_ = loop_.clock().steady();
  if (!paused_) watch_silence();
  sink_.on_accepted();
}

HttpSink::Flow OpenAiGeneration::take_stream(std::string_view bytes) {
  if (phase_ == Phase::over) return Flow::more;  // behind `[DONE]`
  accept();
  const auto pushed = stream_.push(bytes);
  last_byte_ = loop_.clock().steady();
  if (stream_.take_progress()) last_progress_ = last_byte_;
  if (!pushed) {
    fail(pushed.error());
    return Flow::abort;
  }
  if (!stream_.done()) return Flow::more;
  end_of_body();
  return whole_ ? Flow::more : Flow::abort;
}

void OpenAiGeneration::on_done(std::optional<HttpFailure> failure) {
  if (phase_ == Phase::over) return;
  if (failure && phase_ == Phase::answering)
    return fail(broken("The connection to the provider was cut in the middle of its answer."));
  if (failure) {
    FailedAttempt failed;
    failed.error = std::move(failure->error);
    failed.may_retry = failure->may_retry;
    return attempt_failed(std::move(failed));
  }
  if (body_ == Body::rejection) return attempt_failed(rejection());
  if (phase_ == Phase::connecting) return fail(broken("The provider's answer is empty."));
  if (body_ == Body::whole) {
    if (const auto read = stream_.push_whole(collected_); !read) return fail(read.error());
  }
  end_of_body();
}

void OpenAiGeneration::end_of_body() {
  const auto finished = stream_.finish();
  if (!finished) return fail(finished.error());
  complete(*finished);
}

// What a response that is no answer means.
FailedAttempt OpenAiGeneration::rejection() {
  ServerError said;
  said.status = head_.status;
  bool has_error = false;
  if (!collected_.empty() && parts_.reader.read(collected_)) {
    if (const auto& failure = parts_.reader.chunk().failure) {
      has_error = true;
      said.type = failure->type;
      said.code = failure->code;
      if (failure->status >= 400 && said.status < 300) said.status = failure->status;
    }
  }
  FailedAttempt failed;
  if (said.status < 300 && !has_error) {
    failed.error = broken(
        "The provider answered with a document instead of a stream. Check base_url, and what stands before "
        "it.");
    return failed;
  }
  const StatusMeaning meaning = meaning_of(said);
  failed.error = make_error(meaning.code, std::string(meaning.text));
  failed.may_retry = meaning.may_retry;
  const std::string_view wish = head_.find("x-should-retry");
  if (meaning.may_retry && wish == "false") failed.should_retry = false;
  // A wish to retry does not help an account that is used up, or a key that is wrong.
  if (wish == "true" && meaning.code != ErrorCode::provider_rejected) failed.should_retry = true;
  failed.error.retry_after =
      parse_retry_after(head_.find("retry-after-ms"), head_.find("retry-after"), loop_.clock().wall());
  return failed;
}

void OpenAiGeneration::attempt_failed(FailedAttempt failed) {
  const double jitter = std::ldexp(static_cast<double>(parts_.random.next() >> 11), -53);
  const auto delay = retry_delay(parts_.config.retry, retries_, failed, jitter);
  if (!delay) return fail(std::move(failed.error));
  ++retries_;
  ++parts_.counters.retried;
  phase_ = Phase::backing_off;
  timer_.arm(*delay);
}

void OpenAiGeneration::on_timer() {
  switch (phase_) {
    case Phase::connecting:
      call_.reset();
      return fail(make_error(ErrorCode::provider_timeout, "The provider did not begin to answer in time."));
    case Phase::backing_off:
      return attempt();
    case Phase::answering:
      return watch_silence();
    case Phase::over:
      return;
  }
}

// Bytes only note the time; this looks at it when the nearest deadline may have passed.
void OpenAiGeneration::watch_silence() {
  const SteadyTime now = loop_.clock().steady();
  const SteadyTime idle = last_byte_ + parts_.config.idle_timeout;
  const SteadyTime progress = last_progress_ + parts_.config.progress_timeout;
  const SteadyTime due = std::min(idle, progress);
  if (now < due) return timer_.arm(std::chrono::ceil<Milliseconds>(due - now));
  call_.reset();
  fail(make_error(ErrorCode::provider_timeout,
                  now >= idle ? "The provider was silent for too long in the middle of its answer."
                              : "The provider sent no part of its answer for too long, only signs of life."));
}

void OpenAiGeneration::complete(FinishReason reason) {
  phase_ = Phase::over;
  whole_ = true;
  timer_.cancel();
  ++parts_.counters.completed;
  sink_.on_end(reason);
}

void OpenAiGeneration::fail(Error error) {
  phase_ = Phase::over;
  timer_.cancel();
  ++parts_.counters.failed;
  if (error.code == ErrorCode::provider_rejected) error.detail += fmt::format(" (model {})", work_.model);
  if (!upstream_id_.empty()) error.detail += fmt::format(" (provider's request id {})", upstream_id_);
  sink_.on_error(std::move(error));
}

}  // namespace belay::providers
