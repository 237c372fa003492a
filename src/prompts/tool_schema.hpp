// The arguments of an action, held against its JSON Schema (requirement A8).
//
// The part of JSON Schema 2020-12 that describes arguments: type, enum, const, properties, required,
// additionalProperties, items, minItems, maxItems, uniqueItems, minLength, maxLength, minimum, maximum,
// exclusiveMinimum, exclusiveMaximum, multipleOf, anyOf, oneOf, allOf, not. title, description, default,
// examples, format, $schema, $id, $comment, deprecated, readOnly and writeOnly say nothing about validity. A
// schema with any other keyword is refused when it is configured, so that none is ever silently skipped.
//
// Pure; any thread. The model writes the arguments, so the work is bounded: a schema of 64 KiB, arguments of
// 1 MiB, both 32 levels deep, and half a million steps in all. What needs more does not fit.
#pragma once

#include <string>
#include <string_view>

#include "base/result.hpp"
#include "core/chat.hpp"

namespace belay::prompts {

// Whether a schema is one that can be held against; the error names the keyword and its place.
Result<> check_schema(std::string_view schema);

// Empty: the arguments fit. Else what is wrong and where: "/volume: must be at most 11".
std::string check_arguments(const Tool& declared, const ToolCall& call);

}  // namespace belay::prompts
