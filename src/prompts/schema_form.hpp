// Which JSON Schemas can be held against: the keywords that are known, and what each may hold.
//
// A schema that has passed here can be read without asking again what its keywords hold.
#pragma once

#include <cstddef>
#include <cstdint>

#include <boost/json/value.hpp>

#include "base/result.hpp"
#include "prompts/json_place.hpp"

namespace belay::prompts {

// Levels of nesting in a schema or in arguments. It bounds the recursion over both.
inline constexpr std::size_t kMostJsonDepth = 32;

Result<> check_schema_form(const boost::json::value& schema, const JsonPlace& place);

// Whether a value is of a type that JSON Schema names; 1.0 is an integer (2020-12, section 4.2.3).
bool has_type(const boost::json::value& value, std::string_view type);

// Of a minItems and the like, which has passed check_schema_form().
std::uint64_t count_of(const boost::json::value& value);

}  // namespace belay::prompts
