// Server-sent events as text
// (https://html.spec.whatwg.org/multipage/server-sent-events.html#parsing-an-event-stream).
//
// Every function appends whole blocks that end in a blank line, so that blocks may follow each other in any
// order and a client that looks at single lines (`data: …`) never finds a comment or a `retry:` inside an
// event.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/clock.hpp"
#include "base/random.hpp"
#include "transport/message.hpp"

namespace belay::transport {

struct SseFrame {
  std::string_view id;     // empty: no `id:` line
  std::string_view event;  // empty: no `event:` line
  std::string_view data;
};

// For data that is one line already, as JSON is. Asserts that no member holds CR, LF or (id) NUL.
void append_sse(std::string& out, const SseFrame& frame);
// For any data: each line (ended by LF, CR or CR LF) becomes a `data:` line of its own. `id` and `event` as
// above.
void append_sse_lines(std::string& out, const SseFrame& frame);
// ": text" in a block of its own; line ends in the text become spaces.
void append_sse_comment(std::string& out, std::string_view text);
// "retry: N" in a block of its own.
void append_sse_retry(std::string& out, Milliseconds after);

// From `base` to twice that, at random: clients that were cut together do not come back together.
Milliseconds jittered_retry(Milliseconds base, Random& random);

// Content-Type, and what keeps caches and proxies from holding events back.
std::vector<Header> sse_headers();

}  // namespace belay::transport
