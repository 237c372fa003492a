#include "uploads/csv_reader.hpp"

#include <algorithm>
#include <csv.h>
#include <new>
#include <utility>

#include <fmt/format.h>

#include "uploads/format.hpp"

namespace belay::uploads {
namespace {

// The longest first row. Names of columns are short.
constexpr std::size_t kMaxHeaderBytes = 256 * 1024;
// After so many bytes the size of the open cell is checked.
constexpr std::size_t kSlice = 4 * 1024;

}  // namespace

std::size_t SeparatorScan::push(std::string_view text) {
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (c == '"') in_quotes_ = !in_quotes_;
    if (!in_quotes_) {
      if (c == '\n' || c == '\r') {
        if (has_text_) return i;
        tabs_ = 0;  // of an empty line
      }
      commas_ += c == ',';
      semicolons_ += c == ';';
      tabs_ += c == '\t';
    }
    has_text_ = has_text_ || (c != ' ' && c != '\t' && c != '\n' && c != '\r');
  }
  return text.npos;
}

char SeparatorScan::separator() const {
  if (commas_ >= semicolons_ && commas_ >= tabs_) return ',';
  return semicolons_ >= tabs_ ? ';' : '\t';
}

// libcsv's callbacks. No exception passes through its C code.
struct CsvReader::Callbacks {
  static void cell(void* text, std::size_t size, void* reader) noexcept {
    auto& self = *static_cast<CsvReader*>(reader);
    guard(self, [&] { self.on_cell({static_cast<const char*>(text), size}); });
  }
  static void row_end(int, void* reader) noexcept {
    auto& self = *static_cast<CsvReader*>(reader);
    guard(self, [&] { self.on_row_end(); });
  }
  template <class Work>
  static void guard(CsvReader& self, Work work) noexcept {
    if (!self.state_ || self.exception_) return;
    try {
      work();
    } catch (...) {
      self.exception_ = std::current_exception();
    }
  }
};

void CsvReader::FreeParser::operator()(csv_parser* parser) const {
  csv_free(parser);
  delete parser;
}

CsvReader::CsvReader(const Config& config, OnRow on_row) : config_(config), on_row_(std::move(on_row)) {
  auto parser = std::make_unique<csv_parser>();
  if (csv_init(parser.get(), CSV_STRICT | CSV_STRICT_FINI) != 0) throw std::bad_alloc();
  parser_.reset(parser.release());
  csv_set_blk_size(parser_.get(), kSlice);
}

CsvReader::~CsvReader() = default;

Result<> CsvReader::push(std::string_view text) {
  if (!state_) return state_;
  if (began_) return parse(text);
  pending_ += text;
  // Of a first row that is too long, libcsv will say what is too much: the cells or their size.
  if (scan_.push(text) == text.npos && pending_.size() <= kMaxHeaderBytes) return {};
  begin();
  return parse(std::exchange(pending_, {}));
}

Result<> CsvReader::finish() {
  if (!state_) return state_;
  if (!began_) {
    begin();
    if (auto fine = parse(std::exchange(pending_, {})); !fine) return fine;
  }
  const bool fine = csv_fini(parser_.get(), Callbacks::cell, Callbacks::row_end, this) == 0;
  return check_parser(fine);
}

void CsvReader::begin() {
  began_ = true;
  csv_set_delim(parser_.get(), static_cast<unsigned char>(scan_.separator()));
}

Result<> CsvReader::parse(std::string_view text) {
  while (!text.empty()) {
    const std::string_view slice = text.substr(0, kSlice);
    text.remove_prefix(slice.size());
    const std::size_t parsed =
        csv_parse(parser_.get(), slice.data(), slice.size(), Callbacks::cell, Callbacks::row_end, this);
    if (auto fine = check_parser(parsed == slice.size()); !fine) return fine;
  }
  return {};
}

// After a call of libcsv: `fine` is whether it took all of the text.
Result<> CsvReader::check_parser(bool fine) {
  if (exception_) std::rethrow_exception(exception_);
  if (!state_) return state_;
  if (!fine && csv_error(parser_.get()) != CSV_EPARSE) throw std::bad_alloc();
  if (!fine) {
    fail(fmt::format(
        "Row {} has a quote in the wrong place, or one that is never closed. Put the whole cell in "
        "quotes, and write each quote inside it twice: \"a 5\"\" hold\".",
        rows_ + 1));
  } else if (parser_->entry_pos > config_.max_cell.value + parser_->spaces + 1) {
    // The open cell. Not counted are the spaces that may be behind its end, and its closing quote.
    fail_cell();
  }
  return state_;
}

void CsvReader::on_cell(std::string_view text) {
  if (text.size() > config_.max_cell.value) return fail_cell();
  if (cell_count_ == config_.max_columns)
    return fail(fmt::format("Row {} has more than {} columns. Remove those that are not needed.", rows_ + 1,
                            config_.max_columns),
                "uploads.max_columns");
  if (cell_count_ == cells_.size()) cells_.emplace_back();
  cells_[cell_count_++] = text;
}

void CsvReader::on_row_end() {
  ++rows_;
  state_ = on_row_({rows_, std::span<const std::string>(cells_).first(cell_count_)});
  cell_count_ = 0;
}

void CsvReader::fail_cell() {
  fail(fmt::format(
           "Row {} has a cell of more than {} bytes. Shorten it, or look for a quote that is not closed.",
           rows_ + 1, config_.max_cell.value),
       "uploads.max_cell");
}

void CsvReader::fail(std::string detail, std::string limit) {
  Error error = unusable(std::move(detail));
  error.limit = std::move(limit);
  state_ = std::move(error);
}

}  // namespace belay::uploads
