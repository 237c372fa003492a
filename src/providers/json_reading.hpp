// Reads a provider's JSON with simdjson's on-demand parser, which builds no tree for each token.
//
// Only for the .cpp files of protocols; other code sees JsonBuffer only by name. Strings are views into the
// buffer and are valid until it reads the next document. A member with the value null counts as missing. A
// member of an unexpected type is an error only if the protocol needs it.
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

// Owns simdjson's memory. One object per loop serves all calls of that loop.
class JsonBuffer {
 public:
  // Calls visit(object) with the root, which must be an object with nothing after it. A document with halves
  // of characters is repaired and read again. Therefore `reset()` is called before each visit.
  template <class Reset, class Visit>
  bool read(std::string_view text, Reset reset, Visit visit) {
    has_stand_ins_ = false;
    reset();
    if (parse(text, visit) == simdjson::SUCCESS) return true;
    std::string mended;
    if (!repair_json(text, mended)) return false;
    has_stand_ins_ = true;
    reset();
    return parse(mended, visit) == simdjson::SUCCESS;
  }
  // The last text came from no document of this buffer.
  void note_other_text() { has_stand_ins_ = false; }
  // The position of a character of the last document, if it was not repaired.
  std::size_t position_of(const char* at) const { return static_cast<std::size_t>(at - padded_.data()); }
  // Whether the last document was repaired. Its texts then contain stand-ins for CharacterJoiner.
  bool has_placeholders() const { return has_stand_ins_; }

 private:
  // Memory above this size is released before the next document.
  static constexpr std::size_t kKeptBytes = 64 << 10;

  template <class Visit>
  simdjson::error_code parse(std::string_view text, Visit& visit) {
    if (padded_.size() > kKeptBytes) {
      padded_ = std::vector<char>();
      parser_ = simdjson::ondemand::parser();
    }
    // simdjson reads past the end of its input, so the input needs padding. Bytes from a socket have none.
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
    // The location is out of bounds only after the last character. Any other location means that something
    // follows the object.
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

// What a RawName is compared with; built at compile time. The quote after the name is compared too.
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
  std::uint64_t word = 0;  // first bytes of the name and the quote
  std::uint64_t mask = 0;
};

// The name of a member exactly as the document contains it. It can only be compared; this needs no copy. A
// name that is written with escapes equals no other name.
class RawName {
 public:
  explicit RawName(simdjson::ondemand::raw_json_string name) : text_(name.raw()) {
    std::memcpy(&word_, text_, sizeof word_);  // safe: the document has padding
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

// Like each_member(), for documents that are read for every token.
template <class Visit>
error_code each_raw_member(object members, Visit visit) {
  for (auto member : members) {
    simdjson::ondemand::field field;
    if (const auto error = std::move(member).get(field)) return error;
    if (const auto error = visit(RawName(field.key()), field.value())) return error;
  }
  return SUCCESS;
}

// Calls visit(key, value) for each member, until one fails. A value that `visit` does not read is skipped.
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

// Visits the members of an object. null has none.
template <class Visit>
error_code each_member(value any, Visit visit) {
  object members;
  // The usual case first.
  if (const auto error = any.get_object().get(members))
    return is_type(any, json_type::null) ? SUCCESS : error;
  return each_member(members, std::move(visit));
}

// Visits the elements of a list. null has none.
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

// Reads a text. Values of other types are ignored.
inline error_code read_optional_text(value any, std::string_view& out) {
  return is_type(any, json_type::string) ? any.get_string().get(out) : SUCCESS;
}

// Returns true if the value is a whole number, also if it is written as a decimal (10.0) or as a text ("10").
inline bool read_number(value any, std::uint64_t& out) {
  if (any.get_uint64().get(out) == SUCCESS) return true;
  constexpr double kMax = 9e15;  // up to here a double represents every whole number
  double decimal = -1;
  std::string_view text;
  if (is_type(any, json_type::string) && any.get_string().get(text) == SUCCESS) {
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), decimal);
    if (error != std::errc() || end != text.data() + text.size()) return false;
  } else if (any.get_double().get(decimal) != SUCCESS) {
    return false;
  }
  if (!(decimal >= 0 && decimal <= kMax) || std::trunc(decimal) != decimal) return false;
  out = static_cast<std::uint64_t>(decimal);
  return true;
}

// Values that are not whole numbers are ignored. A zero does not replace an earlier count.
inline void read_count(value any, TokenCount& out) {
  std::uint64_t number = 0;
  if (read_number(any, number) && number != 0) out = {number};
}

// Reads one count of an object. Other types have none.
inline error_code read_detail(value any, std::string_view wanted, TokenCount& out) {
  if (!is_type(any, json_type::object)) return SUCCESS;
  return each_member(any, [&](std::string_view key, value member) {
    if (key == wanted) read_count(member, out);
    return SUCCESS;
  });
}

// Reads the JSON text of an object or a list, or the content of a text. Other types: nothing.
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

// A text that may come in parts. The parts are views like all other texts.
struct TextParts {
  std::string_view first;
  std::vector<std::string_view> more;
  bool is_thought = false;  // contains parts of the model's thinking
  std::vector<std::string_view> thoughts;

  void add(std::string_view text) {
    if (text.empty()) return;
    if (first.empty() && more.empty())
      first = text;
    else
      more.push_back(text);
  }
  bool empty() const { return first.empty(); }
  // Keeps the allocated memory.
  void clear() {
    first = {};
    more.clear();
    thoughts.clear();
    is_thought = false;
  }
};

// Reads a text, or a list of {"type":"text","text":"…"} (Mistral's thinking).
inline error_code read_thoughts(value any, std::vector<std::string_view>& out) {
  std::string_view text;
  const auto error = any.get_string().get(text);
  if (error != simdjson::INCORRECT_TYPE) {
    if (!error) out.push_back(text);
    return error;
  }
  return each_element(any, [&](value part) {
    if (!is_type(part, json_type::object)) return SUCCESS;
    return each_member(part, [&](std::string_view key, value member) {
      return key == "text" ? read_optional_text(member, out.emplace_back()) : SUCCESS;
    });
  });
}

inline void add_thoughts(std::string_view text, const std::vector<std::string_view>& more, TextParts& out) {
  out.is_thought = true;
  if (!text.empty()) out.thoughts.push_back(text);
  out.thoughts.insert(out.thoughts.end(), more.begin(), more.end());
}

// Reads {"type":"text","text":"…"} and similar parts. Parts that are neither text nor thinking are ignored.
inline error_code read_text_part(value any, TextParts& out) {
  if (is_type(any, json_type::string)) {
    std::string_view text;
    const auto error = any.get_string().get(text);
    out.add(text);
    return error;
  }
  if (!is_type(any, json_type::object)) return SUCCESS;
  std::string_view type, text, refusal;
  std::vector<std::string_view> thoughts;
  const auto error = each_member(any, [&](std::string_view key, value member) {
    if (key == "type") return read_optional_text(member, type);
    if (key == "text") return read_optional_text(member, text);
    if (key == "refusal") return read_optional_text(member, refusal);
    if (key == "thinking") return read_thoughts(member, thoughts);
    return SUCCESS;
  });
  if (error) return error;
  if (type.find("think") != std::string_view::npos || type.find("reason") != std::string_view::npos)
    add_thoughts(text, thoughts, out);
  else if (type.empty() || type.ends_with("text") || type == "refusal")
    out.add(text.empty() ? refusal : text);
  return SUCCESS;
}

// Reads a text, a part, or a list of parts.
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
