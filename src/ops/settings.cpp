#include "ops/settings.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cassert>
#include <cmath>
#include <numeric>

#include "base/utf8.hpp"
#include "ops/spelling.hpp"

namespace belay::ops {
namespace {

constexpr std::size_t kMostListItemBytes = 4096;

std::string_view kind_of(const ConfigValue& value) {
  struct Name {
    std::string_view operator()(ConfigValue::Unusable) const { return "a date or time"; }
    std::string_view operator()(bool) const { return "a truth value"; }
    std::string_view operator()(std::int64_t) const { return "a whole number"; }
    std::string_view operator()(double) const { return "a number with a fraction"; }
    std::string_view operator()(const std::string&) const { return "a text"; }
    std::string_view operator()(const ConfigList&) const { return "a list"; }
    std::string_view operator()(const ConfigTable&) const { return "a table"; }
  };
  return std::visit(Name{}, value.data);
}

std::string wrong_kind(const ConfigValue& value, std::string_view form) {
  return fmt::format("this is {}; write a {}", kind_of(value), form);
}

std::string out_of_bounds(std::string_view shown, std::string_view form) {
  return fmt::format("{} is out of bounds; write a {}", shown, form);
}

std::string with_unit(std::string form, std::string_view unit) {
  return unit.empty() ? form : fmt::format("{} ({})", form, unit);
}

// What `parse` makes of the text of a value; a value that came from a file is not text but of its own type.
template <class T, class Parse>
std::optional<T> typed(const ConfigValue& value, Parse parse) {
  if (const T* own = std::get_if<T>(&value.data)) return *own;
  const auto* text = std::get_if<std::string>(&value.data);
  if (!value.is_text || text == nullptr) return std::nullopt;
  const auto parsed = parse(*text);
  return parsed ? std::optional<T>(*parsed) : std::nullopt;
}

std::vector<std::string> split_at_commas(std::string_view text) {
  std::vector<std::string> items;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find(','), text.size());
    std::string_view item = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    while (item.starts_with(' ')) item.remove_prefix(1);
    while (item.ends_with(' ')) item.remove_suffix(1);
    if (!item.empty()) items.emplace_back(item);
  }
  return items;
}

std::string_view parent_of(std::string_view key) {
  const std::size_t dot = key.rfind('.');
  return dot == std::string_view::npos ? std::string_view() : key.substr(0, dot);
}

std::string_view last_part(std::string_view key) { return key.substr(key.rfind('.') + 1); }

bool is_plain(std::string_view text) {
  return std::none_of(text.begin(), text.end(), [](unsigned char c) { return c < 0x20 || c == 0x7f; });
}

}  // namespace

void Reading::add(const Place& place, const std::string& key, std::string_view message) {
  problems.push_back({place, key.empty() ? std::string(message) : fmt::format("{}: {}", key, message)});
}

Setting& Setting::required(std::string toml) {
  is_required = true;
  return sample(std::move(toml));
}

Setting& Setting::sample(std::string toml) {
  sample_text = std::move(toml);
  return *this;
}

Setting& Setting::names_environment() {
  is_environment_name = true;
  return *this;
}

std::string_view Setting::name() const { return last_part(key); }

std::string Setting::environment_name() const {
  std::string name = "BELAY_" + key;
  for (char& c : name) c = c == '.' ? '_' : static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
  return name;
}

void Settings::section(std::string name, std::string doc) {
  section_ = name;
  sections_.push_back({std::move(name), std::move(doc)});
}

Setting& Settings::add(std::string name, std::string doc, std::string form, std::string default_text) {
  Setting& setting = settings_.emplace_back();
  setting.key = section_.empty() ? std::move(name) : section_ + '.' + name;
  setting.doc = std::move(doc);
  setting.form = std::move(form);
  setting.default_text = std::move(default_text);
  return setting;
}

Setting& Settings::truth(std::string name, bool& target, std::string doc) {
  Setting& setting = add(std::move(name), std::move(doc), "truth value, true or false", target ? "true" : "false");
  setting.assign = [&target, form = setting.form](const ConfigValue& value, const std::string& key, Reading& reading) {
    const auto truth = typed<bool>(value, parse_truth);
    if (!truth) return reading.add(value.place, key, wrong_kind(value, form));
    target = *truth;
  };
  return setting;
}

Setting& Settings::add_integer(std::string name, std::int64_t default_value, Bounds<std::int64_t> bounds, std::string doc,
                               std::function<void(std::int64_t)> take) {
  assert(bounds.least <= bounds.most);
  std::string form = with_unit(fmt::format("whole number from {} to {}", bounds.least, bounds.most), bounds.unit);
  Setting& setting = add(std::move(name), std::move(doc), std::move(form), fmt::to_string(default_value));
  setting.assign = [=, form = setting.form](const ConfigValue& value, const std::string& key, Reading& reading) {
    const auto integer = typed<std::int64_t>(value, parse_integer);
    if (!integer) return reading.add(value.place, key, wrong_kind(value, form));
    if (*integer < bounds.least || *integer > bounds.most)
      return reading.add(value.place, key, out_of_bounds(fmt::to_string(*integer), form));
    take(*integer);
  };
  return setting;
}

Setting& Settings::number(std::string name, double& target, Bounds<double> bounds, std::string doc) {
  return add_number(std::move(name), target, bounds, std::move(doc), [&target](double value) { target = value; });
}

Setting& Settings::number(std::string name, std::optional<double>& target, Bounds<double> bounds, std::string doc) {
  return add_number(std::move(name), target, bounds, std::move(doc), [&target](double value) { target = value; });
}

Setting& Settings::add_number(std::string name, std::optional<double> default_value, Bounds<double> bounds, std::string doc,
                              std::function<void(double)> take) {
  assert(bounds.least <= bounds.most);
  std::string form = with_unit(fmt::format("number from {} to {}", bounds.least, bounds.most), bounds.unit);
  std::string shown;
  if (default_value) shown = fmt::format("{:#}", *default_value);
  Setting& setting = add(std::move(name), std::move(doc), std::move(form), std::move(shown));
  setting.assign = [=, form = setting.form](const ConfigValue& value, const std::string& key, Reading& reading) {
    auto number = typed<double>(value, parse_number);
    if (const auto* integer = std::get_if<std::int64_t>(&value.data)) number = static_cast<double>(*integer);
    if (!number) return reading.add(value.place, key, wrong_kind(value, form));
    // Written so that "nan" is refused too.
    if (!(*number >= bounds.least && *number <= bounds.most))
      return reading.add(value.place, key, out_of_bounds(fmt::to_string(*number), form));
    take(*number);
  };
  return setting;
}

Setting& Settings::add_duration(std::string name, Milliseconds default_value, Bounds<Milliseconds> bounds, std::string doc,
                                std::function<void(Milliseconds)> take) {
  assert(bounds.least <= bounds.most);
  Setting& setting = add(std::move(name), std::move(doc),
                         fmt::format("duration from \"{}\" to \"{}\"", duration_text(bounds.least), duration_text(bounds.most)),
                         toml_text(duration_text(default_value)));
  setting.assign = [=, form = setting.form](const ConfigValue& value, const std::string& key, Reading& reading) {
    if (std::holds_alternative<std::int64_t>(value.data))
      return reading.add(value.place, key, fmt::format("this number has no unit; write a {}", form));
    const auto* text = std::get_if<std::string>(&value.data);
    if (text == nullptr) return reading.add(value.place, key, wrong_kind(value, form));
    const Result<Milliseconds> duration = parse_duration(*text);
    if (!duration)
      return reading.add(value.place, key, fmt::format("this is not a duration; write a {}. Units: ms, s, m, h, d", form));
    if (*duration < bounds.least || *duration > bounds.most)
      return reading.add(value.place, key, out_of_bounds(toml_text(duration_text(*duration)), form));
    take(*duration);
  };
  return setting;
}

Setting& Settings::add_size(std::string name, ByteCount default_value, Bounds<ByteCount> bounds, std::string doc,
                            std::function<void(ByteCount)> take) {
  assert(bounds.least <= bounds.most);
  Setting& setting = add(std::move(name), std::move(doc),
                         fmt::format("size from \"{}\" to \"{}\"", size_text(bounds.least), size_text(bounds.most)),
                         toml_text(size_text(default_value)));
  setting.assign = [=, form = setting.form](const ConfigValue& value, const std::string& key, Reading& reading) {
    if (std::holds_alternative<std::int64_t>(value.data))
      return reading.add(value.place, key, fmt::format("this number has no unit; write a {}", form));
    const auto* text = std::get_if<std::string>(&value.data);
    if (text == nullptr) return reading.add(value.place, key, wrong_kind(value, form));
    const Result<ByteCount> size = parse_size(*text);
    if (!size)
      return reading.add(value.place, key, fmt::format("this is not a size; write a {}. Units: B, KiB, MiB, GiB, TiB", form));
    if (*size < bounds.least || *size > bounds.most)
      return reading.add(value.place, key, out_of_bounds(toml_text(size_text(*size)), form));
    take(*size);
  };
  return setting;
}

Setting& Settings::add_text(std::string name, std::string default_value, std::size_t most_bytes, std::string doc,
                            std::function<void(std::string)> take) {
  std::string form = fmt::format("text of at most {} bytes", most_bytes);
  Setting& setting = add(std::move(name), std::move(doc), std::move(form), toml_text(default_value));
  // `setting` stays where it is, and names_environment() may be said after this.
  setting.assign = [=, &setting](const ConfigValue& value, const std::string& key, Reading& reading) {
    const auto* text = std::get_if<std::string>(&value.data);
    if (text == nullptr) return reading.add(value.place, key, wrong_kind(value, setting.form));
    if (text->size() > most_bytes)
      return reading.add(value.place, key, out_of_bounds(fmt::format("a text of {} bytes", text->size()), setting.form));
    if (setting.is_required && text->empty()) return reading.add(value.place, key, "it must not be empty");
    if (!is_valid_utf8(*text)) return reading.add(value.place, key, "this is not UTF-8");
    if (setting.is_environment_name) reading.named_variables.push_back(*text);
    take(*text);
  };
  return setting;
}

Setting& Settings::texts(std::string name, std::vector<std::string>& target, std::size_t most, std::string doc) {
  std::string shown = "[";
  for (const std::string& item : target) shown += (shown.size() > 1 ? ", " : "") + toml_text(item);
  Setting& setting = add(std::move(name), std::move(doc), fmt::format("list of at most {} texts", most), shown + "]");
  setting.assign = [&target, most, form = setting.form](const ConfigValue& value, const std::string& key, Reading& reading) {
    std::vector<std::string> items;
    if (const auto* text = std::get_if<std::string>(&value.data); text != nullptr && value.is_text) {
      items = split_at_commas(*text);
    } else if (const auto* list = std::get_if<ConfigList>(&value.data)) {
      for (const ConfigValue& element : *list) {
        const auto* item = std::get_if<std::string>(&element.data);
        if (item == nullptr) return reading.add(element.place, key, wrong_kind(element, "text"));
        items.push_back(*item);
      }
    } else {
      return reading.add(value.place, key, wrong_kind(value, form));
    }
    if (items.size() > most) return reading.add(value.place, key, out_of_bounds(fmt::format("{} texts", items.size()), form));
    for (const std::string& item : items)
      if (item.size() > kMostListItemBytes || !is_valid_utf8(item))
        return reading.add(value.place, key, fmt::format("each text must be UTF-8 of at most {} bytes", kMostListItemBytes));
    target = std::move(items);
  };
  return setting;
}

Setting& Settings::pairs(std::string name, std::map<std::string, std::string>& target, std::size_t most, std::string doc) {
  std::string shown;
  for (const auto& [key, value] : target) shown += fmt::format("{}{} = {}", shown.empty() ? "" : ", ", key, toml_text(value));
  Setting& setting = add(std::move(name), std::move(doc), fmt::format("table of at most {} texts", most), "{ " + shown + " }");
  setting.assign = [&target, most, form = setting.form](const ConfigValue& value, const std::string& key, Reading& reading) {
    std::map<std::string, std::string> pairs;
    if (const auto* text = std::get_if<std::string>(&value.data); text != nullptr && value.is_text) {
      for (const std::string& item : split_at_commas(*text)) {
        const std::size_t equals = item.find('=');
        if (equals == std::string::npos) return reading.add(value.place, key, "write name=text, separated by commas");
        pairs.insert_or_assign(item.substr(0, equals), item.substr(equals + 1));
      }
    } else if (const auto* table = std::get_if<ConfigTable>(&value.data)) {
      for (const ConfigEntry& entry : *table) {
        const auto* item = std::get_if<std::string>(&entry.value.data);
        if (item == nullptr) return reading.add(entry.value.place, key, wrong_kind(entry.value, "text"));
        pairs.insert_or_assign(entry.key, *item);
      }
    } else {
      return reading.add(value.place, key, wrong_kind(value, form));
    }
    if (pairs.size() > most) return reading.add(value.place, key, out_of_bounds(fmt::format("{} texts", pairs.size()), form));
    target = std::move(pairs);
  };
  return setting;
}

Setting& Settings::add_choice(std::string name, std::string default_word, std::vector<std::string> words, std::string doc,
                              std::function<void(std::size_t)> take) {
  std::string form = "word, one of";
  for (const std::string& word : words) form += (&word == &words.front() ? " " : ", ") + toml_text(word);
  Setting& setting = add(std::move(name), std::move(doc), std::move(form), toml_text(default_word));
  setting.assign = [=, form = setting.form](const ConfigValue& value, const std::string& key, Reading& reading) {
    const auto* text = std::get_if<std::string>(&value.data);
    if (text == nullptr) return reading.add(value.place, key, wrong_kind(value, form));
    const auto word = std::find(words.begin(), words.end(), *text);
    if (word != words.end()) return take(static_cast<std::size_t>(word - words.begin()));
    const std::string closest = closest_word(*text, words);
    reading.add(value.place, key,
                fmt::format("there is no such choice; write a {}{}", form,
                            closest.empty() ? "" : fmt::format(". Did you mean {}?", toml_text(closest))));
  };
  return setting;
}

Setting& Settings::add_rows(std::string name, std::size_t most, std::string doc, std::function<void()> clear, TakeRow take) {
  std::string form = fmt::format("table array of at most {} tables", most);
  Setting& setting = add(std::move(name), std::move(doc), std::move(form), {});
  setting.is_rows = true;
  setting.assign = [=, form = setting.form](const ConfigValue& value, const std::string& key, Reading& reading) {
    if (value.is_text) return reading.add(value.place, key, "tables can be set in the configuration file only");
    const auto* list = std::get_if<ConfigList>(&value.data);
    if (list == nullptr) return reading.add(value.place, key, fmt::format("{}: write [[{}]]", wrong_kind(value, form), key));
    if (list->size() > most) return reading.add(value.place, key, out_of_bounds(fmt::format("{} tables", list->size()), form));
    clear();
    for (std::size_t i = 0; i < list->size(); ++i) {
      const ConfigValue& element = (*list)[i];
      const std::string path = fmt::format("{}[{}]", key, i);
      reading.places.emplace(path, element.place);
      const auto* table = std::get_if<ConfigTable>(&element.data);
      if (table == nullptr) reading.add(element.place, path, fmt::format("{}: write [[{}]]", wrong_kind(element, "table"), key));
      if (table != nullptr) take(*table, element.place, path, reading);
    }
  };
  return setting;
}

const Setting* Settings::find(std::string_view key) const {
  const auto found = std::find_if(settings_.begin(), settings_.end(), [&](const Setting& s) { return s.key == key; });
  return found == settings_.end() ? nullptr : &*found;
}

bool Settings::is_section(std::string_view key) const {
  return std::any_of(settings_.begin(), settings_.end(), [&](const Setting& setting) {
    return setting.key.size() > key.size() && setting.key.starts_with(key) && setting.key[key.size()] == '.';
  });
}

std::string Settings::closest_key(std::string_view key) const {
  std::vector<std::string> siblings;
  std::vector<std::string> namesakes;  // the right name in the wrong table
  for (const Setting& setting : settings_) {
    for (std::string_view k = setting.key; !k.empty(); k = parent_of(k))
      if (parent_of(k) == parent_of(key)) siblings.emplace_back(k);
    if (last_part(setting.key) == last_part(key)) namesakes.push_back(setting.key);
  }
  if (namesakes.size() == 1) return namesakes.front();
  const std::size_t fixed = key.size() - last_part(key).size();
  for (std::string& sibling : siblings) sibling.erase(0, fixed);
  const std::string closest = closest_word(last_part(key), siblings);
  return closest.empty() ? std::string() : std::string(key.substr(0, fixed)) + closest;
}

void Settings::report_unknown(const ConfigEntry& entry, const std::string& key, const std::string& prefix,
                              Reading& reading) const {
  const std::string closest = closest_key(key);
  std::string message = "there is no such setting";
  if (!closest.empty()) message += fmt::format("; did you mean {}{}?", prefix, closest);
  const std::string shown = is_plain(key) && key.size() <= 128 ? prefix + key : std::string("unknown key");
  reading.add(entry.place, shown, message);
}

void Settings::assign(const ConfigTable& table, const Place& table_place, const std::string& prefix, Reading& reading) const {
  assign_level(table, {}, prefix, reading);
  for (const Setting& setting : settings_)
    if (setting.is_required && !reading.places.contains(prefix + setting.key))
      reading.add(table_place, prefix + setting.key, fmt::format("it must be set: {}", setting.doc));
}

void Settings::assign_level(const ConfigTable& table, const std::string& level, const std::string& prefix,
                            Reading& reading) const {
  for (const ConfigEntry& entry : table) {
    const std::string key = level + entry.key;
    // A quoted key may hold a dot; as a path it would be mistaken for another setting.
    const bool is_simple = entry.key.find('.') == std::string::npos;
    const Setting* setting = is_simple ? find(key) : nullptr;
    if (setting != nullptr) {
      reading.places.emplace(prefix + key, entry.place);
      setting->assign(entry.value, prefix + key, reading);
      continue;
    }
    if (!is_simple || !is_section(key)) {
      report_unknown(entry, key, prefix, reading);
      continue;
    }
    reading.places.emplace(prefix + key, entry.place);
    if (const auto* inner = std::get_if<ConfigTable>(&entry.value.data))
      assign_level(*inner, key + ".", prefix, reading);
    else
      reading.add(entry.value.place, prefix + key, fmt::format("{}: write [{}]", wrong_kind(entry.value, "table"), key));
  }
}

bool Settings::assign_text(std::string_view key, std::string text, Place place, Reading& reading) const {
  const Setting* setting = find(key);
  if (setting == nullptr) return false;
  reading.places.insert_or_assign(setting->key, place);
  setting->assign(ConfigValue{.data = std::move(text), .place = std::move(place), .is_text = true}, setting->key, reading);
  return true;
}

std::string toml_text(std::string_view text) {
  std::string out = "\"";
  for (const char c : text) {
    switch (c) {
      case '"': out += "\\\""; break;
      case '\\': out += "\\\\"; break;
      case '\n': out += "\\n"; break;
      case '\r': out += "\\r"; break;
      case '\t': out += "\\t"; break;
      default:
        if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f)
          out += fmt::format("\\u{:04x}", static_cast<unsigned char>(c));
        else
          out += c;
    }
  }
  return out + '"';
}

}  // namespace belay::ops
