// Parses an event stream (WHATWG HTML, "Server-sent events") from bytes that may be cut anywhere. It reads
// providers' streams, and in `belay chat` the streams of a Belay server.
//
// Lines end in LF, CRLF or CR. One space after the colon is removed. Several data lines are joined with LF.
// Comments, unknown fields and a byte order mark at the start are skipped. An event without its blank line is
// not delivered. An event that is complete within the pushed bytes is not copied.
//
// The result does not depend on where the bytes are cut: the same events, and the same error at the same
// event. Both are fuzzed. One object per stream.
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
    // The views are valid during the call. After `stop` nothing more is read, and push() ignores its input.
    virtual Flow on_event(const SseEvent& event) = 0;
    // For clients that reconnect; providers' streams do not need these functions. on_field() gets the fields
    // `id` and `retry`. on_block_end() is called for the blank line that ends a block, before the block's
    // event if there is one.
    virtual void on_field(std::string_view /*name*/, std::string_view /*value*/) {}
    virtual void on_block_end() {}

   protected:
    ~Handler() = default;
  };

  // The maximum size of a line, and of an event's data.
  explicit SseParser(std::size_t max_event_bytes) : max_event_bytes_(max_event_bytes) {}

  // Fails with provider_broken if a line or an event is too long. After that, as after `stop`, the rest is
  // ignored.
  Result<> push(std::string_view bytes, Handler& handler);

  bool stopped() const { return stopped_; }
  // Bytes held of an incomplete event.
  std::size_t held_bytes() const { return line_.size() + data_.size() + type_.size(); }

 private:
  // The value of a field: a view into the pushed bytes, or a copy if those bytes are gone or there is more
  // than one line.
  class Value {
   public:
    void set(std::string_view value);
    void append_line(std::string_view value);
    void keep();  // copies a value that is only a view
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

  std::size_t max_event_bytes_;
  std::string line_;  // start of a line whose end has not arrived
  Value data_;
  Value type_;
  bool has_data_ = false;
  bool first_line_ = true;
  bool skip_lf_ = false;  // the last byte was a CR that ended a line
  bool stopped_ = false;
};

}  // namespace belay::providers
