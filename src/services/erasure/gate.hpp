// Keeps requests and removals apart. A request that starts a run holds a pass from before it reads its conversation
// until its run has started. A removal closes the gate for what it covers: new requests are refused, and those that
// hold a pass are waited for. So no run is ever made of messages that are being removed.
#pragma once

#include <list>
#include <memory>
#include <mutex>
#include <string>
#include <variant>
#include <vector>

#include "base/await.hpp"
#include "core/types/erasure.hpp"

namespace belay::services {

class ErasureGate {
  struct Request {
    std::string user;
    std::string surface;
    std::string conversation;
  };
  struct State;
  struct Closing;

 public:
  // Gives back its place when it is destroyed. Any thread. It may live longer than the gate.
  class Pass {
   public:
    Pass() = default;
    Pass(Pass&& other) noexcept;
    Pass& operator=(Pass&& other) noexcept;
    ~Pass() { leave(); }

   private:
    friend class ErasureGate;
    using Place = std::variant<std::list<Request>::iterator, std::shared_ptr<Closing>>;
    Pass(std::shared_ptr<State> state, Place place) : state_(std::move(state)), place_(std::move(place)) {}
    void leave() noexcept;

    std::shared_ptr<State> state_;  // null: it holds nothing
    Place place_;
  };

  ErasureGate();
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
  const std::shared_ptr<State> state_;
};

}  // namespace belay::services
