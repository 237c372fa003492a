// The contents of a configuration, independent of its syntax: a tree of values, each with the place where it
// was written.
//
// The TOML reader makes the tree from a file. An environment variable or a command line option becomes one
// leaf. Everything after that (types, bounds, unknown keys) works only on this tree, so no other file uses
// the TOML library.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace belay {

// Where something was written. Line and column count from 1. 0: unknown.
struct ConfigPlace {
  std::string name;  // "belay.toml", "environment variable BELAY_SERVER_PORT", "option --port"
  unsigned line = 0;
  unsigned column = 0;

  std::string text() const {
    if (line == 0) return name;
    return name + ':' + std::to_string(line) + (column == 0 ? "" : ':' + std::to_string(column));
  }
};

// One error and how to fix it.
struct ConfigProblem {
  ConfigPlace place;
  std::string message;  // "server.port: 70000 is out of bounds; write a whole number from 0 to 65535"

  std::string text() const { return place.text() + ": " + message; }
};

struct ConfigValue;
struct ConfigEntry;

using ConfigList = std::vector<ConfigValue>;
using ConfigTable = std::vector<ConfigEntry>;  // keys are unique

struct ConfigValue {
  // A date or a time of day: no setting has such a type.
  struct Unusable {};

  std::variant<Unusable, bool, std::int64_t, double, std::string, ConfigList, ConfigTable> data;
  ConfigPlace place;
  // The value is not from the file but from a source where everything is text. "8080" may then be a number,
  // and "a,b" a list.
  bool is_text = false;
};

struct ConfigEntry {
  std::string key;
  ConfigPlace place;
  ConfigValue value;
};

// Returns the message for a value of the wrong type: "this is a text; write a whole number from 0 to 65535".
std::string wrong_kind(const ConfigValue& value, std::string_view form);

}  // namespace belay
