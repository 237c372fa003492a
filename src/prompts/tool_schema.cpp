#include "prompts/tool_schema.hpp"

#include <algorithm>

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <boost/json/string.hpp>
#include <fmt/format.h>

#include "base/strict_json.hpp"
#include "base/utf8.hpp"
#include "prompts/json_compare.hpp"
#include "prompts/schema_form.hpp"

namespace belay::prompts {
namespace {

namespace json = boost::json;

constexpr std::size_t kMaxSchemaBytes = 64 << 10;
constexpr std::size_t kMaxArgumentBytes = 1 << 20;
// One step is one check of a value against a schema, or some hundred bytes read. All steps together take well
// under a second.
constexpr std::uint64_t kMaxSteps = 500'000;

std::string_view view(const json::string& text) {
  return {text.data(), text.size()};
}

std::string text_of(const json::value& number) {
  return number.is_double() ? fmt::format("{}", number.get_double()) : json::serialize(number);
}

Result<json::value> parse(std::string_view text, std::size_t max_bytes, std::string_view what) {
  if (text.size() > max_bytes)
    return make_error(ErrorCode::invalid_request, fmt::format("{} longer than {} bytes.", what, max_bytes));
  json::parse_options options;
  options.max_depth = kMaxJsonDepth;
  json::error_code error;
  json::value value = json::parse({text.data(), text.size()}, error, {}, options);
  if (error == json::error::too_deep)
    return make_error(ErrorCode::invalid_request,
                      fmt::format("{} nested more than {} levels deep.", what, kMaxJsonDepth));
  if (error) return make_error(ErrorCode::invalid_request, fmt::format("{} not valid JSON.", what));
  return value;
}

Result<json::value> parse_schema(std::string_view text) {
  auto schema = parse(text, kMaxSchemaBytes, "The schema is");
  if (!schema) return schema;
  if (const auto checked = check_schema_form(*schema, {}); !checked) return checked.error();
  return schema;
}

// Checks values against schemas whose form has been checked. Each step down in the value is also a step down
// in the schema. The depth of schemas is limited, so the recursion is too.
class Validator {
 public:
  bool fits(const json::value& schema, const json::value& value, const JsonPlace& place) {
    if (!steps_.take()) return fail(place, "is too much to be held against its schema");
    if (schema.is_bool()) return schema.get_bool() || fail(place, "must not be there");
    const json::object& rules = schema.get_object();
    return fits_type(rules, value, place) && fits_values(rules, value, place) &&
           fits_own_kind(rules, value, place) && fits_combined(rules, value, place);
  }
  const std::string& problem() const { return problem_; }

 private:
  bool fail(const JsonPlace& place, std::string_view what) {
    if (quiet_ == 0 || steps_.used_up()) {
      const std::string pointer = place.pointer();
      problem_ = fmt::format("{}: {}", pointer.empty() ? "arguments" : pointer,
                             steps_.used_up() ? "is too much to be held against its schema" : what);
    }
    return false;
  }

  bool fits_type(const json::object& rules, const json::value& value, const JsonPlace& place) {
    const json::value* const type = rules.if_contains("type");
    if (!type) return true;
    const auto is_it = [&](const json::value& name) { return has_type(value, view(name.get_string())); };
    if (type->is_string())
      return is_it(*type) || fail(place, fmt::format("must be of type {}", view(type->get_string())));
    const json::array& names = type->get_array();
    if (!steps_.take(names.size())) return fail(place, {});
    return std::any_of(names.begin(), names.end(), is_it) ||
           fail(place, "must be of one of the types that are allowed");
  }

  bool fits_values(const json::object& rules, const json::value& value, const JsonPlace& place) {
    if (const json::value* const only = rules.if_contains("const"))
      if (!equal(*only, value, steps_)) return fail(place, "must be the one value that is allowed");
    const json::value* const choices = rules.if_contains("enum");
    if (!choices) return true;
    for (const json::value& choice : choices->get_array())
      if (equal(choice, value, steps_)) return true;
    return fail(place, "must be one of the values that are allowed");
  }

  bool fits_own_kind(const json::object& rules, const json::value& value, const JsonPlace& place) {
    if (value.is_object()) return fits_object(rules, value.get_object(), place);
    if (value.is_array()) return fits_array(rules, value.get_array(), place);
    if (value.is_string()) return fits_string(rules, value.get_string(), place);
    if (value.is_number()) return fits_number(rules, value, place);
    return true;
  }

  bool fits_object(const json::object& rules, const json::object& object, const JsonPlace& place) {
    if (const json::value* const required = rules.if_contains("required")) {
      for (const json::value& name : required->get_array()) {
        if (!steps_.take()) return fail(place, {});
        if (!object.contains(name.get_string()))
          return fail(place.member(view(name.get_string())), "is missing");
      }
    }
    const json::value* const properties = rules.if_contains("properties");
    const json::value* const others = rules.if_contains("additionalProperties");
    if (!properties && !others) return true;
    for (const auto& member : object) {
      if (!steps_.take_for_bytes(member.key().size())) return fail(place, {});
      const JsonPlace inside = place.member({member.key().data(), member.key().size()});
      const json::value* declared = properties ? properties->get_object().if_contains(member.key()) : nullptr;
      if (!declared && others && others->is_bool() && !others->get_bool())
        return fail(inside, "is not a property that is known");
      if (!declared) declared = others;
      if (declared && !fits(*declared, member.value(), inside)) return false;
    }
    return true;
  }

  bool fits_array(const json::object& rules, const json::array& array, const JsonPlace& place) {
    if (const json::value* const min = rules.if_contains("minItems"))
      if (array.size() < count_of(*min))
        return fail(place, fmt::format("must have at least {} items", count_of(*min)));
    if (const json::value* const max = rules.if_contains("maxItems"))
      if (array.size() > count_of(*max))
        return fail(place, fmt::format("must have at most {} items", count_of(*max)));
    if (const json::value* const unique = rules.if_contains("uniqueItems"); unique && unique->get_bool()) {
      const bool twice = has_equal_elements(array, steps_);
      if (twice || steps_.used_up()) return fail(place, "must not hold the same item twice");
    }
    const json::value* const items = rules.if_contains("items");
    if (!items) return true;
    for (std::size_t i = 0; i < array.size(); ++i)
      if (!fits(*items, array[i], place.element(i))) return false;
    return true;
  }

  bool fits_string(const json::object& rules, const json::string& string, const JsonPlace& place) {
    const json::value* const min = rules.if_contains("minLength");
    const json::value* const max = rules.if_contains("maxLength");
    if (!min && !max) return true;
    if (!steps_.take_for_bytes(string.size())) return fail(place, {});
    const std::size_t length = count_code_points({string.data(), string.size()});
    if (min && length < count_of(*min))
      return fail(place, fmt::format("must have at least {} characters", count_of(*min)));
    if (max && length > count_of(*max))
      return fail(place, fmt::format("must have at most {} characters", count_of(*max)));
    return true;
  }

  bool fits_number(const json::object& rules, const json::value& number, const JsonPlace& place) {
    const auto fits_rule = [&](const char* rule, std::string_view words, auto fits) {
      const json::value* const bound = rules.if_contains(rule);
      return !bound || fits(*bound) || fail(place, fmt::format("{} {}", words, text_of(*bound)));
    };
    return fits_rule("minimum", "must be at least",
                     [&](const auto& b) { return compare_numbers(number, b) >= 0; }) &&
           fits_rule("maximum", "must be at most",
                     [&](const auto& b) { return compare_numbers(number, b) <= 0; }) &&
           fits_rule("exclusiveMinimum", "must be more than",
                     [&](const auto& b) { return compare_numbers(number, b) > 0; }) &&
           fits_rule("exclusiveMaximum", "must be less than",
                     [&](const auto& b) { return compare_numbers(number, b) < 0; }) &&
           fits_rule("multipleOf", "must be a multiple of",
                     [&](const auto& b) { return is_multiple_of(number, b); });
  }

  bool fits_combined(const json::object& rules, const json::value& value, const JsonPlace& place) {
    if (const json::value* const all = rules.if_contains("allOf"))
      for (const json::value& schema : all->get_array())
        if (!fits(schema, value, place)) return false;
    const auto fits_quietly = [&](const json::value& schema) {
      ++quiet_;
      const bool it_fits = fits(schema, value, place);
      --quiet_;
      return it_fits;
    };
    if (const json::value* const any = rules.if_contains("anyOf"))
      if (std::none_of(any->get_array().begin(), any->get_array().end(), fits_quietly))
        return fail(place, "fits none of the forms that are allowed");
    if (const json::value* const one = rules.if_contains("oneOf")) {
      const auto count = std::count_if(one->get_array().begin(), one->get_array().end(), fits_quietly);
      if (count != 1)
        return fail(place,
                    fmt::format("must fit exactly one of the forms that are allowed, and fits {}", count));
    }
    if (const json::value* const excluded = rules.if_contains("not"))
      if (fits_quietly(*excluded)) return fail(place, "has a form that is not allowed");
    // A subschema may have failed only because the steps were used up. `not` or `oneOf` may then wrongly
    // accept the value.
    return !steps_.used_up() || fail(place, {});
  }

  Steps steps_{kMaxSteps};
  int quiet_ = 0;  // greater than 0 inside a choice: a mismatch there is no error yet
  std::string problem_;
};

}  // namespace

Result<> check_schema(std::string_view schema) {
  const auto parsed = parse_schema(schema);
  if (!parsed) return parsed.error();
  if (!parsed->is_object()) return {};
  // Providers parse the text themselves, and must not interpret it differently.
  const auto strict = JsonObject::read(schema, kMaxJsonDepth, "The schema");
  if (!strict) return strict.error();
  return {};
}

std::string check_arguments(const Tool& declared, const ToolCall& call) {
  const auto schema = parse_schema(declared.schema);
  if (!schema) return schema.error().detail;
  const auto arguments = parse(call.arguments, kMaxArgumentBytes, "The arguments are");
  if (!arguments) return arguments.error().detail;
  Validator validator;
  return validator.fits(*schema, *arguments, {}) ? std::string() : validator.problem();
}

}  // namespace belay::prompts
