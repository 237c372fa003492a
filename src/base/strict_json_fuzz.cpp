// Fuzz test: feeds arbitrary bytes to the reader of clients' JSON and compares it with another JSON parser
// (Boost's). Text that our reader accepts must be valid for the other parser and mean the same. Text that our
// reader calls malformed must be malformed for the other parser. Only our reader rejects text that two
// parsers might interpret differently (a duplicate key, a number out of range).
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include <boost/json.hpp>

#include "base/strict_json.hpp"
#include "base/utf8.hpp"

namespace belay {
namespace {

namespace json = boost::json;

constexpr std::size_t kDepth = 8;

void require(bool holds) {
  if (!holds) std::abort();
}

// The other parser's value, or nothing if it rejects the text. Its own limits on exponents are ignored.
struct Other {
  bool taken = false;
  bool limited = false;
  json::value value;
};
Other other(std::string_view text) {
  json::parse_options options;
  options.max_depth = 64;
  boost::system::error_code error;
  Other other;
  other.value = json::parse({text.data(), text.size()}, error, {}, options);
  other.taken = !error;
  other.limited = error == json::error::exponent_overflow || error == json::error::too_deep;
  return other;
}

void check(std::string_view text) {
  const auto mine = JsonObject::read(text, kDepth);
  if (!mine) {
    require(is_valid_utf8(mine.error().detail) && is_valid_utf8(mine.error().field));
    require(mine.error().detail.size() < 512 && mine.error().field.size() < 512);
    if (mine.error().detail.find("is not valid JSON") != std::string::npos) {
      const Other theirs = other(text);
      require(!theirs.taken || text.starts_with("\xEF\xBB\xBF"));
    }
    return;
  }
  if (text.starts_with("\xEF\xBB\xBF")) text.remove_prefix(3);
  const Other theirs = other(text);
  require(theirs.taken || theirs.limited);
  if (!theirs.taken) return;
  const json::object& object = theirs.value.as_object();
  require(object.size() == mine->members().size());
  for (const JsonObject::Member& member : mine->members()) {
    const json::value* value = object.if_contains(member.name);
    require(value != nullptr);
    require((member.kind == JsonKind::string) == value->is_string());
    require((member.kind == JsonKind::object) == value->is_object());
    if (value->is_string()) require(member.text == std::string_view(value->get_string()));
    const std::string compact = compact_json(member.raw);
    const Other again = other(compact);
    // Compared as text: the other parser reads 0e999 as a NaN, which equals nothing.
    require(again.limited || (again.taken && json::serialize(again.value) == json::serialize(*value)));
    require(compact_json(compact) == compact);
  }
}

}  // namespace
}  // namespace belay

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  belay::check({reinterpret_cast<const char*>(data), size});
  return 0;
}
