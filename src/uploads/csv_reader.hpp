// Reads CSV (RFC 4180) as rows of cells, piece by piece. The parsing is libcsv's, in strict mode.
//
// Rows end with CR LF, LF or CR. Empty lines are skipped. Spaces around a cell that is not in quotes are
// removed. The separator is the comma, semicolon or tab that the first row has most of outside of quotes: spreadsheets
// write semicolons where the comma is the decimal mark. A byte order mark must have been removed.
//
// Errors (unprocessable) name the row, counted from 1 without empty lines: a quote inside a cell that is not in quotes, text
// behind a closing quote, a quote that is never closed, a cell or a row that is too large.
//
// Memory: one row, of at most Config::max_columns cells of Config::max_cell bytes. One owner; not thread-safe.
#pragma once

#include <cstddef>
#include <exception>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "uploads/config.hpp"

struct csv_parser;

namespace belay::uploads {

// Finds the separator in the first row.
class SeparatorScan {
 public:
  // Returns the number of bytes up to the end of the first row that has any text, or npos if it goes on.
  std::size_t push(std::string_view text);
  char separator() const;

 private:
  bool in_quotes_ = false;
  bool has_text_ = false;
  std::size_t commas_ = 0, semicolons_ = 0, tabs_ = 0;
};

struct CsvRow {
  std::size_t number = 0;  // from 1; the header is 1
  std::span<const std::string> cells;
};

class CsvReader {
 public:
  // Called for each row. The row is valid during the call. An error ends the reading and is returned by push()
  // or finish().
  using OnRow = std::function<Result<>(const CsvRow&)>;

  CsvReader(const Config& config, OnRow on_row);
  ~CsvReader();
  CsvReader(const CsvReader&) = delete;
  CsvReader& operator=(const CsvReader&) = delete;

  // `text` is valid UTF-8. After an error, each call returns that error.
  Result<> push(std::string_view text);
  Result<> finish();

 private:
  struct Callbacks;
  struct FreeParser {
    void operator()(csv_parser* parser) const;
  };

  Result<> parse(std::string_view text);
  Result<> check_parser(bool fine);
  void begin();
  void on_cell(std::string_view text);
  void on_row_end();
  void fail_cell();
  void fail(std::string detail, std::string limit = {});

  Config config_;
  OnRow on_row_;
  std::unique_ptr<csv_parser, FreeParser> parser_;
  SeparatorScan scan_;
  bool began_ = false;              // the separator is known
  std::string pending_;             // the text before that
  std::vector<std::string> cells_;  // kept from row to row, for their memory
  std::size_t cell_count_ = 0;
  std::size_t rows_ = 0;
  Result<> state_;
  std::exception_ptr exception_;  // thrown in a callback, which C code must not see
};

}  // namespace belay::uploads
