// The result of reading a configuration: the problems, and where each setting was written.
//
// There are two steps. First, settings are assigned, and add() records the problems of single settings. Then
// checks look at several settings together and at what they name (files, keys, directories). They call
// report(). A setting that add() refused keeps its default, so later checks cannot judge it. It is called
// doubtful: reports about it, or about the table that contains it, are left out. All other problems are
// reported together.
//
// One thread. Filled at start and at each SIGHUP.
#pragma once

#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.hpp"
#include "base/settings/config_value.hpp"

namespace belay {

struct ConfigReading {
  std::string source = "configuration";  // the file's name, for problems that have no place of their own
  std::vector<ConfigProblem> problems;
  std::map<std::string, ConfigPlace> places;  // of each given key: "auth.keys[0].file"
  std::vector<std::string> named_variables;   // environment variables that the configuration names

  // Adds a problem of a setting. `key` may be empty: the problem belongs to no setting.
  void add(const ConfigPlace& place, const std::string& key, std::string_view message);
  // The file cannot be read at all, so nothing else can be reported about it.
  void add_unreadable(ConfigProblem problem);

  // Reports a problem found in a check. Its place is where the key was given, else where its table or file
  // is.
  void report(const std::string& key, std::string_view message);
  // Reports two settings that contradict each other. The place is the first one's, unless only the other was
  // given.
  void report_pair(const std::string& key, const std::string& other, std::string_view message);
  // Modules name the setting in Error::field exactly as the file does.
  void report(const Error& error) { report(error.field, error.detail); }
  // For a check that repeats an earlier one with less knowledge of the place. Left out when a problem of the
  // same section is already known.
  void report_if_new(const Error& error);

  // Whether this setting, or one in this table ("auth.keys[0]"), was refused.
  bool is_rejected(std::string_view key) const;
  ConfigPlace place_of(std::string_view key) const;
  // Sorts the problems: first those of the file, in its order, then the others in the order in which they
  // were found.
  void sort();

 private:
  void report_at(const ConfigPlace& place, const std::string& key, std::string_view message);

  std::set<std::string, std::less<>> rejected_keys_;  // keys of doubtful settings
  std::set<std::string, std::less<>> wrong_;          // rejected_keys_ and the keys with a reported problem
  bool unreadable_ = false;
};

}  // namespace belay
