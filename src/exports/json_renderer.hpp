// Renders a conversation as one JSON document:
//
//   {"conversation":"…","title":"…","exported":"2026-11-21T16:45:00.000Z","messages":[
//   {"role":"user","content":"…","created":"…","state":"complete"},
//   {"role":"assistant","content":"…","created":"…","state":"interrupted",
//    "model":"…","finish":"…","usage":{…},"reaction":"like"}
//   ]}
//
// In the document each message is on one line. `finish` and `reaction` are left out where there is none.
#pragma once

#include "exports/renderer.hpp"

namespace belay::exports {

class JsonRenderer final : public Renderer {
 public:
  void begin(const Heading& heading, std::string& out) override;
  Part add_part(const StoredMessage& message, std::string& out) override;
  Result<> end(std::string& out) override;

 private:
  bool first_ = true;
  bool in_message_ = false;
  std::size_t added_ = 0;  // bytes of the content that are written
};

}  // namespace belay::exports
