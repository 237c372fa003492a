// Checks the arguments of an action against its JSON Schema (requirement A8).
//
// Supported is the part of JSON Schema 2020-12 that describes arguments: type, enum, const, properties,
// required, additionalProperties, items, minItems, maxItems, uniqueItems, minLength, maxLength, minimum,
// maximum, exclusiveMinimum, exclusiveMaximum, multipleOf, anyOf, oneOf, allOf, not. The keywords title,
// description, default, examples, format, $schema, $id, $comment, deprecated, readOnly and writeOnly do not
// affect validity. A schema with any other keyword is rejected when it is configured, so that no keyword is
// silently ignored.
//
// Pure; any thread. The model writes the arguments, so the work is limited: a schema of 64 KiB, arguments of
// 1 MiB, both 32 levels deep, and half a million steps in total. Arguments that exceed a limit do not pass
// the check.
#pragma once

#include <string>
#include <string_view>

#include "base/result.hpp"
#include "core/types/message.hpp"

namespace belay::prompts {

// Whether a schema is supported. The error names the keyword and its place.
Result<> check_schema(std::string_view schema);

// Returns an empty string if the arguments match the schema. Otherwise says what is wrong and where:
// "/volume: must be at most 11".
std::string check_arguments(const Tool& declared, const ToolCall& call);

}  // namespace belay::prompts
