#include "storage/journal/disk_space.hpp"

#include <fmt/format.h>

namespace belay::storage {
namespace {

std::int64_t ticks(Milliseconds interval) {
  return std::chrono::duration_cast<SteadyTime::duration>(interval).count();
}

}  // namespace

void DiskSpace::block_writes(std::optional<Error> why) {
  const std::lock_guard lock(mutex_);
  withheld_ = why.has_value();
  if (why) why_ = std::move(*why);
}

Result<> DiskSpace::check() {
  if (withheld_.load(std::memory_order_relaxed)) {
    const std::lock_guard lock(mutex_);
    if (withheld_) return why_;
  }
  if (size_.load(std::memory_order_relaxed) > static_cast<std::int64_t>(config_.max_size.value)) {
    Error full = make_error(ErrorCode::storage_full,
                            "The server has more to store than it may at the moment. Try again later.");
    full.limit = "journal.max_size";
    full.retry_after = config_.full_probe_interval;
    return full;
  }
  std::int64_t due = look_at_.load(std::memory_order_relaxed);
  const std::int64_t time = now();
  if (time >= due && look_at_.compare_exchange_strong(due, time + ticks(config_.room_check_interval))) {
    const auto [free, error] = files_.space(directory_);
    refused_ = false;
    // If free space is unknown, do not refuse: a write will show whether there is space.
    has_space_ = error || free >= config_.disk_reserve;
  }
  if (has_space_.load(std::memory_order_relaxed)) return {};
  Error full =
      make_error(ErrorCode::storage_full,
                 fmt::format("The disk is full: less than {} MiB are free for the journal. Try again later.",
                             config_.disk_reserve.value >> 20));
  full.limit = "journal.disk_reserve";
  full.retry_after = config_.full_probe_interval;
  return full;
}

void DiskSpace::write_refused() {
  refused_ = true;
  has_space_ = false;
  look_at_ = now() + ticks(config_.full_probe_interval);
}

void DiskSpace::write_succeeded() {
  if (!refused_.load(std::memory_order_relaxed)) return;
  refused_ = false;
  look_at_ = 0;
}

}  // namespace belay::storage
