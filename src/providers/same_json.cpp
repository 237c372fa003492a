#include "providers/same_json.hpp"

#include <algorithm>
#include <utility>
#include <vector>

#include <simdjson.h>

namespace belay::providers {
namespace {

using simdjson::dom::element;
using simdjson::dom::element_type;
using Members = std::vector<std::pair<std::string_view, element>>;

Members sorted_members(const simdjson::dom::object& object) {
  Members members;
  for (const auto field : object) members.emplace_back(field.key, field.value);
  std::stable_sort(members.begin(), members.end(),
                   [](const auto& a, const auto& b) { return a.first < b.first; });
  return members;
}

bool same_number(const element& a, const element& b) {
  std::int64_t ints[2];
  if (a.get_int64().get(ints[0]) == simdjson::SUCCESS && b.get_int64().get(ints[1]) == simdjson::SUCCESS)
    return ints[0] == ints[1];
  std::uint64_t uints[2];
  if (a.get_uint64().get(uints[0]) == simdjson::SUCCESS && b.get_uint64().get(uints[1]) == simdjson::SUCCESS)
    return uints[0] == uints[1];
  double doubles[2];
  return a.get_double().get(doubles[0]) == simdjson::SUCCESS &&
         b.get_double().get(doubles[1]) == simdjson::SUCCESS && doubles[0] == doubles[1];
}

// simdjson limits the depth of the recursion (1,024).
bool same(const element& a, const element& b) {
  if (a.is_number() && b.is_number()) return same_number(a, b);
  if (a.type() != b.type()) return false;
  switch (a.type()) {
    case element_type::OBJECT: {
      const Members left = sorted_members(a.get_object().value_unsafe());
      const Members right = sorted_members(b.get_object().value_unsafe());
      return std::equal(
          left.begin(), left.end(), right.begin(), right.end(),
          [](const auto& x, const auto& y) { return x.first == y.first && same(x.second, y.second); });
    }
    case element_type::ARRAY: {
      const simdjson::dom::array left = a.get_array().value_unsafe();
      const simdjson::dom::array right = b.get_array().value_unsafe();
      auto at = right.begin();
      for (const element item : left) {
        if (at == right.end() || !same(item, *at)) return false;
        ++at;
      }
      return !(at != right.end());
    }
    case element_type::STRING:
      return a.get_string().value_unsafe() == b.get_string().value_unsafe();
    case element_type::BOOL:
      return a.get_bool().value_unsafe() == b.get_bool().value_unsafe();
    default:
      return true;  // null
  }
}

}  // namespace

bool same_json(std::string_view a, std::string_view b) {
  if (a == b) return true;
  simdjson::dom::parser parsers[2];
  element roots[2];
  if (parsers[0].parse(a.data(), a.size()).get(roots[0]) != simdjson::SUCCESS ||
      parsers[1].parse(b.data(), b.size()).get(roots[1]) != simdjson::SUCCESS)
    return false;
  return same(roots[0], roots[1]);
}

}  // namespace belay::providers
