#include "storage/sqlite/operation.hpp"

namespace belay::storage {

bool OperationQueue::push(std::unique_ptr<Operation>& operation) {
  {
    const std::lock_guard lock(mutex_);
    const bool full =
        waiting_.size() >= limits_.operations || waiting_bytes_ + operation->bytes() > limits_.bytes;
    if (closed_ || (full && !waiting_.empty())) return false;
    waiting_bytes_ += operation->bytes();
    waiting_.push_back(std::move(operation));
    stats_.queue_depth.fetch_add(1, std::memory_order_relaxed);
  }
  wanted_.notify_one();
  return true;
}

std::vector<std::unique_ptr<Operation>> OperationQueue::take(Limits max, Wait wait) {
  std::vector<std::unique_ptr<Operation>> taken;
  std::size_t bytes = 0;
  std::unique_lock lock(mutex_);
  if (wait == Wait::for_one) wanted_.wait(lock, [this] { return !waiting_.empty() || closed_; });
  while (!waiting_.empty() && taken.size() < max.operations && bytes < max.bytes) {
    bytes += waiting_.front()->bytes();
    taken.push_back(std::move(waiting_.front()));
    waiting_.pop_front();
  }
  waiting_bytes_ -= bytes;
  stats_.queue_depth.fetch_sub(taken.size(), std::memory_order_relaxed);
  return taken;
}

void OperationQueue::close() {
  {
    const std::lock_guard lock(mutex_);
    closed_ = true;
  }
  wanted_.notify_all();
}

bool OperationQueue::closed() const {
  const std::lock_guard lock(mutex_);
  return closed_;
}

}  // namespace belay::storage
