// Turns a logbook in CSV into climbs of a context (requirement S8): a climb a row, a member a cell that is not empty. The
// file is checked like an upload (uploads/upload_reader.hpp), so its errors have the same words.
//
// The grade's column becomes "grade", the first column with dates "date", as 2025-02-21. Dates like 3/12/2024 are
// read as the other dates of the file suggest, else with the month first. Other columns keep their names.
//
// Pure. Memory: the file's text and its climbs.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/result.hpp"
#include "uploads/config.hpp"

namespace belay::services {

struct Logbook {
  std::string document;  // JSON: {"climbs":[…]}, in the order of the rows
  std::uint64_t climbs = 0;
  // Dates like 3/12/2024 were read with the month first, and nothing confirms it.
  bool guessed_dates = false;
};

Result<Logbook> read_logbook(std::string_view csv, const uploads::Config& config);

}  // namespace belay::services
