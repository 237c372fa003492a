// Makes checked text from the bytes of a file: UTF-8 without a byte order mark, without zero bytes, and not
// longer than the limit. Bytes arrive in pieces that may split a character.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/units.hpp"
#include "uploads/format.hpp"

namespace belay::uploads {

class TextInput {
 public:
  TextInput(Format format, ByteCount max_file) : format_(format), max_file_(max_file) {}

  // Appends to `text` what has become whole characters. It holds back the first kHeadBytes bytes of a file
  // until all of them have arrived, and later at most three bytes. Not to be used after an error.
  Result<> push(std::string_view bytes, std::string& text);
  // The file is complete.
  Result<> finish(std::string& text);

  ByteCount size() const { return size_; }

 private:
  Result<> start();
  Result<> take(std::string& text);
  void count_lines(std::string_view text);
  Error not_utf8() const;

  Format format_;
  ByteCount max_file_;
  ByteCount size_;
  std::string held_;  // not yet checked
  bool started_ = false;
  std::uint64_t line_ = 1;
  bool after_cr_ = false;
};

}  // namespace belay::uploads
