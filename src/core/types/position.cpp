#include "core/types/position.hpp"

#include <charconv>

namespace belay {
namespace {

template <class T>
bool parse_number(std::string_view digits, T& out) {
  if (digits.empty() || (digits.size() > 1 && digits.front() == '0') || digits.front() < '0' ||
      digits.front() > '9')
    return false;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), out);
  return error == std::errc{} && end == digits.data() + digits.size();
}

}  // namespace

Result<Position> Position::parse(std::string_view text) {
  Position position;
  const auto dash = text.find('-');
  if (dash == std::string_view::npos || !parse_number(text.substr(0, dash), position.epoch) ||
      position.epoch == 0 || !parse_number(text.substr(dash + 1), position.offset))
    return make_error(ErrorCode::invalid_request,
                      "An event id has the form EPOCH-OFFSET, two whole numbers. Send the last id that you "
                      "received, unchanged.",
                      "last_event_id");
  return position;
}

std::string Position::text() const {
  return std::string(PositionText(*this));
}

PositionText::PositionText(const Position& position) {
  char* const end = text_.data() + text_.size();
  char* at = std::to_chars(text_.data(), end, position.epoch).ptr;
  *at++ = '-';
  at = std::to_chars(at, end, position.offset).ptr;
  size_ = static_cast<std::size_t>(at - text_.data());
}

}  // namespace belay
