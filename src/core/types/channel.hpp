// Channels: the log of one user on one surface (requirement S1). All answers of the user appear there, for all of the
// user's connections. Many runs write to a channel. It has no end; its oldest events are removed.
//
// A channel's log has the same form as that of a run, and an id of the same shape. `time` of the id is 0, and `uuid`
// is of version 8 (RFC 9562, section 5.8), derived from the user and the surface. So the id of a run is never that of
// a channel.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.hpp"
#include "base/result.hpp"
#include "base/run_id.hpp"
#include "core/types/event.hpp"

namespace belay {

RunId channel_id(std::string_view user, std::string_view surface);

constexpr bool is_channel(const RunId& log) {
  return log.uuid[6] >> 4 == 8;
}

// How a run appears in its user's channel. Part of the run's request.
struct ChannelUse {
  bool shows_pieces = false;        // the answer also appears piece by piece, while it is being written
  bool shows_at_once = false;       // pieces as the provider sends them, not whole sentences
  std::uint64_t slow_after_ms = 0;  // when to say that it takes longer; 0: never
  std::string upload;               // the format of a file that came with the question: "CSV"; empty: none
  std::string suggestion;           // where else the user may look: "See your grade pyramid"; empty: nowhere
  std::string suggestion_url;
};

// The payload of `channel_opened`, the first event of a channel.
struct ChannelOpened {
  std::string user;
  std::string surface;
};
std::string encode(const ChannelOpened& opened);
Result<ChannelOpened> decode_channel_opened(std::string_view payload);

// The payload of `channel_message`, all other events of a channel.
struct ChannelMessage {
  enum class Kind : std::uint8_t {
    processing = 1,        // the question is being answered
    slow = 2,              // it takes longer than usual
    upload_processed = 3,  // `text`: the file's format
    piece = 4,             // `text`: what follows in the answer: whole paragraphs or sentences
    response = 5,          // `text`: the whole answer
    suggestion = 6,        // `text`, `url`
    error = 7,             // `text`, `code`
    removed = 8,           // nothing: what stood here was erased (core/types/channel_erasure.hpp)
  };
  Kind kind = Kind::processing;
  RunId run{};               // what it belongs to; RunId(): no run
  std::string conversation;  // of the run; empty: none
  std::string text;
  std::string url;
  ErrorCode code = ErrorCode::internal;
  std::uint64_t took_ms = 0;     // since the question was asked
  std::uint64_t answer_end = 0;  // of `piece`: the length of the answer up to here, in bytes
  bool ends_run = false;         // the last one of its run
  std::uint64_t tokens = 0;      // of `response`: of the prompt and the answer
};
std::string encode(const ChannelMessage& message);
Result<ChannelMessage> decode_channel_message(std::string_view payload);

}  // namespace belay
