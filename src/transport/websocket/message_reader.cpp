#include "transport/websocket/message_reader.hpp"

#include <algorithm>

#include "base/release.hpp"
#include "base/utf8.hpp"

namespace belay::transport {
namespace {

constexpr std::uint8_t kContinuation = 0x0, kText = 0x1, kBinary = 0x2, kClose = 0x8, kPing = 0x9,
                       kPong = 0xA;
constexpr unsigned kReservedBits = 0x70, kMasked = 0x80;
constexpr std::size_t kMaxControl = 125;

// Whether `text`, whose first character is not whole, may become valid UTF-8 when more of it arrives.
bool is_cut_character(std::string_view text) {
  if (text.size() > 3) return false;
  Utf8Joiner joiner;
  std::string out;
  joiner.push(text, out);
  return out.empty();
}

}  // namespace

MessageReader::Event MessageReader::read(std::string_view& bytes) {
  if (has_failed_) return {};
  if (is_over_) release(message_);
  if (!control_.empty() && !in_payload_) release(control_);
  is_over_ = false;
  while (!bytes.empty() || in_payload_) {
    const bool waits = in_payload_ && left_ != 0 && bytes.empty();
    if (waits) break;
    const Event event = in_payload_ ? read_payload(bytes) : read_header(bytes);
    if (event.kind != Kind::none) return event;
  }
  return {};
}

MessageReader::Event MessageReader::fail(CloseCode code, std::string_view why) {
  has_failed_ = true;
  release(message_);
  control_ = std::string();
  return {Kind::error, code, why};
}

std::size_t MessageReader::length_bytes() const {
  const unsigned length = header(1) & 0x7F;
  return length == 126 ? 2 : length == 127 ? 8 : 0;
}

MessageReader::Event MessageReader::read_header(std::string_view& bytes) {
  header_[header_size_++] = bytes.front();
  bytes.remove_prefix(1);
  if (header_size_ <= 2 || header_size_ == 2 + length_bytes()) {
    if (const Event event = check_header(); event.kind != Kind::none) return event;
  }
  if (header_size_ >= 2 && header_size_ == header_length()) {
    in_payload_ = true;
    mask_at_ = 0;
  }
  return {};
}

// Judges what has arrived of the header: after its first byte, its second, and its length.
MessageReader::Event MessageReader::check_header() {
  if (header_size_ == 1) {
    if ((header(0) & kReservedBits) != 0)
      return fail(CloseCode::protocol_error, "A reserved bit is set: no extension was agreed on.");
    const unsigned opcode = frame_opcode();
    if (opcode > kPong || (opcode > kBinary && opcode < kClose))
      return fail(CloseCode::protocol_error, "The opcode is not defined.");
    if (is_control() && !is_final()) return fail(CloseCode::protocol_error, "A control frame is fragmented.");
    return is_control() ? Event{} : check_data_frame();
  }
  if ((header(1) & kMasked) == 0) return fail(CloseCode::protocol_error, "A frame is not masked.");
  left_ = header(1) & 0x7F;
  if (is_control() && left_ > kMaxControl)
    return fail(CloseCode::protocol_error, "A control frame is longer than 125 bytes.");
  const std::size_t more = length_bytes();
  if (header_size_ != 2 + more) return {};
  if (more != 0) {
    left_ = 0;
    for (std::size_t i = 0; i < more; ++i) left_ = left_ << 8 | header(2 + i);
    if (left_ < (more == 2 ? 126u : 65536u) || left_ >> 63 != 0)
      return fail(CloseCode::protocol_error, "A length does not have its shortest form.");
  }
  if (!is_control() && left_ > options_.max_message.value - message_.size())
    return fail(CloseCode::message_too_big, "The message is too large.");
  return {};
}

MessageReader::Event MessageReader::check_data_frame() {
  const unsigned opcode = frame_opcode();
  if (opcode == kContinuation && opcode_ == 0)
    return fail(CloseCode::protocol_error, "A continuation comes before its message.");
  if (opcode != kContinuation && opcode_ != 0)
    return fail(CloseCode::protocol_error, "A message begins inside another.");
  if (opcode == kBinary && !options_.accepts_binary)
    return fail(CloseCode::unsupported_data, "Binary messages are not read here. Send text.");
  if (opcode != kContinuation) {
    opcode_ = static_cast<std::uint8_t>(opcode);
    fragments_ = 0;
    valid_text_ = 0;
  }
  if (++fragments_ > options_.max_fragments)
    return fail(CloseCode::policy_violation, "The message has too many fragments.");
  return {};
}

MessageReader::Event MessageReader::read_payload(std::string_view& bytes) {
  const char* const mask = header_.data() + header_size_ - 4;
  std::string& out = is_control() ? control_ : message_;
  const std::size_t taken = static_cast<std::size_t>(std::min<std::uint64_t>(left_, bytes.size()));
  const std::size_t before = out.size();
  out.append(bytes.substr(0, taken));
  bytes.remove_prefix(taken);
  for (std::size_t i = 0; i < taken; ++i)
    out[before + i] = static_cast<char>(out[before + i] ^ mask[(mask_at_ + i) & 3]);
  mask_at_ = static_cast<std::uint8_t>((mask_at_ + taken) & 3);
  left_ -= taken;
  if (!is_control() && opcode_ == kText) {
    if (const Event event = check_text(); event.kind != Kind::none) return event;
  }
  return left_ == 0 ? end_of_frame() : Event{};
}

// A character may be cut by the end of what has arrived, and by the end of a fragment, but not by the message's.
MessageReader::Event MessageReader::check_text() {
  valid_text_ += valid_utf8_prefix(std::string_view(message_).substr(valid_text_));
  const std::string_view rest = std::string_view(message_).substr(valid_text_);
  const bool is_end = left_ == 0 && is_final();
  if (rest.empty() || (!is_end && is_cut_character(rest))) return {};
  return fail(CloseCode::invalid_text, "The text is not UTF-8.");
}

MessageReader::Event MessageReader::end_of_frame() {
  in_payload_ = false;
  header_size_ = 0;
  switch (frame_opcode()) {
    case kPing:
      return {Kind::ping, CloseCode::no_status, control_};
    case kPong:
      return {Kind::pong, CloseCode::no_status, control_};
    case kClose:
      return close_frame();
    default:
      break;
  }
  if (!is_final()) return {};
  is_over_ = true;
  const Kind kind = opcode_ == kText ? Kind::text : Kind::binary;
  opcode_ = 0;
  return {kind, CloseCode::no_status, message_};
}

MessageReader::Event MessageReader::close_frame() {
  if (control_.empty()) return {Kind::close, CloseCode::no_status, {}};
  if (control_.size() == 1) return fail(CloseCode::protocol_error, "A close code has two bytes.");
  const auto byte = [&](std::size_t at) { return static_cast<unsigned char>(control_[at]); };
  const auto code = static_cast<std::uint16_t>(byte(0) << 8 | byte(1));
  if (!is_sendable_close_code(code)) return fail(CloseCode::protocol_error, "The close code is not allowed.");
  const std::string_view reason = std::string_view(control_).substr(2);
  if (!is_valid_utf8(reason)) return fail(CloseCode::invalid_text, "The close frame's reason is not UTF-8.");
  return {Kind::close, static_cast<CloseCode>(code), reason};
}

}  // namespace belay::transport
