// Keeps requests and removals apart. A request that starts a run holds a pass from before it reads its conversation
// until its run has started. A removal closes the gate for what it covers: new requests are refused, and those that
// hold a pass are waited for. So no run is ever made of messages that are being removed.
#pragma once

#include <memory>
#include <mutex>
#include <string>
#include <unordered_map>
#include <vector>

#include "base/await.hpp"
#include "core/types/erasure.hpp"

namespace belay::services {

class ErasureGate {
 public:
  // Gives back its place at its end. Any thread.
  class Pass {
   public:
    Pass() = default;

   private:
    friend class ErasureGate;
    explicit Pass(std::shared_ptr<void> place) : place_(std::move(place)) {}
    std::shared_ptr<void> place_;
  };

  ErasureGate() : state_(std::make_shared<State>()) {}
  // Nobody is called any more.
  ~ErasureGate();
  ErasureGate(const ErasureGate&) = delete;
  ErasureGate& operator=(const ErasureGate&) = delete;

  // Of a request. Fails with `unavailable` while a removal covers it. Any thread.
  Result<Pass> enter(std::string user, std::string surface, std::string conversation);
  // Of a removal. `done` is called when all requests that it covers have left, on any thread. Several removals may be
  // inside at once.
  void close(Erasure erasure, Done<Pass> done);

 private:
  struct Request {
    std::string surface;
    std::string conversation;
  };
  struct Closing {
    Erasure erasure;
    Done<Pass> done;  // null: all requests have left
  };
  struct User {
    std::vector<std::shared_ptr<Request>> inside;
    std::vector<std::shared_ptr<Closing>> closing;
    bool empty() const { return inside.empty() && closing.empty(); }
  };
  // Shared with the passes, which may live longer than the gate.
  struct State {
    std::mutex mutex;
    bool is_over = false;
    std::unordered_map<std::string, User> users;
  };

  static void leave(State& state, const std::string& user, const Request& request);
  static void open(State& state, const std::string& user, const Closing& closing);
  static bool is_inside(const User& user, const Erasure& erasure);
  static Pass pass_of(const std::shared_ptr<State>& state, std::shared_ptr<Closing> closing);

  const std::shared_ptr<State> state_;
};

}  // namespace belay::services
