#include "storage/sqlite/database.hpp"

#include <algorithm>
#include <cerrno>

#include <climits>
#include <fmt/format.h>

#include "storage/sqlite/clean_pages.hpp"

namespace belay::storage {
namespace {

bool disk_is_full(int code, int system_error) {
  if (code == SQLITE_FULL) return true;
  return (code == SQLITE_IOERR || code == SQLITE_CANTOPEN) &&
         (system_error == ENOSPC || system_error == EDQUOT);
}

// Pages are allocated as they are read. By default each connection allocates 20 when it is opened, also if it stays idle.
// https://sqlite.org/c3ref/c_config_covering_index_scan.html, SQLITE_CONFIG_PAGECACHE
void configure_once() {
  [[maybe_unused]] static const int configured = sqlite3_config(SQLITE_CONFIG_PAGECACHE, nullptr, 0, 0);
}

}  // namespace

Result<std::unique_ptr<Database>> Database::open(const std::filesystem::path& file, Mode mode,
                                                 Milliseconds busy_timeout) {
  configure_once();
  const int flags = (mode == Mode::read_only ? SQLITE_OPEN_READONLY : SQLITE_OPEN_READWRITE) |
                    SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE | SQLITE_OPEN_NOFOLLOW;
  sqlite3* db = nullptr;
  const int code = sqlite3_open_v2(file.c_str(), &db, flags, nullptr);
  std::unique_ptr<Database> database(new Database(db, busy_timeout));
  if (code != SQLITE_OK) {
    if (db == nullptr) return make_error(ErrorCode::internal, "No memory to open the database.");
    return database->last_error();
  }
  sqlite3_busy_timeout(db, static_cast<int>(busy_timeout.count()));
  if (mode == Mode::read_write) keep_pages_clean(db);
  return database;
}

Result<> Database::execute(const char* sql) {
  if (sqlite3_exec(db_.get(), sql, nullptr, nullptr, nullptr) != SQLITE_OK) return last_error();
  return {};
}

Result<std::int64_t> Database::number(const char* sql) {
  Query query(*this, sql);
  const auto row = query.row();
  if (!row) return row.error();
  return *row ? query.number_at(0) : 0;
}

Result<std::string> Database::read_blob(const char* table, const char* column, std::int64_t row,
                                        std::size_t max) {
  sqlite3_blob* opened = nullptr;
  const int code = sqlite3_blob_open(db_.get(), "main", table, column, row, 0, &opened);
  const std::unique_ptr<sqlite3_blob, Close> blob(opened);
  if (code != SQLITE_OK) return last_error();
  const std::size_t size = static_cast<std::size_t>(sqlite3_blob_bytes(opened));
  std::string bytes(std::min(size, max), '\0');
  if (sqlite3_blob_read(opened, bytes.data(), static_cast<int>(bytes.size()), 0) != SQLITE_OK)
    return last_error();
  return bytes;
}

Result<> Database::sync() {
  // After a failure, another sync of the same file proves nothing. Writing its contents to another file does.
  const Result<> synced = sync_failed_ ? empty_log() : sync_log();
  sync_failed_ = !synced;
  if (!synced) error_ = synced.error();
  return synced;
}

Result<> Database::copy_to(Database& copy) {
  // If the copying fails, the file is of no use. So it needs no rollback journal.
  if (auto set = copy.execute("PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF"); !set) return set;
  sqlite3_backup* backup = sqlite3_backup_init(copy.db_.get(), "main", db_.get(), "main");
  if (backup == nullptr) return copy.last_error();
  const int stepped = sqlite3_backup_step(backup, -1);
  const int finished = sqlite3_backup_finish(backup);
  if (finished != SQLITE_OK) return copy.last_error();
  if (stepped != SQLITE_DONE)
    return make_error(ErrorCode::unavailable, "The database cannot be copied: it is in use.");
  return copy.execute("PRAGMA journal_mode = DELETE");
}

// The write-ahead log contains every commit that is not in the file. Its checksums show how far it is
// complete.
Result<> Database::sync_log() {
  sqlite3_file* log = nullptr;
  if (sqlite3_file_control(db_.get(), "main", SQLITE_FCNTL_JOURNAL_POINTER, &log) != SQLITE_OK)
    return last_error();
  if (log == nullptr || log->pMethods == nullptr) return {};  // nothing was written through this connection
  if (log->pMethods->xSync(log, SQLITE_SYNC_NORMAL) == SQLITE_OK) return {};
  return make_error(ErrorCode::unavailable, "The database cannot be made durable. Check the disk.");
}

Result<> Database::empty_log(Milliseconds wait) {
  sqlite3_busy_timeout(db_.get(), static_cast<int>(wait.count()));
  Query query(*this, "PRAGMA wal_checkpoint(TRUNCATE)");
  const auto row = query.row();
  sqlite3_busy_timeout(db_.get(), static_cast<int>(busy_timeout_.count()));
  if (!row) return row.error();
  if (*row && query.number_at(0) == 0) return {};
  return make_error(ErrorCode::unavailable,
                    "The database cannot be made durable: another process reads it. End it.");
}

Error Database::last_error() const {
  const int code = sqlite3_extended_errcode(db_.get()) & 0xFF;
  Error error = describe(code);
  for (const int of_the_disk : {SQLITE_FULL, SQLITE_IOERR, SQLITE_BUSY, SQLITE_LOCKED, SQLITE_NOTADB,
                                SQLITE_CORRUPT, SQLITE_PERM, SQLITE_READONLY, SQLITE_CANTOPEN})
    if (code == of_the_disk) error_ = error;
  return error;
}

Error Database::describe(int code) const {
  if (disk_is_full(code, sqlite3_system_errno(db_.get())))
    return make_error(ErrorCode::storage_full,
                      "The disk that holds the database is full. Free some space on it.");
  const char* reason = sqlite3_errmsg(db_.get());
  switch (code) {
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
      return make_error(ErrorCode::unavailable,
                        "Another process holds the database. End it, or let it finish its transaction.");
    case SQLITE_NOTADB:
    case SQLITE_CORRUPT:
      return make_error(
          ErrorCode::internal,
          fmt::format("The database file is broken ({}). Put a backup of it in its place.", reason));
    case SQLITE_PERM:
    case SQLITE_READONLY:
    case SQLITE_CANTOPEN:
      return make_error(
          ErrorCode::internal,
          fmt::format("The database file can not be opened for writing ({}). Check the rights of the "
                      "file and of its folder.",
                      reason));
    default:
      return make_error(ErrorCode::internal, fmt::format("The database failed: {}.", reason));
  }
}

sqlite3_stmt* Database::prepared(const char* sql) {
  auto& statement = statements_[sql];
  if (!statement) {
    sqlite3_stmt* made = nullptr;
    sqlite3_prepare_v3(db_.get(), sql, -1, SQLITE_PREPARE_PERSISTENT, &made, nullptr);
    statement.reset(made);
  }
  return statement.get();
}

Query::Query(Database& database, const char* sql) : database_(database), statement_(database.prepared(sql)) {
  if (statement_ == nullptr) failed_ = database_.last_error();
}

Query::~Query() {
  if (statement_ == nullptr) return;
  sqlite3_reset(statement_);
  sqlite3_clear_bindings(statement_);
}

void Query::bound(int code) {
  if (code != SQLITE_OK && !failed_) failed_ = database_.last_error();
}

Query& Query::text(std::string_view value) {
  const char* data = value.empty() ? "" : value.data();  // a null pointer would bind NULL
  if (statement_)
    bound(sqlite3_bind_text64(statement_, ++parameters_, data, value.size(), SQLITE_STATIC, SQLITE_UTF8));
  return *this;
}

Query& Query::blob(std::string_view value) {
  const char* data = value.empty() ? "" : value.data();
  if (statement_) bound(sqlite3_bind_blob64(statement_, ++parameters_, data, value.size(), SQLITE_STATIC));
  return *this;
}

Query& Query::blob_of_zeros(std::uint64_t size) {
  if (statement_) bound(sqlite3_bind_zeroblob64(statement_, ++parameters_, size));
  return *this;
}

Query& Query::number(std::int64_t value) {
  if (statement_) bound(sqlite3_bind_int64(statement_, ++parameters_, value));
  return *this;
}

Query& Query::run(const RunId& run) {
  const std::string text = run.text();
  if (statement_)
    bound(sqlite3_bind_text64(statement_, ++parameters_, text.data(), text.size(), SQLITE_TRANSIENT,
                              SQLITE_UTF8));
  return *this;
}

Query& Query::null() {
  if (statement_) bound(sqlite3_bind_null(statement_, ++parameters_));
  return *this;
}

Result<bool> Query::row() {
  if (failed_) return *failed_;
  switch (sqlite3_step(statement_)) {
    case SQLITE_ROW:
      return true;
    case SQLITE_DONE:
      return false;
    default:
      failed_ = database_.last_error();
      return *failed_;
  }
}

Result<> Query::execute() {
  for (;;) {
    const auto more = row();
    if (!more) return more.error();
    if (!*more) return {};
  }
}

std::string_view Query::bytes_at(int column) const {
  const void* data = sqlite3_column_blob(statement_, column);  // for a text: its bytes, unchanged
  const int size = sqlite3_column_bytes(statement_, column);
  return {static_cast<const char*>(data), static_cast<std::size_t>(size)};
}

Result<BlobWriter> BlobWriter::open(Database& database, const char* table, const char* column,
                                    std::int64_t row) {
  sqlite3_blob* blob = nullptr;
  const int code = sqlite3_blob_open(database.db_.get(), "main", table, column, row, 1, &blob);
  BlobWriter writer(database, blob);
  if (code != SQLITE_OK) return database.last_error();
  return writer;
}

Result<> BlobWriter::append(std::string_view bytes) {
  if (bytes.empty()) return {};
  if (bytes.size() > static_cast<std::size_t>(INT_MAX - written_))
    return make_error(ErrorCode::payload_too_large, "An answer beyond 2 GiB can not be stored.");
  const int size = static_cast<int>(bytes.size());
  if (sqlite3_blob_write(blob_.get(), bytes.data(), size, written_) != SQLITE_OK)
    return database_->last_error();
  written_ += size;
  return {};
}

}  // namespace belay::storage
