// Looks at the heads of a client's frames for what nghttp2 reads over in silence:
// - frames on a stream that the client itself has ended, and streams that it opens out of order (RFC 9113,
//   sections 5.1 and 5.1.1): connection errors;
// - PRIORITY on no stream, or of a stream that depends on itself (section 6.3; RFC 7540, section 5.3.1);
// - frames without any effect, which are counted.
//
// Frames on a stream that the server has reset are fine: the client may not know yet. The newest streams are
// remembered; nothing is said about older ones. Pure.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

#include "transport/http2/session.hpp"

namespace belay::transport {

class FrameCheck {
 public:
  struct Found {
    std::size_t good = 0;     // bytes in front of the frame that is refused; all, if none is
    std::size_t useless = 0;  // frames among them without any effect
    std::optional<Http2Error> error = std::nullopt;
  };
  // The next bytes of a connection, from its preface on. Not called again after an error.
  Found push(std::string_view bytes);

 private:
  static constexpr std::size_t kPreface = 24;
  static constexpr std::size_t kHead = 9;
  static constexpr std::size_t kPriorityHead = kHead + 4;  // with the stream that it depends on
  static constexpr std::size_t kRemembered = 64;

  struct Opened {
    std::uint32_t id = 0;
    bool is_ended = false;  // by the client
  };

  std::size_t wanted() const;
  std::optional<Http2Error> check_head();
  std::optional<Http2Error> check_headers(std::uint32_t id, bool ends_stream);
  Opened* find(std::uint32_t id);
  std::uint32_t number(std::size_t at) const;

  std::size_t skip_ = kPreface;  // bytes that are no head
  std::array<unsigned char, kPriorityHead> head_ = {};
  std::size_t head_size_ = 0;
  std::array<Opened, kRemembered> opened_ = {};  // a ring
  std::size_t next_ = 0;
  std::uint32_t newest_ = 0;
};

}  // namespace belay::transport
