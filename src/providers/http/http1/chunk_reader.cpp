#include "providers/http/http1/chunk_reader.hpp"

#include <algorithm>
#include <cstring>

namespace belay::providers {
namespace {

constexpr int kMaxDigits = 16;

int hex_digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

bool is_control(char c) {
  return (static_cast<unsigned char>(c) < 0x20 && c != '\t') || c == 0x7f;
}

}  // namespace

ChunkReader::Output ChunkReader::push(std::span<char> bytes) {
  char* joined = nullptr;
  std::size_t joined_size = 0;
  std::size_t at = 0;
  while (at < bytes.size() && state_ == State::more) {
    if (at_ != At::data) {
      take(bytes[at++]);
      continue;
    }
    const std::size_t piece = std::min<std::uint64_t>(left_, bytes.size() - at);
    char* const from = bytes.data() + at;
    if (!joined) {
      joined = from;
    } else {
      std::memmove(joined + joined_size, from, piece);
    }
    joined_size += piece;
    at += piece;
    left_ -= piece;
    if (left_ == 0) at_ = At::data_cr;
  }
  return {{joined, joined_size}, at};
}

void ChunkReader::take(char c) {
  switch (at_) {
    case At::size_start:
      left_ = 0;
      digits_ = 0;
      at_ = At::size;
      [[fallthrough]];
    case At::size:
      return take_size(c);
    case At::extension:
      if (c == '\r') {
        at_ = At::size_lf;
      } else {
        count_overhead(c);
      }
      return;
    case At::size_lf:
      overhead_ = 0;
      return expect(c == '\n', left_ == 0 ? At::trailer_start : At::data);
    case At::data:
      return;
    case At::data_cr:
      return expect(c == '\r', At::data_lf);
    case At::data_lf:
      return expect(c == '\n', At::size_start);
    case At::trailer_start:
    case At::trailer:
    case At::trailer_lf:
    case At::end_lf:
      return take_trailer(c);
  }
}

void ChunkReader::take_size(char c) {
  const int digit = hex_digit(c);
  if (digit >= 0) {
    left_ = left_ << 4 | static_cast<std::uint64_t>(digit);
    return expect(++digits_ <= kMaxDigits, At::size);
  }
  if (c == ';') {
    overhead_ = 0;
    return expect(digits_ != 0, At::extension);
  }
  expect(c == '\r' && digits_ != 0, At::size_lf);
}

void ChunkReader::take_trailer(char c) {
  if (at_ == At::trailer_lf) return expect(c == '\n', At::trailer_start);
  if (at_ == At::end_lf) {
    expect(c == '\n', At::end_lf);
    if (state_ == State::more) state_ = State::complete;
    return;
  }
  if (c == '\r') {
    at_ = at_ == At::trailer_start ? At::end_lf : At::trailer_lf;
    return;
  }
  at_ = At::trailer;
  count_overhead(c);
}

void ChunkReader::expect(bool found, At next) {
  at_ = next;
  if (!found) state_ = State::broken;
}

void ChunkReader::count_overhead(char c) {
  if (is_control(c) || ++overhead_ > max_overhead_) state_ = State::broken;
}

}  // namespace belay::providers
