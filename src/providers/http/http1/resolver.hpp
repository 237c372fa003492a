// Looks up names on the loop, by c-ares: /etc/hosts, then the name servers of /etc/resolv.conf, without a
// thread and without blocking. Answers are kept for as long as their records allow, at most a minute. Requests
// for one name share one query.
//
// One object per loop, used on that loop. It must be destroyed before its SocketSet.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.hpp"
#include "base/loop.hpp"
#include "providers/http/http1/deferred_delete.hpp"
#include "providers/http/http1/network_address.hpp"
#include "providers/http/http1/socket_set.hpp"

struct ares_channeldata;
struct ares_addrinfo;

namespace belay::providers {

class Resolver {
 public:
  // For who asks. Exactly one of the functions is called, unless forget() is called before.
  class Waiter {
   public:
    virtual void on_addresses(NetworkAddresses addresses) = 0;  // at least one, in the order of preference
    virtual void on_no_address(std::string_view cause) = 0;

   protected:
    ~Waiter() = default;
  };

  // `name_servers`: "127.0.0.1:53,…" instead of those of /etc/resolv.conf; empty: those.
  Resolver(Loop& loop, SocketSet& sockets, DeferredDelete& deletions, std::string name_servers);
  ~Resolver();
  Resolver(const Resolver&) = delete;
  Resolver& operator=(const Resolver&) = delete;

  // Returns the addresses (without a port) if they are known. Else returns none, and calls the waiter later,
  // never from inside look_up().
  NetworkAddresses look_up(const std::string& name, Waiter& waiter);
  // The waiter is not called any more. If nobody waits, all queries end at once and their sockets are closed.
  void forget(Waiter& waiter);

 private:
  struct Name;
  class QuerySocket;

  bool open_channel();
  void close_channel();
  void ask(const std::string& name);
  static void on_answer(void* name, int status, int timeouts, ares_addrinfo* found);
  static void on_socket_state(void* self, int socket, int readable, int writable);
  void watch(int socket, int readable, int writable);
  void answered(Name& name, int status, const ares_addrinfo* found);
  void process(int readable, int writable);
  void deliver();
  void arm_timer();
  void drop_unused_names();

  Loop& loop_;
  SocketSet& sockets_;
  DeferredDelete& deletions_;
  const std::string name_servers_;
  const std::shared_ptr<Resolver*> alive_ = std::make_shared<Resolver*>(this);
  ares_channeldata* channel_ = nullptr;
  SteadyTime channel_opened_;
  std::map<std::string, std::unique_ptr<Name>> names_;
  std::map<int, std::unique_ptr<QuerySocket>> query_sockets_;
  std::size_t waiting_ = 0;
  bool inside_ares_ = false;
  Timer timer_;
};

}  // namespace belay::providers
