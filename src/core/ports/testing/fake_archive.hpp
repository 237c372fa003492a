// The events of runs in memory, for FakeStore. The rules are those of core/ports/store.hpp: ranges follow each other
// without gaps. Its owner holds a mutex.
#pragma once

#include <functional>
#include <limits>
#include <map>
#include <memory>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "base/result.hpp"
#include "core/types/event.hpp"
#include "core/types/records.hpp"

namespace belay::testing {

class FakeArchive {
 public:
  using Ranges = std::vector<ArchivedRange>;

  // Stores all ranges, or none if one is refused.
  Result<> put(std::span<const ArchivedRange> ranges) {
    std::map<RunId, std::size_t> before;
    for (const ArchivedRange& range : ranges) {
      before.try_emplace(range.run, of(range.run).size());
      if (const auto done = put(range); !done) {
        for (const auto& [run, count] : before) cut(run, count);
        return done;
      }
    }
    return {};
  }
  const Ranges& of(const RunId& run) const {
    static const Ranges kNone;
    const auto found = runs_.find(run);
    return found == runs_.end() ? kNone : found->second;
  }
  // 0: none.
  Offset through(const RunId& run) const { return of(run).empty() ? 0 : end_of(of(run).back()); }
  Ranges read(const RunId& run, Offset from, std::size_t max_bytes, std::size_t max_ranges) const {
    Ranges found;
    std::size_t bytes = 0;
    for (const ArchivedRange& range : of(run)) {
      if (end_of(range) < from) continue;
      if (!found.empty() && (bytes >= max_bytes || found.size() >= max_ranges)) break;
      found.push_back(range);
      bytes += range.bytes->size();
    }
    return found;
  }
  std::uint64_t bytes_of(const RunId& run) const {
    std::uint64_t bytes = 0;
    for (const ArchivedRange& range : of(run)) bytes += range.bytes->size();
    return bytes;
  }
  // The runs that have events, in order.
  std::vector<RunId> runs() const {
    std::vector<RunId> all;
    for (const auto& [run, ranges] : runs_) all.push_back(run);
    return all;
  }
  // Keeps the first `count` ranges of the run.
  void cut(const RunId& run, std::size_t count) {
    if (count == 0)
      erase(run);
    else
      runs_[run].resize(count);
  }
  void erase(const RunId& run) { runs_.erase(run); }
  void erase_if(const std::function<bool(const RunId&)>& which) {
    std::erase_if(runs_, [&](const auto& entry) { return which(entry.first); });
  }

 private:
  static Offset end_of(const ArchivedRange& range) { return range.first + range.count - 1; }
  static bool is_broken(const ArchivedRange& range) {
    if (range.count == 0 || range.first == 0 || !range.bytes) return true;
    if (range.first > std::numeric_limits<Offset>::max() - range.count) return true;
    EventReader reader({range.first, range.base_time, *range.bytes});
    std::uint32_t count = 0;
    for (Event event; reader.next(event);) ++count;
    return !reader.ok() || count != range.count;
  }
  // The bytes of the range's events after `through`.
  static std::string bytes_after(const ArchivedRange& range, Offset through) {
    std::size_t skip = 0;
    EventReader reader({range.first, range.base_time, *range.bytes});
    for (Event event; reader.next(event) && event.offset <= through;)
      skip = static_cast<std::size_t>(event.payload.data() + event.payload.size() - range.bytes->data());
    return range.bytes->substr(skip);
  }

  Result<> put(const ArchivedRange& range) {
    if (is_broken(range)) return make_error(ErrorCode::internal, "A range whose bytes are not its events.");
    const Offset through = this->through(range.run);
    if (end_of(range) <= through) return {};
    if (range.first > through + 1) return make_error(ErrorCode::conflict, "A range that leaves a gap.");
    ArchivedRange rest = range;
    rest.first = through + 1;
    rest.count = static_cast<std::uint32_t>(end_of(range) - through);
    rest.bytes = std::make_shared<const std::string>(bytes_after(range, through));
    runs_[range.run].push_back(std::move(rest));
    return {};
  }

  std::map<RunId, Ranges> runs_;  // none of them is empty
};

}  // namespace belay::testing
