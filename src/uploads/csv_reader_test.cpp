#include "uploads/csv_reader.hpp"

#include <stdexcept>
#include <string>

#include <gtest/gtest.h>

namespace belay::uploads {
namespace {

// The rows as "[a|b][c|d]", or the error.
std::string read_cut(std::string_view text, std::size_t cut, const Config& config) {
  std::string rows;
  CsvReader reader(config, [&](const CsvRow& row) -> Result<> {
    std::string cells;
    for (const std::string& cell : row.cells) cells += '|' + cell;
    rows += '[' + cells.substr(1) + ']';
    return {};
  });
  if (auto fine = reader.push(text.substr(0, cut)); !fine) return fine.error().detail;
  if (auto fine = reader.push(text.substr(cut)); !fine) return fine.error().detail;
  if (auto fine = reader.finish(); !fine) return fine.error().detail;
  return rows;
}

// Cut at every byte, which must make no difference.
std::string read(std::string_view text, const Config& config = {}) {
  const std::string whole = read_cut(text, text.size(), config);
  for (std::size_t cut = 0; cut < text.size(); ++cut)
    EXPECT_EQ(read_cut(text, cut, config), whole) << "cut at " << cut;
  return whole;
}

constexpr std::string_view kQuote =
    "quote in the wrong place, or one that is never closed. Put the whole cell in quotes, and write each "
    "quote "
    "inside it twice: \"a 5\"\" hold\".";

TEST(CsvReader, S5_rows_end_with_lf_cr_lf_or_cr) {
  EXPECT_EQ(read("a,b\n1,2\n"), "[a|b][1|2]");
  EXPECT_EQ(read("a,b\r\n1,2\r\n"), "[a|b][1|2]");
  EXPECT_EQ(read("a,b\r1,2\r"), "[a|b][1|2]");
  EXPECT_EQ(read("a,b\n1,2"), "[a|b][1|2]");
  EXPECT_EQ(read("\n\r\n a,b \n\n \n1,2\n\n"), "[a|b][1|2]");
}

TEST(CsvReader, S5_quotes_as_in_rfc_4180) {
  EXPECT_EQ(read("a,\"b,c\"\n\"x \"\"y\"\" z\",2\n"), "[a|b,c][x \"y\" z|2]");
  EXPECT_EQ(read("\"line\r\nbreak\",b\n"), "[line\r\nbreak|b]");
  EXPECT_EQ(read("\"a\" , \"b\"\n"), "[a|b]");
  EXPECT_EQ(read("a,\"\"\n,b\n"), "[a|][|b]");
}

TEST(CsvReader, S5_quotes_in_the_wrong_place_are_refused_with_their_row) {
  EXPECT_EQ(read("a\n5\" hold\n"), "Row 2 has a " + std::string(kQuote));
  EXPECT_EQ(read("a\n\"b\"c\n"), "Row 2 has a " + std::string(kQuote));
  EXPECT_EQ(read("a\nb\n\"c\nd\n"), "Row 3 has a " + std::string(kQuote));
  EXPECT_EQ(read("\"a"), "Row 1 has a " + std::string(kQuote));
}

TEST(CsvReader, S5_the_separator_is_found_in_the_first_row) {
  EXPECT_EQ(read("a;b,c;d\n1;2;3\n"), "[a|b,c|d][1|2|3]");
  EXPECT_EQ(read("a\tb\n1,5\t2\n"), "[a|b][1,5|2]");
  EXPECT_EQ(read("\"a;;;b\",c\n1,2\n"), "[a;;;b|c][1|2]");
  EXPECT_EQ(read("a\n1;2\n"), "[a][1;2]");
  EXPECT_EQ(read("\t\t\t\na;b\n1;2\n"), "[a|b][1|2]");
}

TEST(CsvReader, S5_columns_and_cells_are_limited) {
  Config config;
  config.max_columns = 3;
  config.max_cell = 5_B;
  EXPECT_EQ(read("a,b,c\n12345,\"1\"\"2345\",  12345   \n", config).substr(0, 11), "Row 2 has a");
  EXPECT_EQ(read("a,b,c\n12345,\"1\"\"234\",  12345   \n", config), "[a|b|c][12345|1\"234|12345]");
  EXPECT_EQ(read("a\n123456\n", config),
            "Row 2 has a cell of more than 5 bytes. Shorten it, or look for a quote that is not closed.");
  EXPECT_EQ(read("a\n\"1234567", config),
            "Row 2 has a cell of more than 5 bytes. Shorten it, or look for a quote that is not closed.");
  EXPECT_EQ(read("a,b,c,d\n", config), "Row 1 has more than 3 columns. Remove those that are not needed.");
}

TEST(CsvReader, S5_an_error_or_an_exception_in_the_callback_ends_the_reading) {
  int rows = 0;
  CsvReader refusing({}, [&](const CsvRow&) -> Result<> {
    ++rows;
    return make_error(ErrorCode::unprocessable, "no");
  });
  EXPECT_EQ(refusing.push("a\nb\nc\n").error().detail, "no");
  EXPECT_EQ(refusing.push("d\n").error().detail, "no");
  EXPECT_EQ(refusing.finish().error().detail, "no");
  EXPECT_EQ(rows, 1);

  CsvReader throwing({}, [](const CsvRow&) -> Result<> { throw std::runtime_error("lost"); });
  EXPECT_THROW((void)throwing.push("a\nb\n"), std::runtime_error);
}

}  // namespace
}  // namespace belay::uploads
