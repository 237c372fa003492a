#include "uploads/csv_climbs.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "uploads/format.hpp"
#include "uploads/safe_text.hpp"

namespace belay::uploads {
namespace {

constexpr std::string_view kNeedsGrade = "Your CSV needs a grade column—fix and retry.";

// Appends a cell as RFC 4180 writes it. Safe text has no line ends.
void append_cell(std::string_view text, std::string& row) {
  const std::string cell = safe_text(text);
  if (cell.find_first_of(",\"") == cell.npos) {
    row += cell;
    return;
  }
  row += '"';
  for (const char c : cell) {
    if (c == '"') row += c;
    row += c;
  }
  row += '"';
}

bool is_blank(std::string_view cell) {
  return trimmed(cell).empty();
}

}  // namespace

CsvClimbs::CsvClimbs(const Config& config, UploadBuilder& out)
    : out_(out), reader_(config, [this](const CsvRow& row) { return on_row(row); }) {}

Result<> CsvClimbs::finish() {
  if (auto fine = reader_.finish(); !fine) return fine;
  if (columns_.empty()) return unusable(std::string(kNeedsGrade));
  if (out_.climbs.size() == 0)
    return unusable(
        "Your CSV has a first row with the names of the columns, but no climbs. Add a row for each climb.");
  return {};
}

Result<> CsvClimbs::on_row(const CsvRow& row) {
  if (columns_.empty()) return read_header(row);
  if (std::all_of(row.cells.begin(), row.cells.end(), is_blank)) return {};
  return read_climb(row);
}

Result<> CsvClimbs::read_header(const CsvRow& row) {
  for (std::size_t i = 0; i < row.cells.size(); ++i) {
    const std::string_view name = trimmed(row.cells[i]);
    columns_.push_back({name.empty() ? fmt::format("column {}", i + 1) : std::string(name), role_of(name)});
  }
  const auto grades = std::count_if(columns_.begin(), columns_.end(),
                                    [](const Column& column) { return column.role == FieldRole::grade; });
  if (grades == 0) return unusable(std::string(kNeedsGrade));
  if (grades > 1)
    return unusable("Your CSV has two columns with the name grade. Rename or remove one of them.");
  keep(row);
  return {};
}

Result<> CsvClimbs::read_climb(const CsvRow& row) {
  if (row.cells.size() > columns_.size() &&
      !std::all_of(row.cells.begin() + static_cast<std::ptrdiff_t>(columns_.size()), row.cells.end(),
                   is_blank))
    return unusable(
        fmt::format("Row {} has {} cells, but the first row has {}. Put a cell that contains a "
                    "separator in quotes.",
                    row.number, row.cells.size(), columns_.size()));
  ClimbText climb;
  const std::size_t count = std::min(row.cells.size(), columns_.size());
  for (std::size_t i = 0; i < count; ++i) {
    const std::string_view cell = row.cells[i];
    const FieldRole role = columns_[i].role;
    if (role == FieldRole::grade) climb.grade = cell;
    if (role == FieldRole::date && !climb.date.exists()) climb.date = read_date(cell);
    if (role == FieldRole::outcome) climb.outcome = combined(climb.outcome, outcome_of(cell));
    if (role == FieldRole::discipline && climb.discipline == Discipline::unknown)
      climb.discipline = discipline_of(cell);
    if (role != FieldRole::grade && role != FieldRole::date) out_.fields.add(columns_[i].name, cell);
  }
  if (auto fine = out_.climbs.add(climb); !fine) return fine;
  ++out_.records;
  keep(row);
  return {};
}

void CsvClimbs::keep(const CsvRow& row) {
  if (out_.whole.overflowed()) return;
  std::string line;
  const std::size_t count = std::min(row.cells.size(), columns_.size());
  for (std::size_t i = 0; i < count; ++i) {
    if (i != 0) line += ',';
    append_cell(row.cells[i], line);
  }
  line += '\n';
  out_.whole.append(line);
}

}  // namespace belay::uploads
