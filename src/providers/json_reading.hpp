// Reading a provider's JSON with simdjson's on-demand parser: no tree is built for a token.
//
// For the .cpp files of dialects alone; everybody else sees JsonBuffer by name. Strings that are read are
// views into the buffer, valid until it reads the next document. A member that is null counts as missing, and
// one of a kind that is not expected is an error only where a dialect needs it.
#pragma once

#include <bit>
#include <charconv>
#include <cmath>
#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>
#include <vector>

#include <simdjson.h>

#include "base/units.hpp"
#include "providers/characters.hpp"

namespace belay::providers {

// Owns simdjson's memory; one a loop serves all calls there.
class JsonBuffer {
 public:
  // Calls visit(object) with the root, which must be an object and all that there is. A document that holds
  // halves of characters is mended and read again, so that `reset()` comes before each visit.
  template <class Reset, class Visit>
  bool read(std::string_view text, Reset reset, Visit visit) {
    has_stand_ins_ = false;
    reset();
    if (parse(text, visit) == simdjson::SUCCESS) return true;
    std::string mended;
    if (!mend_json(text, mended)) return false;
    has_stand_ins_ = true;
    reset();
    return parse(mended, visit) == simdjson::SUCCESS;
  }
  // Whether what was read last was mended: its texts hold stand-ins for CharacterJoiner.
  bool has_stand_ins() const { return has_stand_ins_; }

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
  bool has_stand_ins_ = false;
};

namespace json {

using simdjson::error_code;
using simdjson::SUCCESS;
using simdjson::ondemand::json_type;
using simdjson::ondemand::object;
using simdjson::ondemand::value;

// What a RawName is compared with; made while compiling. The quote behind it is compared too.
struct Name {
  template <std::size_t N>
  consteval Name(const char (&name)[N]) : text(name), size(N - 1) {
    for (std::size_t i = 0; i < sizeof word && i < N; ++i) {
      word |= std::uint64_t{static_cast<unsigned char>(i + 1 < N ? name[i] : '"')} << 8 * i;
      mask |= std::uint64_t{0xFF} << 8 * i;
    }
  }
  const char* text;
  std::size_t size;
  std::uint64_t word = 0;  // its first bytes
  std::uint64_t mask = 0;
};

// The name of a member as it stands in the document, to be compared and nothing else: that takes no copy of
// it. One that is written with escapes is equal to none.
class RawName {
 public:
  explicit RawName(simdjson::ondemand::raw_json_string name) : text_(name.raw()) {
    std::memcpy(&word_, text_, sizeof word_);  // there is padding behind the document
  }
  bool operator==(const Name& name) const {
    if ((word_ & name.mask) != name.word) return false;
    return name.size < sizeof word_ ||
           (std::memcmp(text_ + sizeof word_, name.text + sizeof word_, name.size - sizeof word_) == 0 &&
            text_[name.size] == '"');
  }

 private:
  static_assert(std::endian::native == std::endian::little);
  const char* text_;
  std::uint64_t word_;
};

// each_member() for what is read for every token.
template <class Visit>
error_code each_raw_member(object members, Visit visit) {
  for (auto member : members) {
    simdjson::ondemand::field field;
    if (const auto error = std::move(member).get(field)) return error;
    if (const auto error = visit(RawName(field.key()), field.value())) return error;
  }
  return SUCCESS;
}

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
  object members;
  // First what is usual.
  if (const auto error = any.get_object().get(members))
    return is_type(any, json_type::null) ? SUCCESS : error;
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

// Whether there was a whole number, also one that is written as a decimal (10.0) or as a text ("10").
inline bool read_number(value any, std::uint64_t& out) {
  if (any.get_uint64().get(out) == SUCCESS) return true;
  constexpr double kMost = 9e15;  // up to where each whole number is a double
  double decimal = -1;
  std::string_view text;
  if (is_type(any, json_type::string) && any.get_string().get(text) == SUCCESS) {
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), decimal);
    if (error != std::errc() || end != text.data() + text.size()) return false;
  } else if (any.get_double().get(decimal) != SUCCESS) {
    return false;
  }
  if (!(decimal >= 0 && decimal <= kMost) || std::trunc(decimal) != decimal) return false;
  out = static_cast<std::uint64_t>(decimal);
  return true;
}

// Counts that are no whole numbers are left alone, and a zero does not erase what was counted before.
inline void read_count(value any, TokenCount& out) {
  std::uint64_t number = 0;
  if (read_number(any, number) && number != 0) out = {number};
}

// One count of an object; what is no object has none.
inline error_code read_detail(value any, std::string_view wanted, TokenCount& out) {
  if (!is_type(any, json_type::object)) return SUCCESS;
  return each_member(any, [&](std::string_view key, value member) {
    if (key == wanted) read_count(member, out);
    return SUCCESS;
  });
}

// The JSON text of an object or a list; of a text, what it says. Anything else: nothing.
inline error_code read_arguments(value any, std::string_view& out, bool& is_object) {
  json_type type;
  if (any.type().get(type) != SUCCESS) return SUCCESS;
  if (type == json_type::string) return any.get_string().get(out);
  is_object = type == json_type::object;
  if (is_object) {
    object members;
    if (const auto error = any.get_object().get(members)) return error;
    return members.raw_json().get(out);
  }
  if (type != json_type::array) return SUCCESS;
  simdjson::ondemand::array list;
  if (const auto error = any.get_array().get(list)) return error;
  return list.raw_json().get(out);
}

// A text that may come in parts. Views like all others.
struct TextParts {
  std::string_view first;
  std::vector<std::string_view> more;
  bool is_thought = false;  // there is something of the model's thoughts

  void add(std::string_view text) {
    if (text.empty()) return;
    if (first.empty() && more.empty())
      first = text;
    else
      more.push_back(text);
  }
  bool empty() const { return first.empty(); }
  // Keeps the memory.
  void clear() {
    first = {};
    more.clear();
    is_thought = false;
  }
};

// {"type":"text","text":"…"} and its relatives. What is neither text nor thought is passed over.
inline error_code read_text_part(value any, TextParts& out) {
  if (is_type(any, json_type::string)) {
    std::string_view text;
    const auto error = any.get_string().get(text);
    out.add(text);
    return error;
  }
  if (!is_type(any, json_type::object)) return SUCCESS;
  std::string_view type, text, refusal;
  const auto error = each_member(any, [&](std::string_view key, value member) {
    if (key == "type") return read_optional_text(member, type);
    if (key == "text") return read_optional_text(member, text);
    if (key == "refusal") return read_optional_text(member, refusal);
    return SUCCESS;
  });
  if (error) return error;
  if (type.find("think") != std::string_view::npos || type.find("reason") != std::string_view::npos)
    out.is_thought = true;
  else if (type.empty() || type.ends_with("text") || type == "refusal")
    out.add(text.empty() ? refusal : text);
  return SUCCESS;
}

// A text, a part, or a list of parts.
inline error_code read_text_parts(value any, TextParts& out) {
  std::string_view text;
  const auto error = any.get_string().get(text);
  if (error != simdjson::INCORRECT_TYPE) {
    out.add(text);
    return error;
  }
  if (is_type(any, json_type::object)) return read_text_part(any, out);
  return each_element(any, [&](value part) { return read_text_part(part, out); });
}

}  // namespace json
}  // namespace belay::providers
