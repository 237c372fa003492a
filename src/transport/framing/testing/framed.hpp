// Messages in a framing, for tests of framings.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/framing.hpp"

namespace belay::transport::testing {

inline std::string framed(const Framing& framing, const MessageHead& head, std::string_view data) {
  std::string out;
  framing.open(head, out);
  const std::size_t data_at = out.size();
  out.append(data);
  framing.close(MessagePart::whole, data_at, out);
  return out;
}

// A message with text that is streamed: `before`, the pieces, `after`.
inline std::string framed_in_parts(const Framing& framing, const MessageHead& head, std::string_view before,
                                   const std::vector<std::string>& pieces, std::string_view after) {
  std::string out;
  const auto part = [&](MessagePart which, std::string_view data) {
    const std::size_t data_at = out.size();
    out.append(data);
    framing.close(which, data_at, out);
  };
  framing.open(head, out);
  part(MessagePart::first, before);
  for (const std::string& piece : pieces) part(MessagePart::middle, piece);
  part(MessagePart::last, after);
  return out;
}

}  // namespace belay::transport::testing
