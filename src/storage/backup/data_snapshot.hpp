// One moment of a data directory that a server may be using.
//
// The state of a server is its journal and its store together. A run's events are in the journal first, then
// in the store, and then their segment is removed. So neither can be copied first: a copy of the journal that
// was made earlier lacks the beginning of runs whose prompts the store already has, and a copy that was made
// later lacks the segments that were removed in between.
//
// take() therefore
//   1. opens all segments, so that they remain readable after their removal,
//   2. begins a read transaction of the store, which fixes its contents,
//   3. opens the segments that were created since, and notes the size of each segment.
// All of this takes about a millisecond. The copies can be made afterwards. The result is what `kill -9` would
// leave at this moment, except that the journal is a little newer than the store. Recovery expects exactly
// that: the journal is always written first.
//
// A segment that is created and removed between 1 and 3 would be missed. Its number is then missing from the
// sequence, and take() begins again.
//
// The server does not take part and does not wait. While the snapshot exists, the write-ahead log of the store
// cannot be written back, and removed segments occupy their space. Belongs to one thread.
#pragma once

#include <filesystem>
#include <memory>
#include <vector>

#include "base/file_descriptor.hpp"
#include "base/result.hpp"
#include "base/units.hpp"
#include "storage/journal/segment_format.hpp"
#include "storage/sqlite/database.hpp"

namespace belay::storage {

class DataSnapshot {
 public:
  struct Segment {
    SegmentName name;
    FileDescriptor file;
    ByteCount size;  // at the moment of the snapshot. The last batch may be incomplete
  };

  // `data` is a data directory with a database; its path is canonical. `busy_timeout` is how long to wait for
  // another process that holds the database.
  static Result<DataSnapshot> take(const std::filesystem::path& data, Milliseconds busy_timeout);

  Database& store() { return *store_; }
  // Ends the read transaction.
  void release_store() { store_.reset(); }
  // In the order in which they must be read.
  const std::vector<Segment>& segments() const { return segments_; }

 private:
  explicit DataSnapshot(std::unique_ptr<Database> store) : store_(std::move(store)) {}

  std::unique_ptr<Database> store_;
  std::vector<Segment> segments_;
};

// Whether `after` has every segment that was created since `before`. False also when that is not certain.
// Both are sorted.
bool has_all_new(const std::vector<SegmentName>& before, const std::vector<SegmentName>& after);

}  // namespace belay::storage
