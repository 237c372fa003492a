#include "core/types/channel.hpp"

#include <algorithm>

#include "base/digest.hpp"
#include "core/types/described.hpp"

namespace belay {

RunId channel_id(std::string_view user, std::string_view surface) {
  std::string name("channel");
  name.append(1, '\0').append(surface).append(1, '\0').append(user);
  const std::string digest = digest_of(name);
  RunId id;
  std::copy_n(digest.begin(), id.uuid.size(), id.uuid.begin());
  id.uuid[6] = static_cast<std::uint8_t>((id.uuid[6] & 0x0F) | 0x80);
  id.uuid[8] = static_cast<std::uint8_t>((id.uuid[8] & 0x3F) | 0x80);
  return id;
}

template <class Visitor>
void describe(Visitor& field, Of<Visitor, ChannelOpened>& opened) {
  field(1, opened.user);
  field(2, opened.surface);
}

template <class Visitor>
void describe(Visitor& field, Of<Visitor, ChannelMessage>& message) {
  using Kind = ChannelMessage::Kind;
  field(1, message.kind, Kind::processing, Kind::removed);
  field(2, message.run);
  field(3, message.conversation);
  field(4, message.text);
  field(5, message.url);
  field(6, message.code);
  field(7, message.took_ms);
  field(8, message.answer_end);
  field(9, message.ends_run);
  field(10, message.tokens);
}

namespace {

template <class Payload>
Result<Payload> decode_payload(std::string_view payload, std::string_view what) {
  Payload decoded;
  if (!decode_fields(payload, decoded))
    return make_error(ErrorCode::internal,
                      "A stored " + std::string(what) + " can not be read: its bytes are broken.");
  return decoded;
}

}  // namespace

std::string encode(const ChannelOpened& opened) {
  return encode_fields(opened);
}
Result<ChannelOpened> decode_channel_opened(std::string_view payload) {
  return decode_payload<ChannelOpened>(payload, "beginning of a channel");
}

std::string encode(const ChannelMessage& message) {
  return encode_fields(message);
}
Result<ChannelMessage> decode_channel_message(std::string_view payload) {
  return decode_payload<ChannelMessage>(payload, "message of a channel");
}

}  // namespace belay
