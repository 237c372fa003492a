// Coroutines over calls of a port that report to a `done` callback.
//
//   const auto session = co_await call<&SessionStore::find_session>(loop, deadline, store, key);
//
// The method's last parameter is its `done`, a UniqueFunction<void(Result<T>)> that is called once, on any
// thread. The coroutine resumes on `loop`. It is not suspended at all when `done` came inside the call. At the
// deadline the result is `unavailable`, and a later `done` is dropped. Arguments are passed by value, so that
// no temporary lives in the co_await expression (docs/ARCHITECTURE.md, "Traps"). The port must outlive its own
// `done`; the coroutine may be destroyed before. A port that is destroyed before it has answered also destroys the
// coroutine, on its loop, which must still exist.
#pragma once

#include <memory>
#include <mutex>
#include <optional>
#include <utility>

#include "base/deadline.hpp"
#include "base/function.hpp"
#include "base/result.hpp"
#include "base/thread_pool.hpp"

namespace belay {

// Called exactly once, on any thread.
template <class T = void>
using Done = UniqueFunction<void(Result<T>)>;

namespace detail {

// Where the result meets the coroutine that waits for it. Shared by both, so either may be gone first.
template <class T>
class PendingResult {
 public:
  explicit PendingResult(Loop& loop) : loop_(loop) {}

  // Any thread.
  void complete(Result<T> result) {
    UniqueFunction<void(bool)> resume;
    {
      const std::lock_guard lock(mutex_);
      if (is_over_) return;
      is_over_ = true;
      result_ = std::move(result);
      resume = std::move(resume_);
    }
    if (resume) loop_.post([resume = std::move(resume)]() mutable { resume(true); });
  }
  // The loop: the deadline.
  void give_up() {
    complete(make_error(ErrorCode::unavailable, "This took too long. Try again in a moment."));
  }
  // Any thread: there will be no result. The coroutine owns a reference to this object, and is owned by `resume_`.
  void forget() {
    UniqueFunction<void(bool)> resume;
    const std::lock_guard lock(mutex_);
    resume = std::move(resume_);
  }
  bool is_over() const {
    const std::lock_guard lock(mutex_);
    return is_over_;
  }
  // Once, by the coroutine. `resume` is called later, on the loop; also when the result is there already.
  void wait(UniqueFunction<void(bool)> resume) {
    {
      const std::lock_guard lock(mutex_);
      if (!is_over_) {
        resume_ = std::move(resume);
        return;
      }
    }
    loop_.post([resume = std::move(resume)]() mutable { resume(true); });
  }
  Result<T> take() { return std::move(*result_); }

 private:
  Loop& loop_;
  mutable std::mutex mutex_;
  bool is_over_ = false;
  std::optional<Result<T>> result_;
  UniqueFunction<void(bool)> resume_;
};

// The port's end of a call.
template <class T>
class Completion {
 public:
  explicit Completion(std::shared_ptr<PendingResult<T>> pending) : pending_(std::move(pending)) {}
  Completion(Completion&&) noexcept = default;
  ~Completion() {
    if (pending_) pending_->forget();
  }
  void operator()(Result<T> result) {
    if (const auto pending = std::exchange(pending_, nullptr)) pending->complete(std::move(result));
  }

 private:
  std::shared_ptr<PendingResult<T>> pending_;
};

template <class T>
Awaitable<Result<T>> wait_for_result(Loop& loop, Deadline deadline,
                                     std::shared_ptr<PendingResult<T>> pending) {
  Timer timer(loop.timers(), [pending = pending.get()] { pending->give_up(); });
  if (!deadline.is_never()) timer.arm(deadline.left(loop.clock()));
  auto start = [pending = pending.get()](auto handler) {
    auto shared = std::make_shared<decltype(handler)>(std::move(handler));
    pending->wait([shared](bool resumed) { (*shared)(resumed); });
  };
  co_await boost::asio::async_initiate<const boost::asio::use_awaitable_t<Loop::Executor>, void(bool)>(
      std::move(start), use_awaitable);
  co_return pending->take();
}

template <class Method>
struct DoneOf;
template <class Port, class T>
struct DoneOf<void (Port::*)(Done<T>)> {
  using Type = T;
};
template <class Port, class A, class... Rest>
struct DoneOf<void (Port::*)(A, Rest...)> {
  using Type = typename DoneOf<void (Port::*)(Rest...)>::Type;
};
template <class Port, class... Args>
struct DoneOf<void (Port::*)(Args...) const> {
  using Type = typename DoneOf<void (Port::*)(Args...)>::Type;
};

}  // namespace detail

template <auto Method, class Port, class... Args, class T = typename detail::DoneOf<decltype(Method)>::Type>
Awaitable<Result<T>> call(Loop& loop, Deadline deadline, Port& port, Args... args) {
  auto pending = std::make_shared<detail::PendingResult<T>>(loop);
  (port.*Method)(std::move(args)..., Done<T>(detail::Completion<T>(pending)));
  if (pending->is_over()) co_return pending->take();
  Result<T> result = co_await detail::wait_for_result<T>(loop, deadline, std::move(pending));
  co_return result;
}

}  // namespace belay
