#include "services/context/logbook.hpp"

#include <set>
#include <vector>

#include <fmt/format.h>

#include "base/json_text.hpp"
#include "uploads/climb_fields.hpp"
#include "uploads/csv_reader.hpp"
#include "uploads/dates.hpp"
#include "uploads/safe_text.hpp"
#include "uploads/upload_reader.hpp"

namespace belay::services {
namespace {

using uploads::Day;
using uploads::FieldRole;
using uploads::kNoDay;

constexpr std::size_t kMaxNameBytes = 64;
constexpr std::size_t kMaxValueBytes = 1'000;
constexpr std::size_t kPieceBytes = 16 * 1024;

struct Column {
  std::string name;
  FieldRole role = FieldRole::other;
};

struct Climb {
  std::string members;  // JSON, without the date
  uploads::DateReading date;
};

// Collects the rows of a file that was checked before.
class Rows {
 public:
  Result<> take(const uploads::CsvRow& row) {
    if (columns_.empty()) return read_header(row);
    Climb climb;
    for (std::size_t i = 0; i < std::min(row.cells.size(), columns_.size()); ++i)
      add_cell(columns_[i], row.cells[i], climb);
    if (!climb.members.empty() || climb.date.exists()) climbs_.push_back(std::move(climb));
    return {};
  }

  Logbook finish(bool guessed_dates) {
    const bool day_first = day_comes_first();
    Logbook logbook{"{\"climbs\":[", climbs_.size(), guessed_dates};
    for (const Climb& climb : climbs_) {
      const Day wanted = day_first ? climb.date.day_first : climb.date.month_first;
      const Day other = day_first ? climb.date.month_first : climb.date.day_first;
      const Day day = wanted != kNoDay ? wanted : other;
      std::string& out = logbook.document;
      out.append(out.back() == '[' ? "{" : ",{").append(climb.members);
      if (day != kNoDay)
        out += fmt::format("{}\"date\":\"{}\"", climb.members.empty() ? "" : ",", uploads::to_text(day));
      out += '}';
    }
    logbook.document += "]}";
    return logbook;
  }

 private:
  Result<> read_header(const uploads::CsvRow& row) {
    // Excel names the separator in a row before the header: "sep=;".
    if (row.number == 1 && uploads::lower_case(row.cells.front()) == "sep=") return {};
    std::set<std::string> taken{"date"};  // of the date that is read
    for (std::size_t i = 0; i < row.cells.size(); ++i) {
      const std::string_view name = uploads::trimmed(row.cells[i]);
      const FieldRole role = uploads::role_of(name);
      std::string unique =
          name.empty() ? fmt::format("column {}", i + 1) : uploads::safe_text(name, kMaxNameBytes);
      if (role == FieldRole::grade) unique = "grade";
      if (taken.contains(unique)) unique += fmt::format(" {}", i + 1);
      taken.insert(unique);
      columns_.push_back({std::move(unique), role});
    }
    return {};
  }

  static void add_cell(const Column& column, std::string_view cell, Climb& climb) {
    cell = uploads::trimmed(cell);
    if (cell.empty()) return;
    if (column.role == FieldRole::date && !climb.date.exists()) {
      climb.date = uploads::read_date(cell);
      if (climb.date.exists()) return;
    }
    if (!climb.members.empty()) climb.members += ',';
    append_json_string(column.name, climb.members);
    climb.members += ':';
    append_json_string(uploads::safe_text(cell, kMaxValueBytes), climb.members);
  }

  // As the dates with one meaning suggest (uploads/statistics_builder.cpp).
  bool day_comes_first() const {
    std::size_t day_first = 0, month_first = 0;
    for (const Climb& climb : climbs_) {
      day_first += climb.date.month_first == kNoDay && climb.date.day_first != kNoDay;
      month_first += climb.date.day_first == kNoDay && climb.date.month_first != kNoDay;
    }
    return day_first > month_first;
  }

  std::vector<Column> columns_;
  std::vector<Climb> climbs_;
};

}  // namespace

Result<Logbook> read_logbook(std::string_view csv, const uploads::Config& config) {
  uploads::UploadReader check(uploads::Format::csv, config);
  if (auto fine = check.push(csv); !fine) return fine.error();
  const auto upload = check.finish();
  if (!upload) return upload.error();

  uploads::TextInput input(uploads::Format::csv, config.max_file);
  std::string text;
  if (auto fine = input.push(csv, text); !fine) return fine.error();
  if (auto fine = input.finish(text); !fine) return fine.error();
  Rows rows;
  uploads::CsvReader reader(config, [&rows](const uploads::CsvRow& row) { return rows.take(row); });
  for (std::string_view rest = text; !rest.empty(); rest.remove_prefix(std::min(kPieceBytes, rest.size())))
    if (auto fine = reader.push(rest.substr(0, kPieceBytes)); !fine) return fine.error();
  if (auto fine = reader.finish(); !fine) return fine.error();
  return rows.finish(upload->statistics.guessed_dates);
}

}  // namespace belay::services
