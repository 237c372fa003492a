// Reads a CSV of climbs: a header with a column `grade`, then one climb a row. Column names are compared in any
// letter case and may come in any order (climb_fields.hpp).
#pragma once

#include <string>
#include <vector>

#include "uploads/csv_reader.hpp"
#include "uploads/upload_builder.hpp"

namespace belay::uploads {

class CsvClimbs final : public ContentReader {
 public:
  // `out` must outlive the reader.
  CsvClimbs(const Config& config, UploadBuilder& out);

  Result<> push(std::string_view text) override { return reader_.push(text); }
  // An error (unprocessable) if there was no climb.
  Result<> finish() override;

 private:
  struct Column {
    std::string name;
    FieldRole role = FieldRole::other;
  };

  Result<> on_row(const CsvRow& row);
  Result<> read_header(const CsvRow& row);
  Result<> read_climb(const CsvRow& row);
  void keep(const CsvRow& row);

  UploadBuilder& out_;
  std::vector<Column> columns_;  // empty: the header has not been read
  CsvReader reader_;
};

}  // namespace belay::uploads
