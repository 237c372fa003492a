#include "auth/algorithm.hpp"

#include <array>

namespace belay::auth {
namespace {
constexpr std::array<std::string_view, 5> kNames = {"HS256", "RS256", "PS256", "ES256", "EdDSA"};
}

std::optional<Algorithm> algorithm_from(std::string_view name) {
  for (std::size_t i = 0; i < kNames.size(); ++i)
    if (kNames[i] == name) return static_cast<Algorithm>(i);
  if (name == "Ed25519") return Algorithm::eddsa;
  return std::nullopt;
}

std::string_view to_string(Algorithm algorithm) {
  return kNames[static_cast<std::size_t>(algorithm)];
}

}  // namespace belay::auth
