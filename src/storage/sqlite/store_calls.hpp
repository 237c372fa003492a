// How a call of the store becomes an operation. Included by store*.cpp only.
#pragma once

#include <memory>
#include <utility>

#include "storage/sqlite/store.hpp"
#include "storage/sqlite/worker.hpp"

namespace belay::storage {

// The size that is counted for an operation in addition to its payload.
inline constexpr std::size_t kSmallOperation = 512;

// `work` is a function from Database& to Result<T>.
template <class T, class Work>
void SqliteStore::write(std::size_t bytes, Done<T> done, Work work) {
  using Write = Task<T, Work>;
  writer_->submit(std::make_unique<Write>(Operation::Kind::write, kSmallOperation + bytes, Write::For::engine,
                                          std::move(work), std::move(done)));
}

// A write that is confirmed to a client and stored nowhere else: see SqliteConfig::sync_before_answering. `bytes`: of its
// payload, if that may be large.
template <class T, class Work>
void SqliteStore::write_for_client(Done<T> done, Work work, std::size_t bytes) {
  using Write = Task<T, Work>;
  auto operation = std::make_unique<Write>(Operation::Kind::write, kSmallOperation + bytes,
                                           Write::For::request, std::move(work), std::move(done));
  if (config_.sync_before_answering) operation->want_sync();
  writer_->submit(std::move(operation));
}

// Reads in the order of the writes: it sees all writes before it.
template <class T, class Work>
void SqliteStore::read(Done<T> done, Work work) {
  using Read = Task<T, Work>;
  writer_->submit(std::make_unique<Read>(Operation::Kind::read, kSmallOperation, Read::For::request,
                                         std::move(work), std::move(done)));
}

// Reads beside the writes, on the reader's thread. It sees all writes that have been answered. `work` is one
// statement, or ends its transaction itself.
template <class T, class Work>
void SqliteStore::read_aside(Done<T> done, Work work) {
  using Read = Task<T, Work>;
  reader_->submit(std::make_unique<Read>(Operation::Kind::read, kSmallOperation, Read::For::request,
                                         std::move(work), std::move(done)));
}

// Reads on the reader's thread, after all writes that were requested before. It sees them, and does not hold up later ones.
template <class T, class Work>
void SqliteStore::read_aside_in_order(Done<T> done, Work work) {
  Done<> reached = [this, done = std::move(done), work = std::move(work)](Result<> result) mutable {
    if (!result) return done(result.error());
    read_aside(std::move(done), std::move(work));
  };
  read(std::move(reached), [](Database&) { return Result<>(); });
}

}  // namespace belay::storage
