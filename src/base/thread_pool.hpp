// A few threads for work that takes long: signatures, compression, PDF. Never use them to wait.
#pragma once

#include <condition_variable>
#include <deque>
#include <memory>
#include <mutex>
#include <thread>
#include <vector>

#include <boost/asio/async_result.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "base/function.hpp"
#include "base/loop.hpp"
#include "base/result.hpp"

namespace belay {

class ThreadPool {
 public:
  // `queue_limit` is the maximum number of queued tasks. When the queue is full, submit() returns false.
  ThreadPool(std::size_t threads, std::size_t queue_limit);
  // Finishes the queued tasks first.
  ~ThreadPool();

  // Any thread. Returns false when the queue is full; `work` then never runs.
  [[nodiscard]] bool submit(UniqueFunction<void()> work);

  // Runs `work` on a pool thread and resumes the awaiting coroutine on `loop`. Fails with `unavailable` when
  // the queue is full. `work` is passed by value: store it in a named variable before the co_await (see
  // docs/ARCHITECTURE.md, "Traps").
  template <class Work, class T = std::invoke_result_t<Work&>>
  boost::asio::awaitable<Result<T>, Loop::Executor> run(Loop& loop, Work work);

 private:
  void serve();

  const std::size_t queue_limit_;
  std::mutex mutex_;
  std::condition_variable wanted_;
  std::deque<UniqueFunction<void()>> queue_;
  bool stopping_ = false;
  std::vector<std::thread> threads_;
};

// The coroutine type of this server. It uses the Loop's own executor type, so that nothing is type-erased.
template <class T = void>
using Awaitable = boost::asio::awaitable<T, Loop::Executor>;
inline constexpr boost::asio::use_awaitable_t<Loop::Executor> use_awaitable{};

// Suspends the coroutine until a callback is called with its result. `start` is called at once with that
// callback, a `UniqueFunction<void(T)>`. The callback must be called exactly once, on any thread. The
// coroutine resumes on `loop`.
template <class T, class Start>
Awaitable<T> await_callback(Loop& loop, Start start) {
  auto initiate = [&loop, start = std::move(start)](auto handler) mutable {
    auto shared = std::make_shared<decltype(handler)>(std::move(handler));
    start(UniqueFunction<void(T)>([&loop, shared](T value) mutable {
      loop.post(
          [shared = std::move(shared), value = std::move(value)]() mutable { (*shared)(std::move(value)); });
    }));
  };
  return boost::asio::async_initiate<const boost::asio::use_awaitable_t<Loop::Executor>, void(T)>(
      std::move(initiate), use_awaitable);
}

template <class Work, class T>
Awaitable<Result<T>> ThreadPool::run(Loop& loop, Work work) {
  auto start = [this, work = std::move(work)](UniqueFunction<void(Result<T>)> done) mutable {
    auto shared = std::make_shared<UniqueFunction<void(Result<T>)>>(std::move(done));
    const bool taken = submit([work = std::move(work), shared]() mutable { (*shared)(Result<T>(work())); });
    if (!taken) (*shared)(make_error(ErrorCode::unavailable, "The server is busy. Try again in a moment."));
  };
  Result<T> result = co_await await_callback<Result<T>>(loop, std::move(start));
  co_return result;
}

}  // namespace belay
