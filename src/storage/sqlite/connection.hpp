// A thin, typed cover over one SQLite connection (https://sqlite.org/c3ref/intro.html).
//
// SQLite's C interface leaks what is not finalised, keeps read transactions open while a statement is not
// reset (which makes the write-ahead log grow without end), and binds a null pointer as NULL rather than as
// an empty text. Here a statement is prepared once and kept; a Query is one use of it, and resets it when it
// goes out of scope.
//
// A Connection belongs to one thread. Failures are Errors: `storage_full` for a full disk, `unavailable` when
// another process holds the database, else `internal`; their text is SQLite's and holds no values.
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

class Connection {
 public:
  enum class Mode { read_write, read_only };

  // The file must exist; an empty one is a new database. No part of its path may be a symbolic link.
  static Result<std::unique_ptr<Connection>> open(const std::filesystem::path& file, Mode mode,
                                                  Milliseconds busy_timeout);
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  // One or more statements without parameters; rows are thrown away.
  Result<> execute(const char* sql);
  // The first column of the first row of a statement without parameters.
  Result<std::int64_t> number(const char* sql);

  // What has been committed survives the loss of power once this has returned, also with synchronous=NORMAL.
  // Outside a transaction. After a failure the kernel may have dropped what it could not write: the next call
  // then writes it all anew.
  Result<> sync();

  // False outside a transaction, also when SQLite has rolled it back by itself, as it may on a full disk or a
  // failed write.
  bool in_transaction() const { return sqlite3_get_autocommit(db_.get()) == 0; }
  std::int64_t last_insert_id() const { return sqlite3_last_insert_rowid(db_.get()); }
  std::int64_t changes() const { return sqlite3_changes64(db_.get()); }
  // What the last failed call on this connection failed of.
  Error last_error() const;
  // What the disk or the file have refused since the last call of this, if they have.
  std::optional<Error> take_trouble() { return std::exchange(trouble_, std::nullopt); }

 private:
  friend class Query;
  friend class BlobWriter;
  struct Close {
    void operator()(sqlite3* db) const { sqlite3_close_v2(db); }
    void operator()(sqlite3_stmt* statement) const { sqlite3_finalize(statement); }
  };
  explicit Connection(sqlite3* db) : db_(db) {}
  // Null when it can not be prepared.
  sqlite3_stmt* prepared(const char* sql);

  Error describe(int code) const;
  Result<> sync_log();
  Result<> fold_log();

  std::unique_ptr<sqlite3, Close> db_;
  bool sync_failed_ = false;
  mutable std::optional<Error> trouble_;
  std::unordered_map<std::string_view, std::unique_ptr<sqlite3_stmt, Close>>
      statements_;  // by their literal's text
};

// One use of a statement. Parameters are bound in their order; what is bound must outlive the Query, except
// for run ids, which are copied. A failure to bind is told by the next row() or execute().
class Query {
 public:
  // `sql` is a literal: it lives as long as the connection.
  Query(Connection& connection, const char* sql);
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
  // Runs a statement that gives no rows, or whose rows are not wanted.
  Result<> execute();

  std::int64_t number_at(int column) const { return sqlite3_column_int64(statement_, column); }
  std::uint64_t count_at(int column) const { return static_cast<std::uint64_t>(number_at(column)); }
  WallTime time_at(int column) const { return {number_at(column)}; }
  // Valid until the next row.
  std::string_view bytes_at(int column) const;
  std::string text_at(int column) const { return std::string(bytes_at(column)); }

 private:
  void bound(int code);

  Connection& connection_;
  sqlite3_stmt* statement_;
  int parameters_ = 0;
  std::optional<Error> failed_;
};

// Writes a blob that was inserted as zeros, front to back, without holding it in memory.
class BlobWriter {
 public:
  static Result<BlobWriter> open(Connection& connection, const char* table, const char* column,
                                 std::int64_t row);
  // Must fit into what is left of the blob.
  Result<> append(std::string_view bytes);

 private:
  struct Close {
    void operator()(sqlite3_blob* blob) const { sqlite3_blob_close(blob); }
  };
  BlobWriter(Connection& connection, sqlite3_blob* blob) : connection_(&connection), blob_(blob) {}

  Connection* connection_;
  std::unique_ptr<sqlite3_blob, Close> blob_;
  int written_ = 0;
};

}  // namespace belay::storage
