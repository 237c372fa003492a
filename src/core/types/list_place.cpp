#include "core/types/list_place.hpp"

#include <charconv>

namespace belay {

// "1764504000000.goal_7f…"
std::optional<ListPlace> ListPlace::parse(std::string_view text) {
  constexpr std::size_t kMaxText = 256;
  const std::size_t dot = text.find('.');
  if (text.size() > kMaxText || dot == std::string_view::npos || dot == 0) return std::nullopt;
  ListPlace place;
  const auto read = std::from_chars(text.data(), text.data() + dot, place.time.ms);
  if (read.ec != std::errc() || read.ptr != text.data() + dot) return std::nullopt;
  place.id = text.substr(dot + 1);
  if (place.text() != text) return std::nullopt;
  return place;
}

std::string ListPlace::text() const {
  return std::to_string(time.ms) + '.' + id;
}

}  // namespace belay
