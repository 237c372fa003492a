// How a call of the store becomes an operation: for store*.cpp alone.
#pragma once

#include <memory>
#include <utility>

#include "storage/sqlite/store.hpp"
#include "storage/sqlite/worker.hpp"

namespace belay::storage {

inline constexpr std::size_t kSmallOperation = 512;  // what one without a payload of its own is counted as

// `work` is a function from Connection& to Result<T>.
template <class T, class Work>
void SqliteStore::write(std::size_t bytes, Done<T> done, Work work) {
  writer_->submit(std::make_unique<Task<T, Work>>(Operation::Kind::write, kSmallOperation + bytes,
                                                  std::move(work), std::move(done)));
}

// In the order of the writes: it sees those before it.
template <class T, class Work>
void SqliteStore::read(Done<T> done, Work work) {
  writer_->submit(std::make_unique<Task<T, Work>>(Operation::Kind::read, kSmallOperation, std::move(work),
                                                  std::move(done)));
}

}  // namespace belay::storage
