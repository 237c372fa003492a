// The signature algorithms that are accepted (RFC 7518, section 3.1). A key has exactly one.
#pragma once

#include <optional>
#include <string_view>

namespace belay::auth {

enum class Algorithm { hs256, rs256, ps256, es256 };

// "HS256": exact, as in a token's header.
std::optional<Algorithm> algorithm_from(std::string_view name);
std::string_view to_string(Algorithm algorithm);

}  // namespace belay::auth
