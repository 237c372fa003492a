// Reads TOML (v1.0.0, toml.io) into a ConfigValue. Only toml_reader.cpp uses the TOML library.
#pragma once

#include <string>
#include <string_view>
#include <variant>

#include "base/settings/config_value.hpp"

namespace belay::ops {

// A larger configuration file is refused without being read.
inline constexpr std::size_t kMaxConfigBytes = 1 << 20;

// `name` is the file's name in messages. A syntax error is reported as the only problem, because the rest of
// the file cannot be trusted.
std::variant<ConfigTable, ConfigProblem> read_toml(std::string_view name, std::string_view text);

}  // namespace belay::ops
