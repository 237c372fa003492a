#include "providers/http/curl_loop.hpp"

#include <algorithm>
#include <array>
#include <cassert>
#include <new>
#include <sys/epoll.h>
#include <system_error>

#include <boost/asio/post.hpp>

namespace belay::providers {
namespace {

// Idle connections kept for later calls, per loop.
constexpr long kMaxIdleConnections = 128;
// Responses whose end is awaited, per loop, and for how long.
constexpr std::size_t kMaxLingering = 256;
constexpr Milliseconds kLinger{2'000};

int new_epoll_set() {
  const int set = epoll_create1(EPOLL_CLOEXEC);
  if (set < 0) throw std::system_error(errno, std::generic_category(), "epoll_create1");
  return set;
}

CURLM* new_multi() {
  CURLM* const multi = curl_multi_init();
  if (!multi) throw std::bad_alloc();
  return multi;
}

}  // namespace

// The caller's handle of a transfer. It owns the transfer until it returns it to the loop.
class CurlLoop::Call final : public HttpCall {
 public:
  Call(CurlLoop& owner, std::unique_ptr<CurlTransfer> transfer)
      : owner_(owner), transfer_(std::move(transfer)) {
    ++owner_.calls_;
  }
  ~Call() override {
    --owner_.calls_;
    if (transfer_) owner_.discard(std::move(transfer_));
  }
  void pause() override { transfer_->pause(); }
  void resume() override { owner_.resume(*transfer_); }

  CurlLoop& owner() const { return owner_; }
  std::unique_ptr<CurlTransfer> take() { return std::move(transfer_); }

 private:
  CurlLoop& owner_;
  std::unique_ptr<CurlTransfer> transfer_;
};

struct CurlLoop::Lingering {
  Lingering(CurlLoop& owner, std::unique_ptr<CurlTransfer> waiting)
      : transfer(std::move(waiting)),
        limit(owner.loop_.timers(), [this, &owner] { owner.discard(std::move(transfer)); }) {
    limit.arm(kLinger);
  }
  std::unique_ptr<CurlTransfer> transfer;  // null: the transfer is over, this entry may be removed
  Timer limit;
};

CurlLoop::CurlLoop(Loop& loop)
    : loop_(loop),
      multi_(new_multi()),
      sockets_(loop.context(), new_epoll_set()),
      timer_(loop.timers(), [this] { act(CURL_SOCKET_TIMEOUT, 0); }) {
  curl_multi_setopt(multi_, CURLMOPT_SOCKETFUNCTION, &socket_callback);
  curl_multi_setopt(multi_, CURLMOPT_SOCKETDATA, this);
  curl_multi_setopt(multi_, CURLMOPT_TIMERFUNCTION, &timer_callback);
  curl_multi_setopt(multi_, CURLMOPT_TIMERDATA, this);
  curl_multi_setopt(multi_, CURLMOPT_MAXCONNECTS, kMaxIdleConnections);
  wait();
}

CurlLoop::~CurlLoop() {
  assert(calls_ == 0 && "calls are destroyed before their client");
  assert(!inside_);
  for (Lingering& waiting : lingering_)
    if (waiting.transfer) remove(std::move(waiting.transfer));
  curl_multi_cleanup(multi_);
}

std::unique_ptr<HttpCall> CurlLoop::start(HttpRequest request, HttpSink& sink) {
  auto transfer = std::make_unique<CurlTransfer>(std::move(request), sink);
  // Adding only makes libcurl ask to be called at once (timer_callback). The sink is not called here.
  if (inside_) {
    to_add_.push_back(transfer.get());
  } else {
    add(*transfer);
  }
  return std::make_unique<Call>(*this, std::move(transfer));
}

void CurlLoop::let_finish(std::unique_ptr<HttpCall> call) {
  auto& ours = static_cast<Call&>(*call);
  ours.owner().linger(ours.take());
}

void CurlLoop::discard(std::unique_ptr<CurlTransfer> transfer) {
  transfer->detach();
  std::erase(to_resume_, transfer.get());
  if (inside_) {
    to_remove_.push_back(std::move(transfer));
  } else {
    remove(std::move(transfer));
  }
}

// Closes the connection of a running transfer, or resets its stream if other transfers share the connection.
// A transfer that is over, or was never added, is only destroyed.
void CurlLoop::remove(std::unique_ptr<CurlTransfer> transfer) {
  const bool running = std::find(added_.begin(), added_.end(), transfer.get()) != added_.end();
  forget(*transfer);
  if (!running) return;
  // Otherwise libcurl would keep a connection that can carry several streams, and the provider would not
  // notice the cancel.
  curl_easy_setopt(transfer->easy(), CURLOPT_FORBID_REUSE, 1L);
  const auto sharing = std::find_if(added_.begin(), added_.end(), [&](const CurlTransfer* other) {
    return other->shares_connection_with(*transfer);
  });
  if (sharing != added_.end()) {
    to_flush_.push_back(*sharing);
    post_action();
  }
  curl_multi_remove_handle(multi_, transfer->easy());
}

void CurlLoop::forget(CurlTransfer& transfer) {
  for (auto* list : {&added_, &to_add_, &to_resume_, &to_flush_}) std::erase(*list, &transfer);
}

// libcurl (7.88 or later) leaves the frame that resets a stream in its buffer until the connection is used
// again. Pausing and unpausing another stream of the connection is such a use: then the buffer is sent.
void CurlLoop::flush_resets() {
  inside_ = true;
  for (const CurlTransfer* sharing : std::exchange(to_flush_, {})) {
    curl_easy_pause(sharing->easy(), CURLPAUSE_RECV);
    curl_easy_pause(sharing->easy(), CURLPAUSE_CONT);
  }
  inside_ = false;
}

void CurlLoop::add(CurlTransfer& transfer) {
  added_.push_back(&transfer);
  curl_multi_add_handle(multi_, transfer.easy());
}

void CurlLoop::linger(std::unique_ptr<CurlTransfer> transfer) {
  lingering_.remove_if([](const Lingering& waiting) { return !waiting.transfer; });
  if (transfer->detached() || lingering_.size() >= kMaxLingering) return discard(std::move(transfer));
  transfer->detach();
  CurlTransfer& kept = *transfer;
  lingering_.emplace_back(*this, std::move(transfer));
  resume(kept);
}

void CurlLoop::resume(CurlTransfer& transfer) {
  // libcurl delivers the piece that it holds from inside curl_easy_pause(). Therefore that function is called
  // later, from the loop.
  if (!transfer.resume()) return;
  to_resume_.push_back(&transfer);
  post_action();
}

int CurlLoop::socket_callback(CURL*, curl_socket_t socket, int what, void* self, void* watched) {
  static_cast<CurlLoop*>(self)->watch(socket, what, watched != nullptr);
  return 0;
}

void CurlLoop::watch(curl_socket_t socket, int what, bool watched) {
  const int set = sockets_.native_handle();
  if (what == CURL_POLL_REMOVE) {
    epoll_ctl(set, EPOLL_CTL_DEL, socket, nullptr);
    return;
  }
  epoll_event event{};
  event.events = (what & CURL_POLL_IN ? EPOLLIN : 0u) | (what & CURL_POLL_OUT ? EPOLLOUT : 0u);
  event.data.fd = socket;
  if (epoll_ctl(set, watched ? EPOLL_CTL_MOD : EPOLL_CTL_ADD, socket, &event) != 0)
    throw std::system_error(errno, std::generic_category(), "epoll_ctl");
  // Any pointer but null marks the socket as being in the set.
  if (!watched) curl_multi_assign(multi_, socket, this);
}

int CurlLoop::timer_callback(CURLM*, long timeout_ms, void* self) {
  auto& owner = *static_cast<CurlLoop*>(self);
  owner.timer_.cancel();
  if (timeout_ms == 0) owner.post_action();
  if (timeout_ms > 0) owner.timer_.arm(Milliseconds(timeout_ms));
  return 0;
}

void CurlLoop::post_action() {
  if (action_posted_) return;
  action_posted_ = true;
  boost::asio::post(loop_.executor(), [alive = std::weak_ptr(alive_)] {
    const auto self = alive.lock();
    if (!self) return;
    (*self)->action_posted_ = false;
    (*self)->flush_resets();
    (*self)->act(CURL_SOCKET_TIMEOUT, 0);
  });
}

void CurlLoop::wait() {
  sockets_.async_wait(Descriptor::wait_read,
                      [alive = std::weak_ptr(alive_)](const boost::system::error_code& error) {
                        const auto self = alive.lock();
                        if (!error && self) (*self)->on_sockets_ready();
                      });
}

void CurlLoop::on_sockets_ready() {
  // If events are left over, the next wait returns at once.
  std::array<epoll_event, 64> events;
  const int count = epoll_wait(sockets_.native_handle(), events.data(), static_cast<int>(events.size()), 0);
  for (int i = 0; i < count; ++i) {
    const epoll_event& event = events[static_cast<std::size_t>(i)];
    int mask = 0;
    if (event.events & (EPOLLIN | EPOLLHUP)) mask |= CURL_CSELECT_IN;
    if (event.events & EPOLLOUT) mask |= CURL_CSELECT_OUT;
    if (event.events & EPOLLERR) mask |= CURL_CSELECT_ERR;
    // The socket may be closed by now, or belong to another transfer. libcurl checks its argument.
    act(event.data.fd, mask);
    if (loop_.turn_is_over()) break;
  }
  wait();
}

void CurlLoop::act(curl_socket_t socket, int mask) {
  assert(!inside_);
  int running = 0;
  inside_ = true;
  curl_multi_socket_action(multi_, socket, mask, &running);
  inside_ = false;
  after_curl();
}

void CurlLoop::after_curl() {
  do {
    deliver_finished();
    for (CurlTransfer* transfer : std::exchange(to_add_, {})) add(*transfer);
    for (auto& transfer : std::exchange(to_remove_, {})) remove(std::move(transfer));
  } while (resume_waiting());
}

// Returns true if a transfer was resumed. Then there may be more to clean up.
bool CurlLoop::resume_waiting() {
  if (to_resume_.empty()) return false;
  CurlTransfer* const transfer = to_resume_.back();
  to_resume_.pop_back();
  inside_ = true;
  curl_easy_pause(transfer->easy(), CURLPAUSE_CONT);
  inside_ = false;
  return true;
}

void CurlLoop::deliver_finished() {
  int left = 0;
  // Each message is read separately: handling one may remove others.
  while (const CURLMsg* message = curl_multi_info_read(multi_, &left)) {
    if (message->msg != CURLMSG_DONE) continue;
    CURL* const easy = message->easy_handle;
    const CURLcode code = message->data.result;
    curl_multi_remove_handle(multi_, easy);
    CurlTransfer& transfer = CurlTransfer::of(easy);
    forget(transfer);
    const auto waiting = std::find_if(lingering_.begin(), lingering_.end(),
                                      [&](const Lingering& one) { return one.transfer.get() == &transfer; });
    if (waiting != lingering_.end()) {
      lingering_.erase(waiting);
    } else {
      transfer.finished(code);
    }
  }
}

}  // namespace belay::providers
