#include "policy/assistant_mode.hpp"

#include <array>
#include <cstddef>

namespace belay::policy {
namespace {

constexpr std::array<std::string_view, 3> kModes = {"chat", "edit", "generate"};

}  // namespace

std::optional<AssistantMode> assistant_mode_from(std::string_view name) {
  for (std::size_t i = 0; i < kModes.size(); ++i)
    if (kModes[i] == name) return static_cast<AssistantMode>(i);
  return std::nullopt;
}

std::string_view to_string(AssistantMode mode) {
  return kModes[static_cast<std::size_t>(mode)];
}

}  // namespace belay::policy
