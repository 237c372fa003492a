#include "providers/http/http1/http1_loop.hpp"

#include <algorithm>
#include <cassert>

namespace belay::providers {
namespace {

// Responses whose end is awaited, per loop, and for how long.
constexpr std::size_t kMaxLingering = 256;
constexpr Milliseconds kLinger{2'000};

}  // namespace

// The caller's handle of an exchange. It owns the exchange until it returns it to the loop.
class Http1Loop::Call final : public HttpCall {
 public:
  Call(Http1Loop& owner, std::unique_ptr<Exchange> exchange) : owner_(owner), exchange_(std::move(exchange)) {
    ++owner_.calls_;
  }
  ~Call() override {
    --owner_.calls_;
    if (exchange_) owner_.discard(std::move(exchange_));
  }
  void pause() override { exchange_->pause(); }
  void resume() override { exchange_->resume(); }

  Http1Loop& owner() const { return owner_; }
  std::unique_ptr<Exchange> take() { return std::move(exchange_); }

 private:
  Http1Loop& owner_;
  std::unique_ptr<Exchange> exchange_;
};

struct Http1Loop::Lingering {
  Lingering(Http1Loop& owner, std::unique_ptr<Exchange> waiting)
      : exchange(std::move(waiting)), limit(owner.parts_.loop.timers(), [this, &owner] {
          exchange->stop();
          owner.on_end(*exchange);
        }) {
    limit.arm(kLinger);
  }
  std::unique_ptr<Exchange> exchange;
  Timer limit;
};

Http1Loop::Http1Loop(Loop& loop, TlsContexts& contexts, ConnectionPool::Limits limits,
                     std::string name_servers)
    : parts_(loop, contexts, limits, std::move(name_servers)) {}

Http1Loop::~Http1Loop() {
  assert(calls_ == 0 && "calls are destroyed before their client");
}

std::unique_ptr<HttpCall> Http1Loop::start(HttpRequest request, HttpSink& sink) {
  auto exchange = std::make_unique<Exchange>(parts_, std::move(request), sink);
  exchange->start();
  return std::make_unique<Call>(*this, std::move(exchange));
}

void Http1Loop::let_finish(std::unique_ptr<HttpCall> call) {
  auto& ours = static_cast<Call&>(*call);
  ours.owner().linger(ours.take());
}

void Http1Loop::linger(std::unique_ptr<Exchange> exchange) {
  if (exchange->is_over() || lingering_.size() >= kMaxLingering) return discard(std::move(exchange));
  exchange->let_finish(*this);
  lingering_.emplace_back(*this, std::move(exchange));
}

void Http1Loop::discard(std::unique_ptr<Exchange> exchange) {
  exchange->stop();
  parts_.deletions.destroy(std::move(exchange));
}

void Http1Loop::on_end(Exchange& exchange) {
  const auto place = std::find_if(lingering_.begin(), lingering_.end(),
                                  [&](const Lingering& one) { return one.exchange.get() == &exchange; });
  parts_.deletions.destroy(std::move(place->exchange));
  lingering_.erase(place);
}

}  // namespace belay::providers
