#include "storage/journal/disk_syncer.hpp"

namespace belay::storage {

DiskSyncer::DiskSyncer(FileSystem& files, std::filesystem::path directory)
    : files_(files), directory_(std::move(directory)), thread_([this] { serve(); }) {}

DiskSyncer::~DiskSyncer() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  wanted_.notify_one();
  thread_.join();
}

void DiskSyncer::submit(Request request) {
  {
    const std::lock_guard lock(mutex_);
    queue_.push_back(std::move(request));
  }
  wanted_.notify_one();
}

void DiskSyncer::wait_until_idle() {
  std::unique_lock lock(mutex_);
  idle_.wait(lock, [this] { return queue_.empty() && !busy_; });
}

void DiskSyncer::serve() {
  std::vector<Request> requests;
  std::unique_lock lock(mutex_);
  for (;;) {
    wanted_.wait(lock, [this] { return stopping_ || !queue_.empty(); });
    if (queue_.empty()) return;
    requests.swap(queue_);
    busy_ = true;
    lock.unlock();
    carry_out(requests);
    requests.clear();
    lock.lock();
    busy_ = false;
    idle_.notify_all();
  }
}

void DiskSyncer::carry_out(std::vector<Request>& requests) {
  std::vector<Request*> named;
  for (Request& request : requests) {
    std::error_code error = request.file->sync();
    if (!error && request.name) {
      error = files_.rename(request.name->from, request.name->to);
      if (!error) {
        named.push_back(&request);
        continue;
      }
    }
    request.done(error);
  }
  if (named.empty()) return;
  const std::error_code error = files_.sync_directory(directory_);
  for (Request* const request : named) request->done(error);
}

}  // namespace belay::storage
