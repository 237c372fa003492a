#include "core/types/codec.hpp"

namespace belay {

void append_varint(std::uint64_t value, std::string& out) {
  while (value >= 0x80) {
    out.push_back(static_cast<char>(value | 0x80));
    value >>= 7;
  }
  out.push_back(static_cast<char>(value));
}

std::optional<std::uint64_t> take_varint(std::string_view& bytes) {
  std::uint64_t value = 0;
  for (unsigned shift = 0; shift < 64 && !bytes.empty(); shift += 7) {
    const auto byte = static_cast<unsigned char>(bytes.front());
    bytes.remove_prefix(1);
    if (shift == 63 && byte > 1) return std::nullopt;
    value |= std::uint64_t(byte & 0x7F) << shift;
    if (byte < 0x80) return value;
  }
  return std::nullopt;
}

FieldWriter& FieldWriter::item(std::uint32_t tag, std::string_view encoded) {
  append_varint(tag, out_);
  append_varint(encoded.size(), out_);
  out_.append(encoded);
  return *this;
}

FieldWriter& FieldWriter::text(std::uint32_t tag, std::string_view value) {
  return value.empty() ? *this : item(tag, value);
}

FieldWriter& FieldWriter::number(std::uint32_t tag, std::uint64_t value) {
  if (value == 0) return *this;
  std::string encoded;
  append_varint(value, encoded);
  return item(tag, encoded);
}

bool FieldReader::next() {
  if (rest_.empty() || !ok_) return false;
  const auto tag = take_varint(rest_);
  const auto size = take_varint(rest_);
  if (!tag || *tag == 0 || *tag > UINT32_MAX || !size || *size > rest_.size()) {
    ok_ = false;
    return false;
  }
  tag_ = static_cast<std::uint32_t>(*tag);
  value_ = rest_.substr(0, *size);
  rest_.remove_prefix(*size);
  return true;
}

std::uint64_t FieldReader::number() {
  std::string_view bytes = value_;
  const auto value = take_varint(bytes);
  if (!value || !bytes.empty()) {
    ok_ = false;
    return 0;
  }
  return *value;
}

}  // namespace belay
