// Calls a store and waits for the result: wait_for<T>([&](auto done) { store.call(…, std::move(done)); }). It blocks: only
// for the start of the server, before the loops run.
#pragma once

#include <future>
#include <memory>
#include <utility>

#include "base/result.hpp"

namespace belay {

template <class T, class Start>
Result<T> wait_for(Start start) {
  // Shared: the store's thread may still be inside set_value() when the result arrives here.
  auto promise = std::make_shared<std::promise<Result<T>>>();
  auto future = promise->get_future();
  start([promise](Result<T> result) { promise->set_value(std::move(result)); });
  return future.get();
}

}  // namespace belay
