#include "transport/response_rules.hpp"

#include <algorithm>
#include <array>
#include <chrono>

#include <fmt/format.h>

#include "transport/target.hpp"

namespace belay::transport {
namespace {

bool is_token(std::string_view text) {
  constexpr std::string_view kMarks = "!#$%&'*+-.^_`|~";
  return !text.empty() && std::all_of(text.begin(), text.end(), [&](char c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
           kMarks.find(c) != kMarks.npos;
  });
}

bool is_value(std::string_view text) {
  return std::none_of(text.begin(), text.end(), [](char c) {
    return (static_cast<unsigned char>(c) < 0x20 && c != '\t') || c == 0x7f;
  });
}

bool is_ours(std::string_view name) {
  constexpr std::array<std::string_view, 4> kOurs = {"content-length", "transfer-encoding", "connection",
                                                     "date"};
  return std::find(kOurs.begin(), kOurs.end(), lower_case(name)) != kOurs.end();
}

}  // namespace

Result<> check_response_headers(const Response& response) {
  for (const Header& header : response.headers)
    if (!is_token(header.name) || !is_value(header.value) || is_ours(header.name))
      return make_error(ErrorCode::internal, "A handler answered with a header that cannot be sent.",
                        header.name);
  return {};
}

bool has_no_body(int status) {
  return status == 204 || status == 304;
}

std::string http_date(WallTime time) {
  using namespace std::chrono;
  const sys_seconds whole{floor<seconds>(milliseconds(time.ms))};
  const sys_days day = floor<days>(whole);
  const year_month_day date(day);
  const hh_mm_ss clock(whole - day);
  constexpr std::array kDays = {"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
  constexpr std::array kMonths = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                  "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
  return fmt::format("{}, {:02} {} {:04} {:02}:{:02}:{:02} GMT", kDays[weekday(day).c_encoding()],
                     static_cast<unsigned>(date.day()), kMonths[static_cast<unsigned>(date.month()) - 1],
                     static_cast<int>(date.year()), clock.hours().count(), clock.minutes().count(),
                     clock.seconds().count());
}

std::string_view DateText::at(WallTime now) {
  if (const std::int64_t second = now.ms / 1000; second != second_) {
    second_ = second;
    text_ = http_date(now);
  }
  return text_;
}

}  // namespace belay::transport
