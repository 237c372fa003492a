#include "transport/http1/chunk_decoder.hpp"

#include <algorithm>

namespace belay::transport {
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

std::size_t ChunkDecoder::push(std::string_view input, std::string& body) {
  std::size_t taken = 0;
  while (taken < input.size() && state_ == State::more) {
    if (at_ != At::data) {
      take(input[taken++]);
      continue;
    }
    const std::size_t piece = std::min<std::uint64_t>(chunk_, input.size() - taken);
    body.append(input.substr(taken, piece));
    taken += piece;
    chunk_ -= piece;
    if (chunk_ == 0) at_ = At::data_cr;
  }
  return taken;
}

void ChunkDecoder::take(char c) {
  const auto expect = [&](char wanted, At next) {
    if (c == wanted) {
      at_ = next;
    } else {
      state_ = State::malformed;
    }
  };
  const auto count_overhead = [&] {
    if (is_control(c)) {
      state_ = State::malformed;
    } else if (++overhead_ > max_overhead_) {
      state_ = State::too_much_overhead;
    }
  };

  switch (at_) {
    case At::size_start:
      chunk_ = 0;
      digits_ = 0;
      at_ = At::size;
      [[fallthrough]];
    case At::size: {
      const int digit = hex_digit(c);
      if (digit >= 0 && ++digits_ <= kMaxDigits) {
        chunk_ = chunk_ << 4 | static_cast<std::uint64_t>(digit);
      } else if (digits_ == 0 || digit >= 0) {
        state_ = State::malformed;
      } else if (c == ';') {
        overhead_ = 0;
        at_ = At::extension;
      } else {
        expect('\r', At::size_lf);
      }
      return;
    }
    case At::extension:
      if (c == '\r') {
        at_ = At::size_lf;
      } else {
        count_overhead();
      }
      return;
    case At::size_lf:
      expect('\n', At::data);
      if (state_ == State::more) end_size_line();
      return;
    case At::data:
      return;
    case At::data_cr:
      expect('\r', At::data_lf);
      return;
    case At::data_lf:
      expect('\n', At::size_start);
      return;
    case At::trailer_start:
      if (c == '\r') {
        at_ = At::end_lf;
        return;
      }
      at_ = At::trailer;
      count_overhead();
      return;
    case At::trailer:
      if (c == '\r') {
        at_ = At::trailer_lf;
      } else {
        count_overhead();
      }
      return;
    case At::trailer_lf:
      expect('\n', At::trailer_start);
      return;
    case At::end_lf:
      expect('\n', At::end_lf);
      if (state_ == State::more) state_ = State::done;
      return;
  }
}

void ChunkDecoder::end_size_line() {
  if (chunk_ == 0) {
    overhead_ = 0;
    at_ = At::trailer_start;
  } else if (chunk_ > left_) {
    state_ = State::too_large;
  } else {
    left_ -= chunk_;
  }
}

}  // namespace belay::transport
