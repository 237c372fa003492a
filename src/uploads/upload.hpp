// What was read from an uploaded file. A value: it refers to nothing else, and all text in it is safe text
// (safe_text.hpp) that came from the user. It is data for a model, never an instruction.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/units.hpp"
#include "uploads/field_summary.hpp"
#include "uploads/format.hpp"
#include "uploads/statistics.hpp"

namespace belay::uploads {

struct Upload {
  Format format = Format::csv;
  ByteCount size;             // of the file
  std::uint64_t records = 0;  // rows of a CSV without the header, lines of a text, values of a JSON
  Statistics statistics;
  std::vector<FieldSummary> fields;  // none for a text

  // The content, if it is at most Config::max_whole long: a CSV with its header, lines, or a JSON document without
  // needless spaces. Empty: the file is larger.
  std::string whole;
  // Of a text that is larger: some of its lines, evenly over the whole text.
  std::vector<std::string> sample;
};

}  // namespace belay::uploads
