// Reads the fields of a stored form (upload_form.hpp) strictly: in the order of their tags, each once except lists, no
// default values, no unknown tags, numbers in their ranges, texts in UTF-8. Used by upload_form.cpp only.
#pragma once

#include <bit>
#include <cmath>
#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/utf8.hpp"
#include "core/types/codec.hpp"

namespace belay::uploads {

// Zigzag, so that small negative numbers are short.
inline std::uint64_t unsigned_of(std::int64_t value) {
  return static_cast<std::uint64_t>(value) << 1 ^ static_cast<std::uint64_t>(value >> 63);
}
inline std::int64_t signed_of(std::uint64_t value) {
  return static_cast<std::int64_t>(value >> 1) ^ -static_cast<std::int64_t>(value & 1);
}

// The eight bytes of a double, lowest first. Zero is not written.
inline void write_real(FieldWriter& writer, std::uint32_t tag, double value) {
  const auto bits = std::bit_cast<std::uint64_t>(value);
  if (bits == 0) return;
  std::string bytes;
  for (unsigned shift = 0; shift < 64; shift += 8) bytes.push_back(static_cast<char>(bits >> shift & 0xFF));
  writer.item(tag, bytes);
}

// One object. Remembers whether anything was wrong.
class FormReading {
 public:
  explicit FormReading(std::string_view bytes) : fields_(bytes) {}

  bool next() {
    if (!fine_ || !fields_.next()) return false;
    require(fields_.tag() >= last_);
    repeats_ = fields_.tag() == last_;
    last_ = fields_.tag();
    return fine_;
  }
  std::uint32_t tag() const { return last_; }
  std::string_view bytes() const { return fields_.bytes(); }
  bool fine() const { return fine_ && fields_.ok(); }
  void require(bool holds) { fine_ = fine_ && holds; }
  // The field is not part of a list.
  void once() { require(!repeats_); }
  void unknown() { fine_ = false; }

  template <class T>
  void number(T& out) {
    once();
    const std::uint64_t value = fields_.number();
    require(fields_.ok() && value != 0 && value <= std::numeric_limits<T>::max());
    out = static_cast<T>(value);
  }
  void signed_number(std::int32_t& out) {
    once();
    const std::int64_t value = signed_of(fields_.number());
    require(fields_.ok() && value != 0 && value >= std::numeric_limits<std::int32_t>::min() &&
            value <= std::numeric_limits<std::int32_t>::max());
    out = static_cast<std::int32_t>(value);
  }
  void real(double& out) {
    once();
    std::uint64_t bits = 0;
    require(bytes().size() == sizeof(bits));
    if (!fine_) return;
    for (std::size_t i = sizeof(bits); i-- > 0;) bits = bits << 8 | static_cast<unsigned char>(bytes()[i]);
    out = std::bit_cast<double>(bits);
    require(bits != 0 && !std::isnan(out));
  }
  void flag(bool& out) {
    std::uint8_t value = 0;
    number(value);
    require(value == 1);
    out = true;
  }
  void text(std::string& out) {
    once();
    require(!bytes().empty() && is_valid_utf8(bytes()));
    out = bytes();
  }
  void text_entry(std::vector<std::string>& out, std::size_t max) {
    require(out.size() < max && is_valid_utf8(bytes()));
    if (fine_) out.emplace_back(bytes());
  }

 private:
  FieldReader fields_;
  std::uint32_t last_ = 0;
  bool repeats_ = false;
  bool fine_ = true;
};

}  // namespace belay::uploads
