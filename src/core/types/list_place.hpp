// A place in a list that is in the order of a time, and of ids among equal times. To clients its text is opaque.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/clock.hpp"

namespace belay {

struct ListPlace {
  WallTime time;
  std::string id;

  static std::optional<ListPlace> parse(std::string_view text);
  std::string text() const;
  friend bool operator==(const ListPlace&, const ListPlace&) = default;
};

}  // namespace belay
