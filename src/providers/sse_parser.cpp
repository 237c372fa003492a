#include "providers/sse_parser.hpp"

#include <cstring>

namespace belay::providers {
namespace {

constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";

// Returns the position of the first LF or CR, or npos. `may_have_cr`: whether a CR is searched for. Two passes of memchr
// are faster than one pass for both characters: lines are long, CRs are rare.
std::size_t find_line_end(std::string_view bytes, bool may_have_cr) {
  if (bytes.starts_with('\n')) return 0;
  const std::size_t lf = bytes.find('\n');
  if (!may_have_cr) return lf;
  const std::size_t cr = bytes.substr(0, lf).find('\r');
  return cr != std::string_view::npos ? cr : lf;
}

}  // namespace

void SseParser::Value::set(std::string_view value) {
  copy_.clear();
  // A view with a null pointer means "not viewed", so an empty value points to an empty string.
  viewed_ = value.empty() ? std::string_view("", 0) : value;
}

void SseParser::Value::append_line(std::string_view value) {
  keep();
  copy_ += '\n';
  copy_ += value;
}

void SseParser::Value::keep() {
  if (!viewed_.data()) return;
  copy_.assign(viewed_);
  viewed_ = {};
}

void SseParser::Value::clear() {
  viewed_ = {};
  copy_.clear();
}

Result<> SseParser::push(std::string_view bytes, Handler& handler) {
  const bool may_have_cr = bytes.find('\r') != std::string_view::npos;
  while (!bytes.empty() && !stopped_) {
    if (skip_lf_) {
      skip_lf_ = false;
      if (bytes.front() == '\n') {
        bytes.remove_prefix(1);
        continue;
      }
    }
    const std::size_t end = find_line_end(bytes, may_have_cr);
    if (end == std::string_view::npos) {
      if (line_.size() + bytes.size() > max_event_bytes_) return too_long();
      line_ += bytes;
      break;
    }
    skip_lf_ = bytes[end] == '\r';
    const std::string_view rest_of_line = bytes.substr(0, end);
    bytes.remove_prefix(end + 1);

    if (line_.empty()) {
      if (auto taken = take_line(rest_of_line, handler); !taken) return taken;
      continue;
    }
    if (line_.size() + rest_of_line.size() > max_event_bytes_) return too_long();
    line_ += rest_of_line;
    auto taken = take_line(line_, handler);
    data_.keep();
    type_.keep();
    line_.clear();
    if (!taken) return taken;
  }
  data_.keep();
  type_.keep();
  return {};
}

Result<> SseParser::take_line(std::string_view line, Handler& handler) {
  if (line.size() > max_event_bytes_) return too_long();
  if (first_line_) {
    first_line_ = false;
    if (line.starts_with(kByteOrderMark)) line.remove_prefix(kByteOrderMark.size());
  }
  if (line.empty()) {
    dispatch(handler);
    return {};
  }
  const std::size_t colon = line.starts_with("data:") ? 4 : line.find(':');
  const std::string_view field = line.substr(0, colon);  // empty for a comment
  std::string_view value = colon == std::string_view::npos ? std::string_view() : line.substr(colon + 1);
  if (value.starts_with(' ')) value.remove_prefix(1);

  if (field == "data") {
    if (has_data_ && data_.size() + 1 + value.size() > max_event_bytes_) return too_long();
    has_data_ ? data_.append_line(value) : data_.set(value);
    has_data_ = true;
  } else if (field == "event") {
    type_.set(value);
  } else if (field == "id" || field == "retry") {
    handler.on_field(field, value);
  }
  return {};
}

void SseParser::dispatch(Handler& handler) {
  handler.on_block_end();
  if (has_data_ && handler.on_event({type_.view(), data_.view()}) == Flow::stop) stopped_ = true;
  has_data_ = false;
  data_.clear();
  type_.clear();
}

Result<> SseParser::too_long() {
  stopped_ = true;
  data_.clear();
  type_.clear();
  return make_error(ErrorCode::provider_broken, "The provider sent an event that is too long.");
}

}  // namespace belay::providers
