// How typed values become bytes in a log. The format uses tagged fields, so that a newer server can read an
// older log, and an older server a newer one.
//
//   field := tag (varint, never 0)  size (varint)  bytes
//
// A reader skips tags that it does not know. A missing field keeps its default. Numbers are varints (7 bits
// per byte, lowest bits first) inside their field. A nested value is encoded into a field of its parent.
// Decoding never trusts its input: every size is checked, and malformed bytes give an Error.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace belay {

void append_varint(std::uint64_t value, std::string& out);
// Removes a varint from the front of `bytes`. Returns nothing if `bytes` ends too early or the number does
// not fit.
std::optional<std::uint64_t> take_varint(std::string_view& bytes);

class FieldWriter {
 public:
  explicit FieldWriter(std::string& out) : out_(out) {}
  // Empty strings, zeros and false are the default values of their fields, and are not written.
  FieldWriter& text(std::uint32_t tag, std::string_view value);
  FieldWriter& number(std::uint32_t tag, std::uint64_t value);
  FieldWriter& flag(std::uint32_t tag, bool value) { return number(tag, value ? 1 : 0); }
  // Always written, even when empty: for lists.
  FieldWriter& item(std::uint32_t tag, std::string_view encoded);

 private:
  std::string& out_;
};

class FieldReader {
 public:
  explicit FieldReader(std::string_view bytes) : rest_(bytes) {}
  // Moves to the next field. Returns false at the end, and when the bytes are malformed (see ok()).
  bool next();
  bool ok() const { return ok_; }
  std::uint32_t tag() const { return tag_; }
  std::string_view bytes() const { return value_; }
  std::string text() const { return std::string(value_); }
  std::uint64_t number();
  bool flag() { return number() != 0; }

 private:
  std::string_view rest_;
  std::string_view value_;
  std::uint32_t tag_ = 0;
  bool ok_ = true;
};

}  // namespace belay
