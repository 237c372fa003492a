// A thin, typed wrapper for one SQLite connection (https://sqlite.org/c3ref/intro.html).
//
// SQLite's C interface has three traps. It leaks what is not finalised. It keeps a read transaction open
// until the statement is reset, which makes the write-ahead log grow without limit. And it binds a null
// pointer as NULL, not as an empty text. Here a statement is prepared once and kept. A Query is one use of a
// statement; its destructor resets the statement.
//
// A Database belongs to one thread. Failures are Errors: `storage_full` for a full disk, `unavailable` when
// another process holds the database, otherwise `internal`. Their text comes from SQLite and contains no
// values.
#pragma once

#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>

#include <sqlite3.h>

#include "base/clock.hpp"
#include "base/result.hpp"
#include "base/run_id.hpp"

namespace belay::storage {

class Database {
 public:
  enum class Mode { read_write, read_only };

  // The file must exist; an empty file becomes a new database. No part of its path may be a symbolic link.
  static Result<std::unique_ptr<Database>> open(const std::filesystem::path& file, Mode mode,
                                                Milliseconds busy_timeout);
  Database(const Database&) = delete;
  Database& operator=(const Database&) = delete;

  // Runs one or more statements without parameters; rows are ignored.
  Result<> execute(const char* sql);
  // Returns the first column of the first row of a statement without parameters.
  Result<std::int64_t> number(const char* sql);

  // The first `max` bytes of a blob. Reads no more than that.
  Result<std::string> read_blob(const char* table, const char* column, std::int64_t row, std::size_t max);

  // When this has returned, everything committed so far survives a loss of power, even with
  // synchronous=NORMAL. Call it outside a transaction. After a failure, the kernel may have dropped what it
  // could not write; the next call then writes everything again.
  Result<> sync();

  // Copies the write-ahead log into the file and makes it empty. Waits for readers as long as `wait`, or as the busy
  // timeout. Nobody can write in the meantime. Call it outside a transaction.
  Result<> empty_log(Milliseconds wait);
  Result<> empty_log() { return empty_log(busy_timeout_); }

  // Copies the contents, as the current transaction sees them, into `copy`, which must be empty. Other
  // connections may write in the meantime. The result is a complete database in one file, without a
  // write-ahead log. It is not synced.
  Result<> copy_to(Database& copy);

  // False outside a transaction. Also false when SQLite has rolled the transaction back by itself, which it
  // may do on a full disk or a failed write.
  bool in_transaction() const { return sqlite3_get_autocommit(db_.get()) == 0; }
  std::int64_t last_insert_id() const { return sqlite3_last_insert_rowid(db_.get()); }
  std::int64_t changes() const { return sqlite3_changes64(db_.get()); }
  // The error of the last failed call on this connection.
  Error last_error() const;
  // Returns and clears the last error of the disk or the file since the previous call, if there was one.
  std::optional<Error> take_error() { return std::exchange(error_, std::nullopt); }

 private:
  friend class Query;
  friend class BlobWriter;
  struct Close {
    void operator()(sqlite3* db) const { sqlite3_close_v2(db); }
    void operator()(sqlite3_stmt* statement) const { sqlite3_finalize(statement); }
    void operator()(sqlite3_blob* blob) const { sqlite3_blob_close(blob); }
  };
  Database(sqlite3* db, Milliseconds busy_timeout) : db_(db), busy_timeout_(busy_timeout) {}
  // Null when it cannot be prepared.
  sqlite3_stmt* prepared(const char* sql);

  Error describe(int code) const;
  Result<> sync_log();

  std::unique_ptr<sqlite3, Close> db_;
  const Milliseconds busy_timeout_;
  bool sync_failed_ = false;
  mutable std::optional<Error> error_;
  // The key is the text of the statement's literal.
  std::unordered_map<std::string_view, std::unique_ptr<sqlite3_stmt, Close>> statements_;
};

// One use of a statement. Parameters are bound in order. Bound values must outlive the Query, except run ids,
// which are copied. If binding fails, the next row() or execute() returns the error.
class Query {
 public:
  // `sql` must be a literal, or live as long as the connection.
  Query(Database& database, const char* sql);
  ~Query();
  Query(const Query&) = delete;
  Query& operator=(const Query&) = delete;

  Query& text(std::string_view value);
  template <class T>
  requires std::is_same_v<T, std::string> Query& text(T&& temporary) = delete;
  Query& blob(std::string_view value);
  Query& blob_of_zeros(std::uint64_t size);
  Query& number(std::int64_t value);
  Query& number(std::uint64_t value) { return number(static_cast<std::int64_t>(value)); }
  Query& number(int value) { return number(static_cast<std::int64_t>(value)); }
  Query& time(WallTime value) { return number(value.ms); }
  Query& run(const RunId& run);
  Query& null();

  // Steps to the next row; false when there is none.
  Result<bool> row();
  // Runs a statement that returns no rows, or whose rows are not needed.
  Result<> execute();

  std::int64_t number_at(int column) const { return sqlite3_column_int64(statement_, column); }
  std::uint64_t count_at(int column) const { return static_cast<std::uint64_t>(number_at(column)); }
  WallTime time_at(int column) const { return {number_at(column)}; }
  // Valid until the next row.
  std::string_view bytes_at(int column) const;
  std::string text_at(int column) const { return std::string(bytes_at(column)); }

 private:
  void bound(int code);

  Database& database_;
  sqlite3_stmt* statement_;
  int parameters_ = 0;
  std::optional<Error> failed_;
};

// Writes a blob that was inserted as zeros, from the beginning to the end, without holding it in memory.
class BlobWriter {
 public:
  static Result<BlobWriter> open(Database& database, const char* table, const char* column, std::int64_t row);
  // `bytes` must fit into the rest of the blob.
  Result<> append(std::string_view bytes);

 private:
  struct Close {
    void operator()(sqlite3_blob* blob) const { sqlite3_blob_close(blob); }
  };
  BlobWriter(Database& database, sqlite3_blob* blob) : database_(&database), blob_(blob) {}

  Database* database_;
  std::unique_ptr<sqlite3_blob, Close> blob_;
  int written_ = 0;
};

}  // namespace belay::storage
