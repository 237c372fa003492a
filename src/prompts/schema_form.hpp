// Checks which JSON Schemas are supported: the known keywords and their allowed values.
//
// After a schema has passed this check, code can read it without checking the types of its keywords again.
#pragma once

#include <cstddef>
#include <cstdint>

#include <boost/json/value.hpp>

#include "base/result.hpp"
#include "prompts/json_place.hpp"

namespace belay::prompts {

// Levels of nesting in a schema or in arguments. It limits the recursion over both.
inline constexpr std::size_t kMaxJsonDepth = 32;

Result<> check_schema_form(const boost::json::value& schema, const JsonPlace& place);

// Whether a value has a type that JSON Schema names. 1.0 is an integer (2020-12, section 4.2.3).
bool has_type(const boost::json::value& value, std::string_view type);

// The value of minItems and similar keywords. They must have passed check_schema_form().
std::uint64_t count_of(const boost::json::value& value);

}  // namespace belay::prompts
