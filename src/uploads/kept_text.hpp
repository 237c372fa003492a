// Bounded copies of a file's content.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace belay::uploads {

// Keeps the whole content if it is at most `max_bytes` long, else nothing.
class WholeText {
 public:
  explicit WholeText(std::size_t max_bytes) : max_bytes_(max_bytes) {}
  void append(std::string_view text);
  bool overflowed() const { return overflowed_; }
  std::string take() && { return std::move(text_); }

 private:
  std::size_t max_bytes_;
  bool overflowed_ = false;
  std::string text_;
};

// Keeps some of the lines of a text, evenly over the whole of it: every first, second, fourth, … line, so many
// as fit `max_bytes`. The first line is always among them, if it fits.
class LineSample {
 public:
  explicit LineSample(std::size_t max_bytes) : max_bytes_(max_bytes) {}
  void add(std::string line);
  std::vector<std::string> take() && { return std::move(lines_); }

 private:
  std::size_t max_bytes_;
  std::size_t bytes_ = 0;
  std::size_t seen_ = 0;
  std::size_t stride_ = 1;
  std::vector<std::string> lines_;
};

}  // namespace belay::uploads
