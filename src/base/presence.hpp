// Whether somebody who waits is still there. Used on one loop.
#pragma once

#include "base/function.hpp"

namespace belay {

class Presence {
 public:
  virtual bool is_gone() const = 0;
  // `callback` is called once, when they go. It is not called if they are gone already. Null: removes it.
  virtual void when_gone(UniqueFunction<void()> callback) = 0;

 protected:
  ~Presence() = default;
};

}  // namespace belay
