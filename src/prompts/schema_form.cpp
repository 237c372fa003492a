#include "prompts/schema_form.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <string>
#include <string_view>

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/string.hpp>
#include <fmt/format.h>

#include "prompts/json_compare.hpp"

namespace belay::prompts {
namespace {

namespace json = boost::json;

// The kinds of values that keywords hold.
enum class Holds {
  anything,
  type,
  values,
  names,
  count,
  number,
  positive_number,
  flag,
  schema,
  schemas,
  schemas_by_name,
};

struct Keyword {
  std::string_view name;
  Holds holds;
};

constexpr std::array kKeywords = {
    Keyword{"type", Holds::type},
    Keyword{"enum", Holds::values},
    Keyword{"const", Holds::anything},
    Keyword{"properties", Holds::schemas_by_name},
    Keyword{"required", Holds::names},
    Keyword{"additionalProperties", Holds::schema},
    Keyword{"items", Holds::schema},
    Keyword{"minItems", Holds::count},
    Keyword{"maxItems", Holds::count},
    Keyword{"uniqueItems", Holds::flag},
    Keyword{"minLength", Holds::count},
    Keyword{"maxLength", Holds::count},
    Keyword{"minimum", Holds::number},
    Keyword{"maximum", Holds::number},
    Keyword{"exclusiveMinimum", Holds::number},
    Keyword{"exclusiveMaximum", Holds::number},
    Keyword{"multipleOf", Holds::positive_number},
    Keyword{"anyOf", Holds::schemas},
    Keyword{"oneOf", Holds::schemas},
    Keyword{"allOf", Holds::schemas},
    Keyword{"not", Holds::schema},
    Keyword{"title", Holds::anything},
    Keyword{"description", Holds::anything},
    Keyword{"default", Holds::anything},
    Keyword{"examples", Holds::anything},
    Keyword{"format", Holds::anything},
    Keyword{"$schema", Holds::anything},
    Keyword{"$id", Holds::anything},
    Keyword{"$comment", Holds::anything},
    Keyword{"deprecated", Holds::anything},
    Keyword{"readOnly", Holds::anything},
    Keyword{"writeOnly", Holds::anything},
};

constexpr std::array<std::string_view, 7> kTypes = {"null",   "boolean", "object", "array",
                                                    "number", "integer", "string"};

Error schema_error(const JsonPlace& place, std::string_view problem) {
  const std::string pointer = place.pointer();
  return make_error(
      ErrorCode::invalid_request,
      fmt::format("The schema at {} {}.", pointer.empty() ? "its root" : "\"" + pointer + "\"", problem));
}

bool is_type_name(const json::value& value) {
  return value.is_string() &&
         std::find(kTypes.begin(), kTypes.end(),
                   std::string_view(value.get_string().data(), value.get_string().size())) != kTypes.end();
}

bool is_string(const json::value& value) {
  return value.is_string();
}

bool is_list_of(const json::value& value, bool (*fits)(const json::value&)) {
  return value.is_array() && std::all_of(value.get_array().begin(), value.get_array().end(), fits);
}

bool is_filled_array(const json::value& value) {
  return value.is_array() && !value.get_array().empty();
}

bool is_count(const json::value& value) {
  return value.is_uint64() || (value.is_int64() && value.get_int64() >= 0);
}

Result<> check_schemas_by_name(const json::value& value, const JsonPlace& place) {
  if (!value.is_object()) return schema_error(place, "must be an object: a schema for each property name");
  for (const auto& member : value.get_object())
    if (auto checked =
            check_schema_form(member.value(), place.member({member.key().data(), member.key().size()}));
        !checked)
      return checked;
  return {};
}

Result<> check_schemas(const json::value& value, const JsonPlace& place) {
  if (!is_filled_array(value)) return schema_error(place, "must be a list of at least one schema");
  for (std::size_t i = 0; i < value.get_array().size(); ++i)
    if (auto checked = check_schema_form(value.get_array()[i], place.element(i)); !checked) return checked;
  return {};
}

Result<> check_held(Holds holds, const json::value& value, const JsonPlace& place) {
  const auto demand = [&](bool fits, std::string_view otherwise) -> Result<> {
    if (fits) return {};
    return schema_error(place, otherwise);
  };
  switch (holds) {
    case Holds::anything:
      return {};
    case Holds::type:
      return demand(is_type_name(value) || (is_filled_array(value) && is_list_of(value, is_type_name)),
                    "must be null, boolean, object, array, number, integer or string, or a list of these");
    case Holds::values:
      return demand(is_filled_array(value), "must be a list of at least one value");
    case Holds::names:
      return demand(is_list_of(value, is_string), "must be a list of property names");
    case Holds::count:
      return demand(is_count(value), "must be a whole number, 0 or more");
    case Holds::number:
      return demand(value.is_number(), "must be a number");
    case Holds::positive_number:
      return demand(value.is_number() && compare_numbers(value, json::value(0)) > 0,
                    "must be a number greater than 0");
    case Holds::flag:
      return demand(value.is_bool(), "must be true or false");
    case Holds::schema:
      return check_schema_form(value, place);
    case Holds::schemas:
      return check_schemas(value, place);
    case Holds::schemas_by_name:
      return check_schemas_by_name(value, place);
  }
  return {};
}

}  // namespace

Result<> check_schema_form(const json::value& schema, const JsonPlace& place) {
  if (schema.is_bool()) return {};
  if (!schema.is_object()) return schema_error(place, "must be an object, true or false");
  for (const auto& member : schema.get_object()) {
    const std::string_view name(member.key().data(), member.key().size());
    const auto keyword = std::find_if(kKeywords.begin(), kKeywords.end(),
                                      [&](const Keyword& known) { return known.name == name; });
    const JsonPlace inside = place.member(name);
    if (keyword == kKeywords.end())
      return schema_error(inside,
                          "is a keyword that is not supported: leave it out, or say the same with others");
    if (auto checked = check_held(keyword->holds, member.value(), inside); !checked) return checked;
  }
  return {};
}

bool has_type(const json::value& value, std::string_view type) {
  if (type == "null") return value.is_null();
  if (type == "boolean") return value.is_bool();
  if (type == "object") return value.is_object();
  if (type == "array") return value.is_array();
  if (type == "string") return value.is_string();
  if (type == "number") return value.is_number();
  return value.is_int64() || value.is_uint64() ||
         (value.is_double() && std::trunc(value.get_double()) == value.get_double());
}

std::uint64_t count_of(const json::value& value) {
  return value.is_uint64() ? value.get_uint64() : static_cast<std::uint64_t>(value.get_int64());
}

}  // namespace belay::prompts
