#include "storage/backup/data_snapshot.hpp"

#include <algorithm>
#include <cerrno>
#include <iterator>
#include <map>
#include <sys/stat.h>
#include <utility>

#include "storage/backup/files.hpp"

namespace belay::storage {
namespace {

namespace fs = std::filesystem;

constexpr int kMaxAttempts = 100;

// Opens these segments. Those that do not exist any more are left out.
Result<std::vector<DataSnapshot::Segment>> open_segments(const fs::path& directory,
                                                         const std::vector<SegmentName>& names) {
  std::vector<DataSnapshot::Segment> segments;
  for (const SegmentName& name : names) {
    auto file = open_to_read(directory / name.file());
    if (file)
      segments.push_back({name, std::move(*file), {}});
    else if (file.error().code != ErrorCode::not_found)
      return file.error();
  }
  return segments;
}

Result<> measure(const fs::path& directory, std::vector<DataSnapshot::Segment>& segments) {
  for (DataSnapshot::Segment& segment : segments) {
    struct stat about {};
    if (::fstat(segment.file.get(), &about) != 0)
      return file_error(directory / segment.name.file(), "read", errno);
    segment.size.value = static_cast<std::uint64_t>(about.st_size);
  }
  return {};
}

// Begins a read transaction. It takes effect with its first read.
Result<> fix_contents(Database& store) {
  if (auto begun = store.execute("BEGIN"); !begun) return begun;
  const auto read = store.number("SELECT count(*) FROM sqlite_schema");
  if (!read) return read.error();
  return {};
}

}  // namespace

bool has_all_new(const std::vector<SegmentName>& before, const std::vector<SegmentName>& after) {
  std::map<std::pair<std::uint64_t, std::uint32_t>, std::uint64_t> newest;  // by generation and loop
  for (const SegmentName& name : before) newest[{name.generation, name.loop}] = name.sequence;
  for (const SegmentName& name : after) {
    if (std::binary_search(before.begin(), before.end(), name)) continue;
    std::uint64_t& sequence = newest[{name.generation, name.loop}];
    if (name.sequence != sequence + 1) return false;
    sequence = name.sequence;
  }
  return true;
}

Result<DataSnapshot> DataSnapshot::take(const fs::path& data, Milliseconds busy_timeout) {
  const fs::path directory = journal_directory(data);
  auto store = Database::open(data / "belay.db", Database::Mode::read_only, busy_timeout);
  if (!store) return store.error();
  DataSnapshot snapshot(std::move(*store));
  for (int attempt = 0; attempt < kMaxAttempts; ++attempt) {
    const auto before = list_segments(directory);
    if (!before) return before.error();
    auto segments = open_segments(directory, *before);
    if (!segments) return segments.error();
    if (auto fixed = fix_contents(*snapshot.store_); !fixed) return fixed.error();

    const auto after = list_segments(directory);
    if (!after) return after.error();
    std::vector<SegmentName> created;
    std::set_difference(after->begin(), after->end(), before->begin(), before->end(),
                        std::back_inserter(created));
    auto more = open_segments(directory, created);
    if (!more) return more.error();
    if (has_all_new(*before, *after) && more->size() == created.size()) {
      std::move(more->begin(), more->end(), std::back_inserter(*segments));
      if (auto measured = measure(directory, *segments); !measured) return measured.error();
      std::sort(segments->begin(), segments->end(),
                [](const Segment& a, const Segment& b) { return a.name < b.name; });
      snapshot.segments_ = std::move(*segments);
      return snapshot;
    }
    if (auto ended = snapshot.store_->execute("ROLLBACK"); !ended) return ended.error();
  }
  return make_error(ErrorCode::unavailable,
                    "The journal's segments are removed too fast to copy them. Try again, or raise "
                    "journal.segment_size.");
}

}  // namespace belay::storage
