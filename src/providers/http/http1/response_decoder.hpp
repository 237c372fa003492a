// Takes the bytes of one response apart: interim responses, the head, and the body in any framing of HTTP/1.1
// (RFC 9112). Pure: no socket, no time.
//
// Bytes may be cut anywhere; the outcome is the same for every cut, and response_decoder_fuzz.cpp checks it.
// The parts of a chunked body are joined within the caller's buffer, so that one read gives one piece of body
// and nothing is copied elsewhere. Only an incomplete line of the head is kept between two pieces.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "providers/http/http1/chunk_reader.hpp"
#include "providers/http/http1/response_head.hpp"

namespace belay::providers {

class ResponseDecoder {
 public:
  enum class State { more, complete, broken };
  struct Limits {
    std::size_t head_bytes = 64 << 10;      // of all heads together, interim responses included
    std::size_t headers = 256;              // of one head
    std::size_t chunk_overhead = 16 << 10;  // of one chunk's extensions, and of all trailers
  };
  // What one push() found: the head, or a part of the body.
  struct Output {
    std::optional<HttpHead> head;  // once per response
    std::string_view body;         // within the pushed bytes
    std::size_t consumed = 0;      // fewer than pushed after a head, and if the state is no longer `more`
  };

  ResponseDecoder() : ResponseDecoder(Limits()) {}
  explicit ResponseDecoder(Limits limits);

  // Only while the state is `more`. If the bytes break the rules, what came before is still given.
  Output push(std::span<char> bytes);
  // The connection was closed. That completes a body without a length, and breaks everything else.
  void end_of_input();

  State state() const { return state_; }
  // If broken.
  const ResponseFault& fault() const { return fault_; }
  // Whether any byte of a response has come.
  bool begun() const { return begun_; }
  // If complete: whether the connection may carry another request.
  bool keeps_connection() const { return keeps_connection_; }

 private:
  enum class At { head, length, chunks, until_close };

  std::size_t push_head(std::span<const char> bytes, Output& output);
  void push_body(std::span<char> bytes, Output& output);
  void end_head_line(Output& output);
  void end_head(Output& output);
  void fail(ResponseFault fault);

  const Limits limits_;
  State state_ = State::more;
  At at_ = At::head;
  bool begun_ = false;
  bool keeps_connection_ = false;
  ResponseFault fault_;
  ResponseHead head_;
  ChunkReader chunks_;
  std::string line_;  // of the head, incomplete
  std::size_t head_bytes_ = 0;
  std::uint64_t left_ = 0;  // of a body with a length
};

}  // namespace belay::providers
