// JSON values compared as JSON Schema has it: by what they mean, not by how they are written (1 equals 1.0,
// the order of an object's members does not matter). Exact also where integers are too large for a double.
//
// Whatever takes time for long values takes it from a budget, so that no input can make it long.
#pragma once

#include <cstdint>

#include <boost/json/array.hpp>
#include <boost/json/value.hpp>

namespace belay::prompts {

// How much work is left to be done. Once it is used up, results no longer mean anything.
class Steps {
 public:
  explicit Steps(std::uint64_t most) : left_(most) {}
  // False: too much.
  bool take(std::uint64_t steps = 1) {
    if (left_ < steps) {
      left_ = 0;
      used_up_ = true;
      return false;
    }
    left_ -= steps;
    return true;
  }
  bool take_for_bytes(std::size_t bytes) { return take(1 + bytes / 256); }
  bool used_up() const { return used_up_; }

 private:
  std::uint64_t left_;
  bool used_up_ = false;
};

// Less than 0, 0, or more than 0. Both are numbers.
int compare_numbers(const boost::json::value& a, const boost::json::value& b);
// Both are numbers, `divisor` greater than 0. Where a decimal fraction has no exact double (0.3, 0.1) the
// nearest one counts.
bool is_multiple_of(const boost::json::value& number, const boost::json::value& divisor);
bool equal(const boost::json::value& a, const boost::json::value& b, Steps& steps);
bool has_equal_elements(const boost::json::array& elements, Steps& steps);

}  // namespace belay::prompts
