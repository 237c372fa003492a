#include "providers/http/http1/exchange.hpp"

#include <algorithm>
#include <cstring>

#include <boost/asio/post.hpp>

#include "base/release.hpp"
#include "providers/http/http1/request_text.hpp"

namespace belay::providers {
namespace {

// What is read and dropped after let_finish(). The end of a chunked body is a few bytes long.
constexpr std::size_t kMaxDropped = 16 << 10;
// A head and a body up to this size together leave in one TLS record.
constexpr std::size_t kMaxJoined = 16 << 10;

iovec part_of(std::string_view bytes) {
  return {const_cast<char*>(bytes.data()), bytes.size()};
}

}  // namespace

Exchange::Exchange(LoopParts& parts, HttpRequest request, HttpSink& sink)
    : parts_(parts), request_(std::move(request)), sink_(&sink) {}

void Exchange::start() {
  auto url = inspect_url(request_.url);
  if (!url) return fail_later(HttpFault::address, "not an http or https URL");
  server_ = std::make_unique<const Server>(Server::of(std::move(*url), request_.ca_file));
  auto head = request_head(request_, server_->url);
  if (!head) return fail_later(HttpFault::address, "a header that cannot be sent");
  head_ = std::move(*head);
  auto connection = parts_.pool.take(server_->key);
  if (!connection) return dial();
  reused_ = true;
  use(std::move(connection));
  if (send_failed_) connection_->call_later();
}

void Exchange::dial() {
  Dial::Listener& self = *this;
  dial_ = std::make_unique<Dial>(parts_, *server_, request_.connect_timeout, self);
  dial_->start();
}

void Exchange::on_connected(std::unique_ptr<Connection> connection) {
  parts_.deletions.destroy(std::move(dial_));
  use(std::move(connection));
  receive();
}

void Exchange::on_not_connected(HttpFault fault, std::string_view cause) {
  parts_.deletions.destroy(std::move(dial_));
  fail(fault, cause);
}

void Exchange::use(std::unique_ptr<Connection> connection) {
  connection_ = std::move(connection);
  connection_->set_user(this);
  if (connection_->is_tls() && request_.body && head_.size() + request_.body->size() <= kMaxJoined) {
    head_ += *request_.body;
    body_sent_ = request_.body->size();
  }
  send();
}

void Exchange::on_ready() {
  send();
  receive();
}

bool Exchange::is_sent() const {
  return head_.empty() && (!request_.body || body_sent_ == request_.body->size());
}

void Exchange::send() {
  if (send_failed_ || is_sent()) return;
  while (!is_sent())
    if (!send_some()) return;
  release(head_);
  if (head_seen_) request_.body.reset();
}

// Returns whether anything was sent.
bool Exchange::send_some() {
  const std::string_view body = request_.body ? std::string_view(*request_.body) : std::string_view();
  iovec parts[2];
  std::size_t count = 0;
  if (!head_.empty()) parts[count++] = part_of(head_);
  if (body_sent_ < body.size()) parts[count++] = part_of(body.substr(body_sent_));
  const Transferred sent = connection_->write({parts, count});
  // After a failure there may still be a response to read, for example one that refuses a large body.
  send_failed_ = sent.is(Transferred::Outcome::failed) || sent.is(Transferred::Outcome::closed);
  if (!sent.is(Transferred::Outcome::some)) return false;
  const std::size_t of_head = std::min(sent.size, head_.size());
  head_.erase(0, of_head);
  body_sent_ += sent.size - of_head;
  return true;
}

// A prompt may be long and its answer may take minutes. Once the response has begun, there is no retry that
// needs the request; but a body that is not sent yet is still sent.
void Exchange::release_request() {
  head_seen_ = true;
  release(request_.headers);
  request_.bearer = Secret();
  request_.api_key = Secret();
  release(request_.url);
  release(request_.ca_file);
  release(request_.proxy);
  server_.reset();
  if (is_sent()) request_.body.reset();
}

void Exchange::receive() {
  while (connection_ && !paused_) {
    if (!held_.empty()) {
      std::string held = std::exchange(held_, {});
      if (!take(held)) return;
      continue;
    }
    const Transferred got = connection_->read(parts_.buffer);
    if (got.is(Transferred::Outcome::blocked)) {
      if (send_failed_) connection_ended({Transferred::Outcome::failed});
      return;
    }
    if (!got.is(Transferred::Outcome::some)) return connection_ended(got);
    if (!take({parts_.buffer.data(), got.size})) return;
    // After a short read of a plain socket the next one costs nothing.
    const bool may_have_more = got.size == parts_.buffer.size() || connection_->is_tls();
    if (may_have_more && parts_.sockets.handler_is_over()) return connection_->call_later();
  }
}

bool Exchange::take(std::span<char> bytes) {
  while (!bytes.empty()) {
    if (paused_) {
      // The sink has paused when it was given the head.
      held_.assign(bytes.data(), bytes.size());
      return true;
    }
    ResponseDecoder::Output output = decoder_.push(bytes);
    bytes = bytes.subspan(output.consumed);
    if (output.head && !deliver(std::move(*output.head))) return false;
    if (!output.body.empty() && !deliver(output.body)) return false;
    if (decoder_.state() == ResponseDecoder::State::broken) {
      fail(decoder_.fault().fault, decoder_.fault().cause);
      return false;
    }
    if (decoder_.state() == ResponseDecoder::State::complete) {
      complete(bytes.empty() ? Surplus::none : Surplus::some);
      return false;
    }
  }
  return true;
}

bool Exchange::deliver(HttpHead head) {
  release_request();
  if (sink_) sink_->on_head(std::move(head));
  return !over_;
}

bool Exchange::deliver(std::string_view body) {
  if (sink_) {
    if (sink_->on_body(body) == HttpSink::Flow::abort) stop();
    return !over_;
  }
  dropped_ += body.size();
  if (dropped_ <= kMaxDropped) return true;
  close_connection();
  finish(std::nullopt);
  return false;
}

void Exchange::connection_ended(const Transferred& how) {
  if (!decoder_.begun() && reused_) return retry();
  if (how.is(Transferred::Outcome::failed))
    return fail(HttpFault::cut, how.error != 0 ? strerrordesc_np(how.error) : "it ended without notice");
  decoder_.end_of_input();
  if (decoder_.state() == ResponseDecoder::State::complete) return complete(Surplus::none);
  fail(decoder_.fault().fault, decoder_.fault().cause);
}

void Exchange::retry() {
  close_connection();
  reused_ = false;
  send_failed_ = false;
  body_sent_ = 0;
  head_ = request_head(request_, server_->url).value();
  dial();
}

void Exchange::complete(Surplus surplus) {
  if (decoder_.keeps_connection() && surplus == Surplus::none && is_sent() && !send_failed_) {
    connection_->set_user(nullptr);
    parts_.pool.put(std::move(connection_));
  } else {
    close_connection();
  }
  finish(std::nullopt);
}

void Exchange::fail(HttpFault fault, std::string_view cause) {
  close_connection();
  finish(http_failure(fault, cause));
}

void Exchange::fail_later(HttpFault fault, std::string_view cause) {
  alive_ = std::make_shared<Exchange*>(this);
  boost::asio::post(parts_.loop.executor(), [alive = std::weak_ptr(alive_), fault, cause] {
    const auto self = alive.lock();
    if (!self) return;
    const DeferredDelete::Scope scope((*self)->parts_.deletions);
    (*self)->fail(fault, cause);
  });
}

void Exchange::finish(std::optional<HttpFailure> failure) {
  over_ = true;
  HttpSink* const sink = std::exchange(sink_, nullptr);
  if (EndListener* const listener = std::exchange(end_listener_, nullptr)) listener->on_end(*this);
  if (sink) sink->on_done(std::move(failure));
}

void Exchange::resume() {
  if (std::exchange(paused_, false) && connection_) connection_->call_later();
}

void Exchange::let_finish(EndListener& listener) {
  sink_ = nullptr;
  end_listener_ = &listener;
  resume();
}

void Exchange::stop() {
  over_ = true;
  sink_ = nullptr;
  end_listener_ = nullptr;
  alive_.reset();
  close_connection();
  if (!dial_) return;
  dial_->stop();
  parts_.deletions.destroy(std::move(dial_));
}

void Exchange::close_connection() {
  if (!connection_) return;
  connection_->set_user(nullptr);
  connection_->close();
  parts_.deletions.destroy(std::move(connection_));
}

}  // namespace belay::providers
