// TOML (v1.0.0, toml.io) into a ConfigValue. The only file that knows the TOML library is toml_reader.cpp.
#pragma once

#include <string>
#include <string_view>
#include <variant>

#include "ops/config_value.hpp"

namespace belay::ops {

// A larger configuration file is refused unread.
inline constexpr std::size_t kMostConfigBytes = 1 << 20;

// `name` is what problems call the file. A syntax error is one problem: the rest of the file cannot be
// trusted.
std::variant<ConfigTable, ConfigProblem> read_toml(std::string_view name, std::string_view text);

}  // namespace belay::ops
