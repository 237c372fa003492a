#include "uploads/upload_reader.hpp"

#include <string>
#include <vector>

#include "uploads/config.hpp"
#include "uploads/upload_testing.hpp"

namespace belay::uploads {
namespace {

using namespace std::string_literals;

Config small() {
  Config config;
  config.max_file = 1_KiB;
  config.max_climbs = 3;
  config.max_columns = 4;
  config.max_cell = 64_B;
  config.max_depth = 3;
  return config;
}

TEST(UploadReader, S5_the_format_is_that_of_the_file_name) {
  EXPECT_EQ(format_of("log.csv").value(), Format::csv);
  EXPECT_EQ(format_of("My Log.2024.TXT").value(), Format::txt);
  EXPECT_EQ(format_of(".Json").value(), Format::json);
  for (const auto* name : {"", "log", "log.xlsx", "log.csv.zip", "csv", "log.csv ", "log.ｃｓｖ"}) {
    const auto format = format_of(name);
    ASSERT_FALSE(format) << name;
    EXPECT_EQ(format.error().code, ErrorCode::unsupported_media_type);
    EXPECT_EQ(format.error().detail,
              "Only CSV, TXT and JSON files are read. The file's name must end in .csv, .txt or .json.");
  }
}

struct Wrong {
  Format format;
  std::string bytes;
  std::string_view error;
};

std::string repeated(std::string_view text, int times) {
  std::string out;
  for (int i = 0; i < times; ++i) out += text;
  return out;
}

const std::string_view kEmpty = "unprocessable: The file is empty. Upload a file with your climbs.";
const std::string_view kTooLarge = "payload_too_large: Upload failed—try a smaller file";
const std::string_view kNeedsGrade = "unprocessable: Your CSV needs a grade column—fix and retry.";
const std::string_view kWideCsv =
    "unprocessable: This file is in UTF-16 or UTF-32, and only UTF-8 is read. Save it as CSV in UTF-8 and "
    "upload that "
    "file.";
const std::string_view kTooEarly =
    "unprocessable: Your JSON ends too early. Its last brackets or quotes are missing; export it again.";

std::vector<Wrong> of_any_format() {
  return {
      {Format::csv, "", kEmpty},
      {Format::txt, "", kEmpty},
      {Format::json, "", kEmpty},
      {Format::csv, "\xEF\xBB\xBF", kEmpty},
      {Format::csv, " \r\n\t\n", kEmpty},
      {Format::json, "\xEF\xBB\xBF \n", kEmpty},
      {Format::csv, "grade\n" + repeated("V5\n", 100),
       "payload_too_large: The file has more than 3 climbs. Split it "
       "into smaller files."},
      {Format::csv, "grade\n" + repeated("\n", 2'000), kTooLarge},
      {Format::txt, repeated("a\n", 1'000), kTooLarge},
      {Format::json, '[' + repeated(" ", 1'100), kTooLarge},
      {Format::csv, "\xFF\xFEg\0r\0a\0d\0e\0\n\0"s, kWideCsv},
      {Format::csv, "\xFE\xFF\0g\0r\0a\0d\0e\0\n"s, kWideCsv},
      {Format::csv, "g\0r\0a\0d\0e\0\n\0"s, kWideCsv},
      {Format::csv, "\0\0\xFE\xFF\0\0\0g"s, kWideCsv},
      {Format::json, "[\0]\0"s,
       "unprocessable: This file is in UTF-16 or UTF-32, and only UTF-8 is read. Save it as JSON in UTF-8 "
       "and upload "
       "that file."},
      {Format::csv, "grade,crag\nV5,Ceüse\nV5,C\xE9\xFCse\n",
       "unprocessable: Line 3 is not in UTF-8. Save the file as CSV in UTF-8 and upload it again."},
      {Format::txt, "V5 Ceüs\xC3",
       "unprocessable: Line 1 is not in UTF-8. Save the file as TXT in UTF-8 and upload it again."},
      {Format::json, "[\"\xED\xA0\x80\"]",
       "unprocessable: Line 1 is not in UTF-8. Save the file as JSON in UTF-8 and upload it again."},
      {Format::csv, "grade\r\nV5\r\n\0\r\n"s,
       "unprocessable: Line 3 has a zero byte, so this is no plain text. Save the file as CSV in UTF-8 and "
       "upload it "
       "again."},
      {Format::csv, "PK\x03\x04\x14\0\x06\0\x08"s,
       "unprocessable: This file is a zip archive or a spreadsheet (xlsx, ods, numbers), not CSV. Save it as "
       "CSV in "
       "UTF-8 and upload that file."},
      {Format::csv, "\x1F\x8B\x08\0\0"s,
       "unprocessable: This file is a gzip archive, not CSV. Save it as CSV in UTF-8 and upload that file."},
      {Format::csv, "\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1....",
       "unprocessable: This file is an Excel workbook (xls), not CSV. Save it as CSV in UTF-8 and upload "
       "that file."},
      {Format::txt, "%PDF-1.7\n",
       "unprocessable: This file is a PDF document, not TXT. Save it as TXT in UTF-8 and upload that file."},
      {Format::json, "\x89PNG\r\n\x1A\n",
       "unprocessable: This file is a picture, not JSON. Save it as JSON in UTF-8 and upload that file."},
      {Format::csv, "<!DOCTYPE html><html>",
       "unprocessable: This file is a web page, not CSV. Save it as CSV in UTF-8 and upload that file."},
      {Format::csv, "[{\"grade\": \"V5\"}]",
       "unprocessable: This file is JSON, not CSV. Give it a name that ends in .json and upload it again."},
  };
}

std::vector<Wrong> of_csv() {
  return {
      {Format::csv, "date,sent\n2024-01-01,yes\n", kNeedsGrade},
      {Format::csv, "степень\nV5\n", kNeedsGrade},
      {Format::csv, "=grade\nV5\n", kNeedsGrade},
      {Format::csv, "grade\n",
       "unprocessable: Your CSV has a first row with the names of the columns, but no climbs. Add a row for "
       "each "
       "climb."},
      {Format::csv, "grade,a\n,\n ,\n",
       "unprocessable: Your CSV has a first row with the names of the columns, but no climbs. Add a row for "
       "each "
       "climb."},
      {Format::csv, "grade,notes\nV5,\"open\nV4,next\n",
       "unprocessable: Row 2 has a quote in the wrong place, or one that is never closed. Put the whole cell "
       "in quotes, "
       "and write each quote inside it twice: \"a 5\"\" hold\"."},
      {Format::csv, "grade,notes\nV5,a 5\" hold\n",
       "unprocessable: Row 2 has a quote in the wrong place, or one that is never closed. Put the whole cell "
       "in quotes, "
       "and write each quote inside it twice: \"a 5\"\" hold\"."},
      {Format::csv, "grade,GRADE\nV5,V6\n",
       "unprocessable: Your CSV has two columns with the name grade. Rename or remove one of them."},
      {Format::csv, "grade,notes\nV5,one, two\n",
       "unprocessable: Row 2 has 3 cells, but the first row has 2. Put a cell that contains a separator in "
       "quotes."},
      {Format::csv, "grade,a,b,c,d\nV5\n",
       "unprocessable: Row 1 has more than 4 columns. Remove those that are not needed."},
      {Format::csv, "grade\n" + repeated("x", 65) + "\n",
       "unprocessable: Row 2 has a cell of more than 64 bytes. Shorten it, or look for a quote that is not "
       "closed."},
  };
}

std::vector<Wrong> of_text_and_json() {
  return {
      {Format::txt, "V5\n" + repeated("x", 65),
       "unprocessable: Line 2 is longer than 64 bytes. Break it into shorter lines."},
      {Format::txt, "grade,notes\n",
       "unprocessable: Your CSV has a first row with the names of the columns, but no "
       "climbs. Add a row for each climb."},
      {Format::json, "grade,sent\nV5,yes\n",
       "unprocessable: Your JSON is malformed in line 1. Check the quotes, commas and brackets there."},
      {Format::json, "[{\"grade\": \"V5\"},\n]",
       "unprocessable: Your JSON is malformed in line 2. Check the quotes, commas and brackets there."},
      {Format::json, "[{\"grade\": \"V5\"}", kTooEarly},
      {Format::json, "\"V5\"", "unprocessable: Your JSON must be an object or an array."},
      {Format::json, "[]{}",
       "unprocessable: Your JSON has text behind its end, in line 1. Put all climbs into one "
       "array."},
      {Format::json, "[[[[]]]]",
       "unprocessable: Your JSON is nested more than 3 levels deep in line 1. Make it flatter."},
      {Format::json, "{}",
       "unprocessable: Your JSON has no values. Upload an object or an array with your climbs."},
      {Format::json, "[" + repeated("{\"grade\":1},", 4) + "1]",
       "payload_too_large: The file has more than 3 climbs. Split it into smaller files."},
  };
}

TEST(UploadReader, S5_every_wrong_file_gets_an_error_that_says_what_to_change) {
  std::size_t count = 0;
  for (const auto& files : {of_any_format(), of_csv(), of_text_and_json()})
    for (const Wrong& wrong : files) {
      EXPECT_EQ(error_of(wrong.format, wrong.bytes, small()), wrong.error) << wrong.bytes.substr(0, 100);
      ++count;
    }
  EXPECT_GE(count, 30u);
}

TEST(UploadReader, S5_ten_thousand_columns_are_refused) {
  std::string header = "grade";
  for (int i = 1; i <= 10'000; ++i) header += ",c" + std::to_string(i);
  EXPECT_EQ(error_of(Format::csv, header + "\nV5\n"),
            "unprocessable: Row 1 has more than 256 columns. Remove those that are not needed.");
}

TEST(UploadReader, S5_a_body_of_200_mb_is_refused_before_it_is_read) {
  UploadReader reader(Format::csv, Config());
  const std::string piece = repeated("2024-01-01,V5,a note of some length\n", 1'000);
  ASSERT_TRUE(reader.push("date,grade,notes\n"));
  std::uint64_t sent = 0;
  while (sent < 200'000'000 && reader.push(piece)) sent += piece.size();
  EXPECT_LT(sent, 11'000'000u);
  const auto upload = reader.finish();
  ASSERT_FALSE(upload);
  EXPECT_EQ(upload.error().code, ErrorCode::payload_too_large);
}

TEST(UploadReader, S5_an_error_is_final) {
  UploadReader reader(Format::csv, Config());
  EXPECT_FALSE(reader.push("name,date\nA,\n"));
  EXPECT_FALSE(reader.push("grade\nV5\n"));
  EXPECT_EQ(described(reader.finish()), kNeedsGrade);
}

TEST(UploadReader, S5_a_large_file_becomes_statistics) {
  std::string file = "date,grade,sent\n";
  for (int i = 0; i < 100'000; ++i) file += "2024-01-01,V" + std::to_string(i % 10) + ",yes\n";
  const Upload upload = upload_of(Format::csv, file);
  EXPECT_EQ(upload.statistics.total, (Counts{100'000, 100'000, 0}));
  EXPECT_EQ(upload.statistics.grades.size(), 10u);
  EXPECT_EQ(upload.size.value, file.size());
  EXPECT_EQ(upload.whole, "");
  EXPECT_TRUE(upload.sample.empty());
}

}  // namespace
}  // namespace belay::uploads
