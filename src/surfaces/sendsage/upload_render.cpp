#include "surfaces/sendsage/upload_render.hpp"

#include <algorithm>
#include <charconv>

#include <fmt/format.h>

#include "base/json_text.hpp"
#include "base/run_id.hpp"

namespace belay::surfaces::sendsage {
namespace {

std::string counts(const uploads::Counts& counts) {
  std::string text =
      fmt::format(R"("climbs":{},"sent":{},"not_sent":{})", counts.climbs, counts.sent, counts.not_sent);
  const auto rate = counts.send_rate();
  text += rate ? fmt::format(R"(,"send_rate":{:.3f})", *rate) : R"(,"send_rate":null)";
  return text;
}

std::string grade(const uploads::Grade& grade) {
  return fmt::format(R"("grade":{},"system":"{}")", json_string(grade.name),
                     uploads::to_string(grade.system));
}

std::string period(const uploads::Period& period) {
  return fmt::format(R"({{"first":"{}","last":"{}",{}}})", uploads::to_text(period.first),
                     uploads::to_text(period.last), counts(period.counts));
}

template <class List, class Text>
std::string array(const List& list, Text text) {
  std::string out = "[";
  for (const auto& each : list) {
    if (out.size() > 1) out.push_back(',');
    out += text(each);
  }
  return out + "]";
}

std::string trend(const uploads::Trend& trend) {
  return fmt::format(R"({{"recent":{},"previous":{},"grades":{}}})", period(trend.recent),
                     period(trend.previous), array(trend.grades, [](const uploads::Trend::OfGrade& each) {
                       return fmt::format(R"({{{},"recent":{{{}}},"previous":{{{}}}}})", grade(each.grade),
                                          counts(each.recent), counts(each.previous));
                     }));
}

std::string statistics(const uploads::Statistics& all) {
  std::string out = fmt::format(R"({{{},"unknown_grades":{},"without_grade":{})", counts(all.total),
                                all.unknown_grades, all.without_grade);
  out += R"(,"grades":)" + array(all.grades, [](const uploads::GradeCounts& each) {
           return fmt::format("{{{},{}}}", grade(each.grade), counts(each.counts));
         });
  out += R"(,"months":)" + array(all.months, [](const uploads::MonthCounts& each) {
           std::string month = fmt::format(R"({{"month":"{:04}-{:02}",{})", each.month.year, each.month.month,
                                           counts(each.counts));
           if (each.hardest) month += fmt::format(R"(,"hardest":{{{}}})", grade(*each.hardest));
           return month + "}";
         });
  if (all.dates) out += R"(,"dates":)" + period(*all.dates);
  if (all.trend) out += R"(,"trend":)" + trend(*all.trend);
  return out + "}";
}

std::string lower(std::string_view text) {
  std::string out(text);
  std::transform(out.begin(), out.end(), out.begin(),
                 [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; });
  return out;
}

// Without the closing brace.
std::string members(const services::UploadInfo& info) {
  std::string out =
      fmt::format(R"({{"id":{},"created_at":"{}")", json_string(info.id), iso8601(info.created));
  if (!info.label) return out + R"(,"unreadable":true)";
  return out + fmt::format(R"(,"filename":{},"format":"{}","size":{})", json_string(info.label->name),
                           lower(uploads::to_string(info.label->format)), info.label->size.value);
}

bool is_unreserved(char c) {
  return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') ||
         std::string_view("-._~").find(c) != std::string_view::npos;
}

}  // namespace

std::string render_upload(const services::UploadInfo& info) {
  return members(info) + "}";
}

std::string render_upload(const services::UploadInfo& info, const uploads::Upload& upload) {
  return fmt::format(R"({},"records":{},"statistics":{}}})", members(info), upload.records,
                     statistics(upload.statistics));
}

std::string render_uploads(const services::UploadPage& page) {
  return fmt::format(
      R"({{"uploads":{},"next_cursor":{}}})",
      array(page.uploads, [](const services::UploadInfo& each) { return render_upload(each); }),
      page.next ? json_string(cursor_text(*page.next)) : "null");
}

std::string cursor_text(const UploadPlace& place) {
  return fmt::format("{}-{}", place.created.ms, place.id);
}

std::optional<UploadPlace> parse_cursor(std::string_view text) {
  UploadPlace place;
  const char* const end = text.data() + text.size();
  const auto read = std::from_chars(text.data(), end, place.created.ms);
  if (read.ec != std::errc() || read.ptr == end || *read.ptr != '-') return std::nullopt;
  place.id.assign(read.ptr + 1, end);
  return place.id.empty() || place.id.size() > 64 ? std::nullopt : std::optional(std::move(place));
}

std::string attachment_header(std::string_view file_name) {
  std::string plain, encoded;
  for (const char c : file_name) {
    const bool is_plain = c >= 0x20 && c < 0x7F && c != '"' && c != '\\' && c != '%';
    const bool is_later_byte =
        (static_cast<unsigned char>(c) & 0xC0) == 0x80;  // a character that has its '_' already
    if (!is_later_byte) plain.push_back(is_plain ? c : '_');
    if (is_unreserved(c))
      encoded.push_back(c);
    else
      encoded += fmt::format("%{:02X}", static_cast<unsigned char>(c));
  }
  return fmt::format("attachment; filename=\"{}\"; filename*=UTF-8''{}", plain, encoded);
}

}  // namespace belay::surfaces::sendsage
