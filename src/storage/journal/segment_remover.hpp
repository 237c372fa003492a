// The thread that removes segments that are no longer needed.
//
// With `disk` durability a segment may be removed only when the events that the store took over survive a
// loss of power. So the store is synced first, once for all segments that are removed together, and the
// directory is synced afterwards. Removing a large file takes milliseconds, which would block a loop for too
// long.
//
// Files are removed in the order in which they were written. When a removal fails, it is retried, and nothing
// newer is removed before it succeeds. Owned by the journal. The destructor makes one last attempt to remove
// what may be removed, without retrying.
#pragma once

#include <condition_variable>
#include <deque>
#include <filesystem>
#include <functional>
#include <mutex>
#include <optional>
#include <thread>
#include <vector>

#include "base/function.hpp"
#include "base/result.hpp"

namespace belay::storage {

struct JournalParts;

class SegmentRemover {
 public:
  // Makes everything that the store has committed so far survive a loss of power. Called on the remover's
  // thread; `done` may be called on any thread. Empty: the store needs no sync.
  using SyncStore = std::function<void(UniqueFunction<void(Result<>)> done)>;

  struct OldFile {
    enum class Kind {
      segment,
      damaged_segment,  // renamed to FILE.damaged instead of removed, so that it can be inspected
      restored_mark,    // no segment (segment_format.hpp)
    };
    std::filesystem::path path;
    Kind kind = Kind::segment;
  };

  SegmentRemover(JournalParts& parts, SyncStore sync_store);
  ~SegmentRemover();

  // Any thread: there may be something to remove.
  void wake();
  // Any thread, once. These files of earlier processes may be removed, in this order. They are removed before
  // any other.
  void discard(std::vector<OldFile> old);
  // Returns when everything that may be removed now was removed or could not be removed.
  void wait_until_idle();
  // Why the last attempt failed; nothing: it succeeded.
  std::optional<Error> last_error() const;

 private:
  struct Going {
    std::filesystem::path path;
    std::uint64_t bytes = 0;
    OldFile::Kind kind = OldFile::Kind::segment;
  };

  void serve();
  Result<> remove_all();
  bool gather();
  Result<> make_store_durable();
  Result<> remove_one(const Going& file);

  JournalParts& parts_;
  const SyncStore sync_store_;
  std::deque<Going> going_;  // used by the thread only
  bool pending_is_replayed_ = false;

  mutable std::mutex mutex_;
  std::condition_variable wanted_;
  std::condition_variable idle_;
  std::vector<OldFile> old_;
  std::optional<Error> error_;
  bool wake_ = false;
  bool busy_ = false;
  bool stopping_ = false;
  std::thread thread_;
};

}  // namespace belay::storage
