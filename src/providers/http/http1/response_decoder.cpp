#include "providers/http/http1/response_decoder.hpp"

#include <algorithm>

#include "base/release.hpp"

namespace belay::providers {
namespace {

constexpr std::string_view kProtocol = "HTTP/";

// Whether a status line may begin like this. What another protocol sends is recognized by its first bytes.
bool may_begin_status(std::string_view line) {
  const std::size_t size = std::min(line.size(), kProtocol.size());
  return line.substr(0, size) == kProtocol.substr(0, size);
}

}  // namespace

ResponseDecoder::ResponseDecoder(Limits limits)
    : limits_(limits), head_(limits.headers), chunks_(limits.chunk_overhead) {}

ResponseDecoder::Output ResponseDecoder::push(std::span<char> bytes) {
  Output output;
  if (!bytes.empty()) begun_ = true;
  if (at_ != At::head) {
    push_body(bytes, output);
    return output;
  }
  while (state_ == State::more && at_ == At::head && output.consumed < bytes.size())
    output.consumed += push_head(bytes.subspan(output.consumed), output);
  return output;
}

// Takes the rest of one line, or all bytes if the line does not end in them.
std::size_t ResponseDecoder::push_head(std::span<const char> bytes, Output& output) {
  const auto newline = std::find(bytes.begin(), bytes.end(), '\n');
  const bool complete = newline != bytes.end();
  const std::size_t size = static_cast<std::size_t>(newline - bytes.begin()) + (complete ? 1 : 0);
  // The line stays bounded, however many bytes come at once. One byte over the limit is enough to see it.
  const std::size_t kept = std::min(size, limits_.head_bytes - head_bytes_ + 1);
  line_.append(bytes.data(), kept);
  head_bytes_ += kept;
  if (head_.empty() && !may_begin_status(line_)) {
    fail({HttpFault::address, "no HTTP server answers there"});
  } else if (head_bytes_ > limits_.head_bytes) {
    fail({HttpFault::headers_too_large, "too many bytes"});
  } else if (complete) {
    end_head_line(output);
  }
  return size;
}

void ResponseDecoder::end_head_line(Output& output) {
  std::string_view line = line_;
  line.remove_suffix(1);
  if (!line.ends_with('\r')) return fail({HttpFault::unreadable, "a line of the head without CR LF"});
  line.remove_suffix(1);
  if (line.empty()) {
    end_head(output);
  } else if (const auto fault = head_.add(line)) {
    fail(*fault);
  }
  line_.clear();
}

void ResponseDecoder::end_head(Output& output) {
  if (const auto fault = head_.finish()) return fail(*fault);
  if (head_.interim()) {
    head_ = ResponseHead(limits_.headers);
    return;
  }
  keeps_connection_ = head_.keeps_connection();
  left_ = head_.length();
  switch (head_.body()) {
    case ResponseHead::Body::none:
      state_ = State::complete;
      break;
    case ResponseHead::Body::length:
      at_ = At::length;
      break;
    case ResponseHead::Body::chunked:
      at_ = At::chunks;
      break;
    case ResponseHead::Body::until_close:
      at_ = At::until_close;
      break;
  }
  output.head = head_.take();
  release(line_);
}

void ResponseDecoder::push_body(std::span<char> bytes, Output& output) {
  if (at_ == At::chunks) {
    const ChunkReader::Output found = chunks_.push(bytes);
    output.body = found.data;
    output.consumed += found.consumed;
    if (chunks_.state() == ChunkReader::State::complete) state_ = State::complete;
    if (chunks_.state() == ChunkReader::State::broken) fail({HttpFault::cut, "a malformed chunk"});
    return;
  }
  std::size_t size = bytes.size();
  if (at_ == At::length) {
    size = std::min<std::uint64_t>(size, left_);
    left_ -= size;
    if (left_ == 0) state_ = State::complete;
  }
  output.body = {bytes.data(), size};
  output.consumed += size;
}

void ResponseDecoder::end_of_input() {
  if (state_ != State::more) return;
  if (at_ == At::until_close) {
    state_ = State::complete;
  } else {
    fail({HttpFault::cut,
          begun_ ? "it was closed in the middle of a response" : "it was closed without a response"});
  }
}

void ResponseDecoder::fail(ResponseFault fault) {
  state_ = State::broken;
  fault_ = fault;
}

}  // namespace belay::providers
