// Runs a function on a FairThreadPool, for a coroutine that waits for its result.
#pragma once

#include <memory>
#include <string>
#include <utility>

#include "base/await.hpp"
#include "base/fair_thread_pool.hpp"

namespace belay {

// `work` takes the Turn and returns std::optional<Result<T>>: nothing means that it needs another turn. It is passed by
// value and destroyed on the pool, also when the coroutine is destroyed before. Fails with `unavailable` if too many
// tasks wait. The coroutine resumes on `loop`.
template <class T, class Work>
Awaitable<Result<T>> run_in_turn(Loop& loop, FairThreadPool& pool, std::string user, std::uint64_t place,
                                 Work work) {
  auto pending = std::make_shared<detail::PendingResult<T>>(loop);
  auto task = [work = std::move(work),
               completion = detail::Completion<T>(pending)](const FairThreadPool::Turn& turn) mutable {
    std::optional<Result<T>> result = work(turn);
    if (!result) return FairThreadPool::Progress::more;
    completion(std::move(*result));
    return FairThreadPool::Progress::done;
  };
  if (!pool.submit(user, place, std::move(task)))
    co_return make_error(ErrorCode::unavailable, "The server is busy. Try again in a moment.");
  Result<T> result = co_await detail::wait_for_result<T>(loop, Deadline::never(), std::move(pending));
  co_return result;
}

}  // namespace belay
