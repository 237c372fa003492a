// The content lines of a calendar file (RFC 5545, 3.1): unfolded, whatever their line ends are (CR LF, LF, CR), without
// a byte order mark. Empty lines are left out.
//
// A fold may split a UTF-8 character, so a line is checked after it was unfolded. One thread.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "base/result.hpp"

namespace belay::calendar {

struct ContentLine {
  std::size_t number = 0;  // of its first line in the file, from 1
  std::string name;        // of the property, in upper case; empty: this is no content line
  std::string text;        // all of it, with the name

  // What follows the first colon that is not in quotes. Empty: there is none.
  std::string_view value() const;
};

class ContentLines {
 public:
  // `bytes` must outlive the reader.
  explicit ContentLines(std::string_view bytes);

  // False: there is no further line. unprocessable (field "file"): the line is not UTF-8, or holds a zero byte.
  Result<bool> next(ContentLine& line);

 private:
  std::string_view take_physical_line();

  std::string_view rest_;
  std::size_t number_ = 0;
};

}  // namespace belay::calendar
