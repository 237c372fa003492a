#include "ops/toml_reader.hpp"

#include <algorithm>
#include <optional>
#include <string>

#include <fmt/format.h>
#include <toml++/toml.h>

#include "base/utf8.hpp"

namespace belay::ops {
namespace {

class Reader {
 public:
  explicit Reader(std::string_view name) : name_(name) {}

  ConfigTable table(const toml::table& source) const {
    ConfigTable entries;
    entries.reserve(source.size());
    for (const auto& [key, node] : source)
      entries.push_back({std::string(key.str()), place(key.source()), value(node)});
    return entries;
  }

  ConfigPlace place(const toml::source_region& region) const {
    return {std::string(name_), region.begin.line, region.begin.column};
  }

 private:
  ConfigValue value(const toml::node& node) const {
    ConfigValue result{.data = ConfigValue::Unusable{}, .place = place(node.source())};
    if (const auto* truth = node.as_boolean()) result.data = truth->get();
    if (const auto* integer = node.as_integer()) result.data = integer->get();
    if (const auto* number = node.as_floating_point()) result.data = number->get();
    if (const auto* text = node.as_string()) result.data = text->get();
    if (const auto* inner = node.as_table()) result.data = table(*inner);
    if (const auto* list = node.as_array()) {
      ConfigList values;
      values.reserve(list->size());
      for (const toml::node& element : *list) values.push_back(value(element));
      result.data = std::move(values);
    }
    return result;
  }

  std::string_view name_;
};

// The library recurses once for each dot of a dotted key. A dotted key is on one line, so this bounds the
// recursion.
constexpr std::size_t kMaxLineBytes = 8192;

std::optional<ConfigProblem> unreadable(std::string_view name, std::string_view text) {
  const auto problem = [name](unsigned line, std::string message) {
    return ConfigProblem{{std::string(name), line, 0}, std::move(message)};
  };
  if (text.size() > kMaxConfigBytes)
    return problem(0, fmt::format("the file is larger than {} bytes", kMaxConfigBytes));
  unsigned line = 0;
  for (std::size_t begin = 0; begin < text.size();) {
    ++line;
    const std::size_t end = std::min(text.find('\n', begin), text.size());
    const std::string_view content = text.substr(begin, end - begin);
    if (content.size() > kMaxLineBytes)
      return problem(line, fmt::format("the line is longer than {} bytes; break it up", kMaxLineBytes));
    if (!is_valid_utf8(content)) return problem(line, "this is not UTF-8; save the file as UTF-8");
    begin = end + 1;
  }
  return std::nullopt;
}

}  // namespace

std::variant<ConfigTable, ConfigProblem> read_toml(std::string_view name, std::string_view text) {
  if (auto problem = unreadable(name, text)) return *std::move(problem);
  const Reader reader(name);
  try {
    return reader.table(toml::parse(text));
  } catch (const toml::parse_error& error) {
    return ConfigProblem{reader.place(error.source()), std::string(error.description())};
  }
}

}  // namespace belay::ops
