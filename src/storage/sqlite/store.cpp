#include "storage/sqlite/store.hpp"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <fmt/format.h>

#include "storage/sqlite/channels.hpp"
#include "storage/sqlite/conversations.hpp"
#include "storage/sqlite/erasure.hpp"
#include "storage/sqlite/event_archive.hpp"
#include "storage/sqlite/history.hpp"
#include "storage/sqlite/retention.hpp"
#include "storage/sqlite/schema.hpp"
#include "storage/sqlite/search_index.hpp"
#include "storage/sqlite/settlement.hpp"
#include "storage/sqlite/store_calls.hpp"

namespace belay::storage {
namespace {

constexpr std::uint64_t kPageSize = 4096;

// Makes the file's name survive a loss of power, like its contents.
bool sync_directory_of(const std::filesystem::path& file) {
  const int fd = ::open(file.parent_path().c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  // On some file systems a directory cannot be synced, and need not be; they return EINVAL.
  const bool synced = fd >= 0 && (::fsync(fd) == 0 || errno == EINVAL);
  const int error = errno;
  if (fd >= 0) ::close(fd);
  errno = error;
  return synced;
}

// Creates the file for its owner only. SQLite gives the write-ahead log and its index the same permissions.
Result<> make_private_file(const std::filesystem::path& file) {
  const int fd = ::open(file.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, S_IRUSR | S_IWUSR);
  const bool made = fd >= 0 && ::fchmod(fd, S_IRUSR | S_IWUSR) == 0 && sync_directory_of(file);
  const int error = errno;
  if (fd >= 0) ::close(fd);
  if (made) return {};
  return make_error(error == ENOSPC || error == EDQUOT ? ErrorCode::storage_full : ErrorCode::internal,
                    fmt::format("The database file {} can not be made or opened: {}.", file.string(),
                                std::strerror(error)));
}

Result<std::unique_ptr<Database>> open_for_writing(const std::filesystem::path& file,
                                                   const SqliteConfig& config) {
  auto database = Database::open(file, Database::Mode::read_write, config.busy_timeout);
  if (!database) return database;
  // Until the write-ahead log is in use, a transaction ends when its rollback journal is removed. EXTRA also
  // syncs the directory after that.
  if (const auto set = (*database)->execute("PRAGMA synchronous = EXTRA"); !set) return set.error();
  if (const auto migrated = migrate(**database); !migrated) return migrated.error();
  const std::string pragmas = fmt::format(
      "PRAGMA journal_mode = WAL; PRAGMA synchronous = {}; PRAGMA cache_size = -{}; PRAGMA "
      "wal_autocheckpoint = {}; "
      "PRAGMA journal_size_limit = {}; PRAGMA max_page_count = {}; PRAGMA secure_delete = ON; PRAGMA "
      "temp_store = MEMORY",
      config.synchronous == SqliteConfig::Synchronous::full ? "FULL" : "NORMAL", config.cache.value >> 10,
      std::max<std::uint64_t>(config.checkpoint_after.value / kPageSize, 1), config.wal_kept.value,
      config.max_file_size.value == 0 ? 0
                                      : std::max<std::uint64_t>(config.max_file_size.value / kPageSize, 1));
  if (const auto set = (*database)->execute(pragmas.c_str()); !set) return set.error();
  return database;
}

Result<std::unique_ptr<Database>> open_for_reading(const std::filesystem::path& file,
                                                   const SqliteConfig& config) {
  auto database = Database::open(file, Database::Mode::read_only, config.busy_timeout);
  if (!database) return database;
  const std::string pragmas =
      fmt::format("PRAGMA query_only = ON; PRAGMA cache_size = -{}", config.cache.value >> 10);
  if (const auto set = (*database)->execute(pragmas.c_str()); !set) return set.error();
  return database;
}

std::size_t bytes_of(const std::vector<ArchivedRange>& ranges) {
  std::size_t bytes = 0;
  for (const ArchivedRange& range : ranges)
    bytes += sizeof(ArchivedRange) + (range.bytes ? range.bytes->size() : 0);
  return bytes;
}

// An operation that does nothing itself. The writer finishes it at the right time.
class MarkerOperation final : public Operation {
 public:
  MarkerOperation(Kind kind, Store::Done<> done) : Operation(kind, kSmallOperation), done_(std::move(done)) {}
  bool attempt(Database&) override { return true; }
  void fail(Error error) override { result_ = std::move(error); }
  bool failed() const override { return result_.has_error(); }
  void finish() override {
    if (done_) done_(std::move(result_));
  }

 private:
  Store::Done<> done_;
  Result<> result_;
};

class Sweep final : public Operation {
 public:
  Sweep(WallTime now, Retention retention, const SqliteConfig& config, SqliteStats& stats,
        Store::Done<std::uint64_t> done)
      : Operation(Operation::Kind::background, kSmallOperation),
        now_(now),
        retention_(retention),
        config_(config),
        stats_(stats),
        done_(std::move(done)) {}

  bool attempt(Database& database) override {
    const auto step = sweep_step(database, now_, retention_, config_);
    if (!step) {
      result_ = step.error();
      return false;
    }
    *result_ += step->runs;
    more_ = step->more;
    return true;
  }
  bool wants_more() const override { return more_; }
  void fail(Error error) override { result_ = std::move(error); }
  bool failed() const override { return result_.has_error(); }
  void finish() override {
    if (result_) stats_.swept_runs.fetch_add(*result_, std::memory_order_relaxed);
    if (done_) done_(std::move(result_));
  }

 private:
  const WallTime now_;
  const Retention retention_;
  const SqliteConfig& config_;
  SqliteStats& stats_;
  Store::Done<std::uint64_t> done_;
  Result<std::uint64_t> result_{std::uint64_t{0}};
  bool more_ = false;
};

class EraseOperation final : public Operation {
 public:
  EraseOperation(ErasureStore::Id id, std::size_t rows, Store::Done<ErasureReport> done)
      : Operation(Operation::Kind::background, kSmallOperation),
        id_(id),
        rows_(rows),
        done_(std::move(done)) {}

  bool attempt(Database& database) override {
    const auto step = try_step(database);
    if (!step) result_ = step.error();
    more_ = step && *step;
    return step.has_value();
  }
  bool wants_more() const override { return more_; }
  bool wants_empty_log() const override { return true; }
  void fail(Error error) override { result_ = std::move(error); }
  bool failed() const override { return result_.has_error(); }
  void finish() override {
    if (more_ && result_) fail(make_error(ErrorCode::unavailable, "The store is shutting down."));
    if (done_) done_(std::move(result_));
  }

 private:
  Result<bool> try_step(Database& database) {
    const auto erasure = read_erasure(database, id_);
    if (!erasure) return erasure.error();
    if (!*erasure) return false;
    const auto more = erase_step(database, **erasure, rows_, *result_);
    if (!more || *more) return more;
    if (auto done = delete_erasure(database, id_); !done) return done.error();
    return false;
  }

  const ErasureStore::Id id_;
  const std::size_t rows_;
  Store::Done<ErasureReport> done_;
  Result<ErasureReport> result_{ErasureReport()};
  bool more_ = false;
};

}  // namespace

Result<std::unique_ptr<SqliteStore>> SqliteStore::open(const std::filesystem::path& directory,
                                                       const SqliteConfig& config, TokenEstimate estimate) {
  const std::filesystem::path file = directory / "belay.db";
  if (const auto made = make_private_file(file); !made) return made.error();
  auto writing = open_for_writing(file, config);
  if (!writing) return writing.error();
  auto reading = open_for_reading(file, config);
  if (!reading) return reading.error();
  const auto has_older = has_older_messages(**writing);
  if (!has_older) return has_older.error();
  std::unique_ptr<SqliteStore> store(new SqliteStore(config, estimate));
  store->writer_ = std::make_unique<Writer>(std::move(*writing), store->config_, store->stats_);
  store->reader_ = std::make_unique<Reader>(std::move(*reading), store->config_, store->stats_);
  if (*has_older) store->index_older_messages();
  return store;
}

SqliteStore::SqliteStore(const SqliteConfig& config, TokenEstimate estimate)
    : config_(config), estimate_(estimate) {}

SqliteStore::~SqliteStore() {
  // Stop both before either is destroyed: a callback of one may still call the other.
  if (writer_) writer_->stop();
  if (reader_) reader_->stop();
}

void SqliteStore::store_prompt(UserMessage message, Done<> done) {
  const std::size_t bytes = message.text.size();
  auto work = [message = std::move(message)](Database& database) { return put_prompt(database, message); };
  write(bytes, std::move(done), std::move(work));
}

void SqliteStore::put_events(std::vector<ArchivedRange> ranges, Done<> done) {
  const std::size_t bytes = bytes_of(ranges);
  auto work = [ranges = std::move(ranges)](Database& database) { return archive_events(database, ranges); };
  write(bytes, std::move(done), std::move(work));
}

void SqliteStore::settle(RunRecord record, std::vector<ArchivedRange> rest, std::optional<UserMessage> prompt,
                         Done<bool> done) {
  const std::size_t bytes = bytes_of(rest) + (prompt ? prompt->text.size() : 0);
  Done<bool> counted = [this, done = std::move(done)](Result<bool> result) mutable {
    if (result && *result) stats_.settlements.fetch_add(1, std::memory_order_relaxed);
    if (done) done(std::move(result));
  };
  auto work = [record = std::move(record), rest = std::move(rest), prompt = std::move(prompt),
               form = AnswerForm{config_.whole_answer, estimate_}](Database& database) {
    return settle_run(database, record, rest, prompt ? &*prompt : nullptr, form);
  };
  write(bytes, std::move(counted), std::move(work));
}

void SqliteStore::mark_opened(RunId run, Done<> done) {
  // From here on a reader has the run, and may reconnect.
  write_for_client(std::move(done), [run](Database& database) { return set_opened(database, run); });
}

void SqliteStore::unsettled_runs(Done<std::vector<RunId>> done) {
  read(std::move(done), [](Database& database) { return read_unsettled(database); });
}

void SqliteStore::find_run(RunId run, Done<std::optional<RunRecord>> done) {
  read(std::move(done), [run](Database& database) { return read_run(database, run); });
}

void SqliteStore::find_by_key(std::string user, std::string surface, std::string idempotency_key,
                              Done<std::optional<RunRecord>> done) {
  auto work = [user = std::move(user), surface = std::move(surface), key = std::move(idempotency_key)](
                  Database& database) { return read_run_by_key(database, user, surface, key); };
  read(std::move(done), std::move(work));
}

void SqliteStore::read_events(RunId log, Offset from, std::size_t max_bytes,
                              Done<std::vector<ArchivedRange>> done) {
  auto work = [log, from, max_bytes](Database& database) {
    return is_channel(log) ? read_channel_ranges(database, log, from, max_bytes)
                           : read_ranges(database, log, from, max_bytes);
  };
  using ReadTask = Task<std::vector<ArchivedRange>, decltype(work)>;
  reader_->submit(std::make_unique<ReadTask>(Operation::Kind::read, kSmallOperation, ReadTask::For::request,
                                             std::move(work), std::move(done)));
}

void SqliteStore::archived_through(RunId run, Done<Offset> done) {
  read(std::move(done), [run](Database& database) { return storage::archived_through(database, run); });
}

void SqliteStore::sweep(WallTime now, Retention retention, Done<std::uint64_t> done) {
  writer_->submit(std::make_unique<Sweep>(now, retention, config_, stats_, std::move(done)));
}

void SqliteStore::erase(Id id, Done<ErasureReport> done) {
  // It may be a user who is erased.
  auto forget = [this, done = std::move(done)](Result<ErasureReport> report) mutable {
    tiers_.forget_all();
    if (done) done(std::move(report));
  };
  writer_->submit(std::make_unique<EraseOperation>(id, config_.sweep_rows, std::move(forget)));
}

void SqliteStore::flush(Done<> done) {
  writer_->submit(std::make_unique<MarkerOperation>(Operation::Kind::barrier, std::move(done)));
}

SqliteStore::Condition SqliteStore::condition() const {
  return {writer_->failing(), std::max(writer_->busy().now(), reader_->busy().now())};
}

void SqliteStore::give_up_stalled() {
  Error error =
      make_error(ErrorCode::unavailable, "The server's store does not answer. Try again in a moment.");
  error.retry_after = Milliseconds(2'000);
  if (writer_->busy().now() >= config_.max_stall) stats_.given_up += writer_->waiting().give_up(error);
  if (reader_->busy().now() >= config_.max_stall) stats_.given_up += reader_->waiting().give_up(error);
}

void SqliteStore::probe() {
  write<void>(0, {}, [](Database& database) {
    return database.execute("UPDATE totals SET event_bytes = event_bytes WHERE id = 1");
  });
}

void SqliteStore::sync(Done<> done) {
  writer_->submit(std::make_unique<MarkerOperation>(Operation::Kind::sync, std::move(done)));
}

}  // namespace belay::storage
