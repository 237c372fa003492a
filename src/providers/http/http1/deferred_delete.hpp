// Deletes objects that may be in the middle of one of their own functions.
//
// A sink may destroy calls, its own among them, while the client is calling it. Their sockets are closed at
// once, but the objects live until the handler that is running has returned. Each handler of this client (of
// a socket, a timer, a posted task) opens a Scope first. One object per loop, used on that loop.
#pragma once

#include <cassert>
#include <memory>
#include <utility>
#include <vector>

namespace belay::providers {

class Deletable {
 public:
  virtual ~Deletable() = default;
};

class DeferredDelete {
 public:
  class Scope {
   public:
    explicit Scope(DeferredDelete& owner) : owner_(owner) { ++owner_.depth_; }
    ~Scope() {
      if (--owner_.depth_ == 0) owner_.clear();
    }
    Scope(const Scope&) = delete;
    Scope& operator=(const Scope&) = delete;

   private:
    DeferredDelete& owner_;
  };

  DeferredDelete() = default;
  ~DeferredDelete() { assert(depth_ == 0); }
  DeferredDelete(const DeferredDelete&) = delete;
  DeferredDelete& operator=(const DeferredDelete&) = delete;

  // Deletes it now, or at the end of the outermost Scope.
  void destroy(std::unique_ptr<Deletable> object) {
    if (depth_ != 0) objects_.push_back(std::move(object));
  }

 private:
  void clear() {
    while (!objects_.empty()) std::exchange(objects_, {}).clear();
  }

  int depth_ = 0;
  std::vector<std::unique_ptr<Deletable>> objects_;
};

}  // namespace belay::providers
