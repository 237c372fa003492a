// A framing for tests that shows everything it is asked for.
#pragma once

#include <string>

#include "base/framing.hpp"

namespace belay::testing {

// A message is "(EVENT ID)w5<hello>": its name and id, the part (whole, first, middle, last), and the data with
// its length, as in a framing that writes the length first. A piece of spliced text is "m5<hello>".
class TestFraming final : public Framing {
 public:
  void open(const MessageHead& head, std::string& out) const override {
    out.append("(").append(head.event).append(" ").append(head.id).append(")");
  }
  void close(MessagePart part, std::size_t data_at, std::string& out) const override {
    const char letter = "wfml"[static_cast<int>(part)];
    out.insert(data_at, letter + std::to_string(out.size() - data_at) + '<');
    out.push_back('>');
  }
};

}  // namespace belay::testing
