#include "app/threads.hpp"

namespace belay::app {
namespace {

std::unique_ptr<FairThreadPool> make_export_pool(std::size_t threads) {
  FairThreadPool::Config config;
  config.threads = threads;
  return std::make_unique<FairThreadPool>(config);
}

}  // namespace

Threads::Threads(const Config& config, const Clock& clock)
    : pool_(config.pool, config.pool_queue), export_pool_(make_export_pool(config.exports)) {
  for (std::size_t i = 0; i < config.loops; ++i) loops_.push_back(std::make_unique<Loop>(i, clock));
}

Threads::~Threads() {
  stop();
  join();
}

void Threads::join() {
  for (std::thread& thread : threads_)
    if (thread.joinable()) thread.join();
  threads_.clear();
}

std::vector<Loop*> Threads::pointers() const {
  std::vector<Loop*> pointers;
  for (const auto& loop : loops_) pointers.push_back(loop.get());
  return pointers;
}

void Threads::start() {
  for (std::size_t i = 1; i < loops_.size(); ++i)
    threads_.emplace_back([loop = loops_[i].get()] { loop->run(); });
}

void Threads::run() {
  first().run();
  join();
}

void Threads::stop() {
  for (const auto& loop : loops_) loop->stop();
}

}  // namespace belay::app
