// What stands in a configuration, whatever its syntax: a tree of values, each with the place where it was
// written.
//
// The TOML reader makes it of a file, and one leaf of it is made of an environment variable or a command line
// option. All that follows (types, bounds, unknown keys) works on this alone, so no other file knows the TOML
// library.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace belay::ops {

// Where something was written. Line and column count from 1; 0 where there is none.
struct Place {
  std::string name;  // "belay.toml", "environment variable BELAY_SERVER_PORT", "option --port"
  unsigned line = 0;
  unsigned column = 0;

  std::string text() const {
    if (line == 0) return name;
    return name + ':' + std::to_string(line) + (column == 0 ? "" : ':' + std::to_string(column));
  }
};

// One thing that is wrong, and what to do about it.
struct ConfigProblem {
  Place place;
  std::string message;  // "server.port: 70000 is out of bounds; write a whole number from 0 to 65535"

  std::string text() const { return place.text() + ": " + message; }
};

struct ConfigValue;
struct ConfigEntry;

using ConfigList = std::vector<ConfigValue>;
using ConfigTable = std::vector<ConfigEntry>;  // keys are unique

struct ConfigValue {
  // A date or a time of day is of a type that no setting has.
  struct Unusable {};

  std::variant<Unusable, bool, std::int64_t, double, std::string, ConfigList, ConfigTable> data;
  Place place;
  // From outside the file, where everything is text: "8080" may then be a number, and "a,b" a list.
  bool is_text = false;
};

struct ConfigEntry {
  std::string key;
  Place place;
  ConfigValue value;
};

// "this is a text; write a whole number from 0 to 65535"
std::string wrong_kind(const ConfigValue& value, std::string_view form);

}  // namespace belay::ops
