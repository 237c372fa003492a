// A JSON object that a client sent, read strictly: what two readers might take differently is refused, never
// repaired (RFC 8259, and what RFC 7493 asks of interoperable senders).
//
// Refused, with the place of the fault: what is not in the grammar, a key that stands twice in one object, a
// number that no double can hold, half a surrogate pair, bytes that are not UTF-8, nesting beyond a depth.
// Numbers keep the text they were sent as: nothing is rounded. Keys and strings have their escapes decoded.
//
// Members are values of the outermost object; what is inside of an array or an object is checked, and kept as
// text. Linear in the size of the text, plus the sorting of an object's keys. Pure.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"

namespace belay {

enum class JsonKind { null, boolean, number, string, array, object };

class JsonObject {
 public:
  struct Member {
    std::string name;
    JsonKind kind = JsonKind::null;
    std::string_view raw;  // as it was sent, without the spaces around it
    std::string text;      // of a string: decoded
    bool truth() const { return raw == "true"; }
    // Of a number: the nearest double.
    double number() const;
  };

  // `text` outlives the object, whose members point into it. An error names the member at fault where it is
  // known, as a path: "context.items[3].price". `what` is what the error calls the text.
  static Result<JsonObject> read(std::string_view text, std::size_t most_depth,
                                 std::string_view what = "The body");

  const Member* find(std::string_view name) const;
  const std::vector<Member>& members() const { return members_; }

 private:
  std::vector<Member> members_;
};

// The same value without spaces between its parts. Numbers are written as they were; strings with no more
// escapes than they need. `raw` has been read as above.
std::string compact_json(std::string_view raw);

}  // namespace belay
