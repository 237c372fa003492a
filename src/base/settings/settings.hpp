// Declares settings: each setting once, with its name, its member in a module's Config, its bounds and its
// documentation.
//
//   settings.section("server", "Where the server listens.");
//   settings.integer("port", config.port, {0, 65535}, "TCP port; 0 takes a free one.");
//   settings.duration("header_time", config.header_time, {100ms, 5min},
//                     "From accept to the end of the headers.");
//
// The declarations are used for: reading a file and the environment into the structs, the message about all
// problems, the suggestion for a mistyped key, and the documented example. A setting's default is the value
// of the member when it is declared.
//
// A Settings object holds references into the structs, so it must not outlive them. Nothing here throws.
// Every problem becomes a ConfigProblem, and the setting keeps its default.
#pragma once

#include <concepts>
#include <deque>
#include <filesystem>
#include <functional>
#include <limits>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/clock.hpp"
#include "base/secret.hpp"
#include "base/settings/config_reading.hpp"
#include "base/settings/config_value.hpp"
#include "base/settings/quantities.hpp"
#include "base/units.hpp"

namespace belay {

class Settings;

// One declared setting.
struct Setting {
  std::string key;           // full path: "server.port"; within a row of a table array: "alg"
  std::string doc;           // one or more sentences, for the example
  std::string form;          // "whole number from 0 to 65535": follows "write a" in messages
  std::string default_text;  // as TOML; empty: not set
  std::string sample_text;   // shown in the example instead of the default
  bool is_required = false;
  bool is_table_array = false;
  bool is_environment_name = false;
  bool is_address = false;
  // The full path of the key under which an earlier version knew this setting. Empty: none.
  std::string earlier_key;
  // A name that other programs use for the same value in the environment: "ANTHROPIC_MODEL". Empty: none.
  std::string other_variable;

  // Assigns the value, or reports why it cannot. `key` is the path as in the file: "auth.keys[0].alg".
  std::function<void(const ConfigValue&, const std::string& key, ConfigReading&)> assign;
  // Table arrays: visits the settings of one default row, for the example.
  std::function<void(const std::function<void(const Settings&)>& visit)> visit_default_row;
  // Table arrays: visits the settings of each existing row, in order.
  std::function<void(const std::function<void(const Settings&)>& visit)> visit_rows;

  // The setting must be given. `sample` (as TOML) is its value in the example.
  Setting& required(std::string sample);
  Setting& sample(std::string toml);
  // The value is the name of an environment variable. A variable of that name is then not reported as a
  // mistyped setting. A value that cannot be such a name (for example a pasted key) is refused without being
  // shown.
  Setting& names_environment();
  // The value is a URL. Credentials in it and an invalid port are refused without being shown.
  Setting& address();
  // An earlier version had this setting under this name in the same table. A file that still uses the earlier
  // name gets an error with the new name.
  Setting& renamed_from(std::string earlier_name);
  // The value may also come from this environment variable, if it is not empty. The file, the setting's own variable and
  // the command line win over it.
  Setting& also_from(std::string variable);

  std::string_view name() const;                 // the last part of the key
  std::string environment_name() const;          // "BELAY_SERVER_PORT"
  std::string earlier_environment_name() const;  // empty: never renamed
};

struct SettingsSection {
  std::string name;  // "server"; empty: the top of the file
  std::string doc;
};

template <class T>
struct Bounds {
  T min;
  T max;
  std::string_view unit = {};  // "connections"
};

class Settings {
 public:
  Settings() = default;
  Settings(const Settings&) = delete;
  Settings& operator=(const Settings&) = delete;

  // Settings declared after this call belong to this table of the file.
  void section(std::string name, std::string doc);
  // Back to a section that was declared before.
  void continue_section(std::string name);

  Setting& boolean(std::string name, bool& target, std::string doc);

  template <class T>
  Setting& integer(std::string name, T& target, Bounds<std::int64_t> bounds, std::string doc);
  Setting& number(std::string name, double& target, Bounds<double> bounds, std::string doc);
  Setting& number(std::string name, std::optional<double>& target, Bounds<double> bounds, std::string doc);

  // T: a std::chrono::duration of milliseconds or a coarser unit. Bounds are inclusive.
  template <class T>
  Setting& duration(std::string name, T& target, Bounds<Milliseconds> bounds, std::string doc);

  // T: ByteCount or an integer that counts bytes.
  template <class T>
  Setting& size(std::string name, T& target, Bounds<ByteCount> bounds, std::string doc);

  // T: std::string, std::filesystem::path or Secret. `max_bytes` bounds the length. The value of a Secret
  // never appears in a message.
  template <class T>
  Setting& string(std::string name, T& target, std::size_t max_bytes, std::string doc);

  Setting& string_list(std::string name, std::vector<std::string>& target, std::size_t max, std::string doc);

  // A table whose keys are free: { premium = "pro" }. Outside the file: "premium=pro,...".
  Setting& string_map(std::string name, std::map<std::string, std::string>& target, std::size_t max,
                      std::string doc);

  // One of a fixed list of words. E: an enum or std::string.
  template <class E>
  Setting& choice(std::string name, E& target, std::vector<std::pair<std::string, E>> words, std::string doc);

  // [[name]]: a table array. declare(Settings&, Row&) declares the settings of one row.
  template <class Row, class Declare>
  Setting& table_array(std::string name, std::vector<Row>& target, std::size_t max, std::string doc,
                       Declare declare);

  const std::deque<Setting>& all() const { return settings_; }
  const std::vector<SettingsSection>& sections() const { return sections_; }

  // Assigns the contents of a table. `prefix` is the table's path with a final dot; empty at the top.
  void assign(const ConfigTable& table, const ConfigPlace& table_place, const std::string& prefix,
              ConfigReading& reading) const;
  // Assigns one value from outside the file. False: there is no such setting.
  bool assign_text(std::string_view key, std::string text, ConfigPlace place, ConfigReading& reading) const;
  const Setting* find(std::string_view key) const;
  // The setting that had this key in an earlier version.
  const Setting* find_renamed(std::string_view earlier_key) const;
  // The declared key or section that is most similar to this one. Empty: none is similar.
  std::string closest_key(std::string_view key) const;

 private:
  Setting& add(std::string name, std::string doc, std::string form, std::string default_text);
  void assign_level(const ConfigTable& table, const std::string& level, const std::string& prefix,
                    ConfigReading& reading) const;
  bool is_section(std::string_view key) const;
  void report_unknown(const ConfigEntry& entry, const std::string& key, const std::string& prefix,
                      ConfigReading& reading) const;

  Setting& add_integer(std::string name, std::int64_t default_value, Bounds<std::int64_t> bounds,
                       std::string doc, std::function<void(std::int64_t)> take);
  Setting& add_number(std::string name, std::optional<double> default_value, Bounds<double> bounds,
                      std::string doc, std::function<void(double)> take);
  // A number with a unit, as written in a file.
  template <class T>
  struct WrittenQuantity {
    std::string_view noun;
    std::string_view units;
    std::string (*text)(T);
    Result<T> (*read)(std::string_view);
  };
  template <class T>
  Setting& add_quantity(const WrittenQuantity<T>& written, std::string name, T default_value,
                        Bounds<T> bounds, std::string doc, std::function<void(T)> take);
  Setting& add_duration(std::string name, Milliseconds default_value, Bounds<Milliseconds> bounds,
                        std::string doc, std::function<void(Milliseconds)> take);
  Setting& add_size(std::string name, ByteCount default_value, Bounds<ByteCount> bounds, std::string doc,
                    std::function<void(ByteCount)> take);
  Setting& add_text(std::string name, std::string default_value, std::size_t max_bytes, std::string doc,
                    std::function<void(std::string)> take);
  Setting& add_choice(std::string name, std::string default_word, std::vector<std::string> words,
                      std::string doc, std::function<void(std::size_t)> take);
  using TakeRow =
      std::function<void(const ConfigTable&, const ConfigPlace&, const std::string& path, ConfigReading&)>;
  Setting& add_table_array(std::string name, std::size_t max, std::string doc, std::function<void()> clear,
                           TakeRow take);

  std::vector<SettingsSection> sections_;
  std::string section_;
  std::deque<Setting> settings_;  // a deque, so that Setting& stays valid
};

// The documented example: every setting as a TOML file that sets none of them, behind the introduction.
std::string example_of(const Settings& settings, std::string_view introduction);

// Writes `text` as a TOML basic string.
std::string toml_text(std::string_view text);

// ---- templates: map the member's type to the few functions above ----

template <class T>
Setting& Settings::integer(std::string name, T& target, Bounds<std::int64_t> bounds, std::string doc) {
  static_assert(std::integral<T>);
  return add_integer(std::move(name), static_cast<std::int64_t>(target), bounds, std::move(doc),
                     [&target](std::int64_t value) { target = static_cast<T>(value); });
}

template <class T>
Setting& Settings::duration(std::string name, T& target, Bounds<Milliseconds> bounds, std::string doc) {
  return add_duration(std::move(name), std::chrono::duration_cast<Milliseconds>(target), bounds,
                      std::move(doc),
                      [&target](Milliseconds value) { target = std::chrono::duration_cast<T>(value); });
}

template <class T>
Setting& Settings::size(std::string name, T& target, Bounds<ByteCount> bounds, std::string doc) {
  if constexpr (std::same_as<T, ByteCount>) {
    return add_size(std::move(name), target, bounds, std::move(doc),
                    [&target](ByteCount value) { target = value; });
  } else {
    static_assert(std::integral<T>);
    return add_size(std::move(name), ByteCount{static_cast<std::uint64_t>(target)}, bounds, std::move(doc),
                    [&target](ByteCount value) { target = static_cast<T>(value.value); });
  }
}

template <class T>
Setting& Settings::string(std::string name, T& target, std::size_t max_bytes, std::string doc) {
  if constexpr (std::same_as<T, Secret>) {
    return add_text(std::move(name), {}, max_bytes, std::move(doc),
                    [&target](std::string value) { target = Secret(std::move(value)); });
  } else if constexpr (std::same_as<T, std::filesystem::path>) {
    return add_text(std::move(name), target.string(), max_bytes, std::move(doc),
                    [&target](std::string value) { target = std::move(value); });
  } else {
    static_assert(std::same_as<T, std::string>);
    return add_text(std::move(name), target, max_bytes, std::move(doc),
                    [&target](std::string value) { target = std::move(value); });
  }
}

template <class E>
Setting& Settings::choice(std::string name, E& target, std::vector<std::pair<std::string, E>> words,
                          std::string doc) {
  std::vector<std::string> names;
  std::vector<E> values;
  std::string default_word;
  for (auto& [word, value] : words) {
    if (value == target) default_word = word;
    names.push_back(std::move(word));
    values.push_back(std::move(value));
  }
  return add_choice(std::move(name), std::move(default_word), std::move(names), std::move(doc),
                    [&target, values = std::move(values)](std::size_t index) { target = values[index]; });
}

template <class Row, class Declare>
Setting& Settings::table_array(std::string name, std::vector<Row>& target, std::size_t max, std::string doc,
                               Declare declare) {
  TakeRow take = [&target, declare](const ConfigTable& table, const ConfigPlace& place,
                                    const std::string& path, ConfigReading& reading) {
    Row& row = target.emplace_back();
    Settings inner;
    declare(inner, row);
    inner.assign(table, place, path + ".", reading);
  };
  Setting& setting = add_table_array(
      std::move(name), max, std::move(doc), [&target] { target.clear(); }, std::move(take));
  setting.visit_rows = [&target, declare](const std::function<void(const Settings&)>& visit) {
    for (Row& row : target) {
      Settings inner;
      declare(inner, row);
      visit(inner);
    }
  };
  setting.visit_default_row = [declare](const std::function<void(const Settings&)>& visit) {
    Row row;
    Settings inner;
    declare(inner, row);
    visit(inner);
  };
  return setting;
}

}  // namespace belay
