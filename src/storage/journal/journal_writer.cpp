#include "storage/journal/journal_writer.hpp"

#include <algorithm>
#include <cassert>
#include <utility>

namespace belay::storage {
namespace {

// When a segment knows this many runs, the writer begins to look for released ones among them.
constexpr std::size_t kFewRuns = 1024;
constexpr Milliseconds kIdle{10'000};

std::uint64_t count_events(std::span<const LogAppend> events) {
  std::uint64_t count = 0;
  for (const LogAppend& append : events) count += append.count;
  return count;
}

}  // namespace

JournalWriter::JournalWriter(JournalParts& parts, Loop& loop)
    : parts_(parts),
      loop_(loop),
      closes_seen_(parts.closes_wanted),
      idle_(loop.timers(), [this] { check_idle(); }),
      self_(std::make_shared<JournalWriter*>(this)) {
  assert(loop.index() < SegmentLedger::kMaxLoops);
}

JournalWriter::~JournalWriter() {
  if (parts_.syncer) parts_.syncer->wait_until_idle();
  *self_ = nullptr;
  if (!segment_) return;
  // The file may contain a commit in progress, although its caller never gets a result.
  parts_.ledger.add_runs(segment_->runs().added());
  close_segment();
  parts_.remove_unneeded();
}

void JournalWriter::commit(std::span<const LogAppend> events, std::span<const MarkAppend> marks,
                           CommitDone done) {
  assert(!under_way_);
  if (events.empty() && marks.empty()) return done({});
  if (const Result<> written = append(events, marks); !written) return done(failed(written.error()));
  under_way_amount_ = {count_events(events), encoder_.bytes()};
  if (parts_.syncer) return make_durable(std::move(done));
  committed();
  done({});
}

Result<> JournalWriter::append(std::span<const LogAppend> events, std::span<const MarkAppend> marks) {
  if (given_up_) return *given_up_;
  if (!BatchEncoder::fits(events, marks))
    return make_error(ErrorCode::internal, "More was appended in one turn than a journal's batch can hold.");
  const bool due = !segment_ || !segment_->usable() || segment_->end() >= parts_.share.segment.value;
  if (due) {
    if (const Result<> rolled = roll(); !rolled) {
      ++parts_.stats.roll_failures;
      // A segment that is too long is better than a failed commit.
      if (!segment_ || !segment_->usable()) return rolled;
    }
  }
  const Result<> appended = segment_->append(encoder_, events, marks);
  count_size();
  return appended;
}

void JournalWriter::count_size() {
  const std::uint64_t size = segment_->reserved();
  if (size == counted_size_) return;
  parts_.stats.size += static_cast<std::int64_t>(size - counted_size_);
  counted_size_ = size;
}

Result<> JournalWriter::roll() {
  std::uint64_t& sequence = parts_.next_sequence[loop_.index()];
  const SegmentHeader header{.durability = parts_.config.durability,
                             .loop = static_cast<std::uint32_t>(loop_.index()),
                             .generation = parts_.generation,
                             .sequence = sequence + 1,
                             .created = parts_.clock.wall(),
                             .boot = parts_.boot};
  auto created = Segment::create(parts_.files, parts_.directory, header, parts_.share.step);
  if (!created) return created.error();
  ++sequence;
  ++parts_.stats.segments;
  if (segment_) close_segment();
  segment_ = std::move(*created);
  count_size();
  forget_at_ = kFewRuns;
  parts_.remove_unneeded();
  report_pressure(parts_.share.closed);
  return {};
}

// Frees the space that was preallocated and not used.
void JournalWriter::close_segment() {
  const std::uint64_t end = segment_->end();
  parts_.stats.size += static_cast<std::int64_t>(end) - static_cast<std::int64_t>(counted_size_);
  counted_size_ = 0;
  segment_->close();  // the ledger may have it removed from here on
  parts_.ledger.segment_closed(loop_.index(), segment_->path(), end, segment_->runs());
  segment_.reset();
}

void JournalWriter::check_idle() {
  if (!segment_) return;
  idle_.arm(kIdle);
  if (closes_seen_ != parts_.closes_wanted && !under_way_) {
    closes_seen_ = parts_.closes_wanted;
    idle_.cancel();
    close_segment();
    parts_.remove_unneeded();
    return report_pressure(0);
  }
  if (std::exchange(written_since_check_, false) || under_way_) return;
  parts_.ledger.forget_trimmed(segment_->runs());
  if (!segment_->runs().all().empty()) return;
  idle_.cancel();
  close_segment();
  parts_.remove_unneeded();
}

// Reports later, from the loop itself. The callback may want to commit or trim, which is not allowed inside a
// commit.
void JournalWriter::report_pressure(std::size_t max_closed) {
  if (!pinned_ || parts_.ledger.closed_segments(loop_.index()) <= max_closed) return;
  loop_.post([self = self_, runs = parts_.ledger.pinning(loop_.index(), max_closed)] {
    if (*self && (*self)->pinned_ && !runs.empty()) (*self)->pinned_(runs);
  });
}

void JournalWriter::make_durable(CommitDone done) {
  under_way_ = std::move(done);
  parts_.writing[loop_.index()].syncing_since = parts_.clock.steady().time_since_epoch().count();
  std::optional<DiskSyncer::NewName> name;
  if (!segment_->is_named()) name = {segment_->unnamed(), segment_->path()};
  parts_.syncer->submit({.file = &segment_->file(),
                         .name = std::move(name),
                         .done = [self = self_, &loop = loop_](std::error_code error) {
                           loop.post([self, error] {
                             if (*self) (*self)->synced(error);
                           });
                         }});
}

void JournalWriter::synced(std::error_code error) {
  CommitDone done = std::exchange(under_way_, nullptr);
  parts_.writing[loop_.index()].syncing_since = 0;
  if (!error) {
    segment_->set_named();
    committed();
    done({});
    return;
  }
  // The kernel may have dropped what it could not write. So another sync would prove nothing: the batch must
  // be taken back.
  if (const Result<> taken_back = segment_->take_back(); !taken_back) given_up_ = taken_back.error();
  done(failed(storage_error(error, "The journal cannot be made durable")));
}

void JournalWriter::committed() {
  parts_.ledger.add_runs(segment_->runs().added());
  segment_->keep();
  forget_released_runs();
  written_since_check_ = true;
  if (!idle_.armed()) idle_.arm(kIdle);
  parts_.disk_space.write_succeeded();
  if (auto& fails = parts_.writing[loop_.index()].fails; fails.load(std::memory_order_relaxed)) fails = false;
  parts_.stats.batches.fetch_add(1, std::memory_order_relaxed);
  parts_.stats.events.fetch_add(under_way_amount_.events, std::memory_order_relaxed);
  parts_.stats.bytes.fetch_add(under_way_amount_.bytes, std::memory_order_relaxed);
}

// Runs only when the number of runs has doubled, so that each run is checked a bounded number of times.
void JournalWriter::forget_released_runs() {
  SegmentRuns& runs = segment_->runs();
  if (runs.all().size() < forget_at_) return;
  parts_.ledger.forget_trimmed(runs);
  forget_at_ = std::max(kFewRuns, 2 * runs.all().size());
}

Error JournalWriter::failed(Error error) {
  ++parts_.stats.commit_failures;
  if (error.code == ErrorCode::storage_full) {
    parts_.disk_space.write_refused();
    return error;
  }
  parts_.writing[loop_.index()].fails = true;
  const std::lock_guard lock(parts_.failure_mutex);
  parts_.failure = error;
  parts_.failed_at = parts_.clock.steady();
  return error;
}

void MemoryWriter::commit(std::span<const LogAppend> events, std::span<const MarkAppend> marks,
                          CommitDone done) {
  if (!events.empty() || !marks.empty()) {
    parts_.stats.batches.fetch_add(1, std::memory_order_relaxed);
    parts_.stats.events.fetch_add(count_events(events), std::memory_order_relaxed);
  }
  done({});
}

}  // namespace belay::storage
