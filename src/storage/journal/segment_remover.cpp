#include "storage/journal/segment_remover.hpp"

#include <future>
#include <pthread.h>

#include "base/thread_priority.hpp"
#include "storage/journal/journal_parts.hpp"

namespace belay::storage {
namespace {
constexpr std::chrono::seconds kRetryDelay{1};
}

SegmentRemover::SegmentRemover(JournalParts& parts, SyncStore sync_store)
    : parts_(parts), sync_store_(std::move(sync_store)), thread_([this] { serve(); }) {
  pthread_setname_np(thread_.native_handle(), "journal-remove");
}

SegmentRemover::~SegmentRemover() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  wanted_.notify_one();
  thread_.join();
}

void SegmentRemover::wake() {
  {
    const std::lock_guard lock(mutex_);
    wake_ = true;
  }
  wanted_.notify_one();
}

void SegmentRemover::discard(std::vector<OldFile> old) {
  {
    const std::lock_guard lock(mutex_);
    old_ = std::move(old);
  }
  wake();
}

void SegmentRemover::wait_until_idle() {
  std::unique_lock lock(mutex_);
  idle_.wait(lock, [this] { return !wake_ && !busy_; });
}

std::optional<Error> SegmentRemover::last_error() const {
  const std::lock_guard lock(mutex_);
  return error_;
}

void SegmentRemover::serve() {
  do_not_interrupt_others();
  std::unique_lock lock(mutex_);
  for (;;) {
    const auto is_wanted = [this] { return wake_ || stopping_; };
    if (error_)
      (void)wanted_.wait_for(lock, kRetryDelay, is_wanted);
    else
      wanted_.wait(lock, is_wanted);
    const bool last = stopping_;
    wake_ = false;
    busy_ = true;
    lock.unlock();
    Result<> removed = remove_all();
    lock.lock();
    error_ = removed ? std::nullopt : std::optional(removed.error());
    busy_ = false;
    idle_.notify_all();
    if (last) return;
  }
}

Result<> SegmentRemover::remove_all() {
  while (!going_.empty() || gather()) {
    // The store committed these events before the segments became removable. Now it syncs them.
    if (auto durable = make_store_durable(); !durable) return durable;
    while (!going_.empty()) {
      if (auto removed = remove_one(going_.front()); !removed) return removed;
      going_.pop_front();
    }
    if (parts_.config.durability == Durability::disk)
      if (const std::error_code error = parts_.files.sync_directory(parts_.directory))
        return storage_error(error, "The journal's directory cannot be made durable");
    if (std::exchange(pending_is_replayed_, false)) parts_.ledger.allow_removal(true);
  }
  return {};
}

bool SegmentRemover::gather() {
  std::vector<OldFile> old;
  {
    const std::lock_guard lock(mutex_);
    old.swap(old_);
  }
  for (OldFile& file : old) going_.push_back({std::move(file.path), 0, file.kind});
  pending_is_replayed_ = !going_.empty();
  if (pending_is_replayed_) return true;
  for (SegmentLedger::Removable& segment : parts_.ledger.take_removable())
    going_.push_back({std::move(segment.path), segment.bytes});
  return !going_.empty();
}

Result<> SegmentRemover::make_store_durable() {
  if (!sync_store_ || parts_.config.durability != Durability::disk) return {};
  auto promise = std::make_shared<std::promise<Result<>>>();
  auto synced = promise->get_future();
  sync_store_([promise](Result<> result) { promise->set_value(std::move(result)); });
  return synced.get();
}

Result<> SegmentRemover::remove_one(const Going& file) {
  using Kind = OldFile::Kind;
  const std::error_code error = file.kind == Kind::damaged_segment
                                    ? parts_.files.rename(file.path, file.path.string() + ".damaged")
                                    : parts_.files.remove(file.path);
  if (error) {
    ++parts_.stats.removal_failures;
    return storage_error(error, "The journal's file " + file.path.string() + " cannot be removed");
  }
  if (file.kind == Kind::restored_mark) return {};
  --parts_.stats.segments;
  parts_.stats.size -= static_cast<std::int64_t>(file.bytes);
  return {};
}

}  // namespace belay::storage
