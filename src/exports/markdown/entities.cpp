#include "exports/markdown/entities.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdint>

namespace belay::exports {
namespace {

struct Entity {
  std::string_view name;
  std::string_view text;
};

// The names that people and models write. HTML has 2,125 names.
constexpr std::array kEntities = std::to_array<Entity>({
    {"amp", "&"},         {"lt", "<"},          {"gt", ">"},          {"quot", "\""},
    {"apos", "'"},        {"nbsp", "\u00A0"},   {"iexcl", "\u00A1"},  {"cent", "\u00A2"},
    {"pound", "\u00A3"},  {"yen", "\u00A5"},    {"sect", "\u00A7"},   {"copy", "\u00A9"},
    {"laquo", "\u00AB"},  {"not", "\u00AC"},    {"reg", "\u00AE"},    {"deg", "\u00B0"},
    {"plusmn", "\u00B1"}, {"sup2", "\u00B2"},   {"sup3", "\u00B3"},   {"micro", "\u00B5"},
    {"para", "\u00B6"},   {"middot", "\u00B7"}, {"sup1", "\u00B9"},   {"raquo", "\u00BB"},
    {"frac14", "\u00BC"}, {"frac12", "\u00BD"}, {"frac34", "\u00BE"}, {"iquest", "\u00BF"},
    {"times", "\u00D7"},  {"divide", "\u00F7"}, {"ensp", "\u2002"},   {"emsp", "\u2003"},
    {"thinsp", "\u2009"}, {"zwnj", "\u200C"},   {"zwj", "\u200D"},    {"ndash", "\u2013"},
    {"mdash", "\u2014"},  {"lsquo", "\u2018"},  {"rsquo", "\u2019"},  {"sbquo", "\u201A"},
    {"ldquo", "\u201C"},  {"rdquo", "\u201D"},  {"bdquo", "\u201E"},  {"dagger", "\u2020"},
    {"bull", "\u2022"},   {"hellip", "\u2026"}, {"permil", "\u2030"}, {"prime", "\u2032"},
    {"Prime", "\u2033"},  {"lsaquo", "\u2039"}, {"rsaquo", "\u203A"}, {"euro", "\u20AC"},
    {"trade", "\u2122"},  {"larr", "\u2190"},   {"uarr", "\u2191"},   {"rarr", "\u2192"},
    {"darr", "\u2193"},   {"harr", "\u2194"},   {"lArr", "\u21D0"},   {"rArr", "\u21D2"},
    {"hArr", "\u21D4"},   {"forall", "\u2200"}, {"part", "\u2202"},   {"exist", "\u2203"},
    {"empty", "\u2205"},  {"isin", "\u2208"},   {"prod", "\u220F"},   {"sum", "\u2211"},
    {"minus", "\u2212"},  {"radic", "\u221A"},  {"infin", "\u221E"},  {"and", "\u2227"},
    {"or", "\u2228"},     {"cap", "\u2229"},    {"cup", "\u222A"},    {"int", "\u222B"},
    {"asymp", "\u2248"},  {"ne", "\u2260"},     {"equiv", "\u2261"},  {"le", "\u2264"},
    {"ge", "\u2265"},     {"sub", "\u2282"},    {"sup", "\u2283"},    {"alpha", "\u03B1"},
    {"beta", "\u03B2"},   {"gamma", "\u03B3"},  {"delta", "\u03B4"},  {"epsilon", "\u03B5"},
    {"theta", "\u03B8"},  {"lambda", "\u03BB"}, {"mu", "\u03BC"},     {"pi", "\u03C0"},
    {"sigma", "\u03C3"},  {"phi", "\u03C6"},    {"omega", "\u03C9"},  {"Delta", "\u0394"},
    {"Sigma", "\u03A3"},  {"Omega", "\u03A9"},  {"check", "\u2713"},  {"cross", "\u2717"},
});

std::string utf8(std::uint32_t code) {
  const bool is_control = code < 0x20 || (code >= 0x7F && code < 0xA0);
  const bool is_surrogate = code >= 0xD800 && code < 0xE000;
  if ((is_control && code != '\t' && code != '\n') || is_surrogate || code > 0x10FFFF) return "\uFFFD";
  const auto tail = [&](int shift) { return static_cast<char>(0x80 | ((code >> shift) & 0x3F)); };
  if (code < 0x80) return {static_cast<char>(code)};
  if (code < 0x800) return {static_cast<char>(0xC0 | (code >> 6)), tail(0)};
  if (code < 0x10000) return {static_cast<char>(0xE0 | (code >> 12)), tail(6), tail(0)};
  return {static_cast<char>(0xF0 | (code >> 18)), tail(12), tail(6), tail(0)};
}

}  // namespace

std::string decode_entity(std::string_view reference) {
  if (reference.size() < 3 || reference.front() != '&' || reference.back() != ';')
    return std::string(reference);
  std::string_view name = reference.substr(1, reference.size() - 2);
  if (name.front() != '#') {
    const auto* found = std::find_if(kEntities.begin(), kEntities.end(),
                                     [&](const Entity& each) { return each.name == name; });
    return std::string(found == kEntities.end() ? reference : found->text);
  }
  name.remove_prefix(1);
  const bool is_hex = name.starts_with('x') || name.starts_with('X');
  if (is_hex) name.remove_prefix(1);
  std::uint32_t code = 0;
  const auto [end, error] = std::from_chars(name.data(), name.data() + name.size(), code, is_hex ? 16 : 10);
  if (error != std::errc() || end != name.data() + name.size()) return std::string(reference);
  return utf8(code);
}

}  // namespace belay::exports
