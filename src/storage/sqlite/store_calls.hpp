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
  using Write = Task<T, Work>;
  writer_->submit(std::make_unique<Write>(Operation::Kind::write, kSmallOperation + bytes, Write::For::engine,
                                          std::move(work), std::move(done)));
}

// A write that a client is told of and that stands nowhere else: see SqliteConfig::sync_what_is_told.
template <class T, class Work>
void SqliteStore::write_for_client(Done<T> done, Work work) {
  using Write = Task<T, Work>;
  auto operation = std::make_unique<Write>(Operation::Kind::write, kSmallOperation, Write::For::request,
                                           std::move(work), std::move(done));
  if (config_.sync_what_is_told) operation->want_sync();
  writer_->submit(std::move(operation));
}

// In the order of the writes: it sees those before it.
template <class T, class Work>
void SqliteStore::read(Done<T> done, Work work) {
  using Read = Task<T, Work>;
  writer_->submit(std::make_unique<Read>(Operation::Kind::read, kSmallOperation, Read::For::request,
                                         std::move(work), std::move(done)));
}

}  // namespace belay::storage
