// The thread on which segments go that nobody needs any more.
//
// With `disk` durability a segment may go only when what the store took over of it survives the loss of
// power. So the store is synced first, once for all the segments that go together, and the directory
// afterwards. Removing large files takes milliseconds as well, which no loop has.
//
// Files go in the order in which they were written. What fails is tried again, with nothing newer going
// before it. Owned by the journal; the destructor lets go what still may, without trying again.
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
  // Makes what the store has committed so far survive the loss of power. Called on this thread; `done` comes
  // on any. Empty: the store needs no syncing, or nothing has to survive.
  using SyncStore = std::function<void(UniqueFunction<void(Result<>)> done)>;

  struct OldSegment {
    std::filesystem::path path;
    bool damaged = false;  // renamed to FILE.damaged instead: somebody may want to look at it
  };

  SegmentRemover(JournalParts& parts, SyncStore sync_store);
  ~SegmentRemover();

  // Any thread: there may be something to remove.
  void wake();
  // Any thread, once: these, of earlier processes, may go. They go before anything else does.
  void discard(std::vector<OldSegment> old);
  // Returns when what may go now is gone, or could not be removed.
  void wait_until_idle();
  // Why the last attempt failed; nothing: it did not.
  std::optional<Error> trouble() const;

 private:
  struct Going {
    std::filesystem::path path;
    std::uint64_t bytes = 0;
    bool damaged = false;
  };

  void serve();
  Result<> remove_all();
  bool gather();
  Result<> make_store_durable();
  Result<> remove_one(const Going& segment);

  JournalParts& parts_;
  const SyncStore sync_store_;
  std::deque<Going> going_;  // the thread's own
  bool going_are_old_ = false;

  mutable std::mutex mutex_;
  std::condition_variable wanted_;
  std::condition_variable idle_;
  std::vector<OldSegment> old_;
  std::optional<Error> trouble_;
  bool wake_ = false;
  bool busy_ = false;
  bool stopping_ = false;
  std::thread thread_;
};

}  // namespace belay::storage
