// The types of settings: which values each accepts, its error message, and how its default is written.
#include <algorithm>
#include <cassert>
#include <cctype>
#include <charconv>
#include <cmath>

#include <fmt/format.h>

#include "base/json_text.hpp"
#include "base/setting_text.hpp"
#include "base/settings/settings.hpp"
#include "base/settings/spelling.hpp"
#include "base/utf8.hpp"

namespace belay {
namespace {

constexpr std::size_t kMaxListItemBytes = 4096;

std::string out_of_bounds(std::string_view shown, std::string_view form) {
  return fmt::format("{} is out of bounds; write a {}", shown, form);
}

std::string with_unit(std::string form, std::string_view unit) {
  return unit.empty() ? form : fmt::format("{} ({})", form, unit);
}

// Returns the value if it already has type T (from a file), else the result of `parse` for its text.
template <class T, class Parse>
std::optional<T> typed(const ConfigValue& value, Parse parse) {
  if (const T* own = std::get_if<T>(&value.data)) return *own;
  const auto* text = std::get_if<std::string>(&value.data);
  if (!value.is_text || text == nullptr) return std::nullopt;
  const auto parsed = parse(*text);
  return parsed ? std::optional<T>(*parsed) : std::nullopt;
}

// Beginnings of secret keys that would also be valid names of variables.
bool looks_like_a_key(std::string_view text) {
  for (const std::string_view beginning :
       {"sk_", "gsk_", "hf_", "AIza", "eyJ", "ghp_", "pplx", "nvapi_", "r8_"})
    if (text.starts_with(beginning)) return true;
  const auto has = [&](int (*is)(int)) {
    return std::any_of(text.begin(), text.end(), [is](unsigned char c) { return is(c) != 0; });
  };
  constexpr std::size_t kLongForAName = 28;
  return text.size() >= kLongForAName && has(std::islower) && has(std::isdigit);
}

// Checks a URL of any kind, also one without a scheme: "proxy:3128". Returns the problem; empty: none. The
// URL itself is not shown, because it may contain a password.
std::string_view wrong_with_address(std::string_view url) {
  if (url.find_first_of(" \t\r\n") != std::string_view::npos) return "an address has no spaces";
  const std::size_t scheme = url.find("://");
  if (scheme != std::string_view::npos) url.remove_prefix(scheme + 3);
  const std::string_view authority = url.substr(0, url.find_first_of("/?#\\"));
  if (authority.find('@') != std::string_view::npos)
    return "it holds a user name or a password, which would stand here for everybody who reads the file; "
           "take "
           "them out";
  const std::size_t bracket = authority.rfind(']');
  const std::size_t colon = authority.find(':', bracket == std::string_view::npos ? 0 : bracket);
  if (authority.empty() || colon == 0) return "it names no host";
  if (colon == std::string_view::npos) return {};
  const std::string_view port = authority.substr(colon + 1);
  if (port.find(':') != std::string_view::npos)
    return "write an IPv6 address in brackets: \"http://[::1]:8080\"";
  unsigned number = 0;
  const auto [end, error] = std::from_chars(port.data(), port.data() + port.size(), number);
  if (error != std::errc() || end != port.data() + port.size() || number == 0 || number > 65535)
    return "its port must be a number from 1 to 65535";
  return {};
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

}  // namespace

Setting& Settings::boolean(std::string name, bool& target, std::string doc) {
  Setting& setting =
      add(std::move(name), std::move(doc), "truth value, true or false", target ? "true" : "false");
  setting.assign = [&target, form = setting.form](const ConfigValue& value, const std::string& key,
                                                  ConfigReading& reading) {
    const auto truth = typed<bool>(value, parse_boolean);
    if (!truth) return reading.add(value.place, key, wrong_kind(value, form));
    target = *truth;
  };
  return setting;
}

Setting& Settings::add_integer(std::string name, std::int64_t default_value, Bounds<std::int64_t> bounds,
                               std::string doc, std::function<void(std::int64_t)> take) {
  assert(bounds.min <= bounds.max);
  std::string form =
      with_unit(fmt::format("whole number from {} to {}", bounds.min, bounds.max), bounds.unit);
  Setting& setting = add(std::move(name), std::move(doc), std::move(form), fmt::to_string(default_value));
  setting.assign = [=, form = setting.form](const ConfigValue& value, const std::string& key,
                                            ConfigReading& reading) {
    const auto integer = typed<std::int64_t>(value, parse_integer);
    if (!integer) return reading.add(value.place, key, wrong_kind(value, form));
    if (*integer < bounds.min || *integer > bounds.max)
      return reading.add(value.place, key, out_of_bounds(fmt::to_string(*integer), form));
    take(*integer);
  };
  return setting;
}

Setting& Settings::number(std::string name, double& target, Bounds<double> bounds, std::string doc) {
  return add_number(std::move(name), target, bounds, std::move(doc),
                    [&target](double value) { target = value; });
}

Setting& Settings::number(std::string name, std::optional<double>& target, Bounds<double> bounds,
                          std::string doc) {
  return add_number(std::move(name), target, bounds, std::move(doc),
                    [&target](double value) { target = value; });
}

Setting& Settings::add_number(std::string name, std::optional<double> default_value, Bounds<double> bounds,
                              std::string doc, std::function<void(double)> take) {
  assert(bounds.min <= bounds.max);
  std::string form = with_unit(fmt::format("number from {} to {}", bounds.min, bounds.max), bounds.unit);
  std::string shown;
  if (default_value) shown = fmt::format("{:#}", *default_value);
  Setting& setting = add(std::move(name), std::move(doc), std::move(form), std::move(shown));
  setting.assign = [=, form = setting.form](const ConfigValue& value, const std::string& key,
                                            ConfigReading& reading) {
    auto number = typed<double>(value, parse_number);
    if (const auto* integer = std::get_if<std::int64_t>(&value.data)) number = static_cast<double>(*integer);
    if (!number) return reading.add(value.place, key, wrong_kind(value, form));
    // Written in this form so that it also refuses "nan".
    if (!(*number >= bounds.min && *number <= bounds.max))
      return reading.add(value.place, key, out_of_bounds(fmt::to_string(*number), form));
    take(*number);
  };
  return setting;
}

template <class T>
Setting& Settings::add_quantity(const WrittenQuantity<T>& written, std::string name, T default_value,
                                Bounds<T> bounds, std::string doc, std::function<void(T)> take) {
  assert(bounds.min <= bounds.max);
  Setting& setting = add(std::move(name), std::move(doc),
                         fmt::format("{} from \"{}\" to \"{}\"", written.noun, written.text(bounds.min),
                                     written.text(bounds.max)),
                         toml_text(written.text(default_value)));
  setting.assign = [=, form = setting.form](const ConfigValue& value, const std::string& key,
                                            ConfigReading& reading) {
    if (std::holds_alternative<std::int64_t>(value.data))
      return reading.add(value.place, key, fmt::format("this number has no unit; write a {}", form));
    const auto* text = std::get_if<std::string>(&value.data);
    if (text == nullptr) return reading.add(value.place, key, wrong_kind(value, form));
    const Result<T> read = written.read(*text);
    if (!read)
      return reading.add(
          value.place, key,
          fmt::format("this is not a {}; write a {}. Units: {}", written.noun, form, written.units));
    if (*read < bounds.min || *read > bounds.max)
      return reading.add(value.place, key, out_of_bounds(toml_text(written.text(*read)), form));
    take(*read);
  };
  return setting;
}

Setting& Settings::add_duration(std::string name, Milliseconds default_value, Bounds<Milliseconds> bounds,
                                std::string doc, std::function<void(Milliseconds)> take) {
  constexpr WrittenQuantity<Milliseconds> kDuration{"duration", "ms, s, m, h, d", duration_text,
                                                    parse_duration};
  return add_quantity(kDuration, std::move(name), default_value, bounds, std::move(doc), std::move(take));
}

Setting& Settings::add_size(std::string name, ByteCount default_value, Bounds<ByteCount> bounds,
                            std::string doc, std::function<void(ByteCount)> take) {
  constexpr WrittenQuantity<ByteCount> kSize{"size", "B, KiB, MiB, GiB, TiB", size_text, parse_size};
  return add_quantity(kSize, std::move(name), default_value, bounds, std::move(doc), std::move(take));
}

Setting& Settings::add_text(std::string name, std::string default_value, std::size_t max_bytes,
                            std::string doc, std::function<void(std::string)> take) {
  std::string form = fmt::format("text of at most {} bytes", max_bytes);
  Setting& setting = add(std::move(name), std::move(doc), std::move(form), toml_text(default_value));
  // The reference to `setting` stays valid, and names_environment() may be called later.
  setting.assign = [=, &setting](const ConfigValue& value, const std::string& key, ConfigReading& reading) {
    const auto* text = std::get_if<std::string>(&value.data);
    if (text == nullptr) return reading.add(value.place, key, wrong_kind(value, setting.form));
    if (text->size() > max_bytes)
      return reading.add(value.place, key,
                         out_of_bounds(fmt::format("a text of {} bytes", text->size()), setting.form));
    if (setting.is_required && text->empty()) return reading.add(value.place, key, "it must not be empty");
    if (!is_valid_utf8(*text)) return reading.add(value.place, key, "this is not UTF-8");
    if (setting.is_address && !text->empty())
      if (const std::string_view wrong = wrong_with_address(*text); !wrong.empty())
        return reading.add(value.place, key, wrong);
    if (setting.is_environment_name && !text->empty()) {
      // The pasted text may be the key itself, so it is not shown.
      if (!is_environment_name(*text) || looks_like_a_key(*text))
        return reading.add(
            value.place, key,
            "this is no name of an environment variable. Write the name of one here (letters, "
            "digits and underscores, such as \"OPENAI_API_KEY\"), and put the key into that variable");
      reading.named_variables.push_back(*text);
    }
    take(*text);
  };
  return setting;
}

Setting& Settings::string_list(std::string name, std::vector<std::string>& target, std::size_t max,
                               std::string doc) {
  std::string shown = "[";
  for (const std::string& item : target) shown += (shown.size() > 1 ? ", " : "") + toml_text(item);
  Setting& setting =
      add(std::move(name), std::move(doc), fmt::format("list of at most {} texts", max), shown + "]");
  setting.assign = [&target, max, form = setting.form](const ConfigValue& value, const std::string& key,
                                                       ConfigReading& reading) {
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
    if (items.size() > max)
      return reading.add(value.place, key, out_of_bounds(fmt::format("{} texts", items.size()), form));
    for (const std::string& item : items)
      if (item.size() > kMaxListItemBytes || !is_valid_utf8(item))
        return reading.add(value.place, key,
                           fmt::format("each text must be UTF-8 of at most {} bytes", kMaxListItemBytes));
    target = std::move(items);
  };
  return setting;
}

Setting& Settings::string_map(std::string name, std::map<std::string, std::string>& target, std::size_t max,
                              std::string doc) {
  std::string shown;
  for (const auto& [key, value] : target)
    shown += fmt::format("{}{} = {}", shown.empty() ? "" : ", ", key, toml_text(value));
  Setting& setting = add(std::move(name), std::move(doc), fmt::format("table of at most {} texts", max),
                         "{ " + shown + " }");
  setting.assign = [&target, max, form = setting.form](const ConfigValue& value, const std::string& key,
                                                       ConfigReading& reading) {
    std::map<std::string, std::string> pairs;
    if (const auto* text = std::get_if<std::string>(&value.data); text != nullptr && value.is_text) {
      for (const std::string& item : split_at_commas(*text)) {
        const std::size_t equals = item.find('=');
        if (equals == std::string::npos)
          return reading.add(value.place, key, "write name=text, separated by commas");
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
    if (pairs.size() > max)
      return reading.add(value.place, key, out_of_bounds(fmt::format("{} texts", pairs.size()), form));
    target = std::move(pairs);
  };
  return setting;
}

Setting& Settings::add_choice(std::string name, std::string default_word, std::vector<std::string> words,
                              std::string doc, std::function<void(std::size_t)> take) {
  std::string form = "word, one of";
  for (const std::string& word : words) form += (&word == &words.front() ? " " : ", ") + toml_text(word);
  Setting& setting = add(std::move(name), std::move(doc), std::move(form), toml_text(default_word));
  setting.assign = [=, form = setting.form](const ConfigValue& value, const std::string& key,
                                            ConfigReading& reading) {
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

Setting& Settings::add_table_array(std::string name, std::size_t max, std::string doc,
                                   std::function<void()> clear, TakeRow take) {
  std::string form = fmt::format("table array of at most {} tables", max);
  Setting& setting = add(std::move(name), std::move(doc), std::move(form), {});
  setting.is_table_array = true;
  setting.assign = [=, form = setting.form](const ConfigValue& value, const std::string& key,
                                            ConfigReading& reading) {
    if (value.is_text)
      return reading.add(value.place, key, "tables can be set in the configuration file only");
    const auto* list = std::get_if<ConfigList>(&value.data);
    if (list == nullptr)
      return reading.add(value.place, key, fmt::format("{}: write [[{}]]", wrong_kind(value, form), key));
    if (list->size() > max)
      return reading.add(value.place, key, out_of_bounds(fmt::format("{} tables", list->size()), form));
    clear();
    for (std::size_t i = 0; i < list->size(); ++i) {
      const ConfigValue& element = (*list)[i];
      const std::string path = fmt::format("{}[{}]", key, i);
      reading.places.emplace(path, element.place);
      const auto* table = std::get_if<ConfigTable>(&element.data);
      if (table == nullptr)
        reading.add(element.place, path, fmt::format("{}: write [[{}]]", wrong_kind(element, "table"), key));
      if (table != nullptr) take(*table, element.place, path, reading);
    }
  };
  return setting;
}

// Escapes as in JSON, and the DEL character too.
std::string toml_text(std::string_view text) {
  std::string out = "\"";
  for (;;) {
    const std::size_t plain = std::min(text.find('\x7f'), text.size());
    append_json_text(text.substr(0, plain), out);
    text.remove_prefix(plain);
    if (text.empty()) return out + '"';
    out += "\\u007f";
    text.remove_prefix(1);
  }
}

}  // namespace belay
