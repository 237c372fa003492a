#include "prompts/json_compare.hpp"

#include <algorithm>
#include <cfloat>
#include <cmath>
#include <limits>
#include <string_view>
#include <vector>

#include <boost/json/object.hpp>
#include <boost/json/string.hpp>

namespace belay::prompts {
namespace {

namespace json = boost::json;

// Represents every 64-bit integer and every double exactly.
using Wide = long double;
static_assert(std::numeric_limits<Wide>::digits >= 64);

Wide wide(const json::value& number) {
  if (number.is_int64()) return static_cast<Wide>(number.get_int64());
  if (number.is_uint64()) return static_cast<Wide>(number.get_uint64());
  return static_cast<Wide>(number.get_double());
}

std::string_view view(const json::string& text) {
  return {text.data(), text.size()};
}

// FNV-1a. Equal values have equal hashes. Deliberate collisions only use up the budget of steps.
constexpr std::uint64_t kHashStart = 14695981039346656037u;
std::uint64_t mixed(std::uint64_t hash, std::uint64_t value) {
  return (hash ^ value) * 1099511628211u;
}

std::uint64_t hash_of(std::string_view text) {
  std::uint64_t hash = kHashStart;
  for (const char c : text) hash = mixed(hash, static_cast<unsigned char>(c));
  return hash;
}

std::uint64_t hash_of(const json::value& value, Steps& steps) {
  if (!steps.take()) return 0;
  switch (value.kind()) {
    case json::kind::null:
      return 1;
    case json::kind::bool_:
      return value.get_bool() ? 2 : 3;
    case json::kind::int64:
    case json::kind::uint64:
    case json::kind::double_:
      return mixed(4, std::hash<double>()(static_cast<double>(wide(value))));
    case json::kind::string:
      steps.take_for_bytes(value.get_string().size());
      return hash_of(view(value.get_string()));
    case json::kind::array: {
      std::uint64_t hash = mixed(kHashStart, value.get_array().size());
      for (const json::value& element : value.get_array()) hash = mixed(hash, hash_of(element, steps));
      return hash;
    }
    case json::kind::object: {
      std::uint64_t hash = mixed(kHashStart, ~value.get_object().size());
      for (const auto& member : value.get_object()) {
        const std::string_view key(member.key().data(), member.key().size());
        steps.take_for_bytes(key.size());
        hash += mixed(hash_of(key), hash_of(member.value(), steps));  // the order of members does not matter
      }
      return hash;
    }
  }
  return 0;
}

}  // namespace

int compare_numbers(const json::value& a, const json::value& b) {
  const Wide x = wide(a), y = wide(b);
  return x < y ? -1 : x > y ? 1 : 0;
}

bool is_multiple_of(const json::value& number, const json::value& divisor) {
  const Wide value = wide(number), step = wide(divisor);
  if (!std::isfinite(value) || !std::isfinite(step)) return false;
  if (!number.is_double() && !divisor.is_double()) return std::fmod(value, step) == 0;
  const Wide nearest = std::nearbyint(value / step) * step;
  return std::fabs(value - nearest) <= std::fabs(value) * static_cast<Wide>(DBL_EPSILON);
}

bool equal(const json::value& a, const json::value& b, Steps& steps) {
  if (!steps.take()) return false;
  if (a.is_number() && b.is_number()) return compare_numbers(a, b) == 0;
  if (a.kind() != b.kind()) return false;
  switch (a.kind()) {
    case json::kind::string:
      return a.get_string().size() == b.get_string().size() && steps.take_for_bytes(a.get_string().size()) &&
             view(a.get_string()) == view(b.get_string());
    case json::kind::bool_:
      return a.get_bool() == b.get_bool();
    case json::kind::array: {
      const json::array &x = a.get_array(), &y = b.get_array();
      return std::equal(
          x.begin(), x.end(), y.begin(), y.end(),
          [&](const json::value& one, const json::value& other) { return equal(one, other, steps); });
    }
    case json::kind::object: {
      const json::object &x = a.get_object(), &y = b.get_object();
      return x.size() == y.size() && std::all_of(x.begin(), x.end(), [&](const auto& member) {
               if (!steps.take_for_bytes(member.key().size())) return false;
               const json::value* const other = y.if_contains(member.key());
               return other && equal(member.value(), *other, steps);
             });
    }
    default:
      return true;  // null
  }
}

bool has_equal_elements(const json::array& elements, Steps& steps) {
  struct Hashed {
    std::uint64_t hash;
    const json::value* value;
  };
  std::vector<Hashed> all;
  all.reserve(elements.size());
  for (const json::value& element : elements) {
    all.push_back({hash_of(element, steps), &element});
    if (steps.used_up()) return false;
  }
  std::sort(all.begin(), all.end(), [](const Hashed& a, const Hashed& b) { return a.hash < b.hash; });
  for (std::size_t i = 0; i < all.size(); ++i)
    for (std::size_t j = i + 1; j < all.size() && all[j].hash == all[i].hash; ++j) {
      if (equal(*all[i].value, *all[j].value, steps)) return true;
      if (steps.used_up()) return false;
    }
  return false;
}

}  // namespace belay::prompts
