// Reads an event stream (WHATWG HTML, "Server-sent events") as its bytes come, cut anywhere: a provider's,
// and for `belay chat` a server's of our own.
//
// Lines end in LF, CRLF or CR; one space after the colon is dropped; several data lines join with LF;
// comments and unknown fields are skipped, as is a byte order mark at the start; an event without its blank
// line is never told. An event that lies whole in the bytes that were pushed is not copied.
//
// However the bytes are cut, the same events come, and the same error at the same event: both are fuzzed. One
// object a stream.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "base/result.hpp"

namespace belay::providers {

struct SseEvent {
  std::string_view type;  // of the last `event:` line; empty: none, which means "message"
  std::string_view data;
};

class SseParser {
 public:
  enum class Flow { more, stop };

  class Handler {
   public:
    // The views are valid during the call. After `stop` nothing is read any more, and push() ignores what it
    // is given.
    virtual Flow on_event(const SseEvent& event) = 0;
    // What a reader that comes back needs, and a provider's stream does not have: the fields `id` and
    // `retry`, and the blank line that ends a block, before its event if it is one.
    virtual void on_field(std::string_view /*name*/, std::string_view /*value*/) {}
    virtual void on_block_end() {}

   protected:
    ~Handler() = default;
  };

  // A line, and an event's data, may have this many bytes.
  explicit SseParser(std::size_t most_event_bytes) : most_event_bytes_(most_event_bytes) {}

  // Fails with provider_broken when something is too long; then, as after `stop`, the rest is ignored.
  Result<> push(std::string_view bytes, Handler& handler);

  bool stopped() const { return stopped_; }
  // What is held of an event that is not over.
  std::size_t held_bytes() const { return line_.size() + data_.size() + type_.size(); }

 private:
  // A field's value: a view into what is being pushed, or, once that is gone or there is more than one line,
  // a copy.
  class Value {
   public:
    void set(std::string_view value);
    void append_line(std::string_view value);
    void keep();  // copies what is only viewed
    void clear();
    std::string_view view() const { return viewed_.data() ? viewed_ : std::string_view(copy_); }
    std::size_t size() const { return view().size(); }

   private:
    std::string_view viewed_;
    std::string copy_;
  };

  Result<> take_line(std::string_view line, Handler& handler);
  void dispatch(Handler& handler);
  Result<> too_long();

  std::size_t most_event_bytes_;
  std::string line_;  // the beginning of a line whose end has not come
  Value data_;
  Value type_;
  bool has_data_ = false;
  bool first_line_ = true;
  bool skip_lf_ = false;  // the last byte was a CR that ended a line
  bool stopped_ = false;
};

}  // namespace belay::providers
