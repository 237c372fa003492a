// Server-sent events as text
// (https://html.spec.whatwg.org/multipage/server-sent-events.html#parsing-an-event-stream).
//
// Every function appends whole blocks that end in a blank line. So blocks may follow each other in any order,
// and a client that looks at single lines (`data: …`) never finds a comment or a `retry:` inside an event.
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

// For data that is already one line, such as JSON. Asserts that no member contains CR, LF or (in `id`) NUL.
void append_sse(std::string& out, const SseFrame& frame);
// For any data: each line (ended by LF, CR or CR LF) becomes its own `data:` line. `id` and `event` as above.
void append_sse_lines(std::string& out, const SseFrame& frame);
// Appends ": text" as its own block. Line ends in the text become spaces.
void append_sse_comment(std::string& out, std::string_view text);
// Appends "retry: N" as its own block.
void append_sse_retry(std::string& out, Milliseconds after);

// A random time from `base` to twice that, so that clients that were cut together do not reconnect together.
Milliseconds jittered_retry(Milliseconds base, Random& random);

// Content-Type, and the headers that stop caches and proxies from delaying events.
std::vector<Header> sse_headers();

}  // namespace belay::transport
