// Reads a JSON object that a client sent, strictly. Text that two parsers might interpret differently is
// rejected, never repaired (RFC 8259, and what RFC 7493 requires of interoperable senders).
//
// The following is rejected, and the error says where it is: text outside the grammar, a key that occurs
// twice in one object, a number that no double can represent, half a surrogate pair, bytes that are not
// UTF-8, and nesting deeper than a limit. Numbers keep the text in which they were sent: nothing is rounded.
// The escapes in keys and strings are decoded.
//
// Members are the values of the outermost object. Nested arrays and objects are checked and kept as text. The
// time is linear in the size of the text, plus the time to sort the keys of each object. No side effects.
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
    std::string_view raw;  // the text as it was sent, without the spaces around it
    std::string text;      // of a string: the decoded text
    bool truth() const { return raw == "true"; }
    // Of a number: the nearest double.
    double number() const;
  };

  // Parses `text`, which must outlive the JsonObject: the members point into it. An error names the member
  // that caused it, if that is known, as a path: "context.items[3].price". `what` is the name of the text in
  // the error message.
  static Result<JsonObject> read(std::string_view text, std::size_t max_depth,
                                 std::string_view what = "The body");

  const Member* find(std::string_view name) const;
  const std::vector<Member>& members() const { return members_; }

 private:
  std::vector<Member> members_;
};

// Returns the same value without spaces between its tokens. Numbers keep their text; strings have only the
// escapes they need. `raw` must be text that JsonObject::read() has accepted.
std::string compact_json(std::string_view raw);

}  // namespace belay
