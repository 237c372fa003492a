// What the reading of a configuration has found: what is wrong, and where each setting was written.
//
// Problems come in two steps. While settings are assigned, add() takes what is wrong with one of them. Then
// the checks look at settings together, and at what they name (files, keys, directories), and report() what
// they find. A setting that add() refused keeps its default, so nothing true can be said about it: it is
// doubtful, and what is reported of it, or of the table that it is in, is left out. Everything else is told
// together.
//
// One thread; filled at start and at each SIGHUP.
#pragma once

#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.hpp"
#include "ops/config_value.hpp"

namespace belay::ops {

struct Reading {
  std::string source = "configuration";  // what problems without a place of their own name: the file
  std::vector<ConfigProblem> problems;
  std::map<std::string, Place> places;       // of each key that was given, "auth.keys[0].file"
  std::vector<std::string> named_variables;  // environment variables that the configuration names

  // Of a setting as it is written. `key` may be empty: the problem is of no setting.
  void add(const Place& place, const std::string& key, std::string_view message);
  // The text cannot be read at all: nothing else can be said about it.
  void add_unreadable(ConfigProblem problem);

  // Of what was read: placed where the key was given, else where its table or file is.
  void report(const std::string& key, std::string_view message);
  // Two settings that contradict each other: the first one's place, unless only the other was given.
  void report_pair(const std::string& key, const std::string& other, std::string_view message);
  // Rooms name the setting in Error::field as the file does.
  void report(const Error& error) { report(error.field, error.detail); }
  // Of a check that looks at the same again, and knows less of the place: left out where something is known
  // to be wrong with the same section.
  void report_if_new(const Error& error);

  // Whether the setting, or one in this table ("auth.keys[0]"), was refused.
  bool is_doubtful(std::string_view key) const;
  Place place_of(std::string_view key) const;
  // Problems of the file first, in its order; then the others in the order in which they were found.
  void sort();

 private:
  void report_at(const Place& place, const std::string& key, std::string_view message);

  std::set<std::string, std::less<>> doubtful_;  // keys
  std::set<std::string, std::less<>> wrong_;     // the same, and those of which something was reported
  bool unreadable_ = false;
};

}  // namespace belay::ops
