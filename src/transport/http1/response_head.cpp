#include "transport/http1/response_head.hpp"

#include <algorithm>
#include <array>
#include <iterator>

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

Result<> append_response_head(std::string& out, const Response& response, const HeadFraming& framing) {
  for (const Header& header : response.headers)
    if (!is_token(header.name) || !is_value(header.value) || is_ours(header.name))
      return make_error(ErrorCode::internal, "A handler answered with a header that cannot be sent.",
                        header.name);

  const auto to = std::back_inserter(out);
  fmt::format_to(to, "HTTP/1.1 {} {}\r\n", response.status, reason_phrase(response.status));
  for (const Header& header : response.headers) fmt::format_to(to, "{}: {}\r\n", header.name, header.value);
  if (framing.content_length) fmt::format_to(to, "Content-Length: {}\r\n", *framing.content_length);
  if (framing.chunked) out += "Transfer-Encoding: chunked\r\n";
  if (!framing.connection.empty()) fmt::format_to(to, "Connection: {}\r\n", framing.connection);
  fmt::format_to(to, "Date: {}\r\n\r\n", framing.date);
  return {};
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

}  // namespace belay::transport
