// Reads a text file.
//
// The document gives a text to the model as it is ("text": content) and asks for no column. So a text is notes,
// one a line. A line in which a grade is found is a climb; the words around it say whether it was sent. A line
// with a date and no grade is a heading: its date is that of the climbs below that have none.
//
// Some apps export their table as .txt. A first line that is a header with a `grade` column is therefore read as
// CSV, with all the rules for CSV.
//
// Grades in notes must be clear: of Font and French grades only those with a letter are read, and a number like
// 5.5 is no grade if a unit follows ("ran 5.5 km"). A text without any grade is fine.
#pragma once

#include <memory>
#include <string>

#include "uploads/csv_climbs.hpp"
#include "uploads/upload_builder.hpp"

namespace belay::uploads {

class TextReader final : public ContentReader {
 public:
  // `out` must outlive the reader.
  TextReader(const Config& config, UploadBuilder& out) : config_(config), out_(out) {}

  // An error (unprocessable) names a line that is longer than Config::max_cell.
  Result<> push(std::string_view text) override;
  Result<> finish() override;

 private:
  Result<> take_line(std::string_view rest);

  Config config_;
  UploadBuilder& out_;
  std::unique_ptr<CsvClimbs> csv_;  // set: the text is a CSV
  std::string line_;                // its end has not arrived
  bool first_ = true;               // no line has had any text yet
  bool after_cr_ = false;
  std::uint64_t line_number_ = 0;
  DateReading heading_;
};

}  // namespace belay::uploads
