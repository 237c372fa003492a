// A JSON object of a request's body, and where in the body it is: an error names the place of the member that is wrong,
// like `messages[2].content[0].type`.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "base/result.hpp"
#include "base/strict_json.hpp"

namespace belay::surfaces {

// Fails with `invalid_request`. The text is the place and what is wrong with it: "must be a string."
Error bad_member(const std::string& place, std::string_view what);
// The same for what cannot be done: `not_implemented`.
Error unsupported_member(const std::string& place, std::string_view what);

// A text among the elements of an array (base/json_elements.hpp) of a body that was read before: `raw` begins with a
// quote.
std::string text_of_element(std::string_view raw);

class BodyObject {
 public:
  using Member = JsonObject::Member;

  // `place` is empty for the body itself.
  BodyObject(JsonObject object, std::string place) : object_(std::move(object)), place_(std::move(place)) {}
  // An element of an array, or the text of a member. The body was read before, so it is JSON; it may be no object.
  static Result<BodyObject> read(std::string_view raw, std::string place);

  std::string place(std::string_view name) const;

  // Null counts as absent: the SDKs send it for options that are not set.
  const Member* find(std::string_view name) const;
  // Null if it is absent. `what`: "an array of tools".
  Result<const Member*> find(std::string_view name, JsonKind kind, std::string_view what) const;
  // Nothing if it is absent.
  Result<std::optional<BodyObject>> object(std::string_view name) const;
  // Absent: empty.
  Result<std::string> text(std::string_view name) const;
  Result<std::string> required_text(std::string_view name, std::size_t max_bytes) const;
  // Absent: false.
  Result<bool> flag(std::string_view name) const;
  Result<std::optional<bool>> optional_flag(std::string_view name) const;
  // Absent: nothing. Bounds are included.
  Result<std::optional<double>> number(std::string_view name, double min, double max) const;
  // A whole number of at least 1. Absent: 0.
  Result<std::uint64_t> count(std::string_view name) const;

 private:
  JsonObject object_;  // points into the body
  std::string place_;
};

}  // namespace belay::surfaces
