// Compares JSON values as JSON Schema defines it: by meaning, not by notation (1 equals 1.0, and the order of
// an object's members does not matter). Exact even for integers that are too large for a double.
//
// Every operation that takes longer for larger values uses up a budget of steps, so that no input can make it
// slow.
#pragma once

#include <cstdint>

#include <boost/json/array.hpp>
#include <boost/json/value.hpp>

namespace belay::prompts {

// The remaining budget of work. Once it is used up, results are meaningless.
class Steps {
 public:
  explicit Steps(std::uint64_t max) : left_(max) {}
  // Returns false if the budget is used up.
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

// Returns a value less than, equal to, or greater than 0. Both arguments must be numbers.
int compare_numbers(const boost::json::value& a, const boost::json::value& b);
// Both arguments must be numbers, and `divisor` greater than 0. If a decimal fraction has no exact double
// (0.3, 0.1), the nearest double is used.
bool is_multiple_of(const boost::json::value& number, const boost::json::value& divisor);
bool equal(const boost::json::value& a, const boost::json::value& b, Steps& steps);
bool has_equal_elements(const boost::json::array& elements, Steps& steps);

}  // namespace belay::prompts
