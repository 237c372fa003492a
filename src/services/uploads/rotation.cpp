#include "services/uploads/rotation.hpp"

#include <boost/asio/co_spawn.hpp>
#include <fmt/format.h>

#include "base/await.hpp"
#include "base/run_in_turn.hpp"

namespace belay::services {
namespace {

// For one call of the store.
constexpr Milliseconds kMaxCall{30'000};
// In the pool's turns, a rotation is a user of its own. No user has this name.
constexpr const char* kPoolUser = "";

Error no_key() {
  Error error = make_error(ErrorCode::unavailable,
                           "There is no key to encrypt uploads with. Configure one in uploads.keys.");
  return error;
}

}  // namespace

Awaitable<Result<UploadRotation::Status>> UploadRotation::status(Loop& loop, Deadline deadline) {
  const auto keys = parts_.keys.take();
  Status status;
  // First this: a rotation that ends now is not seen as one that ended with something left.
  status.running = running_;
  auto counts = co_await call<&UploadStore::count_upload_keys>(loop, deadline, parts_.store);
  if (!counts) co_return counts.error();
  if (keys) status.key = keys->current().id();
  for (UploadStore::KeyCount& count : *counts) {
    if (count.key == status.key) continue;
    status.left += count.uploads;
    status.others.push_back(std::move(count));
  }
  status.unreadable = unreadable_;
  co_return status;
}

Awaitable<Result<UploadRotation::Status>> UploadRotation::start(Loop& loop, Deadline deadline) {
  const auto keys = parts_.keys.take();
  if (!keys) co_return no_key();
  const std::optional<std::string> key(keys->current().id());
  const auto kept = co_await call<&UploadStore::set_upload_rotation>(loop, deadline, parts_.store, key);
  if (!kept) co_return kept.error();
  run_on(loop);
  co_return co_await status(loop, deadline);
}

Awaitable<Result<UploadRotation::Status>> UploadRotation::resume(Loop& loop, Deadline deadline) {
  auto found = co_await status(loop, deadline);
  if (!found) co_return found;
  const auto keys = parts_.keys.take();
  for (const UploadStore::KeyCount& other : found->others) {
    if (keys && keys->find(other.key)) continue;
    Error missing = make_error(ErrorCode::unavailable, "Uploads can not be read.");
    missing.advice = fmt::format(
        "{} uploads are encrypted with the key \"{}\", which is not configured: they can not be read. Add it "
        "to "
        "uploads.keys, until `belay uploads rotate` says that nothing is left.",
        other.uploads, other.key);
    parts_.report(missing);
  }
  const auto wanted = co_await call<&UploadStore::upload_rotation>(loop, deadline, parts_.store);
  if (!wanted) co_return wanted.error();
  if (*wanted && keys) {
    run_on(loop);
    found->running = true;
  }
  co_return found;
}

void UploadRotation::run_on(Loop& loop) {
  if (running_.exchange(true)) return;
  auto ended = [this](std::exception_ptr thrown, Result<> done) {
    running_ = false;
    if (thrown) done = make_error(ErrorCode::internal, "An exception ended the rotation.");
    if (done) return;
    Error error = done.error();
    error.advice = "The rotation of the keys of uploads stopped: " + error.detail +
                   " Run `belay uploads rotate` again, or restart the server.";
    parts_.report(error);
  };
  boost::asio::co_spawn(loop.executor(), run(loop), std::move(ended));
}

Awaitable<Result<>> UploadRotation::run(Loop& loop) {
  std::uint64_t after = 0;
  unreadable_ = 0;
  std::string key;
  for (;;) {
    const auto keys = parts_.keys.take();
    if (!keys) co_return no_key();
    if (keys->current().id() != key) {  // another key became current meanwhile: from the beginning
      key = keys->current().id();
      after = 0;
      unreadable_ = 0;
    }
    const auto more = co_await step(loop, keys, after);
    if (!more) co_return more.error();
    if (!*more) break;
  }
  const Deadline deadline = Deadline::in(kMaxCall, parts_.clock);
  const std::optional<std::string> none;
  co_return co_await call<&UploadStore::set_upload_rotation>(loop, deadline, parts_.store, none);
}

Awaitable<Result<bool>> UploadRotation::step(Loop& loop, std::shared_ptr<const SealingKeys> keys,
                                             std::uint64_t& after) {
  const Deadline deadline = Deadline::in(kMaxCall, parts_.clock);
  const std::string key = keys->current().id();
  auto next = co_await call<&UploadStore::next_not_sealed_with>(loop, deadline, parts_.store, key, after);
  if (!next) co_return next.error();
  if (!*next) co_return false;
  after = (**next).place;
  const std::string old_key = (**next).sealed.upload.key;
  auto work = [keys, sealed = std::move((**next).sealed)](const FairThreadPool::Turn&) mutable {
    return std::optional(sealed_again(*keys, std::move(sealed)));
  };
  const std::string user = kPoolUser;
  const std::uint64_t place = parts_.pool.next_place();
  auto again = co_await run_in_turn<UploadWithContent>(loop, parts_.pool, user, place, std::move(work));
  if (!again && again.error().advice.empty()) co_return again.error();  // the pool is full
  if (!again) {
    ++unreadable_;
    parts_.report(again.error());
    co_return true;
  }
  const Deadline write = Deadline::in(kMaxCall, parts_.clock);
  const auto written =
      co_await call<&UploadStore::reseal_upload>(loop, write, parts_.store, std::move(*again), old_key);
  if (!written) co_return written.error();
  co_return true;
}

}  // namespace belay::services
