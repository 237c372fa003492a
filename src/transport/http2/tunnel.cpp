#include "transport/http2/tunnel.hpp"

#include <algorithm>
#include <cstring>

#include "base/release.hpp"

namespace belay::transport {
namespace {

// Drops what is in front of `at`, when that is all or most of it.
void trim(std::string& text, std::size_t& at) {
  if (at == text.size()) {
    release(text);  // an idle tunnel holds no buffer
    at = 0;
  } else if (at > text.size() / 2) {
    text.erase(0, std::exchange(at, 0));
  }
}

}  // namespace

// ---- for its stream

void Http2Tunnel::arrive(std::string_view bytes) {
  if (is_broken_ || bytes.empty()) return;
  received_ += bytes;
  wake();
}

void Http2Tunnel::end() {
  has_ended_ = true;
  wake();
}

void Http2Tunnel::break_apart() {
  is_broken_ = true;
  release(received_);
  release(unsent_);
  read_ = sent_ = 0;
  wake();
}

void Http2Tunnel::take_unsent(std::size_t bytes, std::string& out) {
  out.append(unsent_, sent_, bytes);
  sent_ += bytes;
  trim(unsent_, sent_);
  wake();
}

void Http2Tunnel::wake() {
  if (reader_ && (waits_for_break_ ? is_broken_ : is_readable())) loop_.post(std::exchange(reader_, nullptr));
  if (writer_ && is_writable()) loop_.post(std::exchange(writer_, nullptr));
}

// ---- ByteChannel

IoResult Http2Tunnel::read(std::span<char> out) {
  if (is_broken_) return {IoResult::State::broken, 0};
  const std::size_t size = std::min(out.size(), received_.size() - read_);
  if (size == 0) return {has_ended_ ? IoResult::State::ended : IoResult::State::blocked, 0};
  std::memcpy(out.data(), received_.data() + read_, size);
  read_ += size;
  trim(received_, read_);
  owner_.tunnel_consumed(size);
  return {IoResult::State::moved, size};
}

IoResult Http2Tunnel::write_some(std::span<const iovec> pieces) {
  if (is_broken_ || has_finished_) return {IoResult::State::broken, 0};
  const std::size_t space = kMaxUnsent - std::min(kMaxUnsent, unsent());
  std::size_t taken = 0;
  for (const iovec& piece : pieces) {
    const std::size_t part = std::min(piece.iov_len, space - taken);
    unsent_.append(static_cast<const char*>(piece.iov_base), part);
    taken += part;
  }
  if (taken == 0) return {IoResult::State::blocked, 0};
  owner_.tunnel_has_output();
  return {IoResult::State::moved, taken};
}

void Http2Tunnel::wait(Wait what, UniqueFunction<void()> ready) {
  if (what == Wait::writable) {
    writer_ = std::move(ready);
  } else {
    reader_ = std::move(ready);
    waits_for_break_ = what == Wait::broken;
  }
  wake();
}

void Http2Tunnel::cancel_waits() {
  for (UniqueFunction<void()>* each : {&reader_, &writer_})
    if (*each) loop_.post(std::exchange(*each, nullptr));
}

void Http2Tunnel::finish_sending() {
  if (is_broken_ || std::exchange(has_finished_, true)) return;
  owner_.tunnel_has_output();
}

// The stream closes itself when its handler is done; nobody else closes this channel.
void Http2Tunnel::close(Close) {
  break_apart();
  cancel_waits();
}

}  // namespace belay::transport
