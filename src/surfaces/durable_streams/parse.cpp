#include "surfaces/durable_streams/parse.hpp"

#include <algorithm>
#include <charconv>

#include <fmt/format.h>

namespace belay::surfaces::durable_streams {
namespace {

constexpr std::size_t kEpochSize = 10;

template <class Number>
bool read_digits(std::string_view text, Number& number) {
  const bool digits =
      !text.empty() && std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
  return digits && std::from_chars(text.data(), text.data() + text.size(), number).ec == std::errc();
}

// The value of a parameter that may be given once.
Result<std::optional<std::string_view>> single(const transport::Request& request, std::string_view name) {
  std::optional<std::string_view> found;
  for (const auto& [each, value] : request.query) {
    if (each != name) continue;
    if (found)
      return make_error(ErrorCode::invalid_request, fmt::format("Send {} once.", name), std::string(name));
    found = value;
  }
  return found;
}

}  // namespace

std::string offset_text(const Position& position) {
  return fmt::format("{:010}_{:020}", position.epoch, position.offset);
}

Result<Position> parse_offset(std::string_view text) {
  Position position;
  const bool is_fine = text.size() == kOffsetSize && text[kEpochSize] == '_' &&
                       read_digits(text.substr(0, kEpochSize), position.epoch) &&
                       read_digits(text.substr(kEpochSize + 1), position.offset) && position.epoch != 0;
  if (is_fine) return position;
  return make_error(ErrorCode::invalid_request,
                    "offset must be -1, now, or the value of a Stream-Next-Offset header, unchanged.",
                    "offset");
}

Error no_such_stream() {
  return make_error(ErrorCode::not_found, "There is no such stream. Send the id of a request, unchanged.",
                    "run_id");
}

Result<ReadRequest> parse_read(const transport::Request& request) {
  ReadRequest read;
  const auto run = RunId::parse(request.capture("run_id"));
  if (!run) return no_such_stream();
  read.run = *run;
  const auto live = single(request, "live");
  if (!live) return live.error();
  if (*live == "long-poll" || *live == "true") {
    read.live = Live::long_poll;
  } else if (*live == "sse") {
    read.live = Live::sse;
  } else if (*live && *live != "false") {
    return make_error(ErrorCode::invalid_request, "live must be long-poll or sse.", "live");
  }
  const auto cursor = single(request, "cursor");
  if (!cursor) return cursor.error();
  if (*cursor && !read_digits(**cursor, read.cursor))
    return make_error(ErrorCode::invalid_request, "cursor must be the value of a Stream-Cursor header.",
                      "cursor");
  const auto offset = single(request, "offset");
  if (!offset) return offset.error();
  if (!*offset && read.live != Live::none)
    return make_error(ErrorCode::invalid_request, "A live read needs an offset: -1, now, or a position.",
                      "offset");
  read.from_tail = *offset == "now";
  if (!*offset || *offset == "-1" || read.from_tail) return read;
  const auto position = parse_offset(**offset);
  if (!position) return position.error();
  read.after = *position;
  return read;
}

}  // namespace belay::surfaces::durable_streams
