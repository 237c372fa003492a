#include "uploads/model_text.hpp"

#include <algorithm>
#include <iterator>
#include <utility>
#include <vector>

#include <fmt/format.h>

namespace belay::uploads {
namespace {

class Writer {
 public:
  explicit Writer(const TextBudget& budget) : budget_(budget) {}

  // Adds text that ends with a line end, if it fits.
  bool add(std::string_view text) {
    const std::uint64_t cost = budget_.cost(text);
    if (cost > budget_.max - spent_) return false;
    spent_ += cost;
    text_ += text;
    return true;
  }
  bool add_line(std::string line) { return add(line += '\n'); }

  // Adds "title: a; b; c.", in at most half of what is left of the budget. If not all items fit, it adds fewer of
  // them, and `rest(n)`, which says what the items from the n-th on are.
  template <class Rest>
  void add_list(std::string_view title, const std::vector<std::string>& items, Rest rest) {
    for (std::size_t count = items.size(); count != 0; count /= 2) {
      std::string line = fmt::format("{}: {}", title, fmt::join(items.begin(), items.begin() + count, "; "));
      if (count < items.size()) line += fmt::format("; {}", rest(count));
      line += ".\n";
      if (budget_.cost(line) <= (budget_.max - spent_) / 2 && add(line)) return;
    }
  }

  std::string take() { return std::move(text_); }

 private:
  const TextBudget& budget_;
  std::uint64_t spent_ = 0;
  std::string text_;
};

std::string plural(std::uint64_t count, std::string_view one, std::string_view many) {
  return fmt::format("{} {}", count, count == 1 ? one : many);
}

// "12 climbs, 8 sent, 3 not sent".
std::string in_words(const Counts& counts) {
  std::string text = plural(counts.climbs, "climb", "climbs");
  if (counts.sent + counts.not_sent == 0) return text;
  text += fmt::format(", {} sent", counts.sent);
  if (counts.not_sent != 0) text += fmt::format(", {} not sent", counts.not_sent);
  return text;
}

std::string percent(double share) {
  return fmt::format("{:.0f} %", share * 100);
}

// " (up 20 %)", or nothing if there was nothing before.
std::string change(std::uint32_t recent, std::uint32_t previous) {
  if (previous == 0) return {};
  if (recent == previous) return " (unchanged)";
  const double share = static_cast<double>(recent) / previous - 1;
  return fmt::format(" ({} {})", share > 0 ? "up" : "down", percent(share > 0 ? share : -share));
}

std::string_view record_name(Format format) {
  switch (format) {
    case Format::csv:
      return "rows";
    case Format::txt:
      return "lines";
    case Format::json:
      return "values";
  }
  return {};
}

std::string overview(const Upload& upload) {
  const Statistics& statistics = upload.statistics;
  const Counts& total = statistics.total;
  std::string line = fmt::format("{} file", to_string(upload.format));
  if (total.climbs == 0)
    return line + fmt::format(" without grades: {} {}.", upload.records, record_name(upload.format));
  line += fmt::format(": {}.", in_words(total));
  if (const auto rate = total.send_rate()) {
    line += fmt::format(" Send rate {}", percent(*rate));
    const std::uint32_t known = total.sent + total.not_sent;
    if (known < total.climbs) line += fmt::format(", of the {} whose outcome the file says", known);
    line += '.';
  } else {
    line += " The file does not say which of them were sent.";
  }
  return line;
}

void add_grade_problems(const Statistics& statistics, Writer& out) {
  if (statistics.unknown_grades != 0)
    out.add_line(fmt::format("Grades that are not in V-scale, Font, YDS or French: {}, for example {}.",
                             statistics.unknown_grades, fmt::join(statistics.unknown_samples, ", ")));
  if (statistics.without_grade != 0)
    out.add_line(fmt::format("Climbs without a grade: {}.", statistics.without_grade));
}

void add_dates(const Statistics& statistics, Writer& out) {
  if (!statistics.dates) return;
  const Period& dates = *statistics.dates;
  std::string line = fmt::format("Dates: {} to {}", to_text(dates.first), to_text(dates.last));
  if (dates.counts.climbs < statistics.total.climbs)
    line += fmt::format("; {} without a date",
                        plural(statistics.total.climbs - dates.counts.climbs, "climb", "climbs"));
  line += '.';
  if (statistics.guessed_dates)
    line += " Dates like 3/12/2024 were read with the month first; the file does not say which is meant.";
  out.add_line(std::move(line));
}

void add_trend(const Statistics& statistics, Writer& out) {
  if (!statistics.trend) return;
  const Period &recent = statistics.trend->recent, &previous = statistics.trend->previous;
  const bool sends = statistics.has_outcomes();
  const std::uint32_t now = sends ? recent.counts.sent : recent.counts.climbs;
  const std::uint32_t before = sends ? previous.counts.sent : previous.counts.climbs;
  out.add_line(fmt::format("Trend: {} to {}: {}; the {} days before: {}. {}: {} before, {} now{}.",
                           to_text(recent.first), to_text(recent.last), in_words(recent.counts),
                           recent.last - recent.first + 1, in_words(previous.counts),
                           sends ? "Sends" : "Climbs", before, now, change(now, before)));
}

void add_trend_by_grade(const Statistics& statistics, Writer& out) {
  if (!statistics.trend) return;
  const bool sends = statistics.has_outcomes();
  std::vector<std::string> items;
  for (const Trend::OfGrade& each : statistics.trend->grades) {
    const std::uint32_t recent = sends ? each.recent.sent : each.recent.climbs;
    const std::uint32_t previous = sends ? each.previous.sent : each.previous.climbs;
    if (recent + previous != 0)
      items.push_back(fmt::format("{}: {} before, {} now{}", each.grade.name, previous, recent,
                                  change(recent, previous)));
  }
  out.add_list(sends ? "Trend of sends by grade" : "Trend of climbs by grade", items,
               [&](std::size_t left) { return fmt::format("and {} easier grades", items.size() - left); });
}

void add_grades_of(GradeSystem system, const Statistics& statistics, Writer& out) {
  std::vector<std::string> items;
  std::vector<Counts> counts;
  for (const GradeCounts& each : statistics.grades) {
    if (each.grade.system != system) continue;
    items.push_back(fmt::format("{}: {}", each.grade.name, in_words(each.counts)));
    counts.push_back(each.counts);
  }
  const auto rest = [&](std::size_t left) {
    Counts sum;
    for (std::size_t i = left; i < counts.size(); ++i) {
      sum.climbs += counts[i].climbs;
      sum.sent += counts[i].sent;
      sum.not_sent += counts[i].not_sent;
    }
    return fmt::format("{} easier grades: {}", counts.size() - left, in_words(sum));
  };
  out.add_list(fmt::format("By grade ({}, from hard to easy)", to_string(system)), items, rest);
}

void add_months(const Statistics& statistics, Writer& out) {
  std::vector<std::string> items;
  for (auto each = statistics.months.rbegin(); each != statistics.months.rend(); ++each) {
    items.push_back(
        fmt::format("{:04}-{:02}: {}", each->month.year, each->month.month, in_words(each->counts)));
    if (each->hardest) items.back() += fmt::format(", hardest {}", each->hardest->name);
  }
  out.add_list("By month, the newest first", items,
               [&](std::size_t left) { return fmt::format("and {} earlier months", items.size() - left); });
}

std::string in_words(const FieldSummary& field) {
  std::string line = fmt::format("{}: {}", field.name, plural(field.values, "value", "values"));
  if (field.numbers != 0)
    line += fmt::format("; numbers from {:.6g} to {:.6g}, on average {:.6g}", field.min, field.max,
                        field.sum / static_cast<double>(field.numbers));
  constexpr std::size_t kMaxShown = 8;
  std::size_t shown = 0;
  for (const FieldSummary::Frequent& text : field.texts) {
    if (text.count < 2 || shown == kMaxShown) break;
    line += fmt::format("{}{} ({})", shown++ == 0 ? "; most often " : ", ", text.text, text.count);
  }
  return line;
}

void add_fields(const Upload& upload, Writer& out) {
  std::string title = upload.format == Format::csv ? "Other columns:\n" : "Other values:\n";
  for (const FieldSummary& field : upload.fields)
    if (!out.add(fmt::format("{}- {}.\n", std::exchange(title, {}), in_words(field)))) return;
}

// Some of the sample's lines, evenly over it, as many as fit.
void add_sample(const Upload& upload, Writer& out) {
  for (std::size_t stride = 1; stride <= upload.sample.size(); stride *= 2) {
    std::string text = fmt::format("Some of its {} lines, in order:\n", upload.records);
    for (std::size_t i = 0; i < upload.sample.size(); i += stride) text += upload.sample[i] + '\n';
    if (out.add(text)) return;
  }
}

bool add_whole(const Upload& upload, Writer& out) {
  if (upload.whole.empty()) return false;
  std::string text = "The whole content:\n" + upload.whole;
  if (!text.ends_with('\n')) text += '\n';
  return out.add(text);
}

}  // namespace

std::string model_text(const Upload& upload, const TextBudget& budget) {
  Writer out(budget);
  if (!out.add_line(overview(upload))) return {};
  const Statistics& statistics = upload.statistics;
  add_grade_problems(statistics, out);
  add_dates(statistics, out);
  add_trend(statistics, out);
  for (const GradeSystem system :
       {GradeSystem::v_scale, GradeSystem::font, GradeSystem::yds, GradeSystem::french})
    add_grades_of(system, statistics, out);
  add_trend_by_grade(statistics, out);
  if (add_whole(upload, out)) return out.take();
  add_months(statistics, out);
  add_fields(upload, out);
  add_sample(upload, out);
  return out.take();
}

std::string model_text(const Upload& upload, ByteCount max) {
  return model_text(upload,
                    TextBudget{max.value, [](std::string_view text) { return std::uint64_t{text.size()}; }});
}

}  // namespace belay::uploads
