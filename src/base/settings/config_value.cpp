#include "base/settings/config_value.hpp"

#include <fmt/format.h>

namespace belay {
namespace {

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

}  // namespace

std::string wrong_kind(const ConfigValue& value, std::string_view form) {
  return fmt::format("this is {}; write a {}", kind_of(value), form);
}

}  // namespace belay
