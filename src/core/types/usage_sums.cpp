#include "core/types/usage_sums.hpp"

#include <array>

namespace belay {
namespace {

constexpr std::array<std::string_view, 4> kNames = {"user", "model", "day", "surface"};

}  // namespace

std::string_view to_string(UsageBy by) {
  return kNames.at(static_cast<std::size_t>(by));
}

std::optional<UsageBy> usage_by_from(std::string_view name) {
  for (std::size_t i = 0; i < kNames.size(); ++i)
    if (kNames[i] == name) return static_cast<UsageBy>(i);
  return std::nullopt;
}

}  // namespace belay
