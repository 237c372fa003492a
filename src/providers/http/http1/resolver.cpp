#include "providers/http/http1/resolver.hpp"

#include <algorithm>
#include <ares.h>
#include <stdexcept>
#include <sys/epoll.h>
#include <sys/time.h>

#include <boost/asio/post.hpp>

namespace belay::providers {
namespace {

// A query is sent again after this time, which then doubles, up to kTries times to each name server.
constexpr int kTimeoutMs = 2'000;
constexpr int kTries = 3;
// Answers are kept for at least and at most so long, whatever their records say.
constexpr Milliseconds kShortestLife{1'000};
constexpr Milliseconds kLongestLife{60'000};
constexpr std::size_t kMaxNames = 256;
constexpr std::size_t kMaxAddresses = 16;
// /etc/resolv.conf is read again after this time, so that a change is noticed.
constexpr Milliseconds kChannelLife{60'000};

void initialize_library() {
  static const int outcome = ares_library_init(ARES_LIB_INIT_ALL);
  if (outcome != ARES_SUCCESS) throw std::runtime_error("c-ares cannot be initialised");
}

}  // namespace

struct Resolver::Name {
  Resolver& owner;
  std::string text;
  std::vector<Waiter*> waiters;
  NetworkAddresses addresses;  // empty after an answer: there are none
  std::string_view cause;      // then
  SteadyTime expires{};
  bool asked = false;     // a query is under way
  bool answered = false;  // waiters have not been called yet
};

// One socket of c-ares.
class Resolver::QuerySocket final : public SocketSet::Watcher {
 public:
  QuerySocket(Resolver& owner, int number) : owner_(owner), number_(number) {}
  void on_events(std::uint32_t events) override {
    // Errors are seen by reading.
    const bool readable = events & (EPOLLIN | EPOLLERR | EPOLLHUP);
    owner_.process(readable ? number_ : ARES_SOCKET_BAD, events & EPOLLOUT ? number_ : ARES_SOCKET_BAD);
  }

 private:
  Resolver& owner_;
  const int number_;
};

Resolver::Resolver(Loop& loop, SocketSet& sockets, DeferredDelete& deletions, std::string name_servers)
    : loop_(loop),
      sockets_(sockets),
      deletions_(deletions),
      name_servers_(std::move(name_servers)),
      timer_(loop.timers(), [this] {
        const DeferredDelete::Scope scope(deletions_);
        process(ARES_SOCKET_BAD, ARES_SOCKET_BAD);
      }) {
  initialize_library();
}

Resolver::~Resolver() {
  close_channel();
}

NetworkAddresses Resolver::look_up(const std::string& name, Waiter& waiter) {
  auto& known = names_[name];
  if (!known) known = std::make_unique<Name>(Name{*this, name, {}, {}, {}});
  if (!known->asked && !known->answered && !known->addresses.empty() &&
      loop_.clock().steady() < known->expires)
    return known->addresses;
  known->waiters.push_back(&waiter);
  ++waiting_;
  if (!known->asked && !known->answered) ask(name);
  return {};
}

void Resolver::forget(Waiter& waiter) {
  for (auto& [text, name] : names_) waiting_ -= std::erase(name->waiters, &waiter);
  if (waiting_ == 0 && channel_ && !inside_ares_) close_channel();
}

void Resolver::ask(const std::string& text) {
  drop_unused_names();
  Name& name = *names_.at(text);
  name.asked = true;
  if (!open_channel()) return answered(name, ARES_ENOTINITIALIZED, nullptr);
  ares_addrinfo_hints hints{};
  hints.ai_family = AF_UNSPEC;
  hints.ai_socktype = SOCK_STREAM;
  inside_ares_ = true;
  ares_getaddrinfo(channel_, text.c_str(), nullptr, &hints, &on_answer, &name);
  inside_ares_ = false;
  arm_timer();
}

bool Resolver::open_channel() {
  const SteadyTime now = loop_.clock().steady();
  if (channel_ && now - channel_opened_ > kChannelLife && query_sockets_.empty()) close_channel();
  if (channel_) return true;
  ares_options options{};
  options.timeout = kTimeoutMs;
  options.tries = kTries;
  options.sock_state_cb = &on_socket_state;
  options.sock_state_cb_data = this;
  constexpr int kSet = ARES_OPT_TIMEOUTMS | ARES_OPT_TRIES | ARES_OPT_SOCK_STATE_CB;
  if (ares_init_options(&channel_, &options, kSet) != ARES_SUCCESS) {
    channel_ = nullptr;
    return false;
  }
  channel_opened_ = now;
  return name_servers_.empty() || ares_set_servers_ports_csv(channel_, name_servers_.c_str()) == ARES_SUCCESS;
}

// Ends all queries: their waiters hear that there is no address.
void Resolver::close_channel() {
  if (!channel_) return;
  timer_.cancel();
  inside_ares_ = true;
  ares_destroy(std::exchange(channel_, nullptr));
  inside_ares_ = false;
}

void Resolver::on_answer(void* name, int status, int, ares_addrinfo* found) {
  auto& asked = *static_cast<Name*>(name);
  asked.owner.answered(asked, status, found);
  if (found) ares_freeaddrinfo(found);
}

void Resolver::answered(Name& name, int status, const ares_addrinfo* found) {
  name.asked = false;
  name.addresses.clear();
  Milliseconds life = kLongestLife;
  for (const auto* node = found ? found->nodes : nullptr; node; node = node->ai_next) {
    if (name.addresses.size() == kMaxAddresses) break;
    name.addresses.push_back(NetworkAddress::copy_of(*node->ai_addr, node->ai_addrlen));
    life = std::min(life, Milliseconds(std::chrono::seconds(node->ai_ttl)));
  }
  if (status == ARES_SUCCESS && name.addresses.empty()) status = ARES_ENODATA;
  if (status != ARES_SUCCESS) name.addresses.clear();
  name.cause = ares_strerror(status);
  name.expires = loop_.clock().steady() + std::max(life, kShortestLife);
  if (name.waiters.empty()) return;
  // The waiters are called by a handler of its own, because c-ares must not be called from inside itself.
  name.answered = true;
  boost::asio::post(loop_.executor(), [alive = std::weak_ptr(alive_)] {
    if (const auto self = alive.lock()) (*self)->deliver();
  });
}

void Resolver::deliver() {
  const DeferredDelete::Scope scope(deletions_);
  for (;;) {
    const auto next =
        std::find_if(names_.begin(), names_.end(), [](const auto& entry) { return entry.second->answered; });
    if (next == names_.end()) return;
    Name& name = *next->second;
    if (name.waiters.empty()) {
      name.answered = false;
      continue;
    }
    Waiter& waiter = *name.waiters.back();
    name.waiters.pop_back();
    --waiting_;
    if (name.addresses.empty()) {
      waiter.on_no_address(name.cause);
    } else {
      waiter.on_addresses(name.addresses);
    }
  }
}

void Resolver::on_socket_state(void* self, int socket, int readable, int writable) {
  static_cast<Resolver*>(self)->watch(socket, readable, writable);
}

void Resolver::watch(int socket, int readable, int writable) {
  auto& known = query_sockets_[socket];
  if (!readable && !writable) {
    if (known) sockets_.remove(socket, *known);
    query_sockets_.erase(socket);
    return;
  }
  const std::uint32_t events = (readable ? EPOLLIN : 0u) | (writable ? EPOLLOUT : 0u);
  if (known) return sockets_.change(socket, events, *known);
  known = std::make_unique<QuerySocket>(*this, socket);
  sockets_.add(socket, events, *known);
}

void Resolver::process(int readable, int writable) {
  if (!channel_) return;
  inside_ares_ = true;
  ares_process_fd(channel_, readable, writable);
  inside_ares_ = false;
  // A waiter that was forgotten may have been the last one.
  if (waiting_ == 0) return close_channel();
  arm_timer();
}

void Resolver::arm_timer() {
  timeval wait{};
  if (!channel_ || !ares_timeout(channel_, nullptr, &wait)) return timer_.cancel();
  timer_.arm(Milliseconds(wait.tv_sec * 1000 + wait.tv_usec / 1000 + 1));
}

void Resolver::drop_unused_names() {
  if (names_.size() <= kMaxNames) return;
  std::erase_if(names_, [](const auto& entry) {
    const Name& name = *entry.second;
    return !name.asked && !name.answered && name.waiters.empty();
  });
}

}  // namespace belay::providers
