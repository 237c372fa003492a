// A string that must not be printed: a key or a token. It has no operator<<, no formatter and no implicit
// conversion. The only way to read it is reveal(), which is easy to search for.
#pragma once

#include <string>
#include <utility>

namespace belay {

class Secret {
 public:
  Secret() = default;
  explicit Secret(std::string value) : value_(std::move(value)) {}
  const std::string& reveal() const { return value_; }
  bool empty() const { return value_.empty(); }

 private:
  std::string value_;
};

}  // namespace belay
