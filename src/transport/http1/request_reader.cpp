#include "transport/http1/request_reader.hpp"

#include <algorithm>
#include <cassert>

#include <fmt/format.h>

#include "base/release.hpp"

namespace belay::transport {
namespace {

// A body of known length gets its memory at once up to this size. Beyond it, memory grows as bytes arrive,
// because a client may announce more bytes than it sends.
constexpr std::uint64_t kMaxReserved = 64 * 1024;

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

void RequestReader::too_large() {
  refused(body_too_large(max_body_, ignores_body_ ? BodyUse::ignored : BodyUse::read));
}

void RequestReader::end_body() {
  phase_ = Phase::done;
  if (ignores_body_) release(body_);
}

std::size_t RequestReader::push_head(std::string_view input) {
  const std::size_t taken = scanner_.push(input);
  if (scanner_.refusal()) {
    refused(*scanner_.refusal());
    head_ = head_of_refused(scanner_.take_text());
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

void RequestReader::accept_body(ByteCount max) {
  assert(phase_ == Phase::held);
  max_body_ = max;
  if (!head_->has_body()) {
    phase_ = Phase::done;
  } else if (head_->content_length && *head_->content_length > max.value) {
    too_large();
  } else {
    phase_ = Phase::body;
    if (head_->chunked) {
      chunks_.emplace(max, config_.max_chunk_overhead);
    } else {
      left_ = *head_->content_length;
      body_.reserve(std::min(left_, kMaxReserved));
    }
  }
}

void RequestReader::ignore_body() {
  ignores_body_ = true;
  accept_body(config_.max_ignored_body);
}

void RequestReader::time_out(std::string detail) {
  refused(refuse(ErrorCode::request_timeout, std::move(detail)));
}

std::size_t RequestReader::push_body(std::string_view input) {
  body_started_ = body_started_ || !input.empty();
  if (!chunks_) {
    const std::size_t taken = std::min<std::uint64_t>(left_, input.size());
    body_.append(input.substr(0, taken));
    left_ -= taken;
    if (left_ == 0) end_body();
    return taken;
  }
  const std::size_t taken = chunks_->push(input, body_);
  switch (chunks_->state()) {
    case ChunkDecoder::State::more:
      break;
    case ChunkDecoder::State::done:
      end_body();
      break;
    case ChunkDecoder::State::too_large:
      too_large();
      break;
    case ChunkDecoder::State::too_much_overhead:
      refused(refuse(ErrorCode::headers_too_large,
                     fmt::format("The body's chunk extensions or trailers are larger than {} bytes.",
                                 config_.max_chunk_overhead.value)));
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
