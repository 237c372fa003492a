// Reading a provider's JSON with simdjson's on-demand parser: no tree is built for a token.
//
// For the .cpp files of dialects alone; everybody else sees JsonBuffer by name. Strings that are read are
// views into the buffer, valid until it reads the next document. A member that is null counts as missing, and
// one of a kind that is not expected is an error only where a dialect needs it.
#pragma once

#include <cstring>
#include <string_view>
#include <vector>

#include <simdjson.h>

#include "base/units.hpp"

namespace belay::providers {

// Owns simdjson's memory; one a loop serves all calls there.
class JsonBuffer {
 public:
  // Calls visit(object) with the root, which must be an object and all that there is.
  template <class Visit>
  bool read(std::string_view text, Visit visit) {
    return parse(text, visit) == simdjson::SUCCESS;
  }

 private:
  // What a big document needs is given back after it.
  static constexpr std::size_t kKeptBytes = 64 << 10;

  template <class Visit>
  simdjson::error_code parse(std::string_view text, Visit& visit) {
    if (padded_.size() > kKeptBytes) {
      padded_ = std::vector<char>();
      parser_ = simdjson::ondemand::parser();
    }
    // simdjson reads past the end of what it parses; what came from a socket has no room behind it.
    if (padded_.size() < text.size() + simdjson::SIMDJSON_PADDING)
      padded_.resize(text.size() + simdjson::SIMDJSON_PADDING);
    std::memcpy(padded_.data(), text.data(), text.size());
    std::memset(padded_.data() + text.size(), 0, simdjson::SIMDJSON_PADDING);
    simdjson::ondemand::document document;
    if (const auto error = parser_.iterate(padded_.data(), text.size(), padded_.size()).get(document))
      return error;
    simdjson::ondemand::object root;
    if (const auto error = document.get_object().get(root)) return error;
    if (const auto error = visit(root)) return error;
    // Only past the last character is there no location: anything else follows the object.
    return document.current_location().error() == simdjson::OUT_OF_BOUNDS ? simdjson::SUCCESS
                                                                          : simdjson::TRAILING_CONTENT;
  }

  simdjson::ondemand::parser parser_;
  std::vector<char> padded_;
};

namespace json {

using simdjson::error_code;
using simdjson::SUCCESS;
using simdjson::ondemand::json_type;
using simdjson::ondemand::object;
using simdjson::ondemand::value;

// Calls visit(key, value) for each member, until one fails. A value that `visit` does not touch is skipped.
template <class Visit>
error_code each_member(object members, Visit visit) {
  for (auto member : members) {
    simdjson::ondemand::field field;
    if (const auto error = std::move(member).get(field)) return error;
    std::string_view key;
    if (const auto error = field.unescaped_key().get(key)) return error;
    if (const auto error = visit(key, field.value())) return error;
  }
  return SUCCESS;
}

inline bool is_type(value& any, json_type wanted) {
  json_type type;
  return any.type().get(type) == SUCCESS && type == wanted;
}

// The members of an object; null: none.
template <class Visit>
error_code each_member(value any, Visit visit) {
  if (is_type(any, json_type::null)) return SUCCESS;
  object members;
  if (const auto error = any.get_object().get(members)) return error;
  return each_member(members, std::move(visit));
}

// The elements of a list; null: none.
template <class Visit>
error_code each_element(value list, Visit visit) {
  if (is_type(list, json_type::null)) return SUCCESS;
  simdjson::ondemand::array array;
  if (const auto error = list.get_array().get(array)) return error;
  for (auto element : array) {
    value item;
    if (const auto error = std::move(element).get(item)) return error;
    if (const auto error = visit(item)) return error;
  }
  return SUCCESS;
}

inline error_code read_text(value any, std::string_view& out) {
  if (is_type(any, json_type::null)) return SUCCESS;
  return any.get_string().get(out);
}

// A text where there is one; another kind is left alone.
inline error_code read_optional_text(value any, std::string_view& out) {
  return is_type(any, json_type::string) ? any.get_string().get(out) : SUCCESS;
}

// Whether there was a whole number.
inline bool read_number(value any, std::uint64_t& out) {
  std::uint64_t number = 0;
  if (any.get_uint64().get(number) != SUCCESS) return false;
  out = number;
  return true;
}

// Counts that are no whole numbers are left alone: they are for statistics only.
inline void read_count(value any, TokenCount& out) {
  read_number(any, out.value);
}

// One count of an object.
inline error_code read_detail(value any, std::string_view wanted, TokenCount& out) {
  return each_member(any, [&](std::string_view key, value member) {
    if (key == wanted) read_count(member, out);
    return SUCCESS;
  });
}

}  // namespace json
}  // namespace belay::providers
