#include "storage/journal/journal.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "storage/journal/journal_reader.hpp"
#include "storage/journal/journal_writer.hpp"

namespace belay::storage {

Result<std::unique_ptr<Journal>> Journal::open(const JournalConfig& config, const std::filesystem::path& data,
                                               FileSystem& files, const Clock& clock, const BootId& boot,
                                               SegmentRemover::SyncStore sync_store) {
  auto parts = std::make_unique<JournalParts>(config, journal_directory(data), files, clock, boot);
  std::error_code ignored;
  if (std::filesystem::is_symlink(parts->directory, ignored))
    return make_error(ErrorCode::forbidden,
                      fmt::format("The journal's directory {} is a symbolic link. Links inside the data "
                                  "directory are not followed.",
                                  parts->directory.string()));
  auto old = list_segments(parts->directory);
  if (!old) return old.error();
  if (!old->empty()) parts->generation = old->back().generation + 1;
  parts->stats.segments = static_cast<std::int64_t>(old->size());
  parts->ledger.allow_removal(old->empty());

  std::unique_ptr<Journal> journal(new Journal(std::move(parts)));
  for (const SegmentName& name : *old) journal->old_.push_back({name});
  journal->is_restored_ = std::filesystem::exists(journal->parts_->directory / kRestoredMark, ignored);
  if (config.durability != Durability::memory)
    if (const Result<> prepared = journal->prepare_directory(); !prepared) return prepared.error();
  journal->parts_->remover = std::make_unique<SegmentRemover>(*journal->parts_, std::move(sync_store));
  return journal;
}

Journal::~Journal() = default;

Result<> Journal::prepare_directory() {
  const std::filesystem::path& directory = parts_->directory;
  std::error_code error = parts_->files.make_directory(directory);
  if (error) return storage_error(error, "The journal's directory " + directory.string() + " cannot be made");

  // Remove segments whose header was not complete when the process died. They contain no events.
  std::filesystem::directory_iterator entry(directory, error);
  for (; !error && entry != std::filesystem::directory_iterator(); entry.increment(error))
    if (entry->path().extension() == ".new") parts_->files.remove(entry->path());

  if (parts_->config.durability != Durability::disk) return {};
  error = parts_->files.sync_directory(directory.parent_path());
  if (error) return storage_error(error, "The data directory cannot be made durable");
  parts_->syncer = std::make_unique<DiskSyncer>(parts_->files, directory);
  return {};
}

Result<ReplaySummary> Journal::replay(ReplayVisitor& visitor) {
  ReplaySummary summary;
  if (is_restored_) {
    summary.tail_may_be_lost = summary.machine_restarted = true;
    findings_.push_back("restored from a backup: what happened after the backup is lost");
  }
  for (OldSegment& segment : old_)
    if (const Result<> read = replay_segment(segment, visitor, summary); !read) return read.error();
  parts_->stats.torn_tails = summary.torn_tails;
  return summary;
}

Result<> Journal::replay_segment(OldSegment& segment, ReplayVisitor& visitor, ReplaySummary& summary) {
  const SegmentName& name = segment.name;
  auto input = FileInput::open(parts_->directory / name.file());
  if (!input) return input.error();
  SegmentReader reader(**input);
  const auto found = [&](std::string_view what) {
    ++summary.torn_tails;
    findings_.push_back(
        fmt::format("{}: {} at byte {} of {}", name.file(), what, reader.place(), (*input)->size()));
  };

  const auto unreadable = [&] {
    return make_error(ErrorCode::unavailable,
                      fmt::format("The journal segment {} cannot be read. Check the disk.",
                                  (parts_->directory / name.file()).string()));
  };

  if (reader.end() == SegmentEnd::unreadable) return unreadable();
  switch (reader.header_state()) {
    case DecodedHeader::State::good:
      break;
    case DecodedHeader::State::unknown_version:
      return make_error(
          ErrorCode::conflict,
          fmt::format(
              "The journal segment {} was written by another version of Belay. Start that version and let it "
              "finish its runs, or move the file away.",
              (parts_->directory / name.file()).string()));
    case DecodedHeader::State::broken:
      // Files get their names when the header is complete. So this header was damaged, or lost with the
      // power.
      summary.tail_may_be_lost = true;
      segment.damaged = (*input)->size() > 0;
      found("no readable header");
      return {};
  }

  const bool same_boot = reader.header().boot == parts_->boot && parts_->boot != BootId{};
  if (!same_boot) summary.machine_restarted = true;
  if (!same_boot && reader.header().durability != Durability::disk) summary.tail_may_be_lost = true;

  Batch batch;
  while (reader.next(batch)) {
    ++summary.batches;
    for (const BatchEntry& entry : batch.entries) {
      if (const auto* events = std::get_if<LogAppend>(&entry))
        visitor.on_events(*events);
      else
        visitor.on_mark(std::get<MarkAppend>(entry));
    }
  }
  if (reader.end() == SegmentEnd::torn_tail) found("torn tail, cut off");
  if (reader.end() == SegmentEnd::broken) {
    summary.tail_may_be_lost = true;  // data that was once complete is lost
    segment.damaged = true;
    found("broken batch, the rest is not read");
  }
  if (reader.end() == SegmentEnd::unreadable) return unreadable();
  return {};
}

Result<> Journal::discard_replayed() {
  using Kind = SegmentRemover::OldFile::Kind;
  std::vector<SegmentRemover::OldFile> old;
  for (const OldSegment& segment : std::exchange(old_, {}))
    old.push_back(
        {parts_->directory / segment.name.file(), segment.damaged ? Kind::damaged_segment : Kind::segment});
  // The mark is removed last: it is needed as long as a segment of the backup exists.
  if (std::exchange(is_restored_, false))
    old.push_back({parts_->directory / kRestoredMark, Kind::restored_mark});
  if (!old.empty()) parts_->remover->discard(std::move(old));
  return {};
}

std::unique_ptr<LogWriter> Journal::open_writer(Loop& loop) {
  if (parts_->config.durability == Durability::memory) return std::make_unique<MemoryWriter>(*parts_);
  return std::make_unique<JournalWriter>(*parts_, loop);
}

void Journal::trim(const RunId& run, Offset through) {
  parts_->ledger.trim(run, through);
  parts_->remove_unneeded();
}

Journal::Condition Journal::condition() const {
  Condition condition;
  const SteadyTime now = parts_->clock.steady();
  bool fails = false;
  for (const JournalParts::Writing& writing : parts_->writing) {
    fails = fails || writing.fails;
    const std::int64_t since = writing.syncing_since;
    if (since == 0) continue;
    const SteadyTime::duration waited = now.time_since_epoch() - SteadyTime::duration(since);
    condition.syncing = std::max(condition.syncing, std::chrono::duration_cast<Milliseconds>(waited));
  }
  if (!fails) return condition;
  // A failed commit that is not retried says nothing about the present after a while.
  const std::lock_guard lock(parts_->failure_mutex);
  if (now - parts_->failed_at < parts_->config.full_probe_interval) condition.failing = parts_->failure;
  return condition;
}

Result<> Journal::accepts_writes() const {
  if (parts_->config.durability == Durability::memory) return {};
  return parts_->disk_space.check();
}

}  // namespace belay::storage
