#include "transport/http1/request_reader.hpp"

#include <algorithm>
#include <cassert>

#include <fmt/format.h>

namespace belay::transport {
namespace {

// A body of known length gets its memory at once up to here; beyond it, as it comes: a promise of bytes is
// not yet bytes.
constexpr std::uint64_t kMostReserved = 64 * 1024;

}  // namespace

std::size_t RequestReader::push(std::string_view input) {
  if (phase_ == Phase::head) return push_head(input);
  if (phase_ == Phase::body) return push_body(input);
  return 0;
}

void RequestReader::refused(Refusal refusal) {
  refusal_ = std::move(refusal);
  phase_ = Phase::refused;
}

void RequestReader::too_large(ByteCount most) {
  Refusal refusal = refuse(ErrorCode::payload_too_large,
                           most.value == 0 ? std::string("This path takes no body. Leave it out.")
                                           : fmt::format("The body is larger than {} bytes.", most.value));
  refusal.error.limit = "most_body";
  refused(std::move(refusal));
}

std::size_t RequestReader::push_head(std::string_view input) {
  const std::size_t taken = scanner_.push(input);
  if (scanner_.refusal()) {
    refused(*scanner_.refusal());
  } else if (scanner_.done()) {
    ParsedHead parsed = parse_head(scanner_.take_text(), config_);
    head_ = std::move(parsed.head);
    if (parsed.refusal) {
      refused(std::move(*parsed.refusal));
    } else {
      phase_ = Phase::held;
    }
  }
  return taken;
}

void RequestReader::accept_body(ByteCount most) {
  assert(phase_ == Phase::held);
  most_body_ = most;
  if (!head_->has_body()) {
    phase_ = Phase::done;
  } else if (head_->content_length && *head_->content_length > most.value) {
    too_large(most);
  } else {
    phase_ = Phase::body;
    if (head_->chunked) {
      chunks_.emplace(most, config_.most_chunk_overhead);
    } else {
      body_.reserve(std::min(*head_->content_length, kMostReserved));
    }
  }
}

void RequestReader::time_out(std::string detail) {
  refused(refuse(ErrorCode::request_timeout, std::move(detail)));
}

std::size_t RequestReader::push_body(std::string_view input) {
  body_started_ = body_started_ || !input.empty();
  if (!chunks_) {
    const std::size_t taken = std::min<std::uint64_t>(*head_->content_length - body_.size(), input.size());
    body_.append(input.substr(0, taken));
    if (body_.size() == *head_->content_length) phase_ = Phase::done;
    return taken;
  }
  const std::size_t taken = chunks_->push(input, body_);
  switch (chunks_->state()) {
    case ChunkDecoder::State::more:
      break;
    case ChunkDecoder::State::done:
      phase_ = Phase::done;
      break;
    case ChunkDecoder::State::too_large:
      too_large(most_body_);
      break;
    case ChunkDecoder::State::too_much_overhead:
      refused(refuse(ErrorCode::headers_too_large,
                     fmt::format("The body's chunk extensions or trailers are larger than {} bytes.",
                                 config_.most_chunk_overhead.value)));
      break;
    case ChunkDecoder::State::malformed:
      refused(refuse(
          ErrorCode::invalid_request,
          "The chunked body is malformed. A chunk is its size in hexadecimal, CR LF, the bytes, CR LF."));
      break;
  }
  return taken;
}

}  // namespace belay::transport
